"""Members of staff and their posts: what the bank's file says of them, and nothing that is their own.

Passwords, preferences and rights in the administration are never touched. Whoever is new cannot sign in until a
password is set; whoever left, by the file's word or by being gone from it, may not sign in any more (their sessions
end: a trigger of the table deletes them). An account that an administrator closed stays
closed; one that the bank's file closed opens again when the file says so. An administrator's account of which the
bank's file knows nothing is left alone.
"""

from __future__ import annotations

from datetime import date

from guanxi.warehouse.publish.database import Connection, run, value
from guanxi.warehouse.publish.declare import Table
from guanxi.warehouse.publish.difference import Difference
from guanxi.warehouse.publish.snapshots import Target, Written

MERGED = ("name", "institution_id", "role", "line", "phone", "email", "joined_on", "left_on")


def write_staff(
    target: Target, table: Table, difference: Difference, *, old: str | None, total: int, business_date: date
) -> dict[str, Written]:
    """Merges a difference of ``org_staff`` and carries it on into ``org_post``; returns what was done to both.

    ``old`` is what the difference was made from. A member of staff holds one post: the file's. When institution or
    role change, the post before ends with the day before the business date and a new one begins with it, so that a
    move takes effect at once; a post held earlier is opened again. Posts that were given besides stay, until their
    holder leaves: then all end, those to come as well, and with them what the person covers and supports.
    """
    target.tally.expect(difference.changed_rows + difference.gone_rows)
    written = _write_staff(target, table, difference, old, business_date)
    gone = target.stage(table.name, table.key, difference.gone)
    left = run(
        target.connection,
        f"UPDATE org_staff SET is_active = false, left_on = coalesce(left_on, %s) "
        f"WHERE id IN (SELECT id FROM {gone}) AND NOT is_superuser AND (is_active OR left_on IS NULL)",
        [business_date],
    ).rowcount
    posts = _write_posts(target.connection, gone, business_date)
    _end_arrangements(target.connection, gone, business_date)
    return {table.name: Written(written, left, total), "org_post": posts}


def _write_staff(target: Target, table: Table, difference: Difference, old: str | None, business_date: date) -> int:
    """Merges the changed rows; leaves the temporary tables ``staged_staff`` and ``staff_before``."""
    connection, names = target.connection, ", ".join(table.column_names)
    run(
        connection,
        f"CREATE TEMPORARY TABLE staged_staff ON COMMIT DROP AS SELECT {names}, false AS opens_again "
        "FROM org_staff WITH NO DATA",
    )
    was_open = f"SELECT id FROM ({old}) WHERE is_active" if old else "SELECT NULL WHERE false"
    target.fill(
        "staged_staff",
        (*table.column_names, "opens_again"),
        f"SELECT {names}, is_active AND id NOT IN ({was_open}) FROM ({difference.changed})",
        label=table.name,
    )
    run(
        connection,
        "CREATE TEMPORARY TABLE staff_before ON COMMIT DROP AS SELECT id, institution_id, role, is_active, left_on "
        "FROM org_staff WHERE id IN (SELECT id FROM staged_staff)",
    )
    # Who left without a day is taken to have left on the day on which the file first said so.
    run(
        connection,
        "UPDATE staged_staff AS s SET left_on = coalesce("
        "(SELECT b.left_on FROM staff_before b WHERE b.id = s.id AND NOT b.is_active), %s) "
        "WHERE NOT s.is_active AND s.left_on IS NULL",
        [business_date],
    )
    changed = run(
        connection,
        f"UPDATE org_staff SET {', '.join(f'{name} = s.{name}' for name in MERGED)}, "
        # The file closes with a last day, an administrator without one.
        "is_active = s.is_active AND (org_staff.is_active OR (s.opens_again AND org_staff.left_on IS NOT NULL)) "
        "FROM staged_staff s WHERE s.id = org_staff.id",
    ).rowcount
    added = run(
        connection,
        f"INSERT INTO org_staff ({names}, password, is_staff, is_superuser, preferences) SELECT {names}, "
        "'!' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), false, false, '{}' "
        "FROM staged_staff s WHERE NOT EXISTS (SELECT 1 FROM staff_before b WHERE b.id = s.id)",
    ).rowcount
    return changed + added


def _write_posts(connection: Connection, gone: str, business_date: date) -> Written:
    """Closes the posts of those who left or moved, and opens those of who moved or is new."""
    closed = run(
        connection,
        f"UPDATE org_post AS p SET valid_to = %(day)s WHERE (p.valid_to IS NULL OR p.valid_to > %(day)s) "
        f"AND p.staff_id IN ({_leavers(gone)})",
        {"day": business_date},
    ).rowcount
    closed += run(
        connection,
        """
        UPDATE org_post AS p SET valid_to = %(day)s::date - 1
        WHERE p.valid_to IS NULL AND EXISTS (
            SELECT 1 FROM staged_staff s JOIN staff_before b ON b.id = s.id
            WHERE s.id = p.staff_id AND b.institution_id = p.institution_id AND b.role = p.role
            AND (s.institution_id, s.role) IS DISTINCT FROM (b.institution_id, b.role)
        )
        """,
        {"day": business_date},
    ).rowcount
    opened = run(
        connection,
        """
        INSERT INTO org_post AS p (staff_id, institution_id, role, line, valid_from)
        SELECT s.id, s.institution_id, s.role, s.line, CASE WHEN b.id IS NULL THEN s.joined_on ELSE %(day)s END
        FROM staged_staff s LEFT JOIN staff_before b ON b.id = s.id
        WHERE s.is_active AND s.institution_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM org_post o WHERE o.staff_id = s.id AND o.institution_id = s.institution_id
            AND o.role = s.role AND o.line = s.line AND o.valid_to IS NULL
        )
        ON CONFLICT (staff_id, institution_id, role) DO UPDATE SET
            line = excluded.line,
            valid_from = CASE WHEN p.valid_to IS NULL THEN p.valid_from ELSE excluded.valid_from END,
            valid_to = NULL
        """,
        {"day": business_date},
    ).rowcount
    return Written(opened, closed, value(connection, "SELECT count(*) FROM org_post"))


def _leavers(gone: str) -> str:
    """Those who may not sign in by tonight's word of the file, or are gone from it, as SQL."""
    return (
        "SELECT id FROM staged_staff WHERE NOT is_active UNION ALL "
        f"SELECT g.id FROM {gone} g JOIN org_staff s ON s.id = g.id AND NOT s.is_superuser"
    )


def _end_arrangements(connection: Connection, gone: str, business_date: date) -> None:
    """Ends what those who left cover and support: it would be theirs again if they came back.

    That somebody covers *for* one who left goes on: the customers are looked after until they are handed over.
    """
    day = {"day": business_date}
    for table, person, only in (
        ("org_cover", "substitute_id", ""),
        ("org_assignment", "staff_id", "kind = 'support' AND"),
    ):
        of_leavers = f"{only} {person} IN ({_leavers(gone)})"
        run(connection, f"DELETE FROM {table} WHERE {of_leavers} AND valid_from > %(day)s", day)
        run(
            connection,
            f"UPDATE {table} SET valid_to = %(day)s WHERE {of_leavers} AND (valid_to IS NULL OR valid_to > %(day)s)",
            day,
        )
