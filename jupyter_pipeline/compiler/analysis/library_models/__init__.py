"""Models of library calls: which values, files and global state a call reads and changes."""
