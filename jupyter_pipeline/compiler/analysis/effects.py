"""Side effects outside of the heap: files, random state, figures, process state, settings of libraries.

In the module, an effect is recorded for the current statement. In a function body it becomes a part of the summary.
"""

from __future__ import annotations

from collections.abc import Iterable

from jupyter_pipeline.compiler.analysis.figures import ADJUSTING_FUNCTIONS, SAVING_FUNCTION
from jupyter_pipeline.compiler.analysis.locations import (
    ANY_FILE,
    FIGURE,
    MODULE,
    OUTPUT,
    POSSIBLE_CHANGE,
    PROCESS,
    SETTINGS,
    WORKING_DIRECTORY,
    Access,
    Location,
    file_location,
)
from jupyter_pipeline.compiler.analysis.paths import find_paths, is_module, overlap
from jupyter_pipeline.compiler.analysis.state import Binding, State
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, Texts, unite
from jupyter_pipeline.compiler.analysis.values import (
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    ClassSummary,
    FunctionSummary,
    Imported,
    Instance,
    Value,
)
from jupyter_pipeline.compiler.frontend.notebook import OTHER_CELL, CellNote

__all__ = ["Effects"]

_MAX_NOTES = 3
_WITHOUT_PATHS = (TABLE, ITERATOR)
"""Types of values that hold no paths."""


