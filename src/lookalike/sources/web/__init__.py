"""Images behind http and https."""
