"""Choose the environment variables that a deployment records for its runs.

A run gets the environment of its worker, which may differ from the environment of the notebook.

1. Variables of the site are recorded: paths, modules, batch system, proxies, locale, threads, Dask (`_SITE`).
2. Variables that match ``environment.variables`` of the profile are recorded.
3. Variables that the deployed code reads by a constant name are recorded.
4. Variables that the rehearsal read are recorded if the worker does not have the same value.
5. Variables of the last version are recorded.

Secrets are never recorded. Variables of a terminal, a kernel or a batch job (`_TRANSIENT`) are not valid in a run.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jupyter_pipeline import plotting_backend
from jupyter_pipeline.environments.capture.variables import is_secret, match_names
from jupyter_pipeline.models import Record

__all__ = ["RecordedVariables", "choose_variables", "find_names", "readable_variables", "with_rehearsal"]

_SITE = (
    *("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH", "PYTHONUTF8", "PYTHONWARNINGS", "PYTHONHASHSEED"),
    *("CONDA_PREFIX", "CONDA_DEFAULT_ENV", "VIRTUAL_ENV", "JAVA_HOME", "SPARK_HOME", "HADOOP_CONF_DIR", "CUDA_HOME"),
    *("LOADEDMODULES", "_LMFILES_", "MODULEPATH", "MODULESHOME"),
    *("SLURM_CONF", "SLURM_CLUSTERS", "SBATCH_*", "PBS_DEFAULT", "PBS_SERVER", "PBS_CONF_FILE", "PBS_EXEC"),
    *("SGE_ROOT", "SGE_CELL", "SGE_CLUSTER_NAME", "SGE_QMASTER_PORT", "SGE_EXECD_PORT"),
    *("LSF_ENVDIR", "LSF_SERVERDIR", "LSF_BINDIR", "LSF_LIBDIR", "CONDOR_CONFIG", "_CONDOR_*", "MOABHOMEDIR"),
    *("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"),
    *("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("KUBECONFIG", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB"),
    *("TZ", "LANG", "LANGUAGE", "LC_*"),
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS"),
    *("DASK_*",),
)
"""Variables that programs and interpreters read where no rehearsal can observe it."""

_TRANSIENT = (
    *("PWD", "OLDPWD", "SHLVL", "_", "TERM", "TERM_*", "COLORTERM", "COLUMNS", "LINES", "LS_COLORS", "PS1", "PS2"),
    *("PAGER", "GIT_PAGER", "CLICOLOR*", "FORCE_COLOR", "NO_COLOR", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY"),
    *("SSH_*", "XDG_SESSION_*", "XDG_RUNTIME_DIR", "DBUS_*", "TMUX*", "STY", "WINDOWID", "INVOCATION_ID"),
    *("JPY_*", "JUPYTERHUB_*", "JUPYTER_*", "PREFECT_*", "PYDEVD_*", "PYTEST_*", "VSCODE_*"),
    *("KERNEL_ID", "KERNEL_USERNAME", "KERNEL_WORKING_DIR", "KERNEL_LAUNCH_TIMEOUT"),
    *("PYTHONUNBUFFERED", "TMPDIR", "TMP", "TEMP", "CUDA_VISIBLE_DEVICES"),
    *(
        "SLURM_*",
        "SLURMD_*",
        "SRUN_*",
        "PBS_*",
        "LSB_*",
        "LS_JOBPID",
        "LS_SUBCWD",
        "JOB_ID",
        "OAR_*",
        "CONDOR_*",
        "_CONDOR_SLOT*",
    ),
)
"""Variables that are valid only in the terminal, kernel or job that has set them, unless `_SITE` names them."""

_NAME = re.compile(r"[A-Za-z_]\w*")
_TEMPLATE = "{{"
"""Prefect would replace it in a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedVariables(Record):
    """Environment variables of a deployment."""

    values: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    """Reason for each name in `values`: ``site``, ``profile``, ``code``, ``rehearsal`` or ``last version``."""
    secrets: tuple[str, ...] = ()
    """Set variables that the runs need, and that look like secrets."""
    absent: tuple[str, ...] = ()
    """Variables that the last version recorded, and that are not set here."""
    templates: tuple[str, ...] = ()
    """Variables whose values Prefect would change."""
    session: tuple[str, ...] = ()
    """Variables that the code reads, and that are valid in this session only."""
    expected: tuple[str, ...] = ()
    """Names that a run must get from its worker."""

    def notes(self, worker: Mapping[str, str] | None) -> Iterator[str]:
        """Yield a sentence for each variable that is not recorded; `worker` is the worker's environment if known."""
        for name in self.secrets:
            if worker is not None and name in worker:
                yield f"{name} looks like a secret and is not recorded. Runs take it from the service's environment."
            else:
                yield (
                    f"{name} looks like a secret and is not recorded. Set it before jupyter pipeline up, or name a "
                    f'Secret block in env of pipelines/targets.yaml: {name}: "{{{{ prefect.blocks.secret.NAME }}}}".'
                )
        for name in self.absent:
            yield f"{name} was recorded with the last version and is not set here. Runs will not have it."
        for name in self.templates:
            yield f"{name} contains {_TEMPLATE} and is not recorded. Set it in the code, or before jupyter pipeline up."
        for name in self.session:
            yield (
                f"{name} is valid in this session only and is not recorded. "
                "To record it, name it in environment.variables of the profile."
            )


