"""Nannies that use little CPU time: several of them share the keeper's process."""

from __future__ import annotations

from typing import Any

from distributed import Nanny

__all__ = ["QuietNanny"]

# Milliseconds between two callbacks
_INTERVALS = {
    "memory_monitor": 200.0,  # memory of the worker, which checks it more often itself
    "tick": 2000.0,  # delay of the event loop; Dask warns from three seconds on
    "monitor": 60_000.0,  # load of the nanny's process, which is never read
}


class QuietNanny(Nanny):  # type: ignore[misc]
    """`distributed.Nanny` with longer intervals between its periodic callbacks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, interval in _INTERVALS.items():
            callback = self.periodic_callbacks.get(name)
            if callback is not None:
                callback.callback_time = max(callback.callback_time, interval)
