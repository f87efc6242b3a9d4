"""Find the file system of a path in the list of mounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.clusters.preflight import mounts

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw shared:2 - nfs4 server:/home rw
31 22 0:41 / /home/me/with\\040space rw - tmpfs none rw
32 22 0:42 / /scratch rw - lustre mds@tcp:/fs rw
33 22 0:43 / /scratch rw master:5 - overlay overlay rw
garbage
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/tmp/venv/bin/python", ("ext4", "/")),
        ("/home/me/venv", ("nfs4", "/home")),
        ("/homes/me", ("ext4", "/")),
        ("/home/me/with space/x", ("tmpfs", "/home/me/with space")),
        ("/scratch/x", ("overlay", "/scratch")),
    ],
)
def test_the_deepest_and_last_mount_counts(path: str, expected: tuple[str, str]) -> None:
    assert mounts.find_file_system(Path(path), MOUNTS) == expected


def test_an_empty_list_of_mounts_has_no_file_system() -> None:
    assert mounts.find_file_system(Path("/home"), "") == ("", "")


@pytest.mark.parametrize(
    ("path", "place"),
    [("/srv/venv/bin/python", "ext4 at /"), ("/home/me/venv/bin/python", ""), ("/usr/bin/python3", "")],
)
def test_disks_of_this_host_are_listed_without_system_disks(
    path: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "mountinfo")
    assert mounts.find_private_disk(Path(path)) == ""
    (tmp_path / "mountinfo").write_text(MOUNTS)
    assert mounts.find_private_disk(Path(path)) == place


def test_an_interpreter_behind_a_link_is_where_the_link_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    for folder in (shared, own):
        folder.mkdir()
    (own / "python").touch()
    (shared / "python").symlink_to(own / "python")
    text = f"1 0 8:1 / / rw - ext4 d rw\n2 1 0:1 / {shared} rw - nfs d rw\n"
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "mountinfo")
    (tmp_path / "mountinfo").write_text(text)
    assert mounts.find_private_disk(shared / "python") == "ext4 at /"
    (tmp_path / "mountinfo").write_text(text + f"3 1 0:2 / {own} rw - lustre d rw\n")
    assert mounts.find_private_disk(shared / "python") == ""
