"""The registry of clusters on disk: records, names, events, markers."""
