"""What the document promises: what a reviewer reads. A file for each group of requirements."""
