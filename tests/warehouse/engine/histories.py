"""Random banks: a few customers with agreements of every kind, an opening with or without history, some nights after.

The shape (dates, gaps, numbers) is hypothesis's; what fills it comes from a seeded generator, so that a bank is drawn
in a few steps and shrinks to few nights and few agreements.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from guanxi.warehouse.landing.tables.agreement import RISK_GRADES
from guanxi.warehouse.landing.tables.event import CHANNELS, EVENT_KINDS
from guanxi.warehouse.landing.tables.product import AGREEMENT_KINDS

DAY = timedelta(days=1)
DETAILS = ("party_identifier", "contact_point", "party_relation", "agreement_party")
OPENINGS = [
    *("2025-12-31", "2026-01-01", "2026-01-02", "2026-02-28", "2026-03-01", "2026-03-15"),
    *("2026-03-31", "2026-04-01", "2026-06-29", "2026-07-01", "2026-10-30", "2027-01-04"),
]
DIMENSIONS = {
    "wealth": "fee",
    "insurance": "fee",
    "fund": "fee",
    "e_banking": "e_banking",
    "loan": "loan",
    "card": "loan",
}


@dataclass
class BankNight:
    """One night's landed rows."""

    day: date
    previous: date | None
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict, repr=False)
    deliveries: dict[str, str] = field(default_factory=dict, repr=False)


@st.composite
def banks(draw: st.DrawFn, agreements: int = 24) -> list[BankNight]:
    """A bank's nights, the opening first."""
    opening = date.fromisoformat(draw(st.sampled_from(OPENINGS)))
    offsets = draw(st.lists(st.integers(1, 430), max_size=8, unique=True))
    gaps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 3, 4, 9, 40]), min_size=1, max_size=4))
    count = draw(st.integers(1, agreements))
    chance = random.Random(draw(st.integers(0, 2**32)))
    return random_bank(chance, opening, offsets, gaps, count)


def random_bank(
    chance: random.Random, opening: date, offsets: list[int], gaps: list[int], agreements: int
) -> list[BankNight]:
    """A bank's nights: balances on the days ``offsets`` before the opening, nights ``gaps`` days after each other."""
    return _Bank(chance, opening, sorted(offsets, reverse=True), agreements).nights(gaps)


