"""What the night publishes of records and pairs. Written by the night's job, read here."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.identity.codes import Problem, Reason, Zone
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedJSONField
from guanxi.crm.party.models import Party, PartyKind

OF_PARTY = ScopePaths(institution="party__institution_id", manager="party__manager_id")


def paths_of(record: str) -> ScopePaths:
    """The scope of a row by a record that it names: that of the record's party."""
    return ScopePaths(
        institution=f"{record}__party__institution_id",
        manager=f"{record}__party__manager_id",
        record=f"{record}__party_id",
        kind=f"{record}__party__kind",
    )


BOTH = ScopePaths(
    institution="left__party__institution_id",
    manager="left__party__manager_id",
    record="left__party_id",
    kind="left__party__kind",
    second=paths_of("right"),
)


class Record(models.Model):
    """Grain: one row a record that shares its number with another or stands in a pair that a screen shows.

    ``id`` is the customer's number in the bank's files, ``party`` the customer it belongs to. ``content`` is a list of
    ``{"field", "value", "source", "date", "valid"}``, one a value (identifiers and contacts too, as
    ``identifier:resident_id`` and ``contact:mobile``); ``valid`` is true, false, or null where nothing is known.
    """

    scope_paths: ClassVar = OF_PARTY

    id = models.CharField(_("record number"), max_length=32, primary_key=True, db_column="record_id")
    party = models.ForeignKey(
        Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("customer")
    )
    party_id: str
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    institution_id = models.CharField(_("institution number"), max_length=32)
    manager_id = models.CharField(_("staff number"), max_length=32, null=True)
    source = models.CharField(_("source"), max_length=32)
    changed_on = models.DateField(_("changed on"), null=True)
    content = SealedJSONField(_("fields"), label="identity_record.content", key=("id",))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        indexes: ClassVar = [models.Index(fields=["party"], name="identity_record_party")]

    def __str__(self) -> str:
        return self.id


