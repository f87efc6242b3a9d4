"""Clusters: profiles that describe them, the keeper that owns each of them, and the registry that lists them."""
