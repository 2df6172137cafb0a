"""Leads: taken in, scored, given to somebody, accepted in time, turned into prospects, customers and opportunities."""
