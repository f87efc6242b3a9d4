"""SQL texts: the question of a query that only reads."""

from __future__ import annotations

import re

__all__ = ["is_reading_query"]

_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READING = re.compile(r"[\s(]*(select|with|from|describe|show|explain|summarize|values|pivot|unpivot)\b", re.IGNORECASE)
_CHANGING = re.compile(
    r";\s*\S|\b(insert|update|delete|merge|truncate|copy|create|drop|alter|into|nextval|setseed)\b", re.IGNORECASE
)


def is_reading_query(text: str) -> bool:
    """Return True if the SQL statement `text` changes neither tables nor settings nor files.

    Examples
    --------
    >>> is_reading_query("select a from t"), is_reading_query("create table t as select 1"), is_reading_query("*")
    (True, False, False)
    >>> is_reading_query("select 1; drop table t"), is_reading_query("with t as (select 1) select * from t;")
    (False, True)
    """
    text = _COMMENTS.sub(" ", text)
    return bool(_READING.match(text)) and not _CHANGING.search(text)
