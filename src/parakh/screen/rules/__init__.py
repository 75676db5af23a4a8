"""Targeting rules: CEL text, checked against a catalogue of attributes, compiled to Polars."""
