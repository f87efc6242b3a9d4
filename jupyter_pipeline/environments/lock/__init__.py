"""Write and read lock files: ``requirements.lock`` with versions and hashes, and conda's ``environment.yml``."""
