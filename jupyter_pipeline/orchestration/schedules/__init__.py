"""Schedules: parse the text, compute occurrences, convert to recurrence rules, describe in words."""
