"""Functions and attributes whose results differ between a notebook and a run, with the text of the note.

In a run, the code is a module in another folder. IPython is not active, and the command line belongs to the run.
The working directory is the notebook's folder in both.
"""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["MAIN_MODULE", "MODULE_NAME", "NOTEBOOK_NAMES", "PICKLED", "PICKLING", "find_difference"]

_NO_SHELL = "get_ipython() returns None in a run, so the code takes the branch for plain Python"
_FRAMES = "the frames of the call stack have the names and files of the generated code in a run"
_DOTENV = (
    "{name}() searches from the folder of the generated code in a run. Write load_dotenv(find_dotenv(usecwd=True)) to "
    "search from the notebook's folder"
)
_TRACED = "the function that {name}() sets runs for the calls of a slice, which has fewer of them than the notebook"
_OBJECTS = "the result of {name}() depends on all objects of the process, and a slice makes and frees fewer of them"
_DIFFERENCES = {
    "IPython.get_ipython": _NO_SHELL,
    "IPython.core.getipython.get_ipython": _NO_SHELL,
    "dotenv.load_dotenv": _DOTENV,
    "dotenv.find_dotenv": _DOTENV,
    "dotenv.dotenv_values": _DOTENV,
    "inspect.stack": _FRAMES,
    "inspect.currentframe": _FRAMES,
    "inspect.trace": _FRAMES,
    "sys._getframe": _FRAMES,
    "sys.setprofile": _TRACED,
    "sys.settrace": _TRACED,
    "threading.setprofile": _TRACED,
    "threading.settrace": _TRACED,
    "sys.addaudithook": _TRACED,
    "torch.cuda.memory_allocated": _OBJECTS,
    "torch.cuda.memory_reserved": _OBJECTS,
    "torch.cuda.max_memory_allocated": _OBJECTS,
    "torch.cuda.max_memory_reserved": _OBJECTS,
    "torch.cuda.memory_stats": _OBJECTS,
    "torch.cuda.memory_summary": _OBJECTS,
    "torch.cuda.mem_get_info": _OBJECTS,
    "tracemalloc.get_traced_memory": _OBJECTS,
    "tracemalloc.take_snapshot": _OBJECTS,
    "sys.getrefcount": _OBJECTS,
    "sys.getallocatedblocks": _OBJECTS,
    "gc.get_objects": _OBJECTS,
    "gc.get_referrers": _OBJECTS,
    "gc.get_count": _OBJECTS,
    "psutil.virtual_memory": _OBJECTS,
    "resource.getrusage": _OBJECTS,
    "sys.argv": "sys.argv is the command line of the run, not of the kernel",
    "sys.orig_argv": "sys.orig_argv is the command line of the run, not of the kernel",
    "sys.ps1": "sys.ps1 does not exist in a run",
    "sys.flags.interactive": "a run is not interactive",
    "doctest.testmod": "doctest.testmod() tests the module of the run, not the definitions of the notebook",
    "unittest.main": "unittest.main() loads the tests of the module of the run, not the classes of the notebook",
}
MAIN_MODULE = "the module __main__ holds the names of the run, not of the notebook"
"""Note on a use of the module ``__main__``."""
MODULE_NAME = "__module__ is the name of the generated module in a run, and __main__ in a notebook"
"""Note on a use of the module name of a class or function."""
PICKLED = "classes and functions are pickled under the name of the generated module, so the notebook cannot load them"
"""Note on a pickled value that holds classes or functions of the notebook."""
PICKLING = ("pickle.dump", "pickle.dumps", "joblib.dump")
"""Functions that pickle a value."""
_WITH_PATH = ("dotenv_path", "stream", "usecwd")
"""Keywords with which the functions of ``dotenv`` search from no folder of the code."""
NOTEBOOK_NAMES = {
    "__file__": "__file__ is the file of the generated code in a run; a notebook has no such name",
    "get_ipython": "get_ipython does not exist in a run, so the code takes the branch for plain Python",
    "In": "In does not exist in a run",
    "Out": "Out does not exist in a run",
}
"""Names that exist only in a notebook or only in a run, with the note on code that allows for a missing name."""


def find_difference(path: str, keywords: Collection[str] = (), *, has_arguments: bool = False) -> str | None:
    """Return the note on a use of the function or attribute at `path`; ``None`` if a run gives the same.

    Parameters
    ----------
    path : str
        Dotted path from the library's import name.
    keywords : collection of str
        Keywords of the call.
    has_arguments : bool, default False
        True if the call has positional arguments.

    Examples
    --------
    >>> find_difference("sys.ps1")
    'sys.ps1 does not exist in a run'
    >>> find_difference("dotenv.load_dotenv", has_arguments=True)
    """
    text = _DIFFERENCES.get(path)
    if text is None or (path.startswith("dotenv.") and (has_arguments or any(k in _WITH_PATH for k in keywords))):
        return None
    return text.format(name=path.rpartition(".")[2])
