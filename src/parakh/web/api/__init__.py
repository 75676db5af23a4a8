"""The HTTP API: every action of the console, for programs."""
