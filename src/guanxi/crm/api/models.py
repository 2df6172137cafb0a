"""What the API keeps of its own: the answers to writes that may be sent twice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class GivenAnswer(models.Model):
    """Grain: one row a person and idempotency key, for a day: the answer that a write was given.

    ``request`` is the digest of method, address and body, so that a key cannot be used for something else.
    """

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+", verbose_name=_("staff")
    )
    key = models.CharField(_("idempotency key"), max_length=100)
    request = models.BinaryField(_("request"), max_length=32)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    body = models.JSONField(_("answer"), null=True)
    given_at = models.DateTimeField(_("given"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer to a write")
        verbose_name_plural = _("answers to writes")
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "key"], name="given_answer_once")]
        indexes: ClassVar = [models.Index(fields=["given_at"], name="given_answer_age")]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.key}"  # type: ignore[attr-defined]
