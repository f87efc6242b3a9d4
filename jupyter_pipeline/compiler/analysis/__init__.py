r"""Static analysis and backward slicing of notebook cells.

The analysis answers one question for each top-level statement: on which earlier statements does it depend? A slice of
a cell is the closure of its statements under this relation [1]_ [2]_.

The answer comes from *abstract interpretation* [4]_ of the cells from top to bottom, on an abstract state:

Abstract values (`values`)
    An expression has a *points-to set* and an abstract type: immutable, container, table, object, iterator, a library
    object, a function, class or instance of the notebook, or unknown.
Heap (`heap`)
    Objects are named by their allocation and linked by points-to edges, as in Andersen's analysis [3]_, but in the
    order of the program. Two names *may alias* if their points-to sets intersect. A set of objects is the bits of one
    integer.
State (`state`)
    The bindings of a scope with their reaching definitions. An assignment to a name is a *strong update*: it replaces
    the definition. A store to an attribute or element is a *weak update*: it adds the statement to the writers of all
    objects that the base may be. Alternative paths are interpreted one by one and joined; the body of a loop is
    interpreted twice.
Abstract locations (`locations`, `effects`)
    Files, the random state, the current figure and the process are locations outside of the heap. Side effects read
    and write them.
Summaries (`values`, `summaries`, `definitions`, `functions`)
    The body of a function is interpreted once, with placeholders for parameters and free variables. Its summary is
    applied at each call, with the bindings that the names have there.
Transfer functions of calls (`calls`, `library_calls`, `library_models`)
    Known library functions have declarative models. An unknown function may change, keep and return all its arguments.
Interpreter (`interpreter`, `expressions`, `assignments`)
    Visits statements and expressions and updates the state.
Dependency graph (`dependencies`)
    The *def-use chains* of each statement: it depends on the statements whose definitions of the names it reads reach
    it, on those that may have written to an object these names reach, and on the writers of the locations it reads.
Slicer (`slicer`)
    The backward slice, and the refusal of statements that cannot run outside of the notebook. One interpretation of
    the notebook serves the slices of all cells, because a statement depends on earlier ones only. The slicer adds the
    dependencies of the last cell, whose functions must be able to run.

References
----------
.. [1] M. Weiser, "Program slicing", ICSE 1981, and IEEE Transactions on Software Engineering 10(4), 1984.
.. [2] S. Horwitz, T. Reps and D. Binkley, "Interprocedural slicing using dependence graphs", ACM TOPLAS 12(1), 1990.
.. [3] L. O. Andersen, "Program analysis and specialization for the C programming language", PhD thesis, 1994.
.. [4] P. Cousot and R. Cousot, "Abstract interpretation: a unified lattice model for static analysis of programs by
   construction or approximation of fixpoints", POPL 1977.

Examples
--------
Four cells::

    [0]  rows = [1, 2]            # allocates object a; rows -> {a}
    [1]  table = {"rows": rows}   # allocates object b with an edge to a; table -> {b}
    [2]  rows.append(3)           # `append` mutates its receiver: a weak update, so writers(a) = {2}
         count = len(rows)        # reads a: depends on 0 and on the append
    [3]  total = sum(table["rows"])

Cell 3 reads ``table``. The definition in cell 1 reaches it; that statement read ``rows``, so it depends on cell 0. From
``table`` the objects b and a are reachable, and the append may have written to a through its alias ``rows``: cell 3
depends on it, too. Nothing in cell 3 reads ``count``, so the slice leaves its definition out:

>>> from jupyter_pipeline.compiler.analysis.slicer import slice_cells
>>> cells = [
...     "rows = [1, 2]",
...     "table = {'rows': rows}",
...     "rows.append(3)\ncount = len(rows)",
...     "total = sum(table['rows'])",
... ]
>>> print(slice_cells(cells, 3).source, end="")
rows = [1, 2]
table = {'rows': rows}
rows.append(3)
total = sum(table['rows'])

The analysis keeps more than necessary where it cannot know, and says so in a note. It works at the level of top-level
statements, with `ast` and no other parser.
"""
