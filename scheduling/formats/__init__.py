"""Formats of problem files, one module each."""
