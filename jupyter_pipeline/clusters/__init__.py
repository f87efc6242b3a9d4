"""Clusters: profiles that describe them, the keeper that owns each one, the registry that knows them all."""
