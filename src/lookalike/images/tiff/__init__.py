"""Facts about TIFF files that Pillow does not report: directories, pages and lost data."""
