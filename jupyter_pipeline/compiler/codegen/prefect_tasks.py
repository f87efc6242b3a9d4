"""How a step runs, in Prefect's words: the arguments of ``task``."""

from __future__ import annotations

from jupyter_pipeline.compiler.codegen.imports import Imports
from jupyter_pipeline.compiler.frontend.directives import StepSettings

__all__ = ["CACHED", "cached", "lazy_verdict", "task_arguments"]

CACHED = "CACHED"
"""Name of the cache policy in a flow's module."""

_CACHED = f'''

def code(context, arguments):
    """Return a key of the task and of all code here: a result is used again only where nothing has changed."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    return hash_objects(context.task.name, *(file.read_text() for file in files))


{CACHED} = INPUTS + CacheKeyFnPolicy(cache_key_fn=code)
'''


def cached(imports: Imports) -> str:
    """Return the definition of the cache policy; what it needs is added to `imports`."""
    imports.need("pathlib", "Path")
    imports.need("prefect.cache_policies", "CacheKeyFnPolicy")
    imports.need("prefect.cache_policies", "INPUTS")
    imports.need("prefect.utilities.hashing", "hash_objects")
    return _CACHED


def lazy_verdict(imports: Imports) -> str:
    """Return the lines that make ``verdict`` of the ``result`` of a check which may be lazy."""
    imports.need("dask", "is_dask_collection")
    return (
        "verdict = result\n"
        "if is_dask_collection(result):  # lazy: nothing has been looked at before Dask is asked for it\n"
        '    verdict = len(result) if hasattr(type(result), "ndim") and result.ndim else result.compute()\n'
    )


def task_arguments(settings: StepSettings, imports: Imports, *, standalone: bool) -> list[str]:
    """Return the arguments of ``task`` for `settings`; what they need is added to `imports`.

    Parameters
    ----------
    settings : StepSettings
        Of the step.
    imports : Imports
        Of the file.
    standalone : bool
        Whether the file must not import this package: results that are kept are then pickled, not written as Parquet.
    """
    found = []
    if settings.retries:
        found.append(f"retries={settings.retries}")
        if delay := _delay(settings, imports):
            found.append(f"retry_delay_seconds={delay}")
        if settings.retry_jitter:
            found.append(f"retry_jitter_factor={settings.retry_jitter:g}")
    if settings.timeout:
        found.append(f"timeout_seconds={settings.timeout:g}")
    if settings.cache:
        imports.need("datetime")
        found += [f"cache_policy={CACHED}", f"cache_expiration={_span(settings.cache)}", "persist_result=True"]
        if standalone:
            found.append('result_serializer="compressed/pickle"')
        else:
            found.append(f"result_serializer={imports.need('jupyter_pipeline.runtime', 'TableSerializer')}()")
    return found


def _delay(settings: StepSettings, imports: Imports) -> str:
    """Return the delay, or how it grows: Prefect's own function doubles it, other factors are written out."""
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
