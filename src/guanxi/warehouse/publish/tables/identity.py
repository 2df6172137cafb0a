"""What a steward looks at: records that share a number or stand in a pair, pairs, whose value each field has."""

from __future__ import annotations

from guanxi.warehouse.publish.declare import Kind, Table, day, exact, figure, text, whole, word

RECORD = Table(
    name="identity_record",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="identity_record",
    key=("record_id",),
    columns=(
        text("record_id"),
        text("party_id"),
        text("kind"),
        text("institution_id"),
        word("manager_id"),
        text("source"),
        day("changed_on"),
        text("content", sealed=True),
    ),
)

PAIR = Table(
    name="identity_pair",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="identity_pair",
    key=("left_record", "right_record"),
    columns=(
        text("left_record"),
        text("right_record"),
        text("kind"),
        exact("probability", 9, 8),
        text("zone"),
        text("reason"),
        text("weights"),
        text("model_version"),
        figure("impact"),
        day("first_seen", nullable=False),
        text("institution_id"),
        word("manager_id"),
    ),
)

FIELD = Table(
    name="identity_field",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="party_field",
    key=("party_id", "field"),
    columns=(
        text("party_id"),
        text("field"),
        text("source_record"),
        text("rule"),
    ),
)

THRESHOLD_COUNT = Table(
    name="identity_threshold_count",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="identity_threshold_count",
    key=("kind", "low"),
    columns=(
        text("kind"),
        exact("low", 9, 8),
        whole("pairs"),
    ),
)

THRESHOLD_SAMPLE = Table(
    name="identity_threshold_sample",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="identity_threshold_sample",
    key=("kind", "low", "place"),
    columns=(
        text("kind"),
        exact("low", 9, 8),
        whole("place", small=True),
        text("left_record"),
        text("right_record"),
        exact("probability", 9, 8),
        text("weights"),
    ),
)