def choose_variables(
    code: Mapping[str, str],
    *,
    patterns: Collection[str] = (),
    provided: Collection[str] = (),
    last: Collection[str] = (),
    expected: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
) -> RecordedVariables:
    """Return the variables to record before a rehearsal.

    Parameters
    ----------
    code : mapping of str to str
        Text of each file of a run by relative path.
    patterns : collection of str
        Names and patterns of the profile.
    provided : collection of str
        Names that the target sets.
    last, expected : collection of str
        Names that the last version recorded, and that its runs took from the worker.
    environ : mapping, optional
        Environment of the notebook; by default the environment of this process.
    """
    present = os.environ if environ is None else environ
    settable = {name for name in present if _NAME.fullmatch(name)} - {*provided}
    usable = {name for name in settable if not _is_transient(name, present[name])}
    in_code = find_names(code) & settable
    origins: dict[str, str] = {}
    for origin, names in (
        ("profile", {*match_names(usable, patterns), *({*patterns} & settable)}),
        ("site", match_names(usable, _SITE)),
        ("code", in_code & usable),
        ("last version", {*last} & usable),
    ):
        for name in names:
            origins.setdefault(name, origin)
    chosen = _without_secrets({name: present[name] for name in sorted(origins)}, origins)
    absent = {name for name in last if name not in present} - {*match_names(last, _SITE)}
    expected_now = {*chosen.secrets, *expected} - chosen.values.keys()
    return replace(
        chosen,
        absent=tuple(sorted(absent - {*provided})),
        session=tuple(sorted(in_code - usable - origins.keys())),
        expected=tuple(sorted(expected_now - {*provided})),
    )


def readable_variables(
    recorded: RecordedVariables,
    run: Mapping[str, str],
    *,
    provided: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
) -> RecordedVariables:
    """Return the variables that are not in the environment of a run, and that a rehearsal may read.

    It can record the ones in ``values``. A read of ``secrets`` or ``templates`` is noted.

    Parameters
    ----------
    recorded : RecordedVariables
        Variables that are recorded already.
    run : mapping
        Environment of a run.
    provided : collection of str
        Names that the target sets.
    environ : mapping, optional
        Environment of the notebook; by default the environment of this process.
    """
    present = os.environ if environ is None else environ
    more = {
        name: value
        for name, value in present.items()
        if _NAME.fullmatch(name)
        and run.get(name) != value
        and name not in recorded.values
        and name not in provided
        and not _is_transient(name, value)
    }
    return _without_secrets(more, {})


def with_rehearsal(
    recorded: RecordedVariables,
    *,
    offered: RecordedVariables,
    read: Collection[str],
    present: Collection[str] = (),
    code: Mapping[str, str] | None = None,
) -> RecordedVariables:
    """Return the variables to record after a rehearsal.

    Runs expect the variables that the rehearsal took from its environment. They also expect each variable of the last
    version that the code names: the rehearsal may have left out its lines.

    Parameters
    ----------
    recorded : RecordedVariables
        Variables that were recorded before.
    offered : RecordedVariables
        Result of `readable_variables`.
    read : collection of str
        Names of `offered` that the rehearsal read.
    present : collection of str
        Names of the worker's variables that the rehearsal read.
    code : mapping of str to str, optional
        Text of each file of a run by relative path.
    """
    added = {name: value for name, value in offered.values.items() if name in read}
    secrets, templates = {*offered.secrets} & {*read}, {*offered.templates} & {*read}
    values = {**recorded.values, **added}
    hidden = {*recorded.secrets, *secrets}
    needed = {name for name in present if not _is_transient(name, "")} | hidden | templates
    named = {*recorded.expected} & find_names(code or {})
    return replace(
        recorded,
        values=values,
        origins={**recorded.origins, **dict.fromkeys(added, "rehearsal")},
        secrets=tuple(sorted(hidden)),
        templates=tuple(sorted({*recorded.templates, *templates})),
        expected=tuple(sorted((needed | named) - values.keys())),
    )


def find_names(code: Mapping[str, str]) -> set[str]:
    """Return the names of environment variables that Python files read by a constant name."""
    found: set[str] = set()
    for name, text in code.items():
        if not name.endswith(".py"):
            continue
        try:
            tree = ast.parse(text)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and _is_environ(node.value) and isinstance(node.ctx, ast.Load):
                found.update(_text(node.slice))
            elif isinstance(node, ast.Call) and node.args and _reads_variable(node.func):
                found.update(_text(node.args[0]))
            elif isinstance(node, ast.Compare) and any(_is_environ(each) for each in node.comparators):
                found.update(_text(node.left))
    return found


def _reads_variable(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "getenv":
        return True
    return name == "get" and isinstance(function, ast.Attribute) and _is_environ(function.value)


def _is_environ(node: ast.expr) -> bool:
    return (node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")) == "environ"


def _text(node: ast.expr) -> tuple[str, ...]:
    return (node.value,) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ()


def _is_transient(name: str, value: str) -> bool:
    if name == plotting_backend.VARIABLE:
        return plotting_backend.is_kernel_backend(value)
    return bool(match_names([name], _TRANSIENT)) and not match_names([name], _SITE)


def _without_secrets(values: Mapping[str, str], origins: Mapping[str, str]) -> RecordedVariables:
    """Return values without secrets and without values that Prefect would change."""
    secrets = {name for name, value in values.items() if is_secret(name, value)}
    templates = {name for name, value in values.items() if _TEMPLATE in value} - secrets
    plain = {name: value for name, value in values.items() if name not in secrets | templates}
    return RecordedVariables(
        values=plain,
        origins={name: origins[name] for name in plain if name in origins},
        secrets=tuple(sorted(secrets)),
        templates=tuple(sorted(templates)),
    )
