"""Lock files: requirements with versions and hashes, and conda's environment.yml."""
