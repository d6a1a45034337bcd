"""SPIN's side of the benchmark."""
