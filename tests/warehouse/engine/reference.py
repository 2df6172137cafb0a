"""The definitions of ``docs/warehouse.md`` in plain Python, day by day and without anything carried forward.

It keeps every agreement's balance of every day, and adds up days whenever it is asked: slow, and easy to read beside
the document. Sums are ``Decimal`` and ``Fraction``; the one rounding is :func:`cents`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from guanxi.warehouse.engine.assumptions import Assumption
from tests.warehouse.engine.histories import BankNight

DAY = timedelta(days=1)
ZERO = Decimal(0)
DEPOSITS = ("demand_deposit", "term_deposit")
LOANS = ("loan", "card")
WEALTH = ("wealth", "insurance", "fund")
ASSETS = (*DEPOSITS, *WEALTH)
HELD = ("active", "dormant", "frozen")
GRADES = ("", "normal", "special_mention", "substandard", "doubtful", "loss")
KINDS = (*DEPOSITS, *LOANS, *WEALTH, "e_banking")
COMPONENTS = ("interest", "fees", "cost", "expected_loss")


def cents(value: Fraction | Decimal, places: int = 2) -> Decimal:
    """Rounded half away from zero."""
    scaled = Fraction(value) * 10**places
    whole = (2 * abs(scaled) + 1) // 2
    return Decimal(int(whole if scaled >= 0 else -whole)).scaleb(-places)


def month_of(day: date) -> date:
    return day.replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from ``first``'s to ``last``'s."""
    found, month = [], month_of(first)
    while month <= last:
        found.append(month)
        month = month_of(month + timedelta(days=31))
    return found


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass
class Terms:
    """What holds for an agreement's day."""

    spread: Decimal
    fee_rate: Decimal
    loss_rate: Decimal
    upkeep: Decimal


