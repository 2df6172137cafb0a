"""Search from any page."""
