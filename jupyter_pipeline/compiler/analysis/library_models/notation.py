"""Parse the rules of library models; the docstring of `model` describes the notation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_pipeline.compiler.analysis.library_models.model import (
    ALL_ARGUMENTS,
    ANY_FILE,
    SELF,
    Argument,
    FileAccess,
    FunctionModel,
    Returns,
)
from jupyter_pipeline.compiler.analysis.values import (
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    LibraryInstance,
    Type,
    ValueType,
)

__all__ = ["KINDS", "ClassRules", "LibraryRules", "RuleTable", "build_rule", "join_models", "parse_rules"]

KINDS = {
    "table": TABLE,
    "object": OBJECT,
    "container": CONTAINER,
    "iterator": ITERATOR,
    "constant": IMMUTABLE,
    "unknown": UNKNOWN,
}
"""Abstract types by their word in rules."""
_SPECIAL = {
    "part": Returns.PART,
    "copy": Returns.COPY,
    "deepcopy": Returns.DEEP_COPY,
    "state": Returns.STATE,
    "field": Returns.FIELD,
    "named_tuple": Returns.NAMED_TUPLE,
    "default_dict": Returns.DEFAULT_DICT,
    "receiver": Returns.ITSELF,
    "constant": Returns.CONSTANT,
    "container": Returns.CONTAINER,
    "iterator": Returns.ITERATOR,
    "foreign": Returns.FOREIGN,
}
_RELATIONS = {"view": Returns.VIEW, "new": Returns.NEW, "holding": Returns.HOLDING}
_CLASS = re.compile(r"class\s+([^(:]+?)\s*(?:\(([^)]*)\))?\s*(?::\s*(\w+))?\s*$")
_EFFECT = re.compile(r"([a-z_]+)(?:\(([^)]*)\))?\s*")
_NAMES = re.compile(r"[\w.*\s]+")
_RESULT = re.compile(r"(\w+)\((.*)\)$")


@dataclass(slots=True)
class RuleTable:
    """The text of rules by the names of functions or methods."""

    exact: dict[str, str] = field(default_factory=dict)
    prefixes: list[tuple[str, str]] = field(default_factory=list)
    anywhere: dict[str, str] = field(default_factory=dict)
    anywhere_prefixes: list[tuple[str, str]] = field(default_factory=list)

    def add(self, names: str, rule: str) -> None:
        """Add a rule for each of `names`."""
        for name in names.split():
            if name.startswith("**."):
                name = name[3:]
                if name.endswith("*"):
                    self.anywhere_prefixes.append((name[:-1], rule))
                else:
                    self.anywhere[name] = rule
            elif name.endswith("*"):
                self.prefixes.append((name[:-1], rule))
            else:
                self.exact[name] = rule

    def find(self, path: str) -> str | None:
        """Return the rule of the function at `path`, or ``None``."""
        rule = self.exact.get(path)
        if rule is not None:
            return rule
        name = path.rpartition(".")[2]
        rule = self.anywhere.get(name)
        if rule is not None:
            return rule
        for prefix, one in self.prefixes:
            if path.startswith(prefix):
                return one
        return next((one for prefix, one in self.anywhere_prefixes if name.startswith(prefix)), None)

    def rules(self) -> Iterator[str]:
        """Yield the text of all rules."""
        yield from self.exact.values()
        yield from self.anywhere.values()
        yield from (rule for _, rule in (*self.prefixes, *self.anywhere_prefixes))


@dataclass(slots=True)
class ClassRules:
    """One class of a model."""

    path: str
    """Library and last name."""
    bases: tuple[str, ...]
    """Paths of its bases."""
    kind: Type | None
    """Abstract type; ``None`` if a base has it."""
    methods: RuleTable
    attributes: RuleTable


@dataclass(slots=True)
class LibraryRules:
    """The rules of one library."""

    library: str
    functions: RuleTable = field(default_factory=RuleTable)
    constructors: RuleTable = field(default_factory=RuleTable)
    """For each path of a class, its last name."""
    classes: dict[str, ClassRules] = field(default_factory=dict)
    """By last name."""


def parse_rules(library: str, text: str) -> LibraryRules:
    """Return the rules of `text`.

    Parameters
    ----------
    library : str
        Import name of the library.
    text : str
        Rules in the notation of `model`.

    Raises
    ------
    ValueError
        If a line is neither a rule nor the head of a class, or a rule is empty.
    """
    found = LibraryRules(library)
    section: list[ClassRules] = []
    pending = ""
    for line in re.sub(r"\n\s*->", " ->", text).split("\n"):
        pending = f"{pending} {line.partition('#')[0].strip()}".strip()
        if pending == "functions":
            section, pending = [], ""
        elif pending.startswith("class "):
            if ")" in pending or ":" in pending:
                section, pending = _parse_class(found, pending), ""
        elif ":" in pending:
            names, _, rule = pending.partition(":")
            if not _NAMES.fullmatch(names):
                raise ValueError(f"{names.strip()!r} in the rules of {library} is no list of names. Correct the line.")
            if not rule.strip():
                raise ValueError(f"The rule of {names.strip()} of {library} is empty. Write pure, or its effects.")
            _add_rule(found.functions, section, names, rule.strip())
            pending = ""
    if pending:
        raise ValueError(f"The rules of {library} end with {pending!r}, which has no colon. Complete the rule.")
    return found


def _parse_class(found: LibraryRules, head: str) -> list[ClassRules]:
    match = _CLASS.match(head)
    if match is None or (match[3] and match[3] not in KINDS):
        raise ValueError(f"{head!r} in the rules of {found.library} is no class. Write class NAME (BASE) : KIND.")
    bases = tuple(_class_path(found.library, base) for base in (match[2] or "").replace(",", " ").split())
    methods, attributes = RuleTable(), RuleTable()
    classes = []
    for name in match[1].replace(",", " ").split():
        last = name.rpartition(".")[2]
        kind = KINDS[match[3]] if match[3] else None
        one = ClassRules(f"{found.library}.{last}", bases, kind, methods, attributes)
        found.classes[last] = one
        found.constructors.add(name, last)
        classes.append(one)
    return classes


def _add_rule(functions: RuleTable, section: Sequence[ClassRules], names: str, rule: str) -> None:
    if not section:
        functions.add(names, rule)
        return
    found = names.split()
    section[0].methods.add(" ".join(n for n in found if n[0] != "."), rule)
    section[0].attributes.add(" ".join(n[1:] for n in found if n[0] == "."), rule)


def _class_path(library: str, name: str) -> str:
    """Return the path of a class that a rule of `library` names."""
    top, _, rest = name.partition(".")
    return f"{top}.{rest.rpartition('.')[2]}" if rest else f"{library}.{name}"


def build_rule(library: str, rule: str, kinds: Mapping[str, Type], own: Type = OBJECT) -> FunctionModel:
    """Return the effects and the result of one rule.

    Parameters
    ----------
    library : str
        Library of the rule.
    rule : str
        Its text after the colon.
    kinds : mapping of str to Type
        Abstract types of all classes, by path.
    own : Type
        Abstract type of the class that the rule belongs to.

    Raises
    ------
    ValueError
        If the rule has an unknown word.
    """
    effects, _, result = rule.partition("->")
    fields: dict[str, Any] = {}
    position = 0
    effects = effects.strip()
    while position < len(effects):
        match = _EFFECT.match(effects, position)
        apply = _EFFECTS.get(match[1]) if match else None
        if match is None or apply is None:
            raise ValueError(f"{effects[position:]!r} in the rules of {library} is no effect. See the docstring.")
        apply(fields, (match[2] or "").split())
        position = match.end()
    fields["files"] = fields.pop("reads", ()) + fields.pop("opens", ()) + fields.pop("writes", ())
    fields["files"] += fields.pop("services", ())
    model = FunctionModel(**fields)
    result = result.strip()
    if not result:
        return model
    result, alternative, other = result.partition(" or ")
    if alternative:
        other, _, condition = other.partition(" if ")
        changed = replace(model, files=tuple(replace(access, is_lazy=not access.writes) for access in model.files))
        changed = _with_result(library, changed, other.strip(), kinds, own)
        model = replace(model, alternative=changed, alternative_if=_arguments(condition.split()))
    return _with_result(library, model, result.strip(), kinds, own)


def _with_result(
    library: str, model: FunctionModel, result: str, kinds: Mapping[str, Type], own: Type
) -> FunctionModel:
    """Return `model` with the result of the text `result`."""
    result, of, arguments = result.partition(" of ")
    if of:
        model = replace(model, result_of=_arguments(arguments.split()))
    returns, type_, is_own = _parse_result(library, result, kinds, own)
    return replace(model, returns=returns, type=type_, returns_own_class=is_own)


def _parse_result(library: str, text: str, kinds: Mapping[str, Type], own: Type) -> tuple[Returns, ValueType, bool]:
    match = _RESULT.match(text)
    if match is not None and match[1] in _RELATIONS:
        type_, is_own = _parse_type(library, match[2].strip(), kinds, own)
        return _RELATIONS[match[1]], type_, is_own
    if text in _SPECIAL:
        return _SPECIAL[text], KINDS.get(text, UNKNOWN), False
    type_, is_own = _parse_type(library, text, kinds, own)
    kind = type_.kind if type(type_) is LibraryInstance else type_
    if kind is IMMUTABLE and not is_own:
        return Returns.NEW, type_, False
    return Returns.NEW if kind is TABLE else Returns.HOLDING, type_, is_own


def _parse_type(library: str, text: str, kinds: Mapping[str, Type], own: Type) -> tuple[ValueType, bool]:
    """Return a type, and whether it is the class of the receiver."""
    if text == "self":
        return own, True
    if text in KINDS:
        return KINDS[text], False
    match = _RESULT.match(text)
    if match is not None and match[1] in ("tuple", "list"):
        parts = [_parse_type(library, part.strip(), kinds, own)[0] for part in _split(match[2])]
        if match[1] == "list" and len(parts) == 1:
            return LibraryInstance("list", CONTAINER, tuple(parts)), False
        return LibraryInstance("", CONTAINER, tuple(parts)), False
    path = _class_path(library, text)
    if path not in kinds:
        raise ValueError(f"{text!r} in the rules of {library} is no class. Add it, or name another one.")
    return LibraryInstance(path, kinds[path]), False


def _split(text: str) -> list[str]:
    """Split at the commas outside of parentheses."""
    parts, depth, last = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and not depth:
            parts.append(text[last:position])
            last = position + 1
    return [*parts, text[last:]]


def _arguments(found: Sequence[str]) -> tuple[Argument, ...]:
    return tuple(_argument(text) for text in found)


def _argument(text: str) -> Argument:
    if text == "*":
        return ALL_ARGUMENTS
    if text == "self":
        return SELF
    if text == "any":
        return ANY_FILE
    keyword, at, position = text.partition("@")
    return Argument(keyword, int(position) if at else -1)


_RESTRICTIONS = {("self", "except", "data"): "data", ("self", "only"): "rest"}


def _changes(fields: dict[str, Any], found: list[str]) -> None:
    restriction = _RESTRICTIONS.get(tuple(found))
    if restriction is not None:
        fields["changes"] = (*fields.get("changes", ()), SELF)
        fields["changes_only"] = restriction
    elif "if" in found:
        where = found.index("if")
        if found[:where] == ["self"]:
            fields["changes_receiver_if"] = _arguments(found[2:])
        else:
            condition = _arguments(found[where + 1 :])
            fields["changes_if"] = tuple((argument, condition) for argument in _arguments(found[:where]))
    else:
        fields["changes"] = (*fields.get("changes", ()), *_arguments(found or ["self"]))


def _draws(fields: dict[str, Any], found: list[str]) -> None:
    if found and found[0] != "unless":
        fields["draws_with"] = _arguments(found)
    else:
        fields["draws"] = True
        fields["draws_unless"] = _arguments(found[1:])


def _seeds(fields: dict[str, Any], found: list[str]) -> None:
    if found:
        fields["seeds_with"] = _arguments(found)
    else:
        fields["seeds"] = True


def _random(fields: dict[str, Any], found: list[str]) -> None:
    fields["makes_random"] = True
    fields["makes_random_unless"] = _arguments(found[1:])


def _files(name: str) -> Callable[[dict[str, Any], list[str]], None]:
    def apply(fields: dict[str, Any], found: list[str]) -> None:
        access = FileAccess(0, writes=name == "writes", optional=True, is_lazy=name == "opens")
        fields[name] = tuple(replace(access, path=a) for a in _arguments(found))

    return apply


def _configures(fields: dict[str, Any], found: list[str]) -> None:
    if found == ["discarded"]:
        fields["configures_as_statement"] = True
    else:
        fields["configures"] = tuple(found) or ("",)


def _listed(name: str) -> Callable[[dict[str, Any], list[str]], None]:
    def apply(fields: dict[str, Any], found: list[str]) -> None:
        fields[name] = _arguments(found)

    return apply


def _flag(name: str, value: object = True) -> Callable[[dict[str, Any], list[str]], None]:
    def apply(fields: dict[str, Any], found: list[str]) -> None:
        fields[name] = value

    return apply


def _names(fields: dict[str, Any], found: list[str]) -> None:
    fields["reads_names"] = "".join(found)


def _queries(fields: dict[str, Any], found: list[str]) -> None:
    fields["query"] = _argument(found[0])


def _services(writes: bool) -> Callable[[dict[str, Any], list[str]], None]:
    def apply(fields: dict[str, Any], found: list[str]) -> None:
        paths = [_argument(text) if "@" in text else text for text in found]
        access = tuple(FileAccess(path, writes=writes, is_service=True) for path in paths)
        fields["services"] = fields.get("services", ()) + access

    return apply


_EFFECTS: dict[str, Callable[[dict[str, Any], list[str]], None]] = {
    "pure": lambda fields, found: None,
    "changes": _changes,
    "overwrites": _listed("overwrites"),
    "draws": _draws,
    "random": _random,
    "seeds": _seeds,
    "reads": _files("reads"),
    "opens": _files("opens"),
    "writes": _files("writes"),
    "sends": _services(writes=True),
    "receives": _services(writes=False),
    "configures": _configures,
    "process": _flag("changes_process"),
    "enters": _listed("enters"),
    "derives": _listed("derives"),
    "figure": _flag("uses_figure"),
    "names": _names,
    "queries": _queries,
    "lazy": _flag("consumes_arguments", value=False),
    "held": _flag("writes_held"),
}


def join_models(models: Sequence[FunctionModel]) -> FunctionModel:
    """Return the model of a call of any of the functions."""
    first = models[0]
    if all(m == first for m in models):
        return first
    same = len({(m.returns, m.type, m.returns_own_class, m.alternative) for m in models}) == 1
    fields: dict[str, Any] = {}
    if not same:
        kinds = {m.type.kind if type(m.type) is LibraryInstance else m.type for m in models}
        fields = {"returns": Returns.VIEW, "type": kinds.pop() if len(kinds) == 1 else UNKNOWN}
        fields["returns_own_class"] = all(m.returns_own_class for m in models)
        fields["alternative"] = None
    changing = {m.changes_only for m in models if SELF in m.changes or m.changes_receiver_if}
    random = [m.makes_random_unless for m in models if m.makes_random]
    of = [m.result_of for m in models]
    drawing = [m.draws_unless for m in models if m.draws]
    marks = [m.reads_names for m in models if m.reads_names is not None]
    return replace(
        first,
        changes=_union(m.changes for m in models),
        changes_receiver_if=_union(m.changes_receiver_if for m in models),
        changes_if=_union(m.changes_if for m in models),
        overwrites=_union(m.overwrites for m in models),
        consumes_arguments=any(m.consumes_arguments for m in models),
        seeds=any(m.seeds for m in models),
        draws=bool(drawing),
        draws_unless=_common(drawing),
        changes_only="" if "" in changing else min(changing, default=""),
        draws_with=_union(m.draws_with for m in models),
        makes_random=bool(random),
        makes_random_unless=_common(random),
        result_of=None if None in of else _union(of),
        files=_union(m.files for m in models),
        changes_process=any(m.changes_process for m in models),
        reads_names=min(marks) if marks else None,
        query=next((m.query for m in models if m.query is not None), None),
        writes_held=any(m.writes_held for m in models),
        enters=_union(m.enters for m in models),
        derives=_union(m.derives for m in models),
        uses_figure=any(m.uses_figure for m in models),
        configures=_union(m.configures for m in models),
        configures_as_statement=any(m.configures_as_statement for m in models),
        **fields,
    )


def _common(parts: Sequence[tuple[Argument, ...]]) -> tuple[Argument, ...]:
    return tuple(a for a in parts[0] if all(a in other for other in parts)) if parts else ()


def _union(parts: Any) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))
