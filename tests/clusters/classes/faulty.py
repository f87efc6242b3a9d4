"""Cluster classes that misbehave in one way each; a profile names them by import path."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from distributed import LocalCluster, SpecCluster
from distributed.deploy.subprocess import SubprocessScheduler, SubprocessWorker


class NeverStarts(LocalCluster):
    """Leaves a process behind and waits for ever."""

    def __await__(self):
        subprocess.Popen(["sleep", "1000"])
        return asyncio.sleep(1000).__await__()


class Fails(LocalCluster):
    """Leaves a process behind and raises."""

    def __await__(self):
        subprocess.Popen(["sleep", "1000"])
        raise ValueError("no such partition: gpu")


class BlocksWhileStarting(LocalCluster):
    """Leaves a process behind and blocks the event loop."""

    def __init__(self, **kwargs):
        subprocess.Popen(["sleep", "1000"])
        time.sleep(1000)


class BlocksWhileScaling(LocalCluster):
    """Leaves a process behind and blocks the event loop when it has to scale."""

    def scale(self, *args, **kwargs):
        subprocess.Popen(["sleep", "1000"])
        time.sleep(1000)


class NeverScales(LocalCluster):
    """Waits for ever when it has to scale."""

    def scale(self, *args, **kwargs):
        return asyncio.sleep(1000)


class NeverCloses(LocalCluster):
    """Leaves a process behind at its end."""

    async def _close(self):
        subprocess.Popen([sys.executable, "-c", "import signal, time; signal.pause()"])
        raise RuntimeError("cannot close")


class DiesWhileClosing(LocalCluster):
    """Mark the start of its close, and close slowly."""

    async def _close(self):
        Path(os.environ["FAULTY_MARKER"]).touch()
        await asyncio.sleep(30)


def elsewhere(n_workers=1, asynchronous=True, **kwargs):
    """Return a cluster whose scheduler and workers are processes of their own, without encryption."""
    worker = {"cls": SubprocessWorker, "options": {"worker_kwargs": {"nthreads": 1}}}
    return SpecCluster(
        workers=dict.fromkeys(range(n_workers), worker),
        scheduler={"cls": SubprocessScheduler, "options": {"scheduler_kwargs": {"host": "127.0.0.1"}}},
        worker=worker,
        asynchronous=asynchronous,
    )
