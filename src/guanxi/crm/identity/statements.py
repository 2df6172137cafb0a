"""The statements by which tables follow a merge, made from the register of what follows (``kernel/merging.py``)."""

from __future__ import annotations

from collections.abc import Iterator

from guanxi.crm.kernel.merging import Follows, How, Layer, registered

PAIRS = "p AS (SELECT * FROM unnest(ms, gones, kepts) AS w(m, gone, kept))"
# Steps of overlays are counted from here, those of splits from there.
OVERLAY, SPLIT = 5_000, 20_000
A_TABLE = 10
DAY = "business_date"


def follow() -> str:
    """What is the site's own, and the journals."""
    return "\n".join(_numbered(registered(Layer.SITE, Layer.JOURNAL), 0, _statements))


def lay() -> str:
    """What is published as it is so tonight."""
    return "\n".join(_numbered(registered(Layer.OVERLAY), OVERLAY, _statements))


def archive() -> str:
    """What an overlay would have kept, for merges that need none."""
    return "\n".join(_numbered(registered(Layer.OVERLAY), OVERLAY, _kept))


def split() -> str:
    """What stands again of a customer whom the last night has merged."""
    return "\n".join(_numbered(registered(Layer.OVERLAY), SPLIT, _split))


def back() -> str:
    """What came after a merge and goes with the customer who leaves: by table, its rows by key."""
    return "\n".join(
        f"        IF t.key = '{one.table}' THEN\n"
        f"            UPDATE {one.table} r SET {one.column} = m.gone WHERE r.{one.column} = m.kept\n"
        f"            AND r.{one.key[0]}::text IN (SELECT jsonb_array_elements_text(t.value));\n        END IF;"
        for one in registered(Layer.SITE)
        if one.made
    )


def own(moment: str) -> str:
    """What rooms do by functions of their own before a merge is taken back (``back``) and after (``after``)."""
    return "\n".join(
        f"            PERFORM {one.function}_{moment}(one, m.gone, m.kept);"
        for one in registered()
        if one.function and one.layer is not Layer.OVERLAY
    )


def _numbered(entries: tuple[Follows, ...], first: int, make: object) -> Iterator[str]:
    for number, one in enumerate(entries):
        yield from make(one, first + number * A_TABLE)  # type: ignore[operator]


def _statements(one: Follows, place: int) -> Iterator[str]:
    match one.how:
        case How.MOVES if one.over:
            yield from _replaced(one, place)
        case How.MOVES:
            yield from _moved(one, place)
            if one.history:
                yield from _moved(Follows(table=one.history, key=("pgh_id",), column=one.column), place + 5)
        case How.ADDS_UP:
            yield from _added_up(one, place)
        case How.ASIDE:
            yield _noted(one, place, "removed", _taken(one, "true"))
        case How.OWN:
            yield f"    PERFORM {one.function}(ms, gones, kepts, {place}::smallint);"


def _layer(one: Follows) -> str:
    return "true" if one.layer is Layer.OVERLAY else "false"


def _only(one: Follows) -> str:
    return f" AND {one.only}" if one.only else ""


def _noted(one: Follows, place: int, action: str, rows: str) -> str:
    """Writes a step a merge; ``rows`` is a query that gives ``m``, ``row`` and, where the row stood, ``key``."""
    return f"""    WITH {PAIRS}, x AS ({rows})
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, {place}, '{one.table}', '{one.column}', '{action}', {_layer(one)}, true,
        jsonb_agg({_of_row(one.key, moved=action == "moved", column=one.column)}),
        {"NULL" if action in {"moved", "added"} else "jsonb_agg(row)"} FROM x GROUP BY m;"""


def _of_row(key: tuple[str, ...], *, moved: bool, column: str) -> str:
    """The key of ``row`` as JSON: of a row that moves without the column by which it moves."""
    names = [name for name in key if not (moved and name == column)]
    return "jsonb_build_object(" + ", ".join(f"'{name}', row -> '{name}'" for name in names) + ")"


