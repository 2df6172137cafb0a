"""The faint mark over every page: who looks at it."""
