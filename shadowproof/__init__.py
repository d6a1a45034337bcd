"""What a user touches: the command line, inventories, reports, pages."""
