"""The protocol as a reviewer reads it: requirements, actors, events, readings, faults."""
