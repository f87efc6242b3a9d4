from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.paths import base_name, find_paths, join_paths, overlap, parent_folder


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ("a.csv", "a.csv", True),
        ("a.csv", "./a.csv", True),
        ("a.csv", "b.csv", False),
        ("w", "w/a.csv", True),
        ("w", "v/a.csv", False),
        ("w", "wide/a.csv", False),
        ("w/x/y.csv", "w/z/y.csv", False),
        ("w/../a.csv", "a.csv", True),
        (".", "w/a.csv", True),
        (".", "/data/a.csv", False),
        ("../w", "w", True),
        ("../data/a.csv", "a.csv", True),
        ("/data/w/a.csv", "w/a.csv", True),
        ("/data/w/a.csv", "w/b.csv", False),
        ("/data/w", "w/b.csv", True),
        ("/tmp/one", "/tmp/two", False),
        ("/tmp", "/tmp/two", True),
        ("part_*.csv", "part_1.csv", True),
        ("part_*.csv", "whole.csv", False),
        ("part_*.csv", "part_*.txt", False),
        ("data/*.csv", "data/deep/a.csv", True),
        ("data/*", "data/a.csv", True),
        ("*/a.csv", "data/a.csv", True),
        ("*/a.csv", "data/b.csv", False),
        ("*", "data/b.csv", True),
        ("", "data/b.csv", True),
        ("data?.csv", "data1.csv", True),
        ("data[12].csv", "data1.csv", True),
        ("https://host/files/y.csv", "y.csv", True),
        ("https://host/files/y.csv", "z.csv", False),
        ("sqlite:///x.db", "x.db", True),
        ("store.zarr", "store.zarr/a", True),
        (r"w\a.csv", "w/a.csv", True),
    ],
)
def test_paths_overlap_if_one_may_be_or_contain_the_other(first: str, second: str, overlaps: bool) -> None:
    assert overlap(first, second) is overlaps
    assert overlap(second, first) is overlaps


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [("w", "x.csv", True), ("w/x.csv", "x.csv", True), ("w/x.csv", "y.csv", False)],
)
def test_after_a_change_of_directory_a_folder_may_contain_any_file(first: str, second: str, overlaps: bool) -> None:
    assert overlap(first, second, moved=True) is overlaps


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("results", {"results"}),
        ("out/a b.csv", {"out/a b.csv", "out/a"} | {"b.csv"}),
        ("utf-8", set()),
        ("w", set()),
        (";", set()),
        ("copy t to 'out/t.parquet'", {"copy t to 'out/t.parquet'", "out/t.parquet"}),
        ("select * from t", {"select * from t"}),
        ("wget -O y.csv https://h/z.csv\nls", {"y.csv", "https://h/z.csv", "z.csv"}),
    ],
)
def test_the_words_of_a_text_that_look_like_paths_are_paths(text: str, paths: set[str]) -> None:
    assert find_paths(text) == paths


def test_an_unknown_quoted_word_is_any_path() -> None:
    assert "*" in find_paths("attach '*'")


@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        (["a", "b.csv"], "a/b.csv"),
        (["a", "/b.csv"], "/b.csv"),
        (["a/", "b.csv"], "a/b.csv"),
        (["s3://b", "k"], "s3://b/k"),
    ],
)
def test_joining_paths_begins_again_at_an_absolute_path(parts: list[str], joined: str) -> None:
    assert join_paths([frozenset({part}) for part in parts]) == {joined}


def test_folder_and_name_of_a_path() -> None:
    path = frozenset({"a/b.csv"})
    assert parent_folder(path) == {"a"}
    assert base_name(path) == {"b.csv"}
    assert parent_folder(frozenset({"b.csv"})) == {"."}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("/service:/https://a.org/x", "/service:/https://a.org/y?z=1", True),
        ("/service:/https://a.org/x", "/service:/https://b.org/x", False),
        ("/service:/https://a.org/x", "https://a.org/t.csv", True),
        ("/service:/https://a.org/x", "t.csv", False),
        ("/service:/aws", "aws", False),
        ("/service:/aws", "/service:/*", True),
        ("/service:/aws", "*", True),
        ("/service:/\x01url\x02", "/service:/https://a.org/x", True),
    ],
)
def test_a_url_belongs_to_the_service_of_its_host(first: str, second: str, expected: bool) -> None:
    assert overlap(first, second) is expected
