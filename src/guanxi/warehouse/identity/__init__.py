"""One customer, one number for life: records of the bank's files are standardised, linked and given a number."""

from guanxi.warehouse.identity.night import Linked, decided_night, link_night

__all__ = ["Linked", "decided_night", "link_night"]
