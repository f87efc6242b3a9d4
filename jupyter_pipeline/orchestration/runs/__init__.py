"""Flow runs: start, list, follow, cancel, backfill, catch up after an outage."""