class Pair(models.Model):
    """Grain: one row two records, ``left`` < ``right``, that may be one customer and wait for the steward.

    ``weights`` is JSON: a list of ``{"field", "level", "left_validity", "right_validity", "bits"}``; the first may be
    ``prior``. ``impact`` is the money at stake: assets and loans of both parties, CNY. ``institution_id`` and
    ``manager_id`` are the left record's.
    """

    scope_paths: ClassVar = BOTH

    pk = models.CompositePrimaryKey("left_id", "right_id")
    left = models.ForeignKey(
        Record, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", db_column="left_record"
    )
    left_id: str
    right = models.ForeignKey(
        Record, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", db_column="right_record"
    )
    right_id: str
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    probability = models.DecimalField(_("probability"), max_digits=9, decimal_places=8)
    zone = models.CharField(_("zone"), max_length=8, choices=Zone.choices)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices, default="")
    weights = models.TextField(_("match weights"), default="[]")
    model_version = models.CharField(_("version of the model"), max_length=40, default="")
    impact = models.DecimalField(_("money at stake"), max_digits=20, decimal_places=2, default=0)
    first_seen = models.DateField(_("since"))
    institution_id = models.CharField(_("institution number"), max_length=32)
    manager_id = models.CharField(_("staff number"), max_length=32, null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("pair")
        verbose_name_plural = _("pairs")
        indexes: ClassVar = [
            models.Index(fields=["-impact", "-left", "-right"], name="identity_pair_impact"),
            models.Index(fields=["-probability", "-left", "-right"], name="identity_pair_probability"),
            models.Index(fields=["institution_id", "-impact"], name="identity_pair_institution"),
            models.Index(fields=["right"], name="identity_pair_right"),
        ]

    def __str__(self) -> str:
        return f"{self.left_id} {self.right_id}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The match weights, in the order of the model."""
        return json.loads(self.weights or "[]")


class FieldSource(models.Model):
    """Grain: one row a party of several records and field: which record won, and by which rule."""

    scope_paths: ClassVar = OF_PARTY

    pk = models.CompositePrimaryKey("party_id", "field")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    field = models.CharField(_("field"), max_length=64)
    source_record = models.CharField(_("record"), max_length=32)
    rule = models.CharField(_("rule"), max_length=24)

    objects = ScopedManager()

    class Meta:
        db_table = "identity_field"
        verbose_name = _("source of a field")
        verbose_name_plural = _("sources of fields")


class ThresholdCount(models.Model):
    """Grain: one row a kind of customer and bucket of match probability, ``low`` its lower edge."""

    pk = models.CompositePrimaryKey("kind", "low")
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    low = models.DecimalField(_("from"), max_digits=9, decimal_places=8)
    pairs = models.IntegerField(_("pairs"))

    class Meta:
        db_table = "identity_threshold_count"
        verbose_name = _("pairs of a bucket")
        verbose_name_plural = _("pairs by bucket")


class ThresholdSample(models.Model):
    """Grain: one row a kind, bucket and place: a pair to look at, whose two records are published."""

    scope_paths: ClassVar = BOTH

    pk = models.CompositePrimaryKey("kind", "low", "place")
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    low = models.DecimalField(_("from"), max_digits=9, decimal_places=8)
    place = models.SmallIntegerField(_("place"))
    left = models.ForeignKey(
        Record, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", db_column="left_record"
    )
    left_id: str
    right = models.ForeignKey(
        Record, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", db_column="right_record"
    )
    right_id: str
    probability = models.DecimalField(_("probability"), max_digits=9, decimal_places=8)
    weights = models.TextField(_("match weights"), default="[]")

    objects = ScopedManager()

    class Meta:
        db_table = "identity_threshold_sample"
        verbose_name = _("sample of a bucket")
        verbose_name_plural = _("samples of buckets")


class QualityMeasure(models.Model):
    """Grain: one row a business date, institution, source, kind and field: how many records have it, and validly.

    The row without a field counts the records, those that share a number with an older one (``merged``) and those that
    stand in a pair for the steward (``waiting``).
    """

    scope_paths: ClassVar = ScopePaths(institution="institution_id", manager="", record="", kind="kind")

    pk = models.CompositePrimaryKey("business_date", "institution_id", "source", "kind", "field")
    business_date = models.DateField(_("business date"))
    institution_id = models.CharField(_("institution number"), max_length=32)
    source = models.CharField(_("source"), max_length=32)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    field = models.CharField(_("field"), max_length=64, default="")
    records = models.IntegerField(_("records"))
    filled = models.IntegerField(_("filled in"), default=0)
    valid = models.IntegerField(_("valid"), default=0)
    merged = models.IntegerField(_("duplicates merged"), default=0)
    waiting = models.IntegerField(_("waiting for the steward"), default=0)

    objects = ScopedManager()

    class Meta:
        db_table = "identity_measure"
        verbose_name = _("measure of the customers' data")
        verbose_name_plural = _("measures of the customers' data")


class Mend(models.Model):
    """Grain: one row a record and field that somebody should mend at the source."""

    scope_paths: ClassVar = OF_PARTY

    pk = models.CompositePrimaryKey("record_id", "field")
    record_id = models.CharField(_("record number"), max_length=32)
    field = models.CharField(_("field"), max_length=64)
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    party_id: str
    problem = models.CharField(_("problem"), max_length=8, choices=Problem.choices)
    source = models.CharField(_("source"), max_length=32)
    institution_id = models.CharField(_("institution number"), max_length=32)
    impact = models.DecimalField(_("money at stake"), max_digits=20, decimal_places=2, default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("field to mend")
        verbose_name_plural = _("fields to mend")
        indexes: ClassVar = [
            models.Index(fields=["-impact", "-record_id", "-field"], name="identity_mend_impact"),
            models.Index(fields=["institution_id", "-impact"], name="identity_mend_institution"),
            models.Index(fields=["party"], name="identity_mend_party"),
        ]
