"""Deployments: apply, list, version, roll back, promote between targets, prune snapshots."""
