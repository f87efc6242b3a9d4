from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from jupyter_pipeline.models import Limits, Profile
from jupyter_pipeline.site_policy import SitePolicy, rules

HOUR = 3600.0
LOCAL = "distributed.LocalCluster"


def policy(**values: Any) -> SitePolicy:
    return SitePolicy(source="/etc/policy.yaml", **values)


def profile(**values: Any) -> Profile:
    limits = Limits(**values.pop("limits", {}))
    return Profile(**{"name": "local", "cluster_class": LOCAL, "limits": limits, **values})


EUR = {"per_core_hour": 0.5, "currency": "EUR"}


@pytest.mark.parametrize(
    ("bounds", "values", "problem"),
    [
        ({}, {}, ""),
        ({"profiles": ("local",)}, {}, ""),
        ({"profiles": ("lo*",)}, {}, ""),
        ({"profiles": ("slurm", "pbs")}, {}, "The profile 'local' is not allowed. Allowed profiles: slurm, pbs."),
        ({"profiles": ()}, {}, "The profile 'local' is not allowed. Allowed profiles: none."),
        (
            {"profiles": ("local",)},
            {"cluster_class": "distributed.SpecCluster"},
            f"cluster_class: distributed.SpecCluster is not the class of the administrator's profile, {LOCAL}.",
        ),
        ({"tls": True}, {"security": {"tls": True}}, ""),
        ({"tls": True}, {"security": {"tls": False}}, "security.tls: TLS is required. Remove security.tls: false."),
        ({"max_workers": 4}, {"limits": {"max_workers": 4}, "workers": 4}, ""),
        (
            {"max_workers": 4},
            {"limits": {"max_workers": 5}},
            "limits.max_workers: 5 is above the maximum, 4. Lower it.",
        ),
        ({"max_workers": 4}, {"workers": 5}, "workers: 5 is above the maximum, 4. Lower it."),
        ({"max_workers": 4}, {"cluster_kwargs": {"n_workers": 5}}, "workers: 5 is above the maximum, 4. Lower it."),
        (
            {"max_workers": 4},
            {"adapt_kwargs": {"minimum": 5, "maximum": 9}},
            "adapt_kwargs.minimum: 5 is above the maximum, 4. Lower it.",
        ),
        (
            {"lifetime": 12 * HOUR},
            {"limits": {"lifetime": 13 * HOUR}},
            "limits.lifetime: 13 h is above the maximum, 12 h. Lower it.",
        ),
        (
            {"lifetime": 12 * HOUR},
            {"limits": {"lifetime": HOUR, "max_lifetime": 48 * HOUR}},
            "limits.max_lifetime: 2 d is above the maximum, 12 h. Lower it.",
        ),
        (
            {"core_hours": 10},
            {"limits": {"core_hours": 11}},
            "limits.core_hours: 11 is above the maximum, 10. Lower it.",
        ),
        (
            {"budget": 10, "currency": "EUR"},
            {"price": EUR, "limits": {"budget": 11}},
            "limits.budget: 11 is above the maximum, 10. Lower it.",
        ),
        (
            {"cost_per_hour": 10, "currency": "EUR"},
            {"price": EUR, "limits": {"cost_per_hour": 10.5}},
            "limits.cost_per_hour: 10.5 is above the maximum, 10. Lower it.",
        ),
        (
            {"cost_per_hour": 10, "currency": "EUR"},
            {},
            "price: the costs are limited, and the profile has no price. Write price.per_core_hour.",
        ),
        ({"cost_per_hour": 10, "currency": "EUR", "prices": {"local": {}}}, {}, ""),
        (
            {"budget": 10, "currency": "EUR"},
            {"price": {"per_core_hour": 1, "currency": "USD"}},
            "price.currency: USD is not the currency of the policy, EUR.",
        ),
    ],
)
def test_a_profile_above_a_bound_is_refused(bounds: dict[str, Any], values: dict[str, Any], problem: str) -> None:
    found = rules.restrict(policy(**bounds), profile(**values), administrator_class=LOCAL)
    assert found.problems == ((problem,) if problem else ())


