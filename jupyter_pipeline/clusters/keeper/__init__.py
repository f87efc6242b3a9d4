"""The keeper: the process that owns one cluster, its control socket and its monitors."""
