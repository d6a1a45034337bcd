"""What must hold: one file for each group of requirements, the kinds in one file."""
