"""Who there is: one small machine each."""
