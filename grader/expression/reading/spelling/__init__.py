"""Written names to declared quantities."""
