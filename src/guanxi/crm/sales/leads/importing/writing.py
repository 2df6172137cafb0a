"""Takes in what was laid down and judged, and takes it back: one transaction each, by statements over sets."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from guanxi.crm.sales.lead_codes import LeadState, StepKind
from guanxi.crm.sales.leads.hung import nothing_hung
from guanxi.crm.sales.leads.importing.staging import IDENTIFIER, PHONE, STAGE
from guanxi.crm.sales.leads.scoring import rescore
from guanxi.crm.sales.models import Lead, LeadEvent, LeadImport, LeadRow
from guanxi.sealing import context_of, seal_column, unseal_column

Outcome = LeadRow.Outcome
# What a file changes of a lead that is there: what the line says; what it leaves empty stays.
CHANGED = ("name", "contact_name", "city", "industry_code", "product", "source_detail", "text")

_CREATE = f"""
INSERT INTO sales_lead (key, kind, name, name_folded, contact_name, phone, phone_token, identifier, identifier_token,
    city, industry_code, product, amount, source, source_detail, text, institution_id, manager_id, state, score,
    assigned_at, accept_by, recycled, closing, consent_text, made_by_id, made_at, changed_by_id, changed_at, version)
SELECT key, kind, name, name_folded, contact_name, phone, phone_token, identifier, identifier_token,
    city, industry_code, product, amount, source, source_detail, text, institution_id, manager_id,
    CASE WHEN manager_id IS NULL THEN %(pool)s WHEN manager_id = %(by)s THEN %(accepted)s ELSE %(assigned)s END, 0,
    CASE WHEN manager_id IS NOT NULL THEN %(now)s END,
    CASE WHEN manager_id <> %(by)s THEN %(accept_by)s END, 0, '', '', %(by)s, %(now)s, %(by)s, %(now)s, 1
FROM {STAGE} WHERE outcome = %(create)s
"""
_STEPS = f"""
INSERT INTO sales_leadstep (lead_id, kind, at, by_id, giver_id, taker_id, text)
SELECT l.id, %(made)s, %(now)s, %(by)s, NULL, l.manager_id, %(file)s
FROM {STAGE} s JOIN sales_lead l ON l.key = s.key WHERE s.outcome = %(create)s
"""
_UPDATE = f"""
UPDATE sales_lead l SET
    name_folded = CASE WHEN s.name <> '' THEN s.name_folded ELSE l.name_folded END,
    {", ".join(f"{name} = coalesce(nullif(s.{name}, ''), l.{name})" for name in CHANGED)},
    amount = coalesce(s.amount, l.amount),
    phone = CASE WHEN length(s.phone) > 0 THEN s.phone ELSE l.phone END,
    phone_token = coalesce(nullif(s.phone_token, ''), l.phone_token),
    identifier = CASE WHEN length(s.identifier) > 0 THEN s.identifier ELSE l.identifier END,
    identifier_token = coalesce(nullif(s.identifier_token, ''), l.identifier_token),
    changed_at = %(now)s, changed_by_id = %(by)s, version = l.version + 1
FROM {STAGE} s WHERE s.outcome = %(update)s AND l.id = s.lead_id AND l.version = s.version_before
RETURNING l.id
"""
_TOUCHED = f"""
SELECT l.id FROM {STAGE} s JOIN sales_lead l ON l.key = s.key WHERE s.outcome = %(create)s
UNION ALL SELECT lead_id FROM {STAGE} WHERE outcome = %(update)s
"""
_UNTOUCHED = """
SELECT l.id FROM sales_leadrow r JOIN sales_lead l ON l.id = r.lead_id
WHERE r.batch_id = %s AND r.outcome = %s AND l.version = 1 AND l.opportunity_id IS NULL
    AND {nothing_hung}
FOR UPDATE OF l
"""
# Asked again once the leads are held: the statement that waited for them sees what hung on them before it waited.
_STILL_UNTOUCHED = "SELECT l.id FROM sales_lead l WHERE l.id = ANY (%s) AND {nothing_hung}"
_ROWS = f"""
INSERT INTO sales_leadrow (batch_id, line, outcome, by, field, problem, named, lead_id, version_before)
SELECT %(batch)s, s.line, s.outcome, s.by, s.field,
    CASE WHEN s.outcome = %(twice)s THEN s.twin ELSE s.problem END, s.named, coalesce(l.id, s.lead_id), s.version_before
FROM {STAGE} s LEFT JOIN sales_lead l ON l.key = s.key
"""


def write_rows(batch: LeadImport) -> None:
    """Keeps what came, or would come, of each line; within the caller's transaction."""
    LeadRow.objects.filter(batch=batch).delete()
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"batch": batch.pk, "twice": Outcome.TWICE})