def _taken(one: Follows, condition: str) -> str:
    return (
        f"DELETE FROM {one.table} t USING p WHERE t.{one.column} = p.gone{_only(one)} AND ({condition}) "
        "RETURNING p.m, to_jsonb(t) AS row"
    )


def _moved(one: Follows, place: int) -> Iterator[str]:
    if one.clash and one.aside:
        yield _noted(one, place, "removed", _taken(one, one.clash))
    stays = f" AND NOT ({one.clash})" if one.clash and not one.aside else ""
    rows = (
        f"UPDATE {one.table} t SET {one.column} = p.kept FROM p WHERE t.{one.column} = p.gone{_only(one)}{stays} "
        "RETURNING p.m, to_jsonb(old) AS row"
    )
    yield _noted(one, place + 1, "moved", rows)


def _replaced(one: Follows, place: int) -> Iterator[str]:
    """Rows that change in more than the number: taken out, and put in as they become where the like is not there."""
    yield _noted(one, place, "removed", _taken(one, "true"))
    over = ", ".join(f"'{name}', {value}" for name, value in {one.column: "p.kept", **one.over}.items())
    rows = (
        f"INSERT INTO {one.table} SELECT r.* FROM p JOIN party_party k ON k.id = p.kept "
        f"JOIN identity_mergestep s ON s.merge_id = p.m AND s.place = {place} AND s.overlay = {_layer(one)} "
        f"CROSS JOIN LATERAL jsonb_array_elements(s.images) AS i(image) "
        f"CROSS JOIN LATERAL jsonb_populate_record(NULL::{one.table}, i.image || jsonb_build_object({over})) r "
        f"ON CONFLICT DO NOTHING RETURNING {one.table}.*"
    )
    yield f"""    WITH {PAIRS}, n AS ({rows}), x AS (
        SELECT p.m, to_jsonb(n) AS row FROM n JOIN p ON p.kept = n.{one.column})
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, {place + 1}, '{one.table}', '{one.column}', 'added', {_layer(one)}, true,
        jsonb_agg({_of_row(one.key, moved=False, column=one.column)}), NULL FROM x GROUP BY m;"""


def _alike(one: Follows, left: str, right: str) -> str:
    names = [name for name in one.key if name != one.column]
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in names) or "true"


def _added_up(one: Follows, place: int) -> Iterator[str]:
    twin = f"EXISTS (SELECT 1 FROM {one.table} o WHERE o.{one.column} = p.kept AND {_alike(one, 'o', 't')})"
    yield _noted(one, place, "removed", _taken(one, twin))
    become = ", ".join(f"{name} = {value}" for name, value in one.sums.items())
    rows = (
        f"UPDATE {one.table} t SET {become} FROM p JOIN identity_mergestep s ON s.merge_id = p.m "
        f"AND s.place = {place} AND s.overlay = {_layer(one)} "
        f"CROSS JOIN LATERAL jsonb_populate_recordset(NULL::{one.table}, s.images) g "
        f"WHERE t.{one.column} = p.kept AND {_alike(one, 't', 'g')} RETURNING p.m, to_jsonb(old) AS row"
    )
    yield _noted(one, place + 1, "changed", rows)
    rest = Follows(table=one.table, column=one.column, key=one.key, layer=one.layer, only=one.only, over=one.over)
    yield from (_replaced if one.over else _moved)(rest, place + 2)


def _kept(one: Follows, place: int) -> Iterator[str]:
    if one.how in {How.STAYS, How.OWN} or (one.how is How.MOVES and one.over and one.only):
        return
    moves = one.how is How.MOVES and not one.over
    images = "NULL" if moves else "jsonb_agg(row)"
    action = "moved" if moves else "removed"
    yield f"""    WITH {PAIRS}, x AS (
        SELECT p.m, to_jsonb(t) AS row FROM {one.table} t JOIN p ON t.{one.column} = p.gone WHERE true{_only(one)})
    INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)
    SELECT m, {place + moves}, '{one.table}', '{one.column}', '{action}', true, false,
        jsonb_agg({_of_row(one.key, moved=moves, column=one.column)}), {images} FROM x GROUP BY m;"""


