"""Tokens by which programs call the API in somebody's name."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.verbs import Verb


class Ability(models.TextChoices):
    """What a token may be used for. It never gives more than its owner has at that moment: it only takes away."""

    CUSTOMERS = "customers:read", _("Read customers, holdings, value, relations, tiers")
    EVENTS = "events:read", _("Read events of accounts")
    CONSENTS = "consents:read", _("Read consents")
    CONSENTS_WRITE = "consents:write", _("Record consents and withdrawals")
    REQUESTS_WRITE = "requests:write", _("Take in requests of persons")
    ARRANGEMENTS = "arrangements:write", _("Arrange and end support and cover")
    LEADS = "leads:write", _("Hand in leads, and read them")
    OPPORTUNITIES = "opportunities:read", _("Read opportunities")
    OPPORTUNITIES_WRITE = "opportunities:write", _("Open opportunities, and move them")
    ORGANISATION = "organisation:read", _("Read institutions and staff")
    PRODUCTS = "products:read", _("Read products and rates")


# The verbs of the scope engine that each ability needs; the others are closed to a request that comes with a token.
VERBS_OF: dict[str, frozenset[Verb]] = {
    Ability.CUSTOMERS: frozenset({Verb.SEE}),
    Ability.EVENTS: frozenset({Verb.SEE}),
    Ability.CONSENTS: frozenset({Verb.SEE}),
    Ability.CONSENTS_WRITE: frozenset({Verb.SEE, Verb.EDIT}),
    Ability.REQUESTS_WRITE: frozenset({Verb.SEE, Verb.EDIT}),
    Ability.ARRANGEMENTS: frozenset({Verb.SEE, Verb.ASSIGN}),
    Ability.LEADS: frozenset({Verb.SEE, Verb.EDIT}),
    Ability.OPPORTUNITIES: frozenset({Verb.SEE}),
    Ability.OPPORTUNITIES_WRITE: frozenset({Verb.SEE, Verb.EDIT}),
    Ability.ORGANISATION: frozenset(),
    Ability.PRODUCTS: frozenset(),
}


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(row=pghistory.Old),
    exclude=["digest", "used_at", "used_from"],
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    model_name="ApiTokenEvent",
    meta={"verbose_name": _("change of a token")},
)
class ApiToken(models.Model):
    """Grain: one row a token that is valid or has expired lately; one that was ended is gone.

    Only ``digest`` (SHA-256) of the token is kept: 238 random bits need no slow hash. ``strong``: it was made in a
    session with a second factor. ``rows_a_day`` is how many records it may read in 24 hours; empty for the bank's
    common number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        db_constraint=False,
        related_name="api_tokens",
        verbose_name=_("staff"),
    )
    staff_id: str
    name = models.CharField(_("name"), max_length=80)
    digest = models.BinaryField(unique=True, max_length=32)
    abilities = models.JSONField(_("may"), default=list)
    strong = models.BooleanField(_("second factor"), default=False)
    rows_a_day = models.PositiveIntegerField(_("records a day"), null=True, blank=True)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    used_from = models.CharField(_("last used from"), max_length=45, default="", blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.staff_id} {self.name}"

    @property
    def verbs(self) -> frozenset[Verb]:
        """The verbs that its abilities need."""
        return frozenset().union(*(VERBS_OF.get(one, frozenset()) for one in self.abilities))
