"""Screeners compare subjects with what is known and explain every hit."""
