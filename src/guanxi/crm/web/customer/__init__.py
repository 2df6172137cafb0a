"""The customer, the organisation, and the product catalogue."""
