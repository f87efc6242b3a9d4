"""Clean-up after clusters whose keeper is gone: tags, processes, orphaned jobs."""
