"""Render the settings of a step as arguments of Prefect's ``task``."""

from __future__ import annotations

from jupyter_pipeline.compiler.codegen.imports import Imports
from jupyter_pipeline.compiler.frontend.directives import StepSettings

__all__ = ["CACHED", "render_cache_policy", "task_arguments"]

CACHED = "CACHED"
"""Name of the cache policy in a flow's module; one of `base.RESERVED_NAMES`."""

_CACHED = f'''

def code(context, arguments):
    """Return a cache key of the task and of all code in this folder."""
    files = sorted(pathlib.Path(__file__).parent.rglob("*.py"))
    return hash_objects(context.task.name, *(file.read_text() for file in files))


{CACHED} = INPUTS + CacheKeyFnPolicy(cache_key_fn=code)
'''


def render_cache_policy(imports: Imports) -> str:
    """Return the definition of the cache policy, and add its imports to `imports`."""
    imports.need("pathlib")
    imports.need("prefect.cache_policies", "CacheKeyFnPolicy")
    imports.need("prefect.cache_policies", "INPUTS")
    imports.need("prefect.utilities.hashing", "hash_objects")
    return _CACHED


def task_arguments(settings: StepSettings, imports: Imports, *, standalone: bool) -> list[str]:
    """Return the arguments of ``task`` for `settings`, and add their imports to `imports`.

    Parameters
    ----------
    settings : StepSettings
        Settings of the step.
    imports : Imports
        Imports of the generated file.
    standalone : bool
        Do not import this package. Cached results are then pickled instead of written as Parquet.
    """
    arguments = []
    if settings.retries:
        arguments.append(f"retries={settings.retries}")
        if delay := _delay(settings, imports):
            arguments.append(f"retry_delay_seconds={delay}")
        if settings.retry_jitter:
            arguments.append(f"retry_jitter_factor={settings.retry_jitter:g}")
    if settings.timeout:
        arguments.append(f"timeout_seconds={settings.timeout:g}")
    if settings.cache:
        imports.need("datetime")
        arguments += [f"cache_policy={CACHED}", f"cache_expiration={_span(settings.cache)}", "persist_result=True"]
        if standalone:
            arguments.append('result_serializer="compressed/pickle"')
        else:
            arguments.append(f"result_serializer={imports.need('jupyter_pipeline.runtime', 'TableSerializer')}()")
    return arguments


def _delay(settings: StepSettings, imports: Imports) -> str:
    """Return the delay, ``exponential_backoff`` for a factor of 2, or a list of delays for other factors."""
    delay = settings.retry_delay or (1.0 if settings.retry_backoff or settings.retry_jitter else 0.0)
    if settings.retry_backoff == 2:
        return f"{imports.need('prefect.tasks', 'exponential_backoff')}({delay:g})"
    if settings.retry_backoff:
        return f"[{', '.join(f'{delay * settings.retry_backoff**n:g}' for n in range(settings.retries))}]"
    return f"{delay:g}" if delay else ""


def _span(seconds: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds % size == 0:
            return f"datetime.timedelta({unit}={seconds / size:g})"
    return f"datetime.timedelta(seconds={seconds:g})"