class _Bank:
    def __init__(self, chance: random.Random, opening: date, offsets: list[int], count: int) -> None:
        self.chance = chance
        self.opening = opening
        self.history = [opening - timedelta(days=offset) for offset in offsets]
        self.parties = [self._party(number) for number in range(1 + count // 3)]
        self.agreements = [self._agreement(number, opening) for number in range(count)]
        self.curve = self._points("FTP", chance.choice([1, 3]))
        self.sheet = self._points("", 2)
        self.events = 0

    def nights(self, gaps: list[int]) -> list[BankNight]:
        made = [self._night(self.opening, None)]
        for gap in gaps:
            previous = made[-1].day
            self._live(previous + timedelta(days=gap))
            made.append(self._night(previous + timedelta(days=gap), previous))
        return made

    def _night(self, day: date, previous: date | None) -> BankNight:
        chance, opening = self.chance, previous is None
        present = [row for row in self.agreements if opening or chance.random() > 0.06]
        dates = [*self.history, day] if opening else [day]
        balances = [
            {"agreement_id": row["agreement_id"], "balance_date": on, "balance": self._amount(-20000, 900000)}
            for row in present
            if row["agreement_kind"] != "e_banking"
            for on in dates
            if chance.random() > 0.2 and (row["closed_on"] is None or on <= row["closed_on"] or chance.random() < 0.1)
        ]
        first = self.history[0] if opening and self.history else (previous + DAY if previous else day)
        tables = {
            "institution": [
                {"institution_id": "H", "institution_name": "总行", "institution_kind": "bank", "status": "open"},
                {"institution_id": "B", "institution_name": "支行", "institution_kind": "branch", "status": "open"}
                | {"parent_id": "H"},
            ],
            "staff": [
                {"staff_id": "S1", "staff_name": "王", "institution_id": "B", "role": "rm", "line": "both"}
                | {"status": "active"}
            ],
            "party": self.parties if opening else chance.sample(self.parties, chance.randint(0, 1)),
            "product": [self._product(kind) for kind in AGREEMENT_KINDS],
            "rate": [
                {"product_id": f"P-{kind}", **point}
                for kind in ("demand_deposit", "term_deposit", "card")
                for point in self.sheet
            ],
            "ftp_curve": [{"curve_code": "FTP", **point} for point in self.curve],
            "exchange_rate": [
                {
                    "currency": "USD",
                    "rate_date": on,
                    "mid_rate": Decimal(chance.randrange(6_000_000, 8_000_000)) / 10**6,
                }
                for on in {day, day - timedelta(days=chance.randint(1, 60))}
            ],
            "agreement": [dict(row) for row in present],
            "balance": balances,
            "event": [self._event(row, first, day) for row in present for _ in range(chance.choice([0, 0, 1, 3]))],
        }
        whole = opening or chance.random() < 0.1
        tables |= self._details(whole)
        deliveries = dict.fromkeys(tables, "full") | {"event": "increment"}
        if not opening:
            deliveries["party"] = "increment"
        if not whole:
            deliveries |= dict.fromkeys(DETAILS, "increment")
        return BankNight(day, previous, tables, deliveries)

    def _details(self, whole: bool) -> dict[str, list[dict[str, Any]]]:
        """Rows that say more of customers and agreements: all of them, or some that are new, changed or removed."""
        chance = self.chance

        def some(row: dict[str, Any]) -> bool:
            return chance.random() < (0.8 if whole else 0.2)

        def changed(row: dict[str, Any]) -> dict[str, Any]:
            return row | {"change_code": "U" if whole or chance.random() < 0.7 else "D"}

        parties = [row["party_id"] for row in self.parties]
        found = {
            "party_identifier": [
                {"party_id": party, "identifier_kind": "passport", "identifier_number": number, "is_primary": True}
                | {"valid_to": date(2030, 1, chance.randint(1, 28))}
                for party in parties
                for number in ("1", "2")
            ],
            "contact_point": [
                {"party_id": party, "contact_kind": "mobile", "sequence_no": number, "is_primary": number == 1}
                | {"contact_value": str(chance.randint(10**10, 10**11))}
                for party in parties
                for number in (1, 2)
            ],
            "party_relation": [
                {"party_id": one, "related_party_id": other, "relation_kind": "shareholder"}
                | {"share": Decimal(chance.randint(1, 99)) / 100}
                for one in parties
                for other in parties
                if one < other and (one + other) > "C1C3"
            ],
            "agreement_party": [
                {"agreement_id": row["agreement_id"], "party_id": row["party_id"], "role": role}
                | {"valid_from": row["opened_on"], "valid_to": chance.choice([None, date(2030, 1, 1)])}
                for row in self.agreements
                for role in ("holder", "guarantor")
            ],
        }
        return {name: [changed(row) for row in rows if some(row)] for name, rows in found.items()}

    def _live(self, day: date) -> None:
        """What happens to the bank's agreements and customers before the next night."""
        for row in self.agreements:
            if self.chance.random() < 0.06 and row["closed_on"] is None:
                row |= {"closed_on": day - timedelta(days=self.chance.randint(0, 3)), "status": "closed"}
            if self.chance.random() < 0.1 and row["agreement_kind"] == "loan":
                row |= {"risk_grade": self.chance.choice(RISK_GRADES), "days_overdue": self.chance.choice([0, 30, 91])}
            if self.chance.random() < 0.1 and row["annual_rate"] is not None:
                row["annual_rate"] += Decimal("0.001")
        for party in self.parties:
            if self.chance.random() < 0.1:
                party["restricted"] = not party["restricted"]
        if self.chance.random() < 0.5:
            self.agreements.append(self._agreement(len(self.agreements), day))

    def _party(self, number: int) -> dict[str, Any]:
        return {
            "party_id": f"C{number}",
            "party_kind": "person",
            "party_name": f"客户{number}",
            "institution_id": self.chance.choice("HB"),
            "manager_id": self.chance.choice([None, "S1"]),
            "opened_on": date(2020, 1, 1),
            "aml_risk": self.chance.choice([None, "low", "low", "low", "high"]),
            "restricted": self.chance.random() < 0.1,
            "status": "active",
        }

    def _agreement(self, number: int, day: date) -> dict[str, Any]:
        chance = self.chance
        kind = chance.choice(AGREEMENT_KINDS)
        opened = day - timedelta(days=chance.choice([0, 1, 5, 40, 200, 900]))
        term = chance.choice([90, 100, 365, 2000]) if kind in ("term_deposit", "loan") else chance.choice([None, 0])
        closed = opened + timedelta(days=chance.randint(1, 300)) if chance.random() < 0.15 else None
        if closed is not None and self.history and self.history[-1] > opened and chance.random() < 0.5:
            closed = self.history[-1]
        return {
            "agreement_id": f"A{number:03}",
            "agreement_kind": kind,
            "product_id": f"P-{kind}",
            "party_id": chance.choice(self.parties)["party_id"],
            "institution_id": "B",
            "currency": chance.choice(["CNY", "CNY", "CNY", "USD"]),
            "opened_on": opened,
            "closed_on": closed if closed is not None and closed <= day else None,
            "status": "closed"
            if closed is not None and closed <= day
            else chance.choice(["active", "active", "dormant"]),
            "annual_rate": None if kind in ("demand_deposit", "card") else Decimal(chance.randrange(0, 90000)) / 10**6,
            "term_days": term,
            "value_date": chance.choice([opened, opened, None]) if term else None,
            "maturity_date": opened + timedelta(days=term) if term else None,
            "risk_grade": chance.choice([None, *RISK_GRADES]) if kind == "loan" and chance.random() < 0.4 else None,
            "days_overdue": chance.choice([None, 0, 5, 95]) if kind in ("loan", "card") else None,
        }

    def _product(self, kind: str) -> dict[str, Any]:
        return {
            "product_id": f"P-{kind}",
            "product_name": kind,
            "dimension": DIMENSIONS.get(kind, "deposit"),
            "agreement_kind": kind,
            "line": "both",
            "curve_code": "FTP" if kind in ("demand_deposit", "term_deposit", "loan", "card") else None,
            "day_basis": 365 if kind == "loan" else 360,
            "fee_rate": Decimal("0.007300") if kind in ("wealth", "fund") else None,
            "on_sale": True,
        }

    def _points(self, _: str, versions: int) -> list[dict[str, Any]]:
        """Points of a curve or rate sheet: by currency, term and first day; the dollar has fewer terms."""
        chance = self.chance
        starts = sorted({self.opening - timedelta(days=chance.randint(-30, 800)) for _ in range(versions)})
        return [
            {"currency": currency, "term_days": term, "valid_from": start}
            | {"annual_rate": Decimal(chance.randrange(-1000, 60000)) / 10**6}
            for currency, terms in (("CNY", (30, 90, 365, 1825)), ("USD", (0, 365)))
            for term in terms
            for start in starts
        ]

    def _event(self, row: dict[str, Any], first: date, last: date) -> dict[str, Any]:
        self.events += 1
        on = first + timedelta(days=self.chance.randint(0, (last - first).days))
        return {
            "event_id": f"E{self.events}",
            "agreement_id": row["agreement_id"],
            "event_time": datetime.combine(on, time(self.chance.randint(0, 23), 59, 59)),
            "event_kind": self.chance.choice(EVENT_KINDS),
            "direction": "C",
            "amount": self._amount(0, 1000),
            "channel": self.chance.choice(CHANNELS),
            "fee_amount": self.chance.choice([None, self._amount(0, 50)]),
        }

    def _amount(self, low: int, high: int) -> Decimal:
        return Decimal(self.chance.randint(low * 100, high * 100)) / 100
