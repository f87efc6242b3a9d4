"""The keeper: the process that owns one cluster, with its control server and its monitors."""
