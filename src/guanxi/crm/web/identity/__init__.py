"""One customer, one number: the steward's queue, pairs side by side, merges, thresholds, files."""
