"""Image formats: how to recognise them, what reads them, and how to make others readable."""
