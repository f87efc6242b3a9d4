"""Random notebooks of what notebooks do, run as a whole and in compiled slices.

`templates`
    Statements with placeholders, read from the files in ``statements``: one file for a subject.
`wrappers`
    Functions, loops, classes and other constructs around a statement.
`generator`
    Notebooks from statements, in which names are shared, rebound and aliased.
`runs`
    Runs in processes and folders of their own.
`observation`
    Content of values, files and pictures, in a form that compares.
`trials`
    The comparison of a notebook with the compiled slices of its cells.
`shrinking`
    The smallest notebook with a given failure.
"""