def test_a_name_that_only_users_define_is_refused() -> None:
    (problem,) = rules.restrict(policy(profiles=("*",)), profile(name="mine")).problems
    assert problem.startswith("The profile 'mine' is not the administrator's")


@pytest.mark.parametrize(
    ("bounds", "values", "changed", "note"),
    [
        ({"max_workers": 4}, {}, {"max_workers": 4}, "limits.max_workers to 4"),
        ({"max_workers": 4}, {"limits": {"max_workers": 2}}, {"max_workers": 2}, ""),
        (
            {"lifetime": 1800.0},
            {},
            {"lifetime": 1800.0, "max_lifetime": 1800.0, "idle": 1800.0},
            "limits.lifetime to 30 min, limits.max_lifetime to 30 min, limits.idle to 30 min",
        ),
        ({"lifetime": 48 * HOUR}, {"limits": {"lifetime": None}}, {"lifetime": 48 * HOUR}, "limits.lifetime to 2 d"),
        ({"core_hours": 7.5}, {}, {"core_hours": 7.5}, "limits.core_hours to 7.5"),
        ({"budget": 5, "currency": "EUR"}, {"price": EUR}, {"budget": 5}, "limits.budget to 5"),
        ({"budget": 5, "currency": "EUR", "prices": {"local": {}}}, {}, {"budget": None}, ""),
    ],
)
def test_a_default_gets_the_bound_and_a_note(
    bounds: dict[str, Any], values: dict[str, Any], changed: dict[str, Any], note: str
) -> None:
    found = rules.restrict(policy(**bounds), profile(**values))
    assert not found.problems
    assert {name: getattr(found.profile.limits, name) for name in changed} == changed
    assert bool(found.profile.notes) == bool(note)
    assert all(note in text and "/etc/policy.yaml" in text for text in found.profile.notes)
    assert rules.restrict(policy(**bounds), found.profile) == found  # a second check changes nothing


def test_the_maximum_of_adaptive_scaling_is_lowered() -> None:
    found = rules.restrict(policy(max_workers=4), profile(adapt_kwargs={"minimum": 1, "maximum": 9}))
    assert found.profile.adapt_kwargs == {"minimum": 1, "maximum": 4}
    assert "adapt_kwargs.maximum to 4" in found.profile.notes[0]


def test_the_prices_of_the_policy_replace_those_of_the_profile() -> None:
    bounds = policy(budget=5, currency="EUR", prices={"lo*": {"per_worker_hour": 2.0}})
    found = rules.restrict(bounds, profile(price={"per_worker_hour": 0.01, "currency": "EUR"}))
    assert found.profile.price == {"per_worker_hour": 2.0, "currency": "EUR"}
    assert "price to per_worker_hour 2.0, currency EUR" in found.profile.notes[0]


def test_an_unlimited_policy_changes_nothing() -> None:
    known = profile(adapt_kwargs={"maximum": 900}, price=EUR)
    assert rules.restrict(policy(), known) == rules.Restriction(profile=known)


def test_sizes_lifetimes_and_pools_are_compared() -> None:
    bounds = policy(max_workers=1, lifetime=HOUR, work_pools=("jupyter-pipeline", "team-*"))
    assert rules.find_size_problem(bounds, 1) == ""
    assert rules.find_size_problem(bounds, 2) == "At most 1 worker is allowed, not 2."
    assert rules.find_lifetime_problem(bounds, HOUR) == ""
    assert "A lifetime of at most 1 h is allowed" in rules.find_lifetime_problem(bounds, HOUR + 1)
    assert rules.find_pool_problem(bounds, "team-a") == ""
    assert "The work pool 'k8s' is not allowed" in rules.find_pool_problem(bounds, "k8s")
    none = policy()
    assert not rules.find_size_problem(none, 10**5)
    assert not rules.find_lifetime_problem(none, 1e9)
    assert not rules.find_pool_problem(none, "any")


def test_a_refusal_has_the_file_the_reasons_and_the_text_of_the_administrator() -> None:
    text = str(
        rules.build_error(dataclasses.replace(policy(), message="Write to us."), "the deployment", ["No.", "No!"])
    )
    assert text == (
        "The administrator's policy (/etc/policy.yaml) refuses the deployment:\n  - No.\n  - No!\nWrite to us."
    )
