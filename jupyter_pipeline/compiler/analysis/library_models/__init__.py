"""Models of library calls: the values, files and global state that a call reads and changes.

One module for each library or group of small libraries, found by `registry`. `model` describes the notation.
"""
