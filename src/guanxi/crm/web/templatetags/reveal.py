"""A masked value with what reveals it beside it."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from guanxi.crm.web.customer.frame import Frame
from guanxi.crm.web.icons import icon

register = template.Library()


@register.simple_tag
def secret(frame: Frame, what: str, key: Any, masked: str) -> SafeString:
    """``{% secret frame "contact" contact.key contact.value %}``: the mask, and an eye for those who may reveal."""
    return secret_of(frame.party.id, frame.may_reveal, what, key, masked)


@register.simple_tag
def secret_of(party_id: str, may_reveal: bool, what: str, key: Any, masked: str) -> SafeString:
    """As above, where there is no frame."""
    eye = SafeString("")
    if may_reveal:
        eye = format_html(
            '<a class="gx-eye" href="{}" data-reveal aria-haspopup="dialog" aria-label="{}" title="{}">{}</a>',
            reverse("reveal", args=[party_id, what, key]),
            _("Show %(value)s in full") % {"value": masked},
            _("Show in full"),
            icon("eye"),
        )
    return format_html('<span class="gx-secret" data-secret><span class="gx-masked">{}</span>{}</span>', masked, eye)


@register.simple_tag
def call_button(frame: Frame) -> SafeString:
    """The customer's phone: the number is masked, calling begins with revealing it."""
    phone = frame.phone
    if phone is None:
        return SafeString("")
    if not frame.may_reveal:
        return format_html('<span class="gx-call-masked">{}{}</span>', icon("phone"), phone.value)
    return format_html(
        '<span class="gx-secret gx-secret-call" data-secret>'
        '<a class="btn gx-call" href="{}" data-reveal aria-haspopup="dialog" aria-label="{}">{}<span>{}</span></a>'
        "</span>",
        reverse("reveal", args=[frame.party.id, "contact", phone.key]),
        _("Call %(value)s: first shows the number in full") % {"value": phone.value},
        icon("phone"),
        phone.value,
    )
