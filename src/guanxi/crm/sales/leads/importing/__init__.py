"""Files of leads: read in whatever encoding, checked before anything is written, taken in by statements over sets."""
