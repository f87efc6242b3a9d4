from __future__ import annotations

from jupyter_pipeline.server import revisions
from jupyter_pipeline.server.revisions import Revisions


def test_a_client_gets_the_changes_since_its_revision_alone() -> None:
    revisions = Revisions()
    assert revisions.update({"a": {"n": 1}, "b": {"n": 1}})
    first = revisions.changes_since("")
    assert (first["complete"], first["changed"], first["removed"]) == (True, [{"n": 1}, {"n": 1}], [])
    assert not revisions.update({"a": {"n": 1}, "b": {"n": 1}})
    assert revisions.changes_since(first["revision"]) == {
        "revision": first["revision"],
        "complete": False,
        "changed": [],
        "removed": [],
    }
    assert revisions.update({"a": {"n": 2}, "c": {"n": 1}})
    second = revisions.changes_since(first["revision"])
    assert (second["changed"], second["removed"]) == ([{"n": 2}, {"n": 1}], ["b"])
    assert revisions.update({"a": {"n": 2}, "b": {"n": 3}, "c": {"n": 1}})
    third = revisions.changes_since(second["revision"])
    assert (third["changed"], third["removed"]) == ([{"n": 3}], [])
    assert revisions.changes_since(first["revision"])["removed"] == []


def test_the_revision_of_another_process_gets_all_records() -> None:
    before, after = Revisions(), Revisions()
    before.update({"a": 1})
    after.update({"b": 2})
    for revision in (before.revision, "", "x", f"{after.revision}9"):
        answer = after.changes_since(revision)
        assert (answer["complete"], answer["changed"], answer["removed"]) == (True, [2], [])


def test_a_client_that_misses_forgotten_removals_gets_all_records() -> None:
    found = Revisions()
    found.update({"old": 1, "other": 1})
    early = found.revision
    found.update({"other": 1})
    middle = found.revision
    found.update({str(number): 1 for number in range(3000)})
    found.update({"new": 1})
    assert len(found._removals) == revisions._MOST_REMOVALS
    assert found.changes_since(early)["complete"]
    assert found.changes_since(middle)["complete"]
    assert not found.changes_since(found.revision)["complete"]
