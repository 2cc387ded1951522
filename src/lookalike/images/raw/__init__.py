"""Camera raw files: their true size, and the preview that represents the picture."""
