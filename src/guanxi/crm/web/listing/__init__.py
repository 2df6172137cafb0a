"""The declared list: every list of the site is columns, filters and sorts."""
