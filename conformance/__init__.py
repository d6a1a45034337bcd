"""Recorded captures and real agents, held against the model (nothing here yet: see docs/left-out.md)."""
