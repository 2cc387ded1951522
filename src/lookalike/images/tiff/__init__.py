"""What Pillow does not say of TIFF files: their directories, pages and lost data."""
