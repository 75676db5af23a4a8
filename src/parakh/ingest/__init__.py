"""From raw bytes to declared records, each with the place it stood at."""
