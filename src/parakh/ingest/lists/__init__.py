"""Readers of watchlist files: declared rows and what was wrong with the others."""
