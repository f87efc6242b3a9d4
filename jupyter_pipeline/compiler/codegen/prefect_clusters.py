"""Render the compute of single steps in a Prefect flow: ``%%step NAME --profile P`` and ``%%step NAME --function``.

1. Each profile becomes one `StepCluster` of `jupyter_pipeline.runtime`, which wraps the functions of its steps.
2. A step elsewhere that exchanges results with these steps is wrapped, too: it gets values, never references to a
   cluster of other steps.
3. A step computes its lazy results if a step on another cluster reads them, so that nothing is computed again.
4. Functions with the same machines share one `StepFunctions`, which wraps them. A mapped function is one task.
5. The flow closes a cluster after the last steps that use it.
6. With ``--tasks-on workers``, the functions of steps with a profile run on the workers of their cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from jupyter_pipeline.compiler.codegen.imports import Imports
from jupyter_pipeline.compiler.codegen.text import render_arguments, render_text
from jupyter_pipeline.compiler.frontend.directives import largest_worker_size
from jupyter_pipeline.compiler.graph.naming import to_identifier, unused_name
from jupyter_pipeline.compiler.graph.steps import Step, find_ancestors

__all__ = ["FlowClusters", "size_arguments"]


def size_arguments(steps: Sequence[Step]) -> str:
    """Return the arguments of the largest worker size of `steps`, each after a comma."""
    return render_arguments(largest_worker_size(s.settings for s in steps))


def _machine_arguments(step: Step) -> str:
    """Return the arguments of the machines of a function, each after a comma."""
    region = {"region": step.region} if step.region else {}
    return render_arguments({**largest_worker_size([step.settings]), **region})


class FlowClusters:
    """Clusters of single steps in a flow.

    Parameters
    ----------
    steps : sequence of Step
        Steps of the flow.
    run_profile : str
        Profile of the run's cluster; empty without one.
    imports : Imports
        Imports of the flow's file.
    taken : collection of str
        Names in use in the flow.
    on_workers : bool
        The steps run on the workers of their clusters.
    """

    def __init__(
        self, steps: Sequence[Step], run_profile: str, imports: Imports, taken: Collection[str], *, on_workers: bool
    ) -> None:
        self.steps, self.run_profile, self.imports, self.on_workers = steps, run_profile, imports, on_workers
        self.names: dict[str, str] = {}
        """Variable of the cluster of each profile."""
        used = set(taken)
        for profile in dict.fromkeys(s.profile for s in steps if s.profile):
            self.names[profile] = unused_name(f"{to_identifier(profile)}_cluster", used)
            used.add(self.names[profile])
        self.workers: dict[str, str] = {}
        """Variable of the workers of each profile, if steps run on them."""
        for profile in self.names if on_workers else ():
            self.workers[profile] = unused_name(f"{to_identifier(profile)}_workers", used)
            used.add(self.workers[profile])
        self.machines: dict[str, str] = {}
        """Variable of the functions with the same machines, by the arguments that describe the machines."""
        for arguments in dict.fromkeys(_machine_arguments(s) for s in steps if s.function):
            self.machines[arguments] = unused_name("functions", used)
            used.add(self.machines[arguments])
        self._closing = {name: self._find_last_users(name) for name in self.names}

    @property
    def variables(self) -> set[str]:
        """Variables of the clusters and functions in the flow."""
        return {*self.names.values(), *self.workers.values(), *self.machines.values()}

    def contexts(self) -> list[str]:
        """Return the context managers of the clusters."""
        found = []
        for profile, name in self.names.items():
            sizes = size_arguments([s for s in self.steps if s.profile == profile])
            maker = self.imports.need("jupyter_pipeline.runtime", "StepCluster")
            found.append(f"{maker}({render_text(profile)}, __file__{sizes}) as {name}")
        for arguments, name in self.machines.items():
            maker = self.imports.need("jupyter_pipeline.runtime", "StepFunctions")
            found.append(f"{maker}(__file__{arguments}) as {name}")
        return found

    def worker_lines(self) -> str:
        """Return the lines that bind the workers of the clusters."""
        return "".join(f"{name} = task_runner.on({self.names[profile]})\n" for profile, name in self.workers.items())

    def wrapper(self, step: Step) -> str:
        """Return the expression that wraps the function of a step; empty for none."""
        if step.function:
            return self.machines[_machine_arguments(step)] + (".map" if step.mapped else "")
        if self.on_workers:
            return self.workers.get(step.profile, "")
        persists = self._persists(step)
        if step.profile:
            return self.names[step.profile] + (".persist" if persists else "")
        if persists:
            return self.imports.need("jupyter_pipeline.runtime", "persist_results")
        guarded = bool(self.machines and self.run_profile)  # no work on a cluster while machines start
        if guarded or any(source.profile for source in step.sources.values()):
            return self.imports.need("jupyter_pipeline.runtime", "receive_results")
        return ""

    def closing_lines(self, submitted: Mapping[int, str]) -> list[str]:
        """Return the lines that close clusters, each once: its last users have been submitted.

        Parameters
        ----------
        submitted : mapping of int to str
            Variable of each submitted step's future, by ``id(step)``.
        """
        lines = []
        for profile, users in list(self._closing.items()):
            if all(id(user) in submitted for user in users):
                del self._closing[profile]
                if self.steps[-1] not in users:  # the end of the flow closes it
                    lines.append(f"{self.names[profile]}.close_after({', '.join(submitted[id(u)] for u in users)})")
        return lines

    def _persists(self, step: Step) -> bool:
        """Return True if a step on another cluster reads the results of a step that has a cluster."""
        readers = [s for s in self.steps if step in s.sources.values()]
        return bool(step.profile or self.run_profile) and any(s.function or s.profile != step.profile for s in readers)

    def _find_last_users(self, profile: str) -> list[Step]:
        """Return the steps that use a cluster or read results from it, without those that precede another one."""
        own = [s for s in self.steps if s.profile == profile]
        users = [s for s in self.steps if s in own or any(source in own for source in s.sources.values())]
        earlier = {id(before) for user in users for before in find_ancestors(user, self.steps)}
        return [user for user in users if id(user) not in earlier]
