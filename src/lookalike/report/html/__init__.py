"""A result as pages of HTML that need no script, and as a cell of a notebook."""
