"""Code generation: steps.py, the orchestrator's definitions, manifests, source maps."""
