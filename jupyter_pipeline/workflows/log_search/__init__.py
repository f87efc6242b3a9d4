"""Search the logs of runs, clusters and the service, in the order of time.

1. `query` parses the selection and the filters.
2. `text_log` and `json_log` read files line by line, also files that grow or are replaced.
3. `sources` finds the files and the records of the selection.
4. `search` merges and filters their entries, and follows them.
"""
