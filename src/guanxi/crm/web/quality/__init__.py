"""Data quality, rows kept aside, and the night's runs."""
