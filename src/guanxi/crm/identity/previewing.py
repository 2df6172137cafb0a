"""What a merge will move and what taking one back will share out, in numbers and by name, before anybody says yes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import connection

from guanxi.crm.identity.models import Merge, MergeStep
from guanxi.crm.kernel.merging import Follows, How, Layer, registered

# Rows that come after a merge and are shown one by one; of more, only the number.
MOST = 200


@dataclass(frozen=True, slots=True)
class Moving:
    """How many rows of one kind of thing."""

    table: str
    title: str
    many: int


@dataclass(frozen=True, slots=True)
class Later:
    """One row that was made while two customers were one. ``back``: it goes with the customer who leaves."""

    table: str
    title: str
    key: str
    made: datetime.datetime
    label: str
    back: bool


@dataclass(frozen=True, slots=True)
class Parting:
    """What taking a merge back does: what goes back, what came since (at most :data:`MOST`), merges made again."""

    merge: Merge
    moving: tuple[Moving, ...]
    later: tuple[Later, ...]
    younger: int


def _titled() -> list[Follows]:
    return [one for one in registered(Layer.SITE) if one.title]


def moving_of(party_id: str) -> tuple[Moving, ...]:
    """What hangs on a customer and would go along, by kind of thing, without what there is none of; one query."""
    entries = _titled()
    sql = " UNION ALL ".join(
        f"SELECT {place}, count(*) FROM {one.table} t WHERE t.{one.column} = %s" for place, one in enumerate(entries)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [party_id] * len(entries))
        counts = dict(cursor.fetchall())
    return tuple(
        Moving(one.table, str(one.title), counts[place]) for place, one in enumerate(entries) if counts.get(place)
    )


def parting_of(made: Merge) -> Parting:
    """What taking a merge back would do; three queries."""
    titles = {one.table: str(one.title) for one in _titled()}
    steps = MergeStep.objects.filter(merge=made, overlay=False, action="moved", table__in=list(titles))
    moving = [Moving(step.table, titles[step.table], len(step.keys)) for step in steps.order_by("place")]
    younger = Merge.objects.filter(party_id=made.party_id, undone_at__isnull=True, pk__gt=made.pk).count()
    return Parting(made, tuple(one for one in moving if one.many), _later(made), younger)


def _later(made: Merge) -> tuple[Later, ...]:
    entries = [one for one in registered(Layer.SITE) if one.made and one.how is How.MOVES]
    parts, parameters = [], []
    for place, one in enumerate(entries):
        parent = "false"
        if one.parent:
            column, table = one.parent
            parent = (
                "coalesce((SELECT true FROM identity_mergestep s WHERE s.merge_id = %s AND NOT s.overlay "
                f"AND s.\"table\" = '{table}' AND s.action = 'moved' "
                f"AND s.keys @> jsonb_build_array(jsonb_build_object('id', r.{column})) LIMIT 1), false)"
            )
            parameters.append(made.pk)
        # What a younger merge brought along is that merge's, and goes back with it.
        brought = (
            f"SELECT 1 FROM identity_mergestep s WHERE s.\"table\" = '{one.table}' AND s.action = 'moved' "
            "AND s.merge_id IN (SELECT m.id FROM identity_merge m WHERE m.id >= %s AND m.party_id = %s "
            f"AND m.undone_at IS NULL) AND s.keys @> jsonb_build_array(jsonb_build_object('{one.key[0]}', "
            f"r.{one.key[0]}))"
        )
        parts.append(
            f"(SELECT {place} AS place, r.{one.key[0]}::text AS key, r.{one.made} AS made, "
            f"({one.label})::text AS label, {parent} AS back FROM {one.table} r "
            f"WHERE r.{one.column} = %s AND r.{one.made} > %s AND NOT EXISTS ({brought}) "
            f"ORDER BY r.{one.made} DESC LIMIT {MOST})"
        )
        parameters += [made.party_id, made.at, made.pk, made.party_id]
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} ORDER BY 3 DESC, 1, 2 LIMIT {MOST}", parameters)
        rows = cursor.fetchall()
    return tuple(
        Later(entries[place].table, str(entries[place].title), key, at, label or "", bool(back))
        for place, key, at, label, back in rows
    )