def take_in(batch: LeadImport, *, accept_by: datetime.datetime) -> None:
    """Makes and changes the leads; within the caller's transaction."""
    values: dict[str, Any] = {
        "by": batch.staff_id, "now": timezone.now(), "accept_by": accept_by, "pool": LeadState.POOL,
        "accepted": LeadState.ACCEPTED, "assigned": LeadState.ASSIGNED, "create": Outcome.CREATE,
        "update": Outcome.UPDATE, "made": StepKind.MADE, "file": batch.file_name,
    }  # fmt: skip
    with connection.cursor() as cursor:
        _seal_for_changed(cursor)
        cursor.execute(_CREATE, values)
        cursor.execute(_STEPS, values)
        cursor.execute(_UPDATE, values)
        changed = [row[0] for row in cursor.fetchall()]
        # Whoever changed one of these since they were judged has the last word.
        cursor.execute(
            f"UPDATE {STAGE} SET outcome = %s WHERE outcome = %s AND NOT lead_id = ANY (%s)",
            [Outcome.SAME_LEAD, Outcome.UPDATE, changed],
        )
        cursor.execute(
            "INSERT INTO sales_leadstep (lead_id, kind, at, by_id, text) "
            "SELECT n, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS n",
            [StepKind.CHANGED, values["now"], values["by"], values["file"], changed],
        )
        cursor.execute(_TOUCHED, {"create": Outcome.CREATE, "update": Outcome.UPDATE})
        touched = [row[0] for row in cursor.fetchall()]
    write_rows(batch)
    # As an array, which is looked up by key: what the planner knows of these tables is from before.
    mine = RawSQL("sales_lead.id = ANY (%s)", [touched], output_field=BooleanField())
    rescore(Lead.objects.filter(mine))


def _seal_for_changed(cursor: Any) -> None:
    """Phones and identifiers for leads that are there are encrypted under those leads' keys."""
    cursor.execute(
        f"""SELECT s.line, s.key, l.key, s.phone, s.identifier FROM {STAGE} s JOIN sales_lead l ON l.id = s.lead_id
        WHERE s.outcome = %s""",
        [Outcome.UPDATE],
    )
    rows = cursor.fetchall()
    if not rows:
        return
    old, new = [context_of([row[1]]) for row in rows], [context_of([row[2]]) for row in rows]
    made = [
        seal_column(label, new, unseal_column(label, old, [bytes(row[at]) for row in rows]))
        for label, at in ((PHONE, 3), (IDENTIFIER, 4))
    ]
    cursor.execute(
        f"UPDATE {STAGE} s SET phone = v.phone, identifier = v.identifier "
        "FROM unnest(%s::integer[], %s::bytea[], %s::bytea[]) AS v (line, phone, identifier) WHERE v.line = s.line",
        [[row[0] for row in rows], *made],
    )


def take_back(batch_id: UUID) -> tuple[int, int, int]:
    """Deletes the leads that a file made and gives those it changed back what they were, where nobody has touched them
    since; within the caller's transaction. Returns how many were deleted, given back, and left as they are.
    """
    rows = LeadRow.objects.filter(batch_id=batch_id)
    total = rows.filter(outcome__in=(Outcome.CREATE, Outcome.UPDATE), lead__isnull=False).count()
    fields = [field.column for field in Lead._meta.concrete_fields if field.name not in ("id", "version", "key")]
    with connection.cursor() as cursor:
        cursor.execute(_UNTOUCHED.format(nothing_hung=nothing_hung("l")), [batch_id, Outcome.CREATE])
        held = [row[0] for row in cursor.fetchall()]
        cursor.execute(_STILL_UNTOUCHED.format(nothing_hung=nothing_hung("l")), [held])
        numbers = [row[0] for row in cursor.fetchall()]
        for table, column in (("sales_leadstep", "lead_id"), ("sales_lead", "id")):
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY (%s)", [numbers])
        # What stood there before is what the trigger kept, encrypted under the same key.
        cursor.execute(
            f"""
            UPDATE sales_lead l SET {", ".join(f"{name} = e.{name}" for name in fields)}, version = l.version + 1
            FROM sales_leadrow r JOIN {LeadEvent._meta.db_table} e
                ON e.pgh_obj_id = r.lead_id AND e.version = r.version_before
            WHERE r.batch_id = %s AND r.outcome = %s AND l.id = r.lead_id AND l.version = r.version_before + 1
            """,
            [batch_id, Outcome.UPDATE],
        )
        back = cursor.rowcount
    return len(numbers), back, total - len(numbers) - back
