"""Repeatable measurements, each beside its floor: what the same machine needs at least in the same run."""