class Effects:
    """Record side effects in a state."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.heap = state.heap

    # Locations

    def touch(self, location: Location, *, create: bool = False) -> int:
        """Record a read and a write of the random state or figure, and return its object.

        Parameters
        ----------
        location : Location
            `RANDOM_STATE` or `FIGURE`.
        create : bool, default False
            True if the location exists from now on. A figure always does.
        """
        state = self.state
        if location == FIGURE:
            importers = self.heap.importers  # the settings of matplotlib apply to what any library draws
            importers["matplotlib"] = importers.get("matplotlib", 0) | self.heap.bit
        if state.summary is not None:
            self._summarize(location, Access.CREATE if create else Access.WRITE)
            return 0
        self._record(location, Access.WRITE | Access.CREATE if create else Access.WRITE)
        binding = state.locations.get(location)
        if binding is None:
            if not create and location != FIGURE:
                return 0
            binding = state.locations[location] = Binding(0, self.heap.allocate(0, OBJECT), UNKNOWN)
        else:
            state.record.needs |= self.heap.writers(binding.objects)
        self.heap.write(binding.objects)
        return binding.objects

    def use_figure(self, name: str = "") -> int:
        """Record a use of the current figure by a function, and return the figure's object.

        Parameters
        ----------
        name : str, optional
            Last name of the function of matplotlib. Functions of other libraries draw.
        """
        state = self.state
        draws = name not in ADJUSTING_FUNCTIONS
        if state.summary is not None:
            self.touch(FIGURE, create=draws)
            if name == SAVING_FUNCTION:
                self._summarize(FIGURE, Access.READ)
            return 0
        if draws:
            state.drawn_in = state.cell
        elif name == SAVING_FUNCTION:
            self._note_empty_figure()
        objects = self.touch(FIGURE, create=draws)
        if name == "show" and state.closes_figures:
            del state.locations[FIGURE]
            state.closed_in = state.cell
        return objects

    def _note_empty_figure(self) -> None:
        """Note that the statement saves a figure in which its cell has drawn nothing."""
        state = self.state
        if not state.closes_figures or state.drawn_in < 0:
            return
        if state.drawn_in == state.cell and state.closed_in == state.cell and FIGURE not in state.locations:
            self.note("the figure that is saved is empty: show() has closed the figure before")
        elif state.drawn_in != state.cell:
            text = (
                f"the figure that is saved is empty: Jupyter closed the figure of {OTHER_CELL} at the end of that cell"
            )
            self.note(f"{text}. Draw and save in one cell", other=state.drawn_in)

    def read_file(self, name: str) -> int:
        """Record that the statement reads the file called `name`, and return the file's object."""
        state = self.state
        location = file_location(name)
        if state.summary is not None:
            self._summarize(location, Access.READ)
            return 0
        self._record(location, Access.READ)
        objects = 0
        for other in state.find_locations(location):
            objects |= state.locations[other].objects
        state.record.needs |= self.heap.writers(objects)
        state.record.reached |= objects
        cells = {cell for file, cell in state.external_files.items() if overlap(name, file, moved=state.has_moved)}
        if cells and state.cell not in state.external_cells:
            text = f"it may read files that another pipeline writes ({OTHER_CELL}); they must exist when it runs"
            self.note(text, other=min(cells))
        return objects

    def read_module(self, library: str) -> None:
        """Record that the statement imports `library`: it reads the files of the notebook that may be the module."""
        if self.state.summary is not None:
            self._summarize(Location(MODULE, library), Access.READ)
            return
        for location in [*self.state.locations]:
            if location.resource == ANY_FILE.resource and is_module(location.name, library):
                self.read_file(location.name)

    def write_file(self, name: str) -> int:
        """Record that the statement writes the file called `name`, and return the file's object."""
        state = self.state
        location = file_location(name)
        if state.summary is not None:
            self._summarize(location, Access.WRITE)
            return 0
        self._record(location, Access.WRITE)
        if state.cell in state.external_cells:
            state.external_files.setdefault(name, state.cell)
            return 0
        binding = state.locations.get(location)
        if binding is None:
            binding = self._add_file(location)
        state.record.written |= binding.objects
        self.heap.write(binding.objects)
        return binding.objects

    def read_files(self, texts: Texts) -> int:
        """Record reads of the files at any of the paths `texts`, and return their objects."""
        objects = 0
        for text in texts:
            objects |= self.read_file(text)
        return objects

    def write_files(self, texts: Texts) -> int:
        """Record reads and writes of the files at any of the paths `texts`, and return their objects."""
        objects = self.read_files(texts)
        for text in texts:
            objects |= self.write_file(text)
        return objects

    def open_files(self, texts: Texts) -> int:
        """Record reads of the files at any of the paths `texts`, and return objects that later writes change."""
        state = self.state
        objects = self.read_files(texts)
        for text in texts if state.summary is None else ():
            location = file_location(text)
            objects |= (state.locations.get(location) or self._add_file(location)).objects
        return objects

    def _add_file(self, location: Location) -> Binding:
        """Add a file. The held files that may be the same are linked to it."""
        state, heap = self.state, self.heap
        binding = Binding(0, heap.allocate(0), UNKNOWN)
        for other in state.find_locations(location) if heap.held_files else ():
            heap.link(state.locations[other].objects & heap.held_files, binding.objects)
        state.add_file(location, binding)
        return binding

    def hold_files(self, objects: int) -> None:
        """Record that an object uses the files `objects` later, and link them to the files that may be the same."""
        state, heap = self.state, self.heap
        new = objects & ~heap.held_files
        if not new:
            return
        heap.held_files |= new
        for location, binding in [*state.locations.items()]:
            if location.resource == ANY_FILE.resource and binding.objects & new:
                for other in state.find_locations(location):
                    heap.link(binding.objects & new, state.locations[other].objects & ~new)

    def use_paths(self, values: Iterable[Value]) -> int:
        """Record that an unknown call may read and write the files at all paths in its arguments.

        Returns
        -------
        int
            Objects of the files: the result of the call may be an open file.
        """
        found: Texts = frozenset()
        for value in values:
            if value.kind in _WITHOUT_PATHS or type(value.type) in (Imported, FunctionSummary, ClassSummary, Instance):
                continue
            found |= value.texts
        found = unite(*(find_paths(text) for text in found))
        return self.write_files(ANY_TEXT if "*" in found else found)

    def change_directory(self) -> None:
        """Record that relative paths may start from another folder from now on."""
        if self.state.summary is not None:
            self._summarize(WORKING_DIRECTORY, Access.WRITE)
        self.state.has_moved = True

    def print_text(self) -> int:
        """Record that the statement prints text, and return the objects that attributes of sys hold.

        A stream that replaces ``sys.stdout`` is one of them.
        """
        heap = self.heap
        if self.state.summary is not None:
            self._summarize(OUTPUT, Access.WRITE)
            return 0
        module = heap.find_library("sys")
        objects = heap.reachable(module) & ~module
        heap.write_data(objects)
        return objects

    def change_process(self, unknown: str = "") -> None:
        """Record that the statement changes the process: any slice keeps it.

        Parameters
        ----------
        unknown : str, optional
            Text of the call or assignment, if its effects are unknown. A note names it.
        """
        state = self.state
        if state.summary is not None:
            self._summarize(PROCESS, Access.WRITE)
            return
        self._record(PROCESS, Access.WRITE)
        if not unknown:
            state.possibly_kept &= ~self.heap.bit
        elif not state.always_kept & self.heap.bit:
            state.possibly_kept |= self.heap.bit
        state.always_kept |= self.heap.bit
        if unknown:
            text = "These statements may change settings of a library or of the process, so they are kept"
            state.record.notes.append(CellNote(state.cell, text, subject=unknown))

    def may_change_process(self, call: str = "") -> None:
        """Record that the statement may change the process: the statements that read it depend on this one.

        Parameters
        ----------
        call : str, optional
            Text of the unknown call. Slices that leave it out have a note.
        """
        state = self.state
        if state.summary is not None:
            self._summarize(POSSIBLE_CHANGE, Access.WRITE)
            return
        self.heap.process_writers |= self.heap.bit
        if call:
            state.record.unknown_calls[call] = None

    def read_process(self) -> None:
        """Record that the statement reads state of the process, such as an environment variable."""
        if self.state.summary is not None:
            self._summarize(PROCESS, Access.READ)
        else:
            self.state.record.needs |= self.heap.process_writers

    def repeat(self, location: Location, access: Access) -> None:
        """Record the effect of a function on `location`, where the function is called."""
        if location == PROCESS and access & Access.WRITE:
            self.change_process()
        elif location == PROCESS:
            self.read_process()
        elif location == POSSIBLE_CHANGE:
            self.may_change_process()
        elif location == WORKING_DIRECTORY:
            self.change_directory()
        elif location.resource == MODULE:
            self.read_module(location.name)
        elif location == OUTPUT:
            self.print_text()
        elif location.resource == ANY_FILE.resource:
            self.read_file(location.name)
            if access & Access.WRITE:
                self.write_file(location.name)
        elif location == FIGURE:
            if access & Access.READ and not access & Access.CREATE:
                self.use_figure(SAVING_FUNCTION)
            else:
                self.use_figure("" if access & Access.CREATE else "gcf")
        elif location.resource == SETTINGS.resource:
            self.configure(location.name, self.heap.find_library(location.name), 0)
        else:
            self.touch(location, create=bool(access & Access.CREATE))

    def _summarize(self, location: Location, access: Access) -> None:
        assert self.state.summary is not None
        locations = self.state.summary.locations
        locations[location] = locations.get(location, access) | access

    def _record(self, location: Location, access: Access) -> None:
        effects = self.state.record.effects
        effects[location] = effects.get(location, access) | access

    # Settings of libraries

    def configure(self, library: str, objects: int, contents: int) -> None:
        """Record that the statement changes settings of `library`: they apply wherever the library is used.

        Parameters
        ----------
        library : str
            Import name.
        objects : int
            Objects of the library.
        contents : int
            Objects that the settings hold.
        """
        if self.state.summary is not None:
            self._summarize(Location(SETTINGS.resource, library), Access.WRITE)
            self.heap.write(objects)
            return
        self._record(SETTINGS, Access.WRITE)
        self.heap.write(objects)
        self.heap.link(objects, contents)
        configured = self.heap.configured_by
        configured[library] = configured.get(library, 0) | self.heap.bit

    def configure_all(self, objects: int) -> None:
        """Record that the statement changes settings of the libraries among `objects`."""
        for library in self.heap.libraries_of(objects):
            self.configure(library, objects, 0)

    # Code that the analysis cannot see

    def define_unseen_names(self, path: str) -> None:
        """Record that a change of the module at `path` may define names everywhere."""
        if path.startswith(("builtins", "sys.modules", "__main__")):
            self.state.star_imports |= self.heap.bit

    def use_everything(self, note: str) -> None:
        """Record that the statement may read and bind any name."""
        state = self.state
        if state.summary is not None:
            state.summary.is_dynamic = True
            return
        self._record(PROCESS, Access.WRITE)
        state.record.needs |= self.heap.bit - 1
        state.star_imports |= self.heap.bit
        state.always_kept |= self.heap.bit
        state.redefine_everything()
        state.record.notes.append(CellNote(state.cell, f"{note}, so everything before it is kept"))

    def note(self, text: str, *, other: int | None = None, subject: str = "") -> None:
        """Add a note on the approximation to the current statement; see `CellNote`."""
        notes = self.state.record.notes
        if self.state.summary is None and len(notes) < _MAX_NOTES:
            notes.append(CellNote(self.state.cell, text, other, subject))

    def note_difference(self, text: str) -> None:
        """Note a difference between notebook and run; in a function body, on the statement that defines it."""
        state = self.state
        while state.parent is not None:
            state = state.parent
        note = CellNote(state.cell, text)
        if note not in state.record.notes:
            state.record.notes.append(note)
