"""The append-only log of what people did, the chain that proves it whole, and the verifications of that chain.

No row of these tables is ever changed or deleted: triggers refuse it to everybody, and the site's database role has no
right to. Old months go as whole partitions, by the database's owner.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Action(models.TextChoices):
    """What was done. A page, a fragment or a figure that was looked at is a view."""

    VIEW = "view", _("Viewed")
    LIST = "list", _("Listed")
    SEARCH = "search", _("Searched")
    REVEAL = "reveal", _("Revealed")
    EXPORT = "export", _("Exported")
    CHANGE = "change", _("Changed")
    REFUSED = "refused", _("Access refused")
    SIGN_IN = "sign_in", _("Signed in")
    SIGN_IN_REFUSED = "sign_in_refused", _("Sign-in refused")
    SIGN_OUT = "sign_out", _("Signed out")
    PERMISSION = "permission", _("Permission changed")
    ADMINISTRATION = "administration", _("Administration")
    CONSENT = "consent", _("Consent")
    RIGHTS = "rights", _("Rights of the person")
    HAND_OVER = "hand_over", _("Hand-over")
    COVER = "cover", _("Cover")
    RESTORE = "restore", _("Restored")


class Entry(models.Model):
    """Grain: one row a thing somebody did. The table is partitioned by month of ``at`` (UTC).

    ``id`` grows with ``at``, which follows from it. ``subject`` is a customer's number; ``kind`` and ``object_id`` say
    what else it was about; ``roles`` are the actor's roles then, with commas between. ``mac`` is the keyed digest of
    all of it (``guanxi.crm.audit.digest``). ``transaction`` is the database's own number of the transaction.
    """

    append_only: ClassVar = True

    pk = models.CompositePrimaryKey("id", "at")
    id = models.BigIntegerField(_("number"))
    at = models.DateTimeField(_("time"))
    actor = models.CharField(_("person"), max_length=64, default="")
    roles = models.CharField(_("roles"), max_length=120, default="")
    request_id = models.CharField(_("request number"), max_length=32, default="")
    address = models.CharField(_("address"), max_length=45, default="")
    action = models.CharField(_("action"), max_length=24, choices=Action.choices)
    subject = models.CharField(_("customer"), max_length=40, default="")
    kind = models.CharField(_("kind"), max_length=60, default="")
    object_id = models.CharField(_("object"), max_length=120, default="")
    detail = models.JSONField(_("details"), default=dict)
    mac = models.BinaryField()
    transaction = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        indexes: ClassVar = [
            models.Index(fields=["actor", "id"], name="audit_entry_actor"),
            models.Index(fields=["subject", "id"], name="audit_entry_subject", condition=~models.Q(subject="")),
            models.Index(fields=["action", "id"], name="audit_entry_action"),
            models.Index(fields=["transaction"], name="audit_entry_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.actor} {self.action}"


class Link(models.Model):
    """Grain: one row an entry in the chain, in its order. The table is partitioned by month of ``at`` (UTC).

    ``number`` counts without gaps; ``mac`` is the entry's; ``hash`` binds number, entry, ``mac`` and the hash before.
    ``horizon``: all entries of transactions before it are in the chain.
    """

    append_only: ClassVar = True

    pk = models.CompositePrimaryKey("number", "at")
    number = models.BigIntegerField(_("number in the chain"))
    at = models.DateTimeField(_("sealed"))
    entry_id = models.BigIntegerField(_("entry"))
    mac = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    horizon = models.BigIntegerField()

    class Meta:
        verbose_name = _("link of the chain")
        verbose_name_plural = _("chain")
        indexes: ClassVar = [models.Index(fields=["entry_id"], name="audit_link_entry")]

    def __str__(self) -> str:
        return str(self.number)


class Verification(models.Model):
    """Grain: one row a verification of the chain, or of a part of it. ``findings`` names at most a hundred."""

    append_only: ClassVar = True

    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))
    first = models.BigIntegerField(_("from number"))
    last = models.BigIntegerField(_("to number"))
    entries = models.BigIntegerField(_("entries"))
    waiting = models.BigIntegerField(_("not yet sealed"))
    found = models.BigIntegerField(_("findings"))
    findings = models.JSONField(_("what was found"), default=list)
    by = models.CharField(_("verified by"), max_length=64, default="")

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")

    def __str__(self) -> str:
        return f"{self.first}-{self.last}: {self.found}"
