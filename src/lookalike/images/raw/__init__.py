"""Camera raw files: their true size, and the preview that stands for the picture."""
