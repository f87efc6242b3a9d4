"""Registration of new classes by their bases, as plugin and declarative frameworks do.

A base class that neither the notebook nor a library model defines may keep its subclasses in a table. So may a class
of the notebook with such a base. A library whose model does not list the class registers the subclasses of a class of
the notebook, not the class itself: models list functions, and leave out many base classes.
"""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.library_models.model import Returns
from jupyter_pipeline.compiler.analysis.library_models.registry import find_function, is_known
from jupyter_pipeline.compiler.analysis.values import ClassSummary, Imported, Type, Value

__all__ = ["register_class", "register_derived_class"]


def register_class(heap: Heap, bases: Iterable[Value], made: int) -> None:
    """Record that base classes may register the new class `made`.

    Parameters
    ----------
    heap : Heap
        The heap.
    bases : iterable of Value
        The bases of the class statement.
    made : int
        Object of the class.
    """
    for base in bases:
        if type(base.type) is Imported and is_known(base.type.path):
            model = find_function(base.type.path)
            if model is None or model.returns is Returns.FOREIGN:
                heap.registering |= made
            continue
        if type(base.type) is ClassSummary and not base.type.has_unknown_base:
            continue
        unknown = _find_registries(heap, base.objects)
        if type(base.type) is Type:
            unknown |= base.objects
        if base.objects & heap.registering:
            heap.registering |= made
        heap.write(unknown)
        heap.link(unknown, made)


def register_derived_class(heap: Heap, arguments: int) -> None:
    """Record that a call makes a class, as ``type(name, bases, {})`` does, which the bases may register.

    Parameters
    ----------
    heap : Heap
        The heap.
    arguments : int
        Objects of the arguments, the bases among them.
    """
    reachable = heap.reachable(arguments)
    unknown = _find_registries(heap, reachable)
    unknown |= reachable & ~(heap.definitions | heap.libraries | heap.data | heap.instances)
    heap.write(unknown)
    heap.link(unknown, heap.allocate(reachable))


def _find_registries(heap: Heap, bases: int) -> int:
    """Return the objects that may hold a new class with one of `bases`: libraries without a model, bases, metadata."""
    reachable = heap.reachable(bases)
    found = reachable & heap.foreign
    if bases & heap.registering:
        found |= reachable & ~heap.libraries
    for library in heap.libraries_of(reachable):
        if not is_known(library):
            found |= heap.find_library(library)
    return found
