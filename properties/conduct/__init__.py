"""How the model has to conduct itself for the promises to mean something: what wrong rules were found to slip through without. Tables
tell of these only where one fails."""
