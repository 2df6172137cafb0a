"""What identifies customers, how to reach them, how they are related, and what changes of it in the nights."""

from __future__ import annotations

from guanxi.demo.draws import Draws, array
from guanxi.demo.making import Making, sql_date
from guanxi.demo.persons import FAMILY
from guanxi.demo.places import AREA_CODES, ESTATES, PROVINCE, STREETS, TOWNS, VILLAGES

MOBILE_PREFIXES = (
    "130", "131", "132", "133", "135", "136", "137", "138", "139", "147", "150", "151", "152", "153", "155", "156",
    "157", "158", "159", "166", "173", "175", "176", "177", "178", "180", "181", "182", "183", "184", "185", "186",
    "187", "188", "189", "191", "193", "198", "199",
)  # fmt: skip

# What changes in a night: for how many customers in a million, and in which table it shows.
CHANGES = (
    ("phone", 240.0), ("address", 100.0), ("manager", 80.0), ("risk", 180.0), ("income", 110.0), ("identifier", 90.0),
    ("job", 40.0),
)  # fmt: skip


def create_changes(making: Making) -> None:
    """Makes ``change``: one row a customer, night and kind of change, for customers known before that night."""
    draws, spec = making.draws, making.spec
    nights = ", ".join(sql_date(day) for day in spec.days[1:]) or "NULL::DATE"
    rate = sum(share for _, share in CHANGES) / 1_000_000
    key = "party_no * 4096 + epoch(night)::BIGINT // 86400 % 4096"
    making.run(f"""
        CREATE TABLE change AS
        SELECT party_no, night AS changed_on, {draws.weighted("change.kind", key, CHANGES)} AS kind
        FROM party, (SELECT unnest([{nights}]) AS night)
        WHERE {draws.chance("change", key, rate)} AND closed_on IS NULL AND opened_on < night
        ORDER BY ALL
    """)


def create_identifiers(making: Making) -> None:
    """Makes ``identifier``: the contract's columns without the change code, ``party_no`` and ``known_on``."""
    draws, last = making.draws, sql_date(making.spec.last_day)
    issued = f"{last} - {draws.whole('identifier.issued', 'party_no', 3760)}::INTEGER"
    eight = f"lpad({draws.whole('identifier.number', 'party_no', 100_000_000)}::VARCHAR, 8, '0')"
    foreign = draws.unit("identifier.foreign", "party_no")
    making.run(f"""
        CREATE TABLE identifier AS
        WITH person_document AS (
            SELECT party.party_no, party.party_id, party.opened_on AS known_on, resident_id, party.birth_date,
                party.age, {foreign} AS foreign_draw, {issued} AS issued_on
            FROM party JOIN person USING (party_no)
        )
        SELECT party_no, party_id, known_on,
            CASE WHEN foreign_draw < 0.0015 THEN 'hk_macau_permit' WHEN foreign_draw < 0.002 THEN 'taiwan_permit'
                WHEN foreign_draw < 0.003 THEN 'passport' WHEN foreign_draw < 0.004 THEN 'military_id'
                ELSE 'resident_id' END AS identifier_kind,
            CASE WHEN foreign_draw < 0.0015 THEN 'H' || {eight} WHEN foreign_draw < 0.002 THEN {eight}
                WHEN foreign_draw < 0.003 THEN 'E' || {eight} WHEN foreign_draw < 0.004 THEN '军字第' || {eight} || '号'
                ELSE resident_id END AS identifier_number,
            greatest(issued_on, birth_date + 30) AS valid_from,
            CASE WHEN age < 46 THEN greatest(issued_on, birth_date + 30) + INTERVAL 10 YEAR
                WHEN age < 56 THEN issued_on + INTERVAL 20 YEAR END::DATE AS valid_to,
            true AS is_primary
        FROM person_document
        UNION ALL
        SELECT party_no, party_id, known_on, 'passport', 'E' || {eight}, issued_on,
            (issued_on + INTERVAL 10 YEAR)::DATE, false
        FROM person_document
        WHERE foreign_draw >= 0.004 AND age >= 18 AND {draws.chance("identifier.passport", "party_no", 0.06)}
        UNION ALL
        SELECT party.party_no, party_id, party.opened_on, 'unified_credit_code', credit_code, established_on, NULL, true
        FROM party JOIN (SELECT party_no, credit_code FROM organisation) USING (party_no)
        ORDER BY party_no, is_primary DESC
    """)


