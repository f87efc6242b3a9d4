"""Find and remove processes and batch jobs of clusters whose keeper has exited."""
