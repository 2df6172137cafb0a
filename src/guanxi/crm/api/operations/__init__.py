"""The operations: each a thin layer over a query or a service of the rooms below."""
