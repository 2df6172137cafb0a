"""Spreadsheets of lists: small ones at once, large ones as a job with progress."""
