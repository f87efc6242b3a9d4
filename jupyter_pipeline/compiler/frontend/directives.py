"""Parse directives: a cell is a step or a check, with a name and settings.

1. A directive is the first line of a cell (``%%step clean --retries 3 --timeout 10m``), a tag (``step:clean``), or cell
   metadata (``"jupyter_pipeline": {"step": "clean", "retries": 3}``). The three forms are equivalent.
2. A deployment has the same options for all its steps (`OPTIONS`). A directive overrides them for its step.
   Options that set the compute of one step are in `STEP_OPTIONS`.
3. An invalid option is refused with its cell and line.
"""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline import arguments
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Record
from jupyter_pipeline.paths import check_name

__all__ = [
    "KINDS",
    "OPTIONS",
    "STEP_OPTIONS",
    "Directive",
    "StepSettings",
    "largest_worker_size",
    "list_options",
    "read_directive",
    "read_metadata",
    "read_settings",
    "read_tag",
]

KINDS = ("step", "check")

OPTIONS = {
    "--retries": "number of retries after a failed attempt",
    "--retry-delay": "delay between two attempts, such as 30s",
    "--backoff": "factor by which the delay grows after each attempt, such as 2",
    "--jitter": "random share of the delay, such as 0.5",
    "--timeout": "timeout of one attempt, such as 10m",
    "--cache": "time for which a result is cached for the same inputs, such as 1h",
    "--cpus": "CPUs of each worker of the run's cluster",
    "--memory": "memory of each worker of the run's cluster, such as 8GiB",
    "--gpus": "GPUs of each worker of the run's cluster",
}
"""Help text of each option of a directive. A deployment has the same options for all its steps."""
STEP_OPTIONS = {
    "--profile": "cluster profile of the step, in place of the profile of the deployment",
    "--region": "region of the machines of a step with --function, such as us-east-2",
}
"""Help text of each option that sets the compute of one step."""

_HELP = {**OPTIONS, **STEP_OPTIONS}
_MAP = "--map"
_FUNCTION = "--function"
_FLAGS = {
    _MAP: "run the step once for each element of a list",
    _FUNCTION: "run the step as a function of Coiled, on machines of its own",
}
"""Help text of each option of a step without a value."""
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[kMGTP])(?P<binary>i?)B")
_REGION = re.compile(r"[a-z0-9-]+")
_KEYS = (*KINDS, "map", "function")
"""Keys of cell metadata that are no options with a value."""
MOST_RETRIES = 100
MOST_DELAYS = 50
"""Prefect's limit of delays for one task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSettings(Record):
    """Retries, limits and worker size of a step."""

    retries: int = 0
    retry_delay: float = 0.0
    """Seconds between attempts."""
    retry_backoff: float = 0.0
    """Factor by which the delay grows after each attempt; 0 for none."""
    retry_jitter: float = 0.0
    """Random share of the delay."""
    timeout: float | None = None
    """Seconds until an attempt is cancelled."""
    cache: float | None = None
    """Seconds for which a result is reused if the inputs are equal."""
    cpus: int = 0
    """CPUs of each worker; 0 for the profile's number. The run uses the largest value of its steps."""
    memory: str = ""
    """Text such as ``8GiB``."""
    gpus: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive(Record):
    """Kind, name and settings of a step."""

    kind: str = "step"
    """``step`` or ``check``."""
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `StepSettings` that it sets."""
    map: bool = False
    """True if the step runs once for each element of a list."""
    profile: str = ""
    """Profile of the cluster of the step; empty for the place of the other steps."""
    function: bool = False
    """True if the step is a function of Coiled, on machines of its own."""
    region: str = ""
    """Region of these machines; empty for the default of the account."""

    @property
    def has_options(self) -> bool:
        """True if it sets anything but the name and the mapping."""
        return bool(self.settings or self.profile or self.function)

    def has_same_options(self, other: Directive) -> bool:
        """Return True if `other` sets the same options."""
        return dict(self.settings) == dict(other.settings) and self.placement == other.placement

    @property
    def placement(self) -> tuple[str, bool, str]:
        """Options that choose the place of the step."""
        return self.profile, self.function, self.region


def list_options(kind: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the help texts of the options of a kind: those without a value, and those with one."""
    if kind == "step":
        return dict(_FLAGS), dict(_HELP)
    return {}, {option: text for option, text in _HELP.items() if option != "--region"}  # it needs --function


def read_directive(kind: str, text: str) -> Directive:
    """Return the directive of a ``%%step`` or ``%%check`` line.

    Raises
    ------
    UsageError
        If the name is missing, or an option is unknown or invalid.

    Examples
    --------
    >>> read_directive("step", "clean --retries 3 --timeout 10m").settings
    {'retries': 3, 'timeout': 600.0}
    """
    try:
        words = shlex.split(text, comments=True)
    except ValueError as error:
        raise UsageError(f"%%{kind} {text}: {error}. Close the quotation.") from error
    if not words or words[0].startswith("-"):
        raise UsageError(f"%%{kind} needs a name: %%{kind} NAME on the first line of the cell.")
    options: dict[str, str] = {}
    rest = iter(words[1:])
    flags = dict.fromkeys(_FLAGS, False)
    for word in rest:
        if word in flags:
            flags[word] = True
            continue
        option, equals, value = word.partition("=")
        if option not in _HELP:
            near = difflib.get_close_matches(option, [*flags, *_HELP], n=1)
            offer = f"Did you mean {near[0]}?" if near else f"It takes a name, {', '.join([*flags, *_HELP])}."
            raise UsageError(f"%%{kind} has no option {word!r}. {offer}")
        options[option] = value if equals else next(rest, "")
        if not options[option]:
            raise UsageError(f"{option} needs a value: {_HELP[option]}.")
    return _directive(kind, words[0], options, mapped=flags[_MAP], function=flags[_FUNCTION])


