"""Store deployed versions on disk: their specifications and snapshots of their code."""