def _split(one: Follows, place: int) -> Iterator[str]:
    if one.how is How.STAYS or (one.over and one.how is How.MOVES and one.only):
        return
    kept = f"""identity_mergestep s CROSS JOIN LATERAL jsonb_populate_recordset(NULL::{one.table}, s.%s) r
            %s WHERE s.merge_id = m.id AND s.overlay AND NOT s.laid AND s."table" = '{one.table}'
            AND s."column" = '{one.column}' AND s.place < {SPLIT}"""
    into = (
        """INSERT INTO identity_mergestep (merge_id, place, "table", "column", action, overlay, laid, keys, images)"""
    )
    keys = _of_row(one.key, moved=False, column=one.column)
    what = f"m.id, %s, '{one.table}', '{one.column}', '%s', true, true"
    some = "FROM x HAVING count(*) > 0"
    places = ", ".join(str(place + step) for step in range(3))
    yield f"        DELETE FROM identity_mergestep WHERE merge_id = m.id AND place IN ({places});"
    if one.how is How.MOVES and not one.over:
        # Whatever day it was: the rows of today's figures are those of the same agreements.
        names = [name for name in one.key if name not in {one.column, DAY}]
        alike = " AND ".join(f"t.{name} = k.{name}" for name in names)
        yield f"""        WITH k AS (SELECT DISTINCT {", ".join(f"r.{name}" for name in names)}
            FROM {kept % ("keys", "")} AND s.action = 'moved'),
        x AS (UPDATE {one.table} t SET {one.column} = m.gone FROM k WHERE t.{one.column} = m.party_id AND {alike}
            RETURNING to_jsonb(old) AS row, to_jsonb(new) AS after)
        {into}
        SELECT {what % (place, "removed")}, jsonb_agg({keys}), jsonb_agg(row) {some}
        UNION ALL
        SELECT {what % (place + 1, "added")}, jsonb_agg({keys.replace("row ->", "after ->")}), NULL {some};"""
        return
    daily = one.key[0] == DAY
    newest, row, narrowed = "", "r", ""
    if daily:
        # The newest day known of the customer is shown as today's.
        newest = f"CROSS JOIN LATERAL jsonb_populate_record(r, jsonb_build_object('{DAY}', newest)) n"
        row, narrowed = "n", f" ORDER BY r.{DAY} DESC LIMIT 1"
        yield f"""        WITH g AS (SELECT r.* FROM {kept % ("images", "")} AND s.action = 'removed'
            AND r.{one.column} = m.gone{narrowed}),
        x AS (UPDATE {one.table} t SET {", ".join(_less(one))} FROM g
            WHERE t.{one.column} = m.party_id AND t.{DAY} = newest RETURNING to_jsonb(old) AS row)
        {into}
        SELECT {what % (place, "changed")}, jsonb_agg({keys}), jsonb_agg(row) {some};"""
    yield f"""        WITH i AS (INSERT INTO {one.table} SELECT {row}.* FROM {kept % ("images", newest)}
            AND s.action = 'removed' AND r.{one.column} = m.gone{narrowed}
            ON CONFLICT DO NOTHING RETURNING {one.table}.*),
        x AS (SELECT to_jsonb(i) AS row FROM i)
        {into}
        SELECT {what % (place + 1, "added")}, jsonb_agg({keys}), NULL {some};"""


def _less(one: Follows) -> Iterator[str]:
    for name, value in one.sums.items():
        if value == f"t.{name} + g.{name}":
            yield f"{name} = t.{name} - g.{name}"
