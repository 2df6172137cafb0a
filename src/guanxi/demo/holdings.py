"""Who holds what: a rule for each kind of agreement, as SQL on a customer.

In a rule's SQL, ``key`` is a number that no other agreement has, ``tenure`` the days since the customer came, and
``holdings`` how many agreements of the rule the customer has. Amounts are yuan (or the agreement's own currency).
"""

from __future__ import annotations

from dataclasses import dataclass

from guanxi.demo.draws import Draws

PERSON, FIRM = "party_kind = 'person'", "party_kind = 'organisation'"
TRADER, FARMER = "occupation = '个体经营'", "occupation = '务农'"
Terms = tuple[tuple[int, int, float], ...]

# Nominal days, calendar months, and how many choose it.
SAVING: Terms = (
    (91, 3, 8.0), (182, 6, 10.0), (365, 12, 34.0), (730, 24, 16.0), (1095, 36, 28.0), (1825, 60, 4.0)
)  # fmt: skip
SHORT: Terms = ((365, 12, 6.0), (1095, 36, 4.0))
INSTALMENTS: Terms = ((365, 12, 2.0), (730, 24, 3.0), (1095, 36, 5.0))
HOUSE: Terms = ((3650, 120, 3.0), (5475, 180, 3.0), (7300, 240, 4.0), (10950, 360, 2.0))


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of agreement: who holds it, how many, which product, how much of it.

    ``number`` orders the agreements of a customer. ``target`` is the balance before the window where it does not
    follow from ``amount``. ``age`` is the days for which it has stood on the last day; where it is empty the agreement
    was made at any time within its term and the window, so that some end within the window and some begin there.
    """

    number: int
    kind: str
    who: str
    product: str
    amount: str = "NULL"
    target: str = "NULL"
    count: str = "1"
    currency: str = "'CNY'"
    terms: Terms = ()
    age: str = ""
    renews: float = 0
    repayment: str = "NULL"
    margin: str = "0"


def rules(draws: Draws, window: int) -> tuple[Rule, ...]:
    """All rules, by number; ``window`` is the window's length in days."""
    since = draws.whole("agreement.age", "key", f"greatest(1, (tenure * 0.9)::BIGINT + {window // 8})")
    return (*_accounts(draws, since), *_deposits(draws, since), *_loans(draws), *_others(draws, since))


def _accounts(draws: Draws, since: str) -> tuple[Rule, ...]:
    some = draws.unit("agreement.some", "key")
    credit = "CASE WHEN affluent THEN 0.16 ELSE 0.03 END"
    part = f"CASE WHEN {FIRM} THEN 0.5 + 0.5 * {some} WHEN affluent THEN 0.1 + 0.2 * {some} ELSE 0.3 + 0.6 * {some} END"
    return (
        Rule(
            10,
            "demand_deposit",
            "true",
            f"CASE WHEN {PERSON} THEN 'DD01' ELSE 'DD02' END",
            target=f"wealth * {part}",
            age="tenure",
        ),
        Rule(
            11,
            "demand_deposit",
            f"{PERSON} AND {_held(draws, 'social card', 0.08)}",
            "'DD03'",
            target=draws.lognormal("agreement.social", "key", 600, 1.0),
            age=since,
        ),
        Rule(
            12,
            "demand_deposit",
            f"affluent AND {_held(draws, 'foreign', 0.03)}",
            "'DD04'",
            target=f"least(wealth, 3000000) * 0.02 * {some}",
            currency=f"CASE WHEN {draws.chance('agreement.dollar', 'key', 0.75)} THEN 'USD' ELSE 'HKD' END",
            age=since,
        ),
        Rule(
            40,
            "card",
            f"{PERSON} AND age BETWEEN 21 AND 62 AND {_held(draws, 'credit', credit)}",
            "CASE WHEN affluent THEN 'CD03' ELSE 'CD02' END",
            amount=f"CASE WHEN affluent THEN 50000 ELSE 10000 END * (1 + {draws.whole('agreement.limit', 'key', 4)})",
            target=f"CASE WHEN affluent THEN 25000 ELSE 5000 END * {some} * {some}",
            age=since,
        ),
        Rule(41, "card", f"{PERSON} AND age >= 15 AND {_held(draws, 'debit', 0.36)}", "'CD01'", age=since),
    )


def _deposits(draws: Draws, since: str) -> tuple[Rule, ...]:
    some = draws.unit("agreement.some", "key")
    saved = f"round(wealth * (0.35 + 0.4 * {some}) / holdings, -2)"
    return (
        Rule(
            20,
            "term_deposit",
            f"{PERSON} AND wealth >= 5000 AND (affluent OR {_held(draws, 'term', 0.34)})",
            f"CASE WHEN {saved} >= 200000 THEN 'TD02' ELSE 'TD01' END",
            amount=saved,
            count=f"CASE WHEN affluent THEN 1 + {draws.whole('holds.terms', 'party_no', 3)} ELSE 1 END",
            terms=SAVING,
            renews=0.6,
        ),
        Rule(
            22,
            "term_deposit",
            f"{FIRM} AND wealth >= 100000 AND {_held(draws, 'corporate term', 0.25)}",
            "'TD03'",
            amount="round(wealth * 0.5, -3)",
            terms=SAVING[:3],
            renews=0.4,
        ),
        Rule(
            23,
            "term_deposit",
            f"{PERSON} AND wealth >= 300000 AND {_held(draws, 'foreign term', 0.03)}",
            "'TD05'",
            amount="round(wealth * 0.02, -2)",
            currency="'USD'",
            terms=SAVING[1:3],
            renews=0.5,
        ),
        Rule(
            24,
            "term_deposit",
            f"wealth >= 500000 AND {_held(draws, 'notice', 0.08)}",
            "'TD04'",
            amount="round(wealth * 0.15, -4)",
            terms=((7, 0, 1.0),),
            age=since,
        ),
    )


