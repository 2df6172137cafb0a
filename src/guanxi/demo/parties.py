"""Persons and organisations as one table of customers, and who looks after whom."""

from __future__ import annotations

from guanxi.demo.making import Making, sql_date

AFFLUENT_FROM = 40_000
"""Yuan from which a customer is expected to have a relationship manager of their own."""
RICH_FROM = 500_000
"""Yuan from which a customer of the first sub-branch is looked after by the first of its managers."""


def create_parties(making: Making) -> None:
    """Makes ``party``: the contract's columns but the change code, without a manager yet, and a few of our own.

    Of our own: ``party_no``, ``wealth`` in yuan, ``age``, ``sub_no``, ``affluent``, ``form`` of an organisation,
    ``closed_on`` of those who left the bank before the window. Amounts are whole cents.
    """
    draws = making.draws
    last = sql_date(making.spec.last_day)
    appetite = ("C1", "C1", "C2", "C2", "C2", "C3", "C3", "C4", "C5")
    making.run(f"""
        CREATE TABLE customer AS
        WITH represented AS (SELECT DISTINCT legal_representative AS party_no FROM organisation),
        everybody AS (
            SELECT party_no, 'person' AS party_kind, party_name, gender, birth_date, education, occupation,
                annual_income, NULL AS industry_code, NULL AS organisation_scale, NULL::BIGINT AS registered_capital,
                NULL::INTEGER AS employees, NULL::DATE AS established_on, sub_no, opened_on, age, NULL AS form,
                -- Who runs a firm banks here with more than most; the rich go to the branch at the head office's door.
                wealth * CASE WHEN represented.party_no IS NULL THEN 1 ELSE 2.5 END
                    * CASE WHEN sub_no = 1 AND wealth >= {RICH_FROM} THEN 2.5 ELSE 1 END AS wealth
            FROM person LEFT JOIN represented USING (party_no)
            UNION ALL
            SELECT party_no, 'organisation', party_name, NULL, NULL, NULL, NULL, NULL, industry_code,
                organisation_scale, registered_capital, employees, established_on, sub_no, opened_on, NULL, form,
                wealth
            FROM organisation
        )
        SELECT *, {_party_id("party_no", "party_kind")} AS party_id,
            wealth >= {AFFLUENT_FROM} AS affluent,
            CASE WHEN party_kind = 'organisation' OR {draws.chance("party.assessed", "party_no", 0.45)} IS FALSE
                THEN NULL ELSE {draws.pick("party.appetite", "party_no", appetite)} END AS investment_risk,
            {
        draws.weighted("party.laundering", "party_no", (("low", 92.0), ("medium", 7.3), ("high", 0.7)))
    } AS aml_risk,
            {draws.chance("party.restricted", "party_no", 0.002)} AS restricted,
            CASE WHEN opened_on < {sql_date(making.spec.first_day)} - 900 AND {
        draws.chance("party.left", "party_no", 0.008)
    }
                THEN opened_on + 200 + {
        draws.whole("party.left on", "party_no", f"({sql_date(making.spec.first_day)} - opened_on) - 300")
    }::INTEGER
            END AS closed_on,
            opened_on < {last} - 1200 AND {draws.chance("party.dormant", "party_no", 0.07)} AS sleeps
        FROM everybody ORDER BY party_no
    """)


def create_staff(making: Making) -> None:
    """Makes ``sub_staff`` (one row a sub-branch) and ``party``, which is ``customer`` with ``manager_id``.

    Every sub-branch has a relationship manager for about every 450 well-to-do customers, and one whom many of the
    others share. Where there are three or more, every third looks after organisations, and the first after both.
    """
    draws = making.draws
    making.run("""
        CREATE TABLE sub_staff AS
        SELECT sub_no, number, branch, institution_id, city,
            greatest(1, ceil(count(*) FILTER (WHERE affluent) / 450.0))::INTEGER AS managers,
            count(*) AS customers
        FROM sub_branch LEFT JOIN customer USING (sub_no)
        GROUP BY ALL ORDER BY sub_no
    """)
    retail = "list_filter(range(1, managers + 1), lambda post: managers < 3 OR post % 3 <> 0)"
    corporate = "list_filter(range(1, managers + 1), lambda post: managers < 3 OR post % 3 = 0 OR post = 1)"
    post = draws.whole("party.manager", "party_no", "len(posts)")
    # One in fourteen of the well-to-do has been forgotten, and more than half of the others never had anybody.
    making.run(f"""
        CREATE TABLE party AS
        WITH posted AS (
            SELECT customer.*, sub_staff.institution_id, sub_staff.number,
                sub_staff.managers + 1 AS shared_post,
                CASE party_kind WHEN 'person' THEN {retail} ELSE {corporate} END AS posts
            FROM customer JOIN sub_staff USING (sub_no)
        )
        SELECT * EXCLUDE (posts, shared_post, number, closed_on, sleeps),
            CASE
                WHEN sub_no = 1 AND wealth >= {RICH_FROM} THEN number || '01'
                WHEN affluent AND {draws.chance("party.managed", "party_no", 0.93)}
                    THEN number || lpad(posts[1 + {post}]::VARCHAR, 2, '0')
                WHEN NOT affluent AND {draws.chance("party.shared", "party_no", 0.42)}
                    THEN number || lpad(shared_post::VARCHAR, 2, '0')
            END AS manager_id,
            closed_on, sleeps,
            CASE WHEN closed_on IS NOT NULL THEN 'closed' WHEN sleeps THEN 'dormant' ELSE 'active' END AS status
        FROM posted ORDER BY party_no
    """)
    making.run("DROP TABLE customer")


def party_id(number: int, kind: str) -> str:
    """Ten digits that give nothing away: 1 for persons, 2 for organisations, then the scattered party number."""
    return f"{1 if kind == 'person' else 2}{(number * 618033989 + 271828183) % 1000000000:09d}"


def _party_id(number: str, kind: str) -> str:
    """SQL of :func:`party_id`."""
    scattered = f"({number}::BIGINT * 618033989 + 271828183) % 1000000000"
    return f"CASE {kind} WHEN 'person' THEN '1' ELSE '2' END || lpad(({scattered})::VARCHAR, 9, '0')"
