"""Search by name, pinyin, initials, number and phone: the tokens, and what a typed text is looked up by.

The screens need :func:`query_tokens` and :func:`search_sql` alone; nothing here loads DuckDB or Django.
"""

from guanxi.warehouse.publish.search.query import Lookup, Recheck, SearchQuery, digits_of, query_tokens
from guanxi.warehouse.publish.search.statement import search_sql

__all__ = ["Lookup", "Recheck", "SearchQuery", "digits_of", "query_tokens", "search_sql"]
