"""Find the Prefect API, send requests to it, look up its objects and convert them to records."""
