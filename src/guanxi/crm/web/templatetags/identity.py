"""The words of one customer, one number, in templates."""

from __future__ import annotations

from django import template

from guanxi.crm.web.identity.words import validity_word

register = template.Library()
register.filter("validity_word", validity_word)
