"""Static analysis and slicing of notebook cells."""