def _loans(draws: Draws) -> tuple[Rule, ...]:
    def size(name: str, median: float | str, sigma: float, most: int, round_to: int) -> str:
        return f"round(least({most}, {draws.lognormal(f'agreement.{name}', 'key', median, sigma)}), {round_to})"

    firms = "CASE form WHEN 'large' THEN 6000000 WHEN 'company' THEN 700000 ELSE 250000 END"
    lent = "CASE form WHEN 'large' THEN 0.55 WHEN 'public' THEN 0 ELSE 0.13 END"
    traders = f"CASE WHEN affluent THEN 0.05 WHEN {TRADER} THEN 0.04 ELSE 0.002 END"
    return (
        Rule(
            30,
            "loan",
            f"{PERSON} AND age BETWEEN 24 AND 55 AND {_held(draws, 'mortgage', 0.016)}",
            "'LN01'",
            amount=size("mortgage", 360_000, 0.5, 8_000_000, -4),
            terms=HOUSE,
            age=draws.whole("agreement.age", "key", 2600),
            repayment="'equal_instalment'",
            margin="0.004",
        ),
        Rule(
            31,
            "loan",
            f"{PERSON} AND age BETWEEN 22 AND 58 AND {_held(draws, 'consumer', 0.016)}",
            "'LN02'",
            amount=size("consumer", 60_000, 0.6, 300_000, -3),
            terms=INSTALMENTS,
            repayment="'equal_instalment'",
            margin="0.02",
        ),
        Rule(
            32,
            "loan",
            f"{PERSON} AND age BETWEEN 22 AND 62 AND {_held(draws, 'business', traders)}",
            "'LN03'",
            amount=size("business", 260_000, 0.9, 5_000_000, -4),
            terms=SHORT,
            repayment="'interest_first'",
            margin="0.015",
        ),
        Rule(
            33,
            "loan",
            f"{PERSON} AND age BETWEEN 22 AND 65 AND {FARMER} AND {_held(draws, 'farming', 0.06)}",
            "'LN04'",
            amount=size("farming", 45_000, 0.5, 300_000, -3),
            terms=SHORT,
            repayment="'bullet'",
            margin="0.012",
        ),
        Rule(
            34,
            "loan",
            f"{FIRM} AND {_held(draws, 'corporate', lent)}",
            "CASE form WHEN 'large' THEN 'LN06' WHEN 'company' THEN 'LN05' ELSE 'LN07' END",
            amount=size("corporate", firms, 0.8, 90_000_000, -4),
            terms=SHORT,
            repayment="CASE form WHEN 'large' THEN 'equal_principal' ELSE 'interest_first' END",
            margin="0.012",
        ),
    )


def _others(draws: Draws, since: str) -> tuple[Rule, ...]:
    some = draws.unit("agreement.some", "key")
    appetite = "CASE investment_risk WHEN 'C1' THEN 1 WHEN 'C2' THEN 2 WHEN 'C3' THEN 3 WHEN 'C4' THEN 4 ELSE 5 END"
    level = f"(1 + {draws.whole('agreement.level', 'key', appetite)})"
    invests = f"{PERSON} AND investment_risk IS NOT NULL AND wealth >= 50000"
    firms = f"{FIRM} AND wealth >= 1000000"
    mobile = "CASE WHEN age < 30 THEN 0.62 WHEN age < 50 THEN 0.5 WHEN age < 65 THEN 0.24 ELSE 0.05 END"
    merchant = f"CASE WHEN form = 'shop' THEN 0.7 WHEN {TRADER} THEN 0.1 ELSE 0 END"
    return (
        Rule(
            50,
            "wealth",
            f"(({invests}) OR ({firms})) AND {_held(draws, 'wealth', 0.4)}",
            f"CASE WHEN {FIRM} THEN 'WM01' ELSE 'WM0' || {level} END",
            amount=f"round(wealth * (0.1 + 0.3 * {some}), -3)",
            age=draws.whole("agreement.age", "key", 700),
        ),
        Rule(
            51,
            "fund",
            f"{invests} AND {_held(draws, 'fund', 0.16)}",
            f"'FD0' || least({level}, 3)",
            amount=f"round(wealth * (0.03 + 0.1 * {some}), -2)",
            age=since,
        ),
        Rule(
            52,
            "insurance",
            f"{PERSON} AND wealth >= 40000 AND age BETWEEN 25 AND 70 AND {_held(draws, 'insurance', 0.12)}",
            draws.pick("agreement.insurance", "key", ("IN01", "IN01", "IN02")),
            amount=f"round(least(500000, wealth * (0.03 + 0.1 * {some})), -3)",
            terms=((1825, 60, 4.0), (3650, 120, 6.0)),
            age=draws.whole("agreement.age", "key", 1700),
        ),
        Rule(60, "e_banking", f"{PERSON} AND age >= 16 AND {_held(draws, 'mobile', mobile)}", "'EB01'", age=since),
        Rule(61, "e_banking", f"{PERSON} AND age >= 16 AND {_held(draws, 'notices', 0.18)}", "'EB02'", age=since),
        Rule(62, "e_banking", f"{PERSON} AND affluent AND {_held(draws, 'key', 0.08)}", "'EB03'", age=since),
        Rule(63, "e_banking", f"{FIRM} AND {_held(draws, 'internet', 0.6)}", "'EB04'", age=since),
        Rule(64, "e_banking", _held(draws, "merchant", merchant), "'EB05'", age=since),
    )


def _held(draws: Draws, name: str, probability: float | str) -> str:
    return draws.chance(f"holds.{name}", "party_no", probability)