@dataclass
class Line:
    """Everything known of one agreement."""

    row: dict[str, Any]
    seen_on: date
    first_month: date
    product: dict[str, Any]
    ftp: Decimal | None = None
    rate: Decimal | None = None
    balances: dict[date, Decimal] = field(default_factory=dict)
    terms: dict[date, Terms] = field(default_factory=dict)
    own: Decimal | None = None
    own_date: date | None = None
    fees: dict[date, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    events: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    costs: dict[date, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    closed: dict[date, dict[str, Any]] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        return self.row["opened_on"] <= day and (self.row["closed_on"] is None or day < self.row["closed_on"])

    def total(self, first: date, last: date) -> Decimal:
        """The sum of the daily balances."""
        return sum((self.balances.get(day, ZERO) for day in days_between(first, last)), ZERO)

    def period(self, month: date, last: date) -> dict[str, Any]:
        """The components of a month up to ``last``, each rounded once."""
        days = [day for day in days_between(month, last) if day in self.terms]

        def added(rate: str) -> Fraction:
            return sum(
                (Fraction(self.balances.get(d, ZERO)) * Fraction(getattr(self.terms[d], rate)) for d in days),
                Fraction(),
            )

        interest_sum = added("spread")
        upkeep = sum((Fraction(self.terms[day].upkeep) for day in days), Fraction())
        found: dict[str, Any] = {
            "balance_sum": self.total(month, last),
            "interest_sum": Decimal(interest_sum.numerator) / Decimal(interest_sum.denominator),
            "interest": cents(interest_sum / self.product["day_basis"]),
            "fee_events": self.fees[month],
            "fee_accrued": cents(added("fee_rate") / 365),
            "event_count": self.events[month],
            "event_cost": cents(self.costs[month]),
            "upkeep_cost": cents(upkeep / 365),
            "expected_loss": cents(added("loss_rate") / 365),
        }
        found["fees"] = found["fee_events"] + found["fee_accrued"]
        found["cost"] = found["event_cost"] + found["upkeep_cost"]
        found["contribution"] = found["interest"] + found["fees"] - found["cost"] - found["expected_loss"]
        return found

    def twelve(self, component: str, first: date, before: date) -> Decimal:
        """The sum of a component over the closed months from ``first`` on and before ``before``."""
        return sum((row[component] for month, row in self.closed.items() if first <= month < before), ZERO)


@dataclass
class Expected:
    """What the marts must say after a night, by key."""

    agreement_figure: dict[str, dict[str, Any]]
    agreement_month: dict[tuple[date, str], dict[str, Any]]
    customer_figure: dict[str, dict[str, Any]]
    customer_month: dict[tuple[str, date], dict[str, Any]]
    balance_change: dict[tuple[str, date], tuple[Decimal, Decimal, Decimal]]


class Reference:
    """A bank, night after night."""

    def __init__(self, assumptions: Sequence[Assumption]) -> None:
        self.assumptions = assumptions
        self.lines: dict[str, Line] = {}
        self.parties: dict[str, dict[str, Any]] = {}
        self.tiers: dict[str, tuple[str, str, date]] = {}
        self.totals: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
        self.first_known = date.max

    def assumption(self, day: date, kind: str, *keys: str) -> Decimal:
        """The value in force on ``day`` of the first of ``keys`` that has one."""
        for key in keys:
            for row in self.assumptions:
                if (row.kind, row.key) == (kind, key) and row.valid_from <= day < row.valid_to:
                    return row.value
        raise KeyError((kind, keys))

    def night(self, bank: BankNight) -> Expected:
        day, tables = bank.day, bank.tables
        opening = bank.previous is None
        eve = bank.previous or day - DAY
        for row in tables["party"]:
            self.parties[row["party_id"]] = dict(row)
        dates = [row["balance_date"] for row in tables["balance"]]
        dates += [row["event_time"].date() for row in tables["event"]]
        if opening:
            self.first_known = month_of(min([*dates, day]))
        known_before = set(self.lines)
        self._take_agreements(bank, eve)
        changes = self._history(bank, eve) if opening else {}
        has_history = not opening or any(row["balance_date"] < day for row in tables["balance"])
        self._window(bank, eve)
        self._events(bank)
        months = self._close(bank, eve, known_before)
        present = {key: line for key, line in self.lines.items() if line.seen_on == day}
        figures = {key: self._figure(line, day, eve, has_history) for key, line in present.items()}
        customers = {key: self._customer(key, day, present, figures) for key in self.parties}
        for key, figure in customers.items():
            now = (figure["deposit"], figure["loan"], figure["wealth"])
            if now != self.totals.get(key, (ZERO, ZERO, ZERO)):
                changes[key, day] = now
            self.totals[key] = now
        return Expected(figures, months, customers, self._customer_months(months), changes)

    def _take_agreements(self, bank: BankNight, eve: date) -> None:
        """Tonight's agreements and rates; the sums of those that are missing are kept for some days."""
        day, products = bank.day, {row["product_id"]: row for row in bank.tables["product"]}
        for row in bank.tables["agreement"]:
            line = self.lines.get(row["agreement_id"])
            if line is None:
                line = Line(row, day, month_of(day), products[row["product_id"]])
                self.lines[row["agreement_id"]] = line
            line.row, line.seen_on = dict(row), day
            term, start = row["term_days"] or 0, day
            if term > 0:
                start = row["value_date"] or row["opened_on"]
            line.ftp = _point(bank.tables["ftp_curve"], "curve_code", line.product["curve_code"], row, term, start)
            line.rate = row["annual_rate"]
            if line.rate is None:
                line.rate = _point(bank.tables["rate"], "product_id", row["product_id"], row, term, start)
        keep = int(self.assumption(day, "setting", "absent_days"))
        self.lines = {key: line for key, line in self.lines.items() if (day - line.seen_on).days <= keep}

    def _terms(self, line: Line, day: date, tonight: date) -> Terms:
        """What holds for ``day`` by what is in force on the business date ``tonight``."""
        kind, spread, loss = line.row["agreement_kind"], ZERO, ZERO
        if line.ftp is not None and line.rate is not None:
            spread = {True: line.ftp - line.rate, False: line.rate - line.ftp}[kind in DEPOSITS]
        if kind not in (*DEPOSITS, *LOANS):
            spread = ZERO
        if kind in LOANS:
            loss = self.assumption(tonight, "loss_rate", line.row["risk_grade"] or "normal")
        upkeep = self.assumption(tonight, "upkeep", kind) if line.is_open(day) else ZERO
        return Terms(spread, line.product.get("fee_rate") or ZERO, loss, upkeep)

    def _history(self, bank: BankNight, eve: date) -> dict[tuple[str, date], tuple[Decimal, Decimal, Decimal]]:
        """The opening's days up to the eve, by today's attributes; returns the changes of customers' totals."""
        first_balance = min((r["balance_date"] for r in bank.tables["balance"]), default=bank.day)
        for key, line in self.lines.items():
            delivered = {
                row["balance_date"]: row["balance"] for row in bank.tables["balance"] if row["agreement_id"] == key
            }
            before = sorted(on for on in delivered if on <= eve)
            in_force, closed = None, line.row["closed_on"]
            for day in days_between(before[0], eve) if before else []:
                if day in delivered:
                    in_force = day
                    line.own, line.own_date = delivered[day], day
                elif day == closed and day > before[-1]:
                    in_force, line.own, line.own_date = None, ZERO, closed
                if in_force:
                    line.balances[day] = self._cny(bank, line, delivered[in_force])
            for day in days_between(self.first_known, eve):
                line.terms[day] = self._terms(line, day, bank.day)
            start = month_of(before[0]) if before else month_of(eve)
            line.first_month = max(self.first_known, min(month_of(line.row["opened_on"]), start))
        changes = {}
        for party in self.parties:
            own = [line for line in self.lines.values() if line.row["party_id"] == party]
            last = (ZERO, ZERO, ZERO)
            for day in days_between(first_balance, eve):
                now = _by_class(own, lambda line, day=day: line.balances.get(day, ZERO))
                if now != last:
                    changes[party, day] = last = now
            self.totals[party] = last
        return changes

    def _window(self, bank: BankNight, eve: date) -> None:
        """The days after the eve: the old balance up to the business date, there the delivered one."""
        day = bank.day
        delivered = {r["agreement_id"]: r["balance"] for r in bank.tables["balance"] if r["balance_date"] == day}
        for key, line in self.lines.items():
            before, closed = line.balances.get(eve, ZERO), line.row["closed_on"]
            for between in days_between(eve + DAY, day - DAY):
                line.balances[between] = before
            if key in delivered:
                line.own, line.own_date = delivered[key], day
                line.balances[day] = self._cny(bank, line, delivered[key])
            elif line.seen_on == day and closed and closed <= day and line.own_date and line.own_date < closed:
                line.own, line.own_date, line.balances[day] = ZERO, closed, ZERO
            else:
                line.balances[day] = before
            for between in days_between(eve + DAY, day):
                # What is missing tonight goes on with the rates of the night on which it was last there.
                line.terms[between] = self._terms(line, between, line.seen_on)

    def _events(self, bank: BankNight) -> None:
        fees: dict[tuple[str, date], Decimal] = defaultdict(lambda: ZERO)
        for row in bank.tables["event"]:
            line, month = self.lines[row["agreement_id"]], month_of(row["event_time"].date())
            channel, kind = row["channel"], row["event_kind"]
            keys = (f"{channel}:{kind}", f"{channel}:*", f"*:{kind}", "*:*")
            line.costs[month] += self.assumption(bank.day, "unit_cost", *keys)
            line.events[month] += 1
            fees[row["agreement_id"], month] += row["fee_amount"] or ZERO
        for (key, month), amount in fees.items():
            self.lines[key].fees[month] += self._cny(bank, self.lines[key], amount)

    def _close(self, bank: BankNight, eve: date, known: set[str]) -> dict[tuple[date, str], dict[str, Any]]:
        """The months that end with tonight; on the opening, all of the delivered history."""
        opening, found = bank.previous is None, {}
        for month in months_between(min(self.first_known, eve) if opening else eve, bank.day)[:-1]:
            if opening and month < self.first_known:
                continue
            last = month_of(month + timedelta(days=31)) - DAY
            days = days_between(month, last)
            for key, line in self.lines.items():
                inside = [day for day in days if opening or day > eve]
                touched = line.events[month] > 0 or any(map(line.is_open, inside))
                if opening and month < month_of(eve):
                    stands = touched or any(day in line.balances for day in days)
                else:
                    stands = opening or key in known or touched
                if not stands:
                    continue
                row = line.period(month, last)
                row |= {"days": len(days), "adb": cents(Fraction(row["balance_sum"]) / len(days))}
                row |= {"balance_end": line.balances.get(last, ZERO), "party_id": line.row["party_id"]}
                row |= {"kind": line.row["agreement_kind"], "dimension": line.product["dimension"]}
                line.closed[month] = found[month, key] = row
        return found

    def _figure(self, line: Line, day: date, eve: date, has_history: bool) -> dict[str, Any]:
        month, quarter, year = month_of(day), date(day.year, (day.month - 1) // 3 * 3 + 1, 1), date(day.year, 1, 1)
        first = month_of(month - timedelta(days=334))
        row = line.period(month, day)
        row |= {
            "balance": line.balances[day],
            "balance_previous": line.balances.get(eve, ZERO) if has_history else line.balances[day],
            "balance_month_open": line.balances.get(month - DAY, ZERO),
            "balance_year_open": line.balances.get(year - DAY, ZERO),
            "days": (day - month).days + 1,
        }
        for name, start in (("mtd", month), ("qtd", quarter), ("ytd", year)):
            row[f"sum_{name}"] = line.total(start, day)
            row[f"adb_{name}"] = cents(Fraction(row[f"sum_{name}"]) / ((day - start).days + 1))
        for component in COMPONENTS:
            row[f"{component}_r12"] = row[component] + line.twelve(component, first, month)
        row["contribution_r12"] = row["interest_r12"] + row["fees_r12"] - row["cost_r12"] - row["expected_loss_r12"]
        row["last_month_sum"] = line.closed.get(month_of(month - DAY), {}).get("balance_sum", ZERO)
        return row

    def _customer(self, party: str, day: date, lines: dict[str, Line], figures: dict[str, Any]) -> dict[str, Any]:
        own = {key: line for key, line in lines.items() if line.row["party_id"] == party}

        def added(column: str, kinds: Iterable[str] = KINDS) -> Decimal:
            return sum((figures[key][column] for key, line in own.items() if line.row["agreement_kind"] in kinds), ZERO)

        figure: dict[str, Any] = {
            "deposit": added("balance", DEPOSITS),
            "loan": added("balance", LOANS),
            "wealth": added("balance", WEALTH),
            "contribution_mtd": added("contribution"),
        }
        for name, kinds in (("assets", ASSETS), ("loan", LOANS)):
            for column in ("previous", "month_open", "year_open"):
                figure[f"{name}_{column}"] = added(f"balance_{column}", kinds)
        starts = {
            "mtd": month_of(day),
            "qtd": date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
            "ytd": date(day.year, 1, 1),
        }
        for name, kinds in (("assets", ASSETS), ("deposit", DEPOSITS), ("loan", LOANS)):
            for period, start in starts.items():
                figure[f"{name}_adb_{period}"] = cents(
                    Fraction(added(f"sum_{period}", kinds)) / ((day - start).days + 1)
                )
        for component in (*COMPONENTS, "contribution"):
            figure[f"{component}_r12"] = added(f"{component}_r12")
        for dimension in ("deposit", "loan", "fee", "e_banking"):
            of = [key for key, line in own.items() if line.product["dimension"] == dimension]
            figure[f"{dimension}_r12"] = sum((figures[key]["contribution_r12"] for key in of), ZERO)
        last_month = month_of(day) - DAY
        last = cents(Fraction(added("last_month_sum", ASSETS)) / last_month.day)
        figure["trend"] = cents(Fraction(figure["assets_adb_mtd"]) / Fraction(last), 4) if last > 0 else None
        owed = [line for line in own.values() if line.row["agreement_kind"] in LOANS and line.row["status"] != "closed"]
        held = [line for line in own.values() if line.row["status"] in HELD]
        figure["days_overdue"] = max((line.row["days_overdue"] or 0 for line in owed), default=0)
        rank = max((GRADES.index(line.row["risk_grade"] or "") for line in owed), default=0)
        figure["risk_grade"] = GRADES[rank]
        figure["product_count"] = len(held)
        figure["product_kinds"] = sum(2 ** KINDS.index(kind) for kind in {line.row["agreement_kind"] for line in held})
        ahead = [line.row["maturity_date"] for line in held if line.row["maturity_date"]]
        figure["next_maturity"] = min((end for end in ahead if end >= day), default=None)
        first = min((line.first_month for line in own.values()), default=None)
        figure["months_known"] = min(12, len(months_between(first, day))) if first else 0
        self._tier(party, day, figure, last, rank)
        return figure

    def _tier(self, party: str, day: date, figure: dict[str, Any], last: Decimal, rank: int) -> None:
        row = self.parties[party]
        value, assets, now = figure["contribution_r12"], figure["assets_adb_ytd"], figure["assets_adb_mtd"]

        def least(name: str) -> Decimal:
            return self.assumption(day, "tier", name)

        tier, sub, reason = "standard", "", ""
        if (
            row["restricted"]
            or row["aml_risk"] == "high"
            or rank >= 3
            or figure["days_overdue"] > least("restricted_days_overdue")
        ):
            tier, reason = "restricted", "risk"
        else:
            for name, above in (("vip", "premier"), ("affluent", "premier"), ("core", "core")):
                if value >= least(f"{name}_min_contribution") or assets >= least(f"{name}_min_assets"):
                    tier, sub = above, name if above == "premier" else ""
                    reason = "contribution" if value >= least(f"{name}_min_contribution") else "assets"
                    break
            else:
                grows = figure["trend"] is None or figure["trend"] >= least("potential_growth")
                if now >= least("potential_min_assets") and grows:
                    tier, reason = "potential", "trend"
        before = self.tiers.get(party)
        since = before[2] if before and before[:2] == (tier, sub) else day
        self.tiers[party] = (tier, sub, since)
        figure |= {"tier": tier, "sub_tier": sub, "tier_reason": reason, "tier_since": since}

    def _customer_months(
        self, months: dict[tuple[date, str], dict[str, Any]]
    ) -> dict[tuple[str, date], dict[str, Any]]:
        found: dict[tuple[str, date], dict[str, Any]] = {}
        for (month, _), row in months.items():
            total = found.setdefault((row["party_id"], month), defaultdict(lambda: ZERO))
            name = next(
                (
                    n
                    for n, kinds in (("deposit", DEPOSITS), ("loan", LOANS), ("wealth", WEALTH))
                    if row["kind"] in kinds
                ),
                "none",
            )
            total[f"{name}_end"] += row["balance_end"]
            total[f"{name}_sum"] += row["balance_sum"]
            total[f"{row['dimension']}_contribution"] += row["contribution"]
            for component in (*COMPONENTS, "contribution"):
                total[component] += row[component]
            total["days"] = row["days"]
        for total in found.values():
            for name in ("deposit", "loan", "wealth"):
                total[f"{name}_adb"] = cents(Fraction(total[f"{name}_sum"]) / total["days"])
        return found

    def _cny(self, bank: BankNight, line: Line, amount: Decimal) -> Decimal:
        if line.row["currency"] == "CNY":
            return amount
        rates = [row for row in bank.tables["exchange_rate"] if row["currency"] == line.row["currency"]]
        latest = max((row for row in rates if row["rate_date"] <= bank.day), key=lambda row: row["rate_date"])
        return cents(Fraction(amount) * Fraction(latest["mid_rate"]))


def _point(
    points: list[dict[str, Any]], name: str, value: Any, row: dict[str, Any], term: int, day: date
) -> Decimal | None:
    """The rate of the longest term that is not longer, else the shortest; in force on ``day``, else the first."""
    of = [point for point in points if point[name] == value and point["currency"] == row["currency"]]
    if not of:
        return None
    terms = {point["term_days"] for point in of}
    wanted = max((t for t in terms if t <= term), default=min(terms))
    versions = sorted((p for p in of if p["term_days"] == wanted), key=lambda p: p["valid_from"])
    return [p for p in versions if p["valid_from"] <= day or p is versions[0]][-1]["annual_rate"]


def _by_class(lines: list[Line], value: Any) -> tuple[Decimal, Decimal, Decimal]:
    return tuple(  # type: ignore[return-value]
        sum((value(line) for line in lines if line.row["agreement_kind"] in kinds), ZERO)
        for kinds in (DEPOSITS, LOANS, WEALTH)
    )
