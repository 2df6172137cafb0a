"""Showing one masked value to one person for a moment: with a reason, counted, in the audit log."""
