from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.library_models.model import (
    ALL_ARGUMENTS,
    ANY_FILE,
    SELF,
    Argument,
    FileAccess,
    FunctionModel,
    Returns,
)
from jupyter_pipeline.compiler.analysis.library_models.notation import (
    build_rule,
    join_models,
    parse_rules,
)
from jupyter_pipeline.compiler.analysis.library_models.registry import load_kinds
from jupyter_pipeline.compiler.analysis.values import (
    CONTAINER,
    IMMUTABLE,
    OBJECT,
    TABLE,
    UNKNOWN,
    LibraryInstance,
)

RULES = """
    concat merge          # two names
      join                : -> Frame
    random.* **.shuffle   : changes(*)
    class Base : table
      head                : -> view(self)
      .shape              : -> constant
    class Frame core.Series (Base)
      set_*               : changes
    functions
    last                  : pure
"""
KINDS = {"lib.Frame": TABLE, "lib.Axes": OBJECT, "other.Figure": OBJECT}
FRAME = LibraryInstance("lib.Frame", TABLE)
AXES = LibraryInstance("lib.Axes", OBJECT)
FIGURE = LibraryInstance("other.Figure", OBJECT)


def test_names_before_a_colon_share_a_rule() -> None:
    functions = parse_rules("lib", RULES).functions
    assert functions.find("concat") == functions.find("merge") == functions.find("join") == "-> Frame"
    assert functions.find("random.rand") == functions.find("a.b.shuffle") == "changes(*)"
    assert functions.find("last") == "pure"
    assert functions.find("rand") is None


def test_a_class_has_methods_attributes_and_bases() -> None:
    rules = parse_rules("lib", RULES)
    base, frame, series = (rules.classes[name] for name in ("Base", "Frame", "Series"))
    assert base.methods.find("head") == "-> view(self)"
    assert base.attributes.find("shape") == "-> constant"
    assert frame.bases == series.bases == ("lib.Base",)
    assert series.methods.find("set_flags") == "changes"
    assert rules.constructors.find("core.Series") == "Series"
    assert load_kinds(rules.classes.values())["lib.Series"] is TABLE


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", FunctionModel()),
        ("pure", FunctionModel()),
        ("changes", FunctionModel(changes=(SELF,))),
        ("changes(*)", FunctionModel(changes=(ALL_ARGUMENTS,))),
        ("changes(out@2 ax @0)", FunctionModel(changes=(Argument("out", 2), Argument("ax"), Argument("", 0)))),
        ("changes(self if inplace)", FunctionModel(changes_receiver_if=(Argument("inplace"),))),
        ("draws", FunctionModel(draws=True)),
        ("draws(unless rng)", FunctionModel(draws=True, draws_unless=(Argument("rng"),))),
        ("seeds", FunctionModel(seeds=True)),
        (
            "reads(path@0) writes(any)",
            FunctionModel(
                files=(
                    FileAccess(Argument("path", 0), optional=True),
                    FileAccess(ANY_FILE, writes=True, optional=True),
                )
            ),
        ),
        ("configures", FunctionModel(configures=("",))),
        ("configures(pandas all)", FunctionModel(configures=("pandas", "all"))),
        ("configures(discarded)", FunctionModel(configures_as_statement=True)),
        ("process figure", FunctionModel(changes_process=True, uses_figure=True)),
        ("names(@)", FunctionModel(reads_names="@")),
        ("lazy -> iterator", FunctionModel(consumes_arguments=False, returns=Returns.ITERATOR, type=UNKNOWN)),
        ("-> Frame", FunctionModel(returns=Returns.NEW, type=FRAME)),
        ("-> view(Frame)", FunctionModel(returns=Returns.VIEW, type=FRAME)),
        ("-> Axes", FunctionModel(returns=Returns.HOLDING, type=AXES)),
        ("-> new(Axes)", FunctionModel(returns=Returns.NEW, type=AXES)),
        ("-> other.Figure", FunctionModel(returns=Returns.HOLDING, type=FIGURE)),
        ("-> self", FunctionModel(returns=Returns.NEW, type=TABLE, returns_own_class=True)),
        ("-> receiver", FunctionModel(returns=Returns.ITSELF, type=UNKNOWN)),
        (
            "-> tuple(other.Figure, Axes)",
            FunctionModel(returns=Returns.HOLDING, type=LibraryInstance("", CONTAINER, (FIGURE, AXES))),
        ),
        ("-> list(Axes)", FunctionModel(returns=Returns.HOLDING, type=LibraryInstance("list", CONTAINER, (AXES,)))),
    ],
)
def test_a_rule_gives_effects_and_result(rule: str, expected: FunctionModel) -> None:
    found = build_rule("lib", rule, KINDS, TABLE)
    if found.returns in (Returns.ITERATOR, Returns.ITSELF):
        assert (found.returns, found.consumes_arguments) == (expected.returns, expected.consumes_arguments)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("concat", "which has no colon"),
        ("class A : thing", "is no class"),
    ],
)
def test_text_that_is_no_rule_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_rules("lib", text)


@pytest.mark.parametrize(("rule", "message"), [("mutates(x)", "is no effect"), ("-> Ghost", "is no class")])
def test_a_rule_with_an_unknown_word_is_refused(rule: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_rule("lib", rule, KINDS)


@pytest.mark.parametrize(("text", "message"), [("class A (B)", "has the class lib.B"), ("class A ()", "neither")])
def test_a_class_without_a_kind_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_kinds(parse_rules("lib", text).classes.values())


def test_a_joined_model_has_the_effects_of_all() -> None:
    models = [build_rule("lib", rule, KINDS) for rule in ("draws(unless rng) -> Frame", "changes(x) -> Axes")]
    joined = join_models(models)
    assert joined.changes == (Argument("x"),)
    assert joined.draws
    assert joined.draws_unless == (Argument("rng"),)
    assert (joined.returns, joined.type) == (Returns.VIEW, UNKNOWN)
    assert joined.type is not IMMUTABLE


def test_a_result_on_the_next_line_belongs_to_the_rule() -> None:
    functions = parse_rules("lib", "first second\n  : changes(*)\n  -> constant\nlast : pure").functions
    assert functions.find("second") == "changes(*) -> constant"
    assert functions.find("last") == "pure"


def test_text_other_than_names_before_a_colon_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'changes\(self\) last' in the rules of lib is no list of names"):
        parse_rules("lib", "first : pure\nchanges(self)\nlast : pure")


@pytest.mark.parametrize(
    ("rule", "attribute", "expected"),
    [
        ("changes(self only)", "changes_only", "rest"),
        ("changes(self except data)", "changes_only", "data"),
        ("draws(self estimator@0)", "draws_with", (SELF, Argument("estimator", 0))),
        ("random", "makes_random", True),
        ("random(unless random_state)", "makes_random_unless", (Argument("random_state"),)),
        ("-> view(Frame) of ax self", "result_of", (Argument("ax"), SELF)),
    ],
)
def test_restricted_effects(rule: str, attribute: str, expected: object) -> None:
    assert getattr(build_rule("lib", rule, KINDS), attribute) == expected


def test_a_change_of_a_joined_method_is_as_restricted_as_its_least_restricted_one() -> None:
    rules = ("changes(self only)", "changes(self except data)", "pure", "changes")
    only, data, pure, all_ = (build_rule("lib", rule, KINDS) for rule in rules)
    assert join_models([only, pure]).changes_only == "rest"
    assert join_models([only, data]).changes_only == "data"
    assert join_models([only, data, all_]).changes_only == ""
