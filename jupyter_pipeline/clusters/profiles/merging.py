"""Merge layers and ``extends`` into one mapping, and track the source of each key. All functions are pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.clusters.profiles.layers import Layer
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError

__all__ = ["MergedProfile", "merge"]

_MAX_CHAIN = 20


@dataclass(slots=True)
class MergedProfile:
    """A merged profile before validation."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    """Source of each dotted key."""
    notes: list[str] = field(default_factory=list)
    """Sentences about options that are ignored, or have an unexpected effect."""

    def get_source(self, key: str) -> str:
        """Return the source of the dotted `key`, or of the nearest key above it."""
        while key:
            if key in self.origins:
                return self.origins[key]
            key = key.rpartition(".")[0]
        return self.origins.get("", "")

    def build_error(self, key: str, reason: str, fix: str) -> ConfigurationError:
        """Return the error for a `key` with an unusable value."""
        return ConfigurationError(
            self.get_source(key), f"profile {self.name}: {key}" if key else self.name, reason, fix
        )

    def overlay(self, values: Mapping[str, Any], source: str) -> None:
        """Overlay `values`, key by key.

        A hyphen in a key is an underscore. A new ``cluster_class`` discards the arguments of the former class. A fixed
        size and bounds for adaptive scaling replace each other. ``environment: WORD`` sets its policy.
        """
        values = _unify_keys(values)
        if isinstance(values.get("environment"), str):
            values = {**values, "environment": {"policy": values["environment"]}}
        former, new = self.values.get("cluster_class"), values.get("cluster_class")
        if former is not None and new is not None and new != former:
            for key in ("cluster_kwargs", "adapt_kwargs"):
                self.values.pop(key, None)
        kwargs = values.get("cluster_kwargs")
        fixed = values.get("workers") or (isinstance(kwargs, Mapping) and kwargs.get("n_workers"))
        if fixed and not values.get("adapt_kwargs"):
            self.values.pop("adapt_kwargs", None)
        elif values.get("adapt_kwargs") and not fixed:
            self.values.pop("workers", None)
        self.origins[""] = source
        self._overlay(self.values, values, source, "")

    def _overlay(self, target: dict[str, Any], values: Mapping[str, Any], source: str, prefix: str) -> None:
        for key, value in values.items():
            path = f"{prefix}{key}"
            self.origins[path] = source
            existing = target.get(key)
            if isinstance(value, Mapping) and isinstance(existing, dict):
                self._overlay(existing, value, source, f"{path}.")
            else:
                target[key] = copy.deepcopy(value)


def merge(name: str, layers: Sequence[Layer], *, _chain: tuple[str, ...] = ()) -> MergedProfile:
    """Return the profile `name` from all `layers`, overlaid on the profile that it extends.

    Raises
    ------
    NotFoundError
        If no layer has it.
    ConfigurationError
        If ``extends`` is circular or names an unknown profile.
    """
    parts = [(layer.source, layer.profiles[name]) for layer in layers if name in layer.profiles]
    if not parts:
        raise NotFoundError("profile", name, {n for layer in layers for n in layer.profiles})
    merged = MergedProfile(name)
    base, origin = None, ""
    for source, values in parts:
        if "extends" in values:
            base, origin = values["extends"], source
    if base is not None:
        _check_base(name, base, origin, _chain)
        try:
            merged = merge(base, layers, _chain=(*_chain, name))
        except NotFoundError as error:
            if error.name != base:
                raise
            raise ConfigurationError(
                origin, f"profile {name}: extends", f"no profile is called {base!r}", _list_known(error)
            ) from error
        merged.name = name
        merged.values.pop("description", None)
    for source, values in parts:
        merged.overlay({k: v for k, v in values.items() if k != "extends"}, source)
    return merged


def _unify_keys(values: Mapping[Any, Any], *, levels: int = 2) -> dict[Any, Any]:
    """Return `values` with underscores in the keys of a profile and of its sections."""
    return {
        key.replace("-", "_") if isinstance(key, str) else key: _unify_keys(value, levels=levels - 1)
        if levels > 1 and isinstance(value, Mapping)
        else value
        for key, value in values.items()
    }


def _check_base(name: str, base: object, origin: str, chain: tuple[str, ...]) -> None:
    key = f"profile {name}: extends"
    if not isinstance(base, str):
        raise ConfigurationError(origin, key, "is not the name of a profile", "Write one name.")
    if base == name:
        raise ConfigurationError(
            origin, key, "a profile cannot extend itself", "Remove it: a later layer overrides an earlier one anyway."
        )
    if base in chain or len(chain) > _MAX_CHAIN:
        circle = " → ".join((*chain[chain.index(base) :], name, base)) if base in chain else "too long a chain"
        raise ConfigurationError(origin, key, f"goes in a circle: {circle}", "Remove one of them.")


def _list_known(error: NotFoundError) -> str:
    names = error.nearest or error.known[:8]
    return f"There {'is' if len(names) == 1 else 'are'}: {', '.join(names)}."
