"""The kit for linked systems: how the centre talks to others so that no one of them can harm it."""
