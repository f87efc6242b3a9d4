from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.site_policy import SitePolicy, parse_policy

EVERY_KEY = """
profiles: [local, slurm*]
max_workers: 40
lifetime: 12 h
core_hours: 500
cost_per_hour: 20
budget: 100.5
currency: EUR
prices: {slurm*: {per_core_hour: 0.02, currency: EUR}, local: {}}
tls: required
work_pools: [jupyter-pipeline]
audit: {folder: /var/log/jupyter-pipeline, group: adm}
message: Write to hpc@example.org.
"""


def test_every_key_is_read() -> None:
    assert parse_policy(safe_yaml.parse(EVERY_KEY), "policy.yaml") == SitePolicy(
        source="policy.yaml",
        profiles=("local", "slurm*"),
        max_workers=40,
        lifetime=43200.0,
        core_hours=500.0,
        cost_per_hour=20.0,
        budget=100.5,
        currency="EUR",
        prices={"slurm*": {"per_core_hour": 0.02, "currency": "EUR"}, "local": {}},
        tls=True,
        work_pools=("jupyter-pipeline",),
        audit_folder="/var/log/jupyter-pipeline",
        audit_group="adm",
        message="Write to hpc@example.org.",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "p.yaml: has no keys"),
        ([], "p.yaml: has no keys"),
        ({"max_worker": 3}, "p.yaml: max_worker: is unknown. Did you mean max_workers?"),
        ({"quota": 3}, "p.yaml: quota: is unknown. The keys are profiles, "),
        ({"max_workers": 0}, "p.yaml: max_workers: 0 is less than 1"),
        ({"max_workers": None}, "p.yaml: max_workers: None is not a whole number"),
        ({"max_workers": "40"}, "p.yaml: max_workers: '40' is not a whole number"),
        ({"lifetime": "soon"}, "p.yaml: lifetime: 'soon' is not a duration. Write something like 12 h."),
        ({"core_hours": float("nan")}, "p.yaml: core_hours: nan is not a number above 0"),
        ({"budget": True}, "p.yaml: budget: True is not a number above 0"),
        ({"budget": 3}, "p.yaml: currency: is missing"),
        ({"profiles": "local"}, "p.yaml: profiles: 'local' is not a list of names"),
        ({"work_pools": [1]}, "p.yaml: work_pools: [1] is not a list of names"),
        ({"tls": True}, "p.yaml: tls: True is neither required nor optional"),
        ({"prices": {"slurm": {"per_hour": 1}}}, "p.yaml: prices: slurm: per_hour is unknown"),
        ({"prices": {"slurm": {"currency": "EUR"}}}, "p.yaml: prices: slurm: has neither per_worker_hour nor"),
        (
            {"currency": "EUR", "prices": {"slurm": {"per_core_hour": 1, "currency": "USD"}}},
            "p.yaml: prices.slurm: is in USD, and the policy is in EUR",
        ),
        ({"audit": {"group": "adm"}}, "p.yaml: audit: has no folder with an absolute path"),
        ({"audit": {"folder": "logs"}}, "p.yaml: audit: has no folder with an absolute path"),
        ({"audit": {"folder": "/var/log/x", "group": "a b"}}, "p.yaml: audit: 'a b' is not the name of a group"),
        ({"message": 3}, "p.yaml: message: 3 is not text"),
        ({"message": "a\x1b[2J"}, "p.yaml: message: 'a\\x1b[2J' is not text"),
    ],
)
def test_an_unusable_policy_is_an_error(content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_policy(content, "p.yaml")
    assert str(caught.value).startswith(message)
