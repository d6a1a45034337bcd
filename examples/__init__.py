"""Protocols besides the one that this project is about, written in the same notation."""
