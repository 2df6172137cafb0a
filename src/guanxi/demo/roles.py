"""Who is what in an agreement."""

from __future__ import annotations

from guanxi.demo.making import Making

# Nobody answers for more than a few: the guarantor is somebody else who banks at the same sub-branch.
NEIGHBOURS = 40


def create_roles(making: Making) -> None:
    """Makes ``role``: the contract's columns of ``agreement_party`` without the change code, one row a role.

    Every agreement has its holder. Spouses share mortgages and some deposits, business loans have guarantors, firms'
    accounts have their legal representative and a signatory from the payroll.
    """
    draws = making.draws
    shared = f"rule = 30 OR (rule = 20 AND {draws.chance('role.shared', 'agreement_no', 0.03)})"
    guaranteed = f"rule IN (32, 33, 34) AND {draws.chance('role.guaranteed', 'agreement_no', 0.35)}"
    making.run(f"""
        CREATE TABLE role AS
        WITH spouse AS (
            SELECT a.party_no, b.party_no AS other FROM person AS a JOIN person AS b ON a.block = b.block
            WHERE (a.family_role, b.family_role) IN (('head', 'spouse'), ('spouse', 'head'))
        ), neighbour AS (
            SELECT party_no, sub_no, row_number() OVER (PARTITION BY sub_no ORDER BY party_no) % {NEIGHBOURS} AS seat,
                count(*) OVER (PARTITION BY sub_no) AS size
            FROM person WHERE age BETWEEN 25 AND 65
        ), answerable AS (
            SELECT sub_no, seat, min(party_no) AS other FROM neighbour GROUP BY ALL
        ), given(agreement_no, other, role) AS (
            SELECT agreement_no, party_no, 'holder' FROM agreement
            UNION ALL
            SELECT agreement_no, other, 'joint_holder' FROM agreement JOIN spouse USING (party_no) WHERE {shared}
            UNION ALL
            SELECT agreement_no, answerable.other, 'guarantor'
            FROM (SELECT *, {draws.whole("role.guarantor", "agreement_no", NEIGHBOURS)} AS seat FROM agreement
                  WHERE {guaranteed}) AS loan
            JOIN (SELECT party_no, sub_no FROM party) AS borrower USING (party_no)
            JOIN answerable USING (sub_no, seat)
            WHERE answerable.other <> loan.party_no
            UNION ALL
            SELECT agreement_no, legal_representative, 'legal_representative'
            FROM agreement JOIN organisation USING (party_no) WHERE rule = 10
            UNION ALL
            SELECT agreement_no, clerk, 'authorised_signatory'
            FROM agreement JOIN (SELECT employer AS party_no, min(party_no) AS clerk FROM payroll GROUP BY ALL)
                USING (party_no) WHERE rule = 10
        )
        SELECT agreement_no, party.party_id, party.party_no, role, agreement.opened_on AS valid_from,
            NULL::DATE AS valid_to,
            -- Known from the day on which both are.
            greatest(agreement.opened_on, party.opened_on) AS known_on
        FROM given
        JOIN (SELECT agreement_no, opened_on FROM agreement) AS agreement USING (agreement_no)
        JOIN (SELECT party_no, party_id, opened_on FROM party) AS party ON party.party_no = given.other
        ORDER BY agreement_no, role, party.party_no
    """)
