"""Frozen values of the field: standard library only, no storage, no web."""