def create_contacts(making: Making) -> None:
    """Makes ``contact``: the contract's columns without the change code, ``party_no`` and ``known_on``."""
    draws = making.draws
    key = "party_no"
    area = f"map({array(list(AREA_CODES))}, {array(list(AREA_CODES.values()))})[city]"
    line = f"lpad({draws.whole('contact.line', key, 10_000_000)}::VARCHAR, 7, '0')"
    landline = f"{area} || '-' || {draws.pick('contact.first', key, ('8', '2', '5', '6'))} || {line}"
    mail = f"({draws.whole('contact.mail', key, 2_800_000_000)} + 100000000)::VARCHAR || '@qq.com'"

    def row(kind: str, value: str, *, where: str, number: int = 1, region: str = "NULL", first: str = "true") -> str:
        return f"""SELECT party_no, party_id, known_on, '{kind}' AS contact_kind, {number} AS sequence_no,
            {value} AS contact_value, {region} AS region_code, {first} AS is_primary FROM reached WHERE {where}"""

    person, firm = "party_kind = 'person'", "party_kind = 'organisation'"
    rows = (
        row("mobile", mobile(draws, key), where=f"{draws.chance('contact.mobile', key, 0.97)}"),
        row("mobile", mobile(draws, key, "second"), number=2, first="false", where=second_mobile(draws)),
        row("landline", landline, where=f"{firm} OR {draws.chance('contact.landline', key, 0.04)}", first=firm),
        row("email", mail, where=draws.chance("contact.has mail", key, 0.12), first="false"),
        row("wechat", f"'wx_' || {draws.whole('contact.wechat', key, 90_000_000)}", first="false",
            where=f"{person} AND age BETWEEN 16 AND 75 AND {draws.chance('contact.has wechat', key, 0.2)}"),
        row("home_address", address(draws), region="county_code", first="true",
            where=f"{person} AND {draws.chance('contact.home', key, 0.93)}"),
        row("registered_address", work_address(draws), region="county_code", where=firm, first="true"),
        row("work_address", work_address(draws), region="county_code", first="false",
            where=f"{person} AND age BETWEEN 20 AND 60 AND {draws.chance('contact.work', key, 0.15)}"),
    )  # fmt: skip
    making.run(f"""
        CREATE TABLE contact AS
        WITH reached AS (
            SELECT party_no, party_id, opened_on AS known_on, party_kind, age, occupation, city, county, county_code,
                -- A family lives together.
                CASE WHEN family_role IS NULL OR family_role = 'single' THEN party_no + 1000000000
                    ELSE (party_no - 1) // {FAMILY} END AS home
            FROM party JOIN sub_branch USING (sub_no)
            LEFT JOIN (SELECT party_no, family_role FROM person) USING (party_no)
        )
        {" UNION ALL ".join(rows)}
        ORDER BY party_no, contact_kind, sequence_no
    """)


def mobile(draws: Draws, key: str, which: str = "first") -> str:
    """SQL of a mobile number; two customers have the same one by chance only."""
    body = draws.whole(f"contact.number {which}", key, 100_000_000)
    return f"{draws.pick(f'contact.prefix {which}', key, MOBILE_PREFIXES)} || lpad({body}::VARCHAR, 8, '0')"


def second_mobile(draws: Draws) -> str:
    """SQL of whether the customer has two mobile numbers."""
    return f"{draws.chance('contact.two', 'party_no', 0.07)} AND {draws.chance('contact.mobile', 'party_no', 0.97)}"


def address(draws: Draws, moved: str = "") -> str:
    """SQL of where a family lives: a village for those who farm, a flat for the others. ``moved`` makes it another."""
    key, name = "home", f"address{moved}"
    village = (
        f"{draws.pick(name + '.town', key, TOWNS)} || {draws.pick(name + '.village', key, VILLAGES)}"
        f" || (1 + {draws.whole(name + '.group', key, 18)}) || '组'"
    )
    flat = (
        f"{draws.pick(name + '.street', key, STREETS)} || (1 + {draws.whole(name + '.number', key, 680)}) || '号'"
        f" || {draws.pick(name + '.estate', key, ESTATES)} || (1 + {draws.whole(name + '.block', key, 24)}) || '栋'"
        f" || (101 + 100 * {draws.whole(name + '.floor', key, 28)} + {draws.whole(name + '.flat', key, 4)}) || '室'"
    )
    rural = f"{draws.chance('address.rural', key, 0.4)}"
    return f"'{PROVINCE}' || city || county || CASE WHEN {rural} THEN {village} ELSE {flat} END"


