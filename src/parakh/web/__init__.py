"""The console and the HTTP API: everything about HTTP stays in this package."""
