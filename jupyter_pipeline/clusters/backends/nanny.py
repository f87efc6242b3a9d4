"""Nannies that rest while their workers do: several of them share the keeper's process."""

from __future__ import annotations

from typing import Any

from distributed import Nanny

__all__ = ["CalmNanny"]

# Milliseconds between two looks
_PAUSES = {
    "memory_monitor": 200.0,  # at the worker's memory; the worker itself looks more often
    "tick": 2000.0,  # whether the event loop hangs; Dask warns from three seconds on
    "monitor": 60_000.0,  # at the load of the nanny's own process, which nobody reads
}


class CalmNanny(Nanny):  # type: ignore[misc]
    """`distributed.Nanny` with longer pauses between its looks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, pause in _PAUSES.items():
            callback = self.periodic_callbacks.get(name)
            if callback is not None:
                callback.callback_time = max(callback.callback_time, pause)
