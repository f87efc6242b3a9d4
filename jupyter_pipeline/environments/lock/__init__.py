"""Write and read ``requirements.lock``, with versions and hashes."""
