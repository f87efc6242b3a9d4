from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.compiler.codegen.imports import Imports
from jupyter_pipeline.compiler.codegen.prefect_tasks import task_arguments
from jupyter_pipeline.compiler.frontend.directives import (
    Directive,
    StepSettings,
    largest_worker_size,
    read_directive,
    read_metadata,
    read_tag,
)
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("clean", Directive(name="clean")),
        ("clean --map", Directive(name="clean", map=True)),
        ("'two words' # why", Directive(name="two words")),
        ("a --retries 3 --retry-delay=30", Directive(name="a", settings={"retries": 3, "retry_delay": 30.0})),
        (
            "a --backoff 2 --jitter 0.5 --timeout 10m --cache 1h",
            Directive(
                name="a", settings={"retry_backoff": 2.0, "retry_jitter": 0.5, "timeout": 600.0, "cache": 3600.0}
            ),
        ),
        (
            "a --cpus 4 --memory 8GiB --gpus 1",
            Directive(name="a", settings={"cpus": 4, "memory": "8GiB", "gpus": 1}),
        ),
        ("a --profile big --cpus 4", Directive(name="a", settings={"cpus": 4}, profile="big")),
        (
            "a --function --memory 64GiB --region us-east-2 --map",
            Directive(name="a", settings={"memory": "64GiB"}, function=True, region="us-east-2", map=True),
        ),
    ],
)
def test_a_directive_has_a_name_and_settings(text: str, mark: Directive) -> None:
    assert read_directive("step", text) == mark


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs a name"),
        ("--retries 3", "needs a name"),
        ("a --retry 3", "has no option '--retry'"),
        ("a --retrys 3", r"Did you mean --retries\?"),
        ("a --retrys=3", r"Did you mean --retries\?"),
        ("a b", "has no option 'b'"),
        ("a --retries", "--retries needs a value"),
        ("a --retries many", "give a whole number from 0 to 100"),
        ("a --retries 60 --backoff 2", "at most 50 retries"),
        ("a --backoff 0.5", "give a number from 1 to 100"),
        ("a --timeout soon", "such as 30m"),
        ("a --memory 8", "give a size with its unit"),
        ("a --profile", "--profile needs a value"),
        ("a --profile p --function", "--function and --profile contradict each other"),
        ("a --region us-east-2", "--region needs --function"),
        ("a --function --gpus 2", "at most one GPU"),
        ("a --profile --map", "give the name of a profile"),
        ("a --profile x/y.yaml", "give the name of a profile"),
        ("a --profile 'x\"y'", "cannot be the name of a profile"),
        ("a --function --region 'us\"e'", "give the name of a region, such as us-east-2"),
        ("'a", "Close the quotation"),
    ],
)
def test_an_invalid_directive_names_its_fix(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_directive("step", text)


def test_tags_and_metadata_mark_too() -> None:
    assert read_tag(("x", "check:sound")) == Directive(kind="check", name="sound")
    assert read_tag(("steps",)) is None
    assert read_metadata({"step": "clean", "retries": 2, "timeout": "5m", "map": True}) == Directive(
        name="clean", settings={"retries": 2, "timeout": 300.0}, map=True
    )
    assert read_metadata({"step": "clean", "profile": "big"}) == Directive(name="clean", profile="big")
    assert read_metadata({"step": "a", "function": True, "region": "eu"}) == Directive(
        name="a", function=True, region="eu"
    )
    with pytest.raises(UsageError, match="A check cannot be a function"):
        read_directive("check", "a --function")
    assert read_metadata({}) is None
    with pytest.raises(UsageError, match="have no setting 'retry'"):
        read_metadata({"step": "clean", "retry": 2})


def test_magic_wins_over_metadata_and_metadata_over_tags() -> None:
    cells = [
        Cell(index=0, source="%%step one\nx = [1]", settings={"step": "two"}),
        Cell(index=1, source="y = x + [2]", settings={"step": "three", "retries": 4}, tags=("step:four",)),
    ]
    flow = compile_cells(cells, (0, 1), CompileOptions(name="p")).files["flow.py"]
    assert "task(steps.one).submit()" in flow
    assert "task(steps.three, retries=4).submit(one)" in flow


@pytest.mark.parametrize(
    ("settings", "arguments"),
    [
        ({}, []),
        ({"retries": 2}, ["retries=2"]),
        ({"retries": 2, "retry_delay": 30}, ["retries=2", "retry_delay_seconds=30"]),
        (
            {"retries": 3, "retry_delay": 30, "retry_backoff": 2, "retry_jitter": 0.5},
            ["retries=3", "retry_delay_seconds=exponential_backoff(30)", "retry_jitter_factor=0.5"],
        ),
        ({"retries": 3, "retry_delay": 10, "retry_backoff": 3}, ["retries=3", "retry_delay_seconds=[10, 30, 90]"]),
        ({"timeout": 600}, ["timeout_seconds=600"]),
        ({"retry_delay": 5}, []),
    ],
)
def test_settings_are_written_in_words_of_prefect(settings: dict[str, Any], arguments: list[str]) -> None:
    assert task_arguments(StepSettings(**settings), Imports(), standalone=False) == arguments


def test_the_mark_of_a_step_wins_over_the_settings_of_the_deployment() -> None:
    cells = [Cell(index=0, source="%%step a --retries 5\nx = [1]"), Cell(index=1, source="%%step b\ny = x")]
    flow = compile_cells(cells, (0, 1), CompileOptions(name="p", retries=1, timeout=60)).files["flow.py"]
    assert "task(steps.a, retries=5, timeout_seconds=60)" in flow
    assert "task(steps.b, retries=1, timeout_seconds=60)" in flow


def test_the_largest_step_sizes_the_workers() -> None:
    cells = [
        Cell(index=0, source="%%step a --cpus 4 --memory 900MB\nx = [1]"),
        Cell(index=1, source="%%step b --memory 1GiB --gpus 1\ny = x"),
    ]
    found = compile_cells(cells, (0, 1), CompileOptions(name="p", profile="slurm"))
    assert 'with run_on("slurm", __file__, cpus=4, memory="1GiB", gpus=1):' in found.files["flow.py"]
    assert [(c.cpus, c.memory, c.gpus) for c in found.compute] == [(4, "900MB", 0), (0, "1GiB", 1)]
    assert {c.text for c in found.compute} == {"cluster of the run, profile slurm, cpus 4, memory 1GiB, gpus 1"}
    assert largest_worker_size([]) == {}
    with pytest.raises(UsageError, match="choose one with --profile"):
        compile_cells(cells, (0, 1), CompileOptions(name="p"))


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        (["%%step a --retrys 2\nx = 1"], "has no option '--retrys'"),
        (["%%step a\nx = 1", "%%check a\nassert x"], "has the same name"),
        (["%%check a --map\nassert 1"], "leave out --map"),
    ],
)
def test_an_invalid_directive_is_refused_with_its_cell(sources: list[str], reason: str) -> None:
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    with pytest.raises(CompileRefusedError, match=reason) as refused:
        compile_cells(cells, range(len(cells)), CompileOptions(name="p"))
    assert refused.value.refusals[0].cell == len(cells) - 1


def test_the_cells_of_a_step_have_one_compute() -> None:
    cells = [
        Cell(index=0, source="%%step a --profile big\nx = [1]"),
        Cell(index=1, source="%%step a --profile small\ny = x"),
    ]
    with pytest.raises(CompileRefusedError, match="the options of a step are on its first cell"):
        compile_cells(cells, (0, 1), CompileOptions(name="p"))


def test_steps_with_different_compute_are_not_merged() -> None:
    cells = [
        Cell(index=0, source="%%step a --profile big\nx = [1]\ndef f():\n    return x"),
        Cell(index=1, source="%%step b --profile small\nx = [2]\nz = f()"),
    ]
    with pytest.raises(CompileRefusedError, match="it must be one step with 'a', but both have different compute"):
        compile_cells(cells, (0, 1), CompileOptions(name="p", whole=True))
