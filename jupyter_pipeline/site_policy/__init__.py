"""The policy of the administrator: bounds that users of an installation cannot raise.

`files` finds the file and checks that users cannot change it, `parsing` reads it, and `rules` compares profiles, sizes
and work pools with it. The keeper and the front doors call `rules`.
"""

from __future__ import annotations

from jupyter_pipeline.site_policy.files import find_policy
from jupyter_pipeline.site_policy.parsing import SitePolicy, parse_policy
from jupyter_pipeline.site_policy.rules import (
    Restriction,
    build_error,
    find_lifetime_problem,
    find_pool_problem,
    find_size_problem,
    is_allowed_name,
    restrict,
)

__all__ = [
    "Restriction",
    "SitePolicy",
    "build_error",
    "find_lifetime_problem",
    "find_policy",
    "find_pool_problem",
    "find_size_problem",
    "is_allowed_name",
    "parse_policy",
    "restrict",
]