def work_address(draws: Draws) -> str:
    """SQL of where an organisation has its seat, or a person works."""
    return (
        f"'{PROVINCE}' || city || county || {draws.pick('work.street', 'party_no', STREETS)}"
        f" || (1 + {draws.whole('work.number', 'party_no', 900)}) || '号'"
    )


def create_relations(making: Making) -> None:
    """Makes ``relation``: the contract's columns without the change code, and ``known_on``, the later of the two's."""
    draws = making.draws
    share = f"round(0.51 + 0.49 * {draws.unit('relation.share', 'party_no')}, 2)"
    owned = "form IN ('large', 'company', 'shop')"
    supplier = f"{making.persons + 1} + {draws.whole('relation.supplier', 'party_no', making.organisations)}"
    head = "legal_representative"
    pairs = (
        *_families(making),
        f"SELECT {head}, party_no, 'legal_representative', NULL, established_on FROM organisation",
        f"""SELECT {head}, party_no, 'controller', NULL, established_on FROM organisation
            WHERE {owned} AND {draws.chance("relation.controls", "party_no", 0.7)}""",
        f"SELECT {head}, party_no, 'shareholder', {share}, established_on FROM organisation WHERE {owned}",
        # The wife or husband holds the rest of many firms.
        f"""SELECT {head} + 1, party_no, 'shareholder', 1 - {share}, established_on
            FROM organisation SEMI JOIN (SELECT party_no AS spouse FROM person WHERE family_role = 'spouse')
                ON spouse = {head} + 1
            WHERE form = 'company' AND {share} < 1 AND {draws.chance("relation.couple", "party_no", 0.6)}""",
        "SELECT employer, party_no, 'employer', NULL, known_on FROM payroll",
        f"""SELECT party_no, employer, 'executive', NULL, known_on FROM payroll
            WHERE {draws.chance("relation.executive", "party_no", 0.05)}""",
        f"SELECT parent, child, 'parent_company', NULL, NULL FROM ({_groups(making)})",
        f"""SELECT supplier, party_no, 'supplier', NULL, NULL
            FROM (SELECT party_no, {supplier} AS supplier FROM organisation
                  WHERE form IN ('large', 'company') AND {draws.chance("relation.supplied", "party_no", 0.08)})
            WHERE supplier <> party_no""",
    )
    making.run(f"""
        CREATE TABLE relation AS
        WITH pair(party_no, related_no, relation_kind, share, valid_from) AS ({" UNION ALL ".join(pairs)})
        SELECT one.party_no, other.party_no AS related_no, one.party_id, other.party_id AS related_party_id,
            relation_kind, share::DECIMAL(9, 6) AS share, valid_from::DATE AS valid_from, NULL::DATE AS valid_to,
            greatest(one.opened_on, other.opened_on) AS known_on
        FROM pair JOIN party AS one ON one.party_no = pair.party_no JOIN party AS other ON other.party_no = related_no
        ORDER BY party_no, related_no, relation_kind
    """)


def _families(making: Making) -> list[str]:
    """A family's members: who is what to whom, and since when."""
    married = f"least(b.birth_date + 9000, {sql_date(making.spec.first_day)} - 300)"
    ties = (
        ("head", "spouse", "spouse", married),
        ("head", "parent", "child", "b.birth_date"),
        ("spouse", "parent", "child", "b.birth_date"),
        ("parent", "parent", "head", "b.birth_date"),
        ("parent", "household", "spouse", "NULL"),
    )
    return [
        f"""SELECT a.party_no, b.party_no, '{kind}', NULL, {since}
            FROM person AS a JOIN person AS b ON a.block = b.block
            WHERE a.family_role = '{one}' AND b.family_role = '{other}'"""
        for one, kind, other, since in ties
    ]


def _groups(making: Making) -> str:
    """A large company is the parent of a few others."""
    draws = making.draws
    large = "(SELECT count(*) FROM organisation WHERE form = 'large')"
    return f"""
        SELECT child.party_no AS child, parent.party_no AS parent
        FROM (
            SELECT party_no, {draws.whole("relation.parent", "party_no", large)} AS turn
            FROM organisation WHERE form = 'company' AND {draws.chance("relation.grouped", "party_no", 0.08)}
        ) AS child
        JOIN (
            SELECT party_no, row_number() OVER (ORDER BY party_no) - 1 AS turn FROM organisation WHERE form = 'large'
        ) AS parent USING (turn)"""