def read_tag(tags: Sequence[str]) -> Directive | None:
    """Return the directive of a tag such as ``step:clean``."""
    for tag in tags:
        kind, _, name = tag.partition(":")
        if kind in KINDS:
            return Directive(kind=kind, name=name)
    return None


def read_metadata(data: Mapping[str, Any]) -> Directive | None:
    """Return the directive in the key ``jupyter_pipeline`` of cell metadata: ``{"step": "clean", "retries": 3}``.

    Raises
    ------
    UsageError
        If a key is unknown or its value is invalid.
    """
    kind = next((k for k in KINDS if k in data), "")
    if not kind:
        return None
    options = {f"--{key.replace('_', '-')}": str(value) for key, value in data.items() if key not in _KEYS}
    if unknown := [option for option in options if option not in _HELP]:
        raise UsageError(
            f"The metadata of the cell have no setting {unknown[0][2:]!r}. Valid settings: {kind}, "
            f"{', '.join(o[2:] for o in _HELP)}."
        )
    mapped, function = bool(data.get("map")), bool(data.get("function"))
    return _directive(kind, str(data[kind]), options, mapped=mapped, function=function)


def read_settings(options: Mapping[str, str]) -> dict[str, Any]:
    """Return fields of `StepSettings` from the texts of options; empty texts are ignored.

    Parameters
    ----------
    options : mapping of str to str
        Text by option, such as ``{"--retries": "3"}``.

    Raises
    ------
    UsageError
        If a text is invalid, or the values contradict each other.
    """
    found: dict[str, Any] = {}
    for option, text in options.items():
        if text.strip():
            name, read = _READERS[option]
            found[name] = read(option, text.strip())
    if found.get("retry_backoff") and found.get("retries", 0) > MOST_DELAYS:
        raise UsageError(f"With --backoff there can be at most {MOST_DELAYS} retries.")
    return found


def largest_worker_size(settings: Iterable[StepSettings]) -> dict[str, Any]:
    """Return the largest worker size in `settings`; sizes that no step sets are absent."""
    every = list(settings)
    found = {
        "cpus": max((s.cpus for s in every), default=0),
        "memory": max((s.memory for s in every), key=_bytes, default=""),
        "gpus": max((s.gpus for s in every), default=0),
    }
    return {name: value for name, value in found.items() if value}


def _directive(kind: str, name: str, options: Mapping[str, str], *, mapped: bool, function: bool) -> Directive:
    if kind == "check" and mapped:
        raise UsageError(f"A check uses the whole result: leave out {_MAP}.")
    settings = read_settings({option: text for option, text in options.items() if option in OPTIONS})
    profile = options.get("--profile", "").strip()
    if profile.startswith("-") or "/" in profile or profile.endswith((".yaml", ".yml")):
        raise UsageError(
            f"--profile {profile}: give the name of a profile. `jupyter pipeline profiles list` lists them."
        )
    if profile:
        check_name("profile", profile)
    region = options.get("--region", "").strip()
    if region and not _REGION.fullmatch(region):
        raise UsageError(f"--region {region}: give the name of a region, such as us-east-2.")
    if region and not function:
        raise UsageError("--region needs --function: a profile has the region of a cluster.")
    if function and kind == "check":
        raise UsageError("A check cannot be a function: leave out --function.")
    if function and profile:
        raise UsageError("--function and --profile contradict each other: a function has machines of its own.")
    if function and settings.get("gpus", 0) > 1:
        raise UsageError("A machine of --function has at most one GPU: write --gpus 1.")
    return Directive(
        kind=kind, name=name, settings=settings, map=mapped, profile=profile, function=function, region=region
    )


def _bytes(text: str) -> float:
    match = _SIZE.fullmatch(text)
    if not match:
        return 0.0
    base = 1024 if match["binary"] else 1000
    return float(match["number"]) * float(base) ** (" kMGTP".index(match["unit"]))


def _whole(option: str, text: str) -> int:
    maximum = MOST_RETRIES if option == "--retries" else 100_000
    if not (text.isascii() and text.isdigit() and int(text) <= maximum):
        raise UsageError(f"{option} {text}: give a whole number from 0 to {maximum:,}.")
    return int(text)


def _factor(option: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    lowest = 1 if option == "--backoff" else 0
    if not lowest <= value <= 100:
        raise UsageError(f"{option} {text}: give a number from {lowest} to 100; {OPTIONS[option]}.")
    return value


def _seconds(option: str, text: str) -> float:
    try:
        return arguments.duration(text)
    except UsageError as error:
        raise UsageError(f"{option} {text}: give a number with s, m, h or d, such as 30m.") from error


def _memory(option: str, text: str) -> str:
    if not _SIZE.fullmatch(text):
        raise UsageError(f"{option} {text}: give a size with its unit, such as 8GiB.")
    return text


_READERS: Mapping[str, tuple[str, Callable[[str, str], Any]]] = {
    "--retries": ("retries", _whole),
    "--retry-delay": ("retry_delay", _seconds),
    "--backoff": ("retry_backoff", _factor),
    "--jitter": ("retry_jitter", _factor),
    "--timeout": ("timeout", _seconds),
    "--cache": ("cache", _seconds),
    "--cpus": ("cpus", _whole),
    "--memory": ("memory", _memory),
    "--gpus": ("gpus", _whole),
}
