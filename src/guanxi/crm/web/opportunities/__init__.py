"""Opportunities: the board, the list, the forecast, one opportunity, a customer's."""
