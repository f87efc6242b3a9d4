"""Write the job script of a profile for a trial, such as ``sbatch --test-only``, without starting a cluster.

The class of the profile writes the script, with the additions of the product. A trial therefore tests the job that a
start submits. A process that has not imported the class, such as a kernel or the Jupyter server, does not import it:
dask-jobqueue replaces the handler of SIGINT, and can be imported in the main thread only. A child process does.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import Context, import_class, run_coroutine
from jupyter_pipeline.clusters.backends.batch.submission import SubmissionLog
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.backends.batch.base import BatchBackend

__all__ = ["TrialJob", "write_trial_job"]

_TAG = "jp-000000-0000000000"  # the label has the length of a real one
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class TrialJob:
    """A job that is not submitted.

    Parameters
    ----------
    submit_command : str
        Command that would submit it.
    script : str
        Its script.
    """

    submit_command: str
    script: str

    def run(self, command: Sequence[str], *, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run `command` with a file of the script as its last argument.

        Parameters
        ----------
        command : sequence of str
            Program and arguments.
        timeout : float
            Seconds.

        Raises
        ------
        OSError
            If the program cannot run.
        subprocess.TimeoutExpired
            If it takes longer.
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{_TAG}.0.sh")
            path.write_text(self.script)
            return subprocess.run(
                [*command, str(path)],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                stdin=subprocess.DEVNULL,
            )


def write_trial_job(backend: BatchBackend, profile: Profile) -> TrialJob:
    """Return a worker's job. Its script differs from a real one in the label and in the folder of its output.

    Parameters
    ----------
    backend : BatchBackend
        Backend of the profile.
    profile : Profile
        The profile.

    Raises
    ------
    Exception
        Any exception of the cluster class, for arguments that it refuses.
    subprocess.SubprocessError
        If a child process wrote the script and failed.
    """
    if profile.cluster_class.rpartition(".")[0] not in sys.modules:
        return _write_in_child(backend, profile)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # dask-jobqueue reads renamed keys of its own defaults
        return run_coroutine(_write(backend, profile, Path(folder)), timeout=_TIMEOUT)  # the class needs an event loop


def _write_in_child(backend: BatchBackend, profile: Profile) -> TrialJob:
    """Return a worker's job, written by a process that imports the class."""
    request = StartRequest(profile=profile, sys_path=tuple(sys.path))
    answer = subprocess.run(
        [sys.executable, "-P", "-m", __name__, f"{type(backend).__module__}.{type(backend).__qualname__}"],
        input=json.dumps(request.to_dict()),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=True,
    )
    return TrialJob(**json.loads(answer.stdout.splitlines()[-1]))


async def _write(backend: BatchBackend, profile: Profile, folder: Path) -> TrialJob:
    """Return a worker's job."""
    from distributed.core import Status

    async def find() -> list[Any]:
        return []

    async def cancel(ids: Collection[str]) -> None:
        pass

    cluster_class = import_class(profile.cluster_class, extra=backend.extra)
    job_class = backend.make_job_class(cluster_class, SubmissionLog(_TAG, folder, find, cancel))
    arguments = backend.prepare(profile, Context(tag=_TAG, name=profile.name, directory=folder))
    # The class would change the log levels of this process.
    cluster = cluster_class(job_cls=job_class, **{**arguments, "silence_logs": False})
    cluster.status = Status.closed  # it never starts
    job = cluster._dummy_job
    return TrialJob(str(job.submit_command), str(job.job_script()))


def main() -> None:
    """Print the job of the request on standard input, as JSON. The argument names the class of the backend."""
    request = StartRequest.from_dict(json.load(sys.stdin))
    sys.path[:] = dict.fromkeys((*request.sys_path, *sys.path))
    backend = import_class(sys.argv[1])(request.profile)
    import_class(request.profile.cluster_class, extra=backend.extra)
    sys.stdout.write(json.dumps(dataclasses.asdict(write_trial_job(backend, request.profile))) + "\n")


if __name__ == "__main__":
    main()
