"""What about a customer somebody should act on: facts from the published figures, the most pressing first.

Nothing here is stored; each fact leads to the section that shows what stands behind it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from guanxi.crm.holding.queries import Held, Holdings
from guanxi.crm.insight.customer_queries import Moved, Standing, TierStep
from guanxi.crm.insight.models import Tier
from guanxi.crm.insight.tier_queries import Requirement
from guanxi.crm.party.queries import Document
from guanxi.crm.web.customer.frame import Frame
from guanxi.crm.web.display import Display
from guanxi.crm.web.tiers import tier_label

MATURES_WITHIN = 30
EXPIRES_WITHIN = 90
TIER_NEWS = 31
BIRTHDAY_WITHIN = 7
# A fall or rise of average assets worth telling: by a fifth against the last month, and by this much.
SHIFT = Decimal("0.2")
SHIFT_LEAST = Decimal(50_000)
NEAR = Decimal("0.2")


class Level(IntEnum):
    """How pressing a fact is."""

    RISK = 0
    LOSS = 1
    CHANCE = 2
    NOTE = 3


class Look(NamedTuple):
    """How a kind of fact shows."""

    level: Level
    icon: str


_MATURES = Look(Level.CHANCE, icon="calendar-dollar")
_FALLS_DUE = Look(Level.CHANCE, icon="calendar-exclamation")
_FELL = Look(Level.LOSS, icon="trending-down")
_ROSE = Look(Level.CHANCE, icon="trending-up")
_EXPIRED = Look(Level.LOSS, icon="id-off")
_EXPIRES = Look(Level.NOTE, icon="id")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is in a few words, the figures behind it, and where they are shown.

    ``about`` is the code of the reason on the morning list that tells the same; empty for none.
    """

    level: Level
    icon: str
    title: str
    text: str
    url: str
    about: str = ""

    @property
    def css(self) -> str:
        """The colour of its icon; the icon and the words say the same."""
        return {Level.RISK: "bad", Level.LOSS: "warn", Level.CHANCE: "info", Level.NOTE: "note"}[self.level]


def facts(
    frame: Frame,
    display: Display,
    *,
    holdings: Holdings,
    standings: dict[str, Standing],
    documents: Iterable[Document],
    movements: Iterable[Moved],
    tiers: Iterable[Requirement] = (),
    steps: Sequence[TierStep] = (),
) -> tuple[Fact, ...]:
    """What stands out about one customer at the business date, the most pressing first; costs no query."""
    found = [
        *_risks(frame, display, holdings),
        *_maturities(frame, display, holdings, standings),
        *_shifts(frame, display, movements),
        *_tier(frame, display, steps),
        *_next_tier(frame, display, tiers),
        *_papers(frame, display, documents),
        *_birthday(frame, display),
    ]
    return tuple(sorted(found, key=lambda fact: fact.level))


def besides(found: Iterable[Fact], told: Iterable[str]) -> tuple[Fact, ...]:
    """Those facts that reasons with the codes ``told`` do not tell already."""
    codes = set(told)
    return tuple(fact for fact in found if fact.about not in codes)


def _url(frame: Frame, name: str) -> str:
    return reverse(name, args=[frame.party.id])


def _risks(frame: Frame, display: Display, holdings: Holdings) -> Iterator[Fact]:
    overdue = [held for held in holdings.open if held.days_overdue]
    if overdue:
        worst = max(overdue, key=lambda held: held.days_overdue)
        yield Fact(
            Level.RISK,
            icon="alert-triangle",
            title=ngettext("%(days)s day overdue", "%(days)s days overdue", worst.days_overdue)
            % {"days": worst.days_overdue},
            text=_listed(display, overdue, [(held.overdue_amount, held.currency) for held in overdue]),
            url=_url(frame, "customer-holdings"),
            about="overdue",
        )
    if frame.party.restricted:
        yield Fact(
            Level.RISK,
            icon="lock",
            title=_("Business with this customer is restricted"),
            text=_("No new agreement without the risk department's consent."),
            url=_url(frame, "customer-tiers"),
        )
    bad = [held for held in holdings.open if held.bad]
    if bad:
        yield Fact(
            Level.RISK,
            icon="alert-octagon",
            title=_("Loan graded substandard or worse"),
            text=_listed(display, bad, [(held.balance, held.currency) for held in bad]),
            url=_url(frame, "customer-holdings"),
        )


def _listed(display: Display, helds: list[Held], amounts: list[tuple[Decimal | None, str]]) -> str:
    """The agreements by product and last digits, with what is to be told of each; the rest counted."""
    told = [
        _("%(product)s (%(tail)s): %(amount)s")
        % {"product": product_name(held, display), "tail": held.tail, "amount": display.exact(amount, currency)}
        for held, (amount, currency) in zip(helds, amounts, strict=True)
    ]
    more = len(told) - 2
    rest = _(" and %(count)s more") % {"count": more} if more > 0 else ""
    return pgettext("between facts", "; ").join(told[:2]) + rest


def product_name(held: Held, display: Display) -> str:
    """A product's name in the language of the page."""
    return held.product.name if display.is_chinese or not held.product.name_en else held.product.name_en


def _maturities(frame: Frame, display: Display, holdings: Holdings, standings: dict[str, Standing]) -> Iterator[Fact]:
    last = frame.day + datetime.timedelta(days=MATURES_WITHIN)
    due = [held for held in holdings.open if held.maturity_date and frame.day <= held.maturity_date <= last]
    kinds = (
        (False, _MATURES, _("%(amount)s mature within %(days)s days")),
        (True, _FALLS_DUE, _("%(amount)s of loans fall due within %(days)s days")),
    )
    for owed, look, title in kinds:
        here = sorted(
            (held for held in due if held.owed == owed and held.id in standings),
            key=lambda held: held.maturity_date or last,
        )
        amount = sum((standings[held.id].balance for held in here), Decimal(0))
        if not amount:
            continue
        yield Fact(
            *look,
            title=title % {"amount": f"{display.money(amount)} {display.unit}", "days": MATURES_WITHIN},
            text=_("First on %(day)s: %(product)s (%(tail)s)")
            % {
                "day": display.day(here[0].maturity_date),
                "product": product_name(here[0], display),
                "tail": here[0].tail,
            },
            url=_url(frame, "customer-holdings") + "#maturities",
            about="loan_due" if owed else "maturity",
        )


def _shifts(frame: Frame, display: Display, movements: Iterable[Moved]) -> Iterator[Fact]:
    worth = frame.worth
    if worth is None:
        return
    change = worth.trend_change
    if change is not None and abs(change) >= SHIFT and abs(worth.assets.since_month) >= SHIFT_LEAST:
        fell = change < 0
        yield Fact(
            *(_FELL if fell else _ROSE),
            title=(_("Average assets fell by %(share)s") if fell else _("Average assets rose by %(share)s"))
            % {"share": display.percent(abs(change))},
            text=_("This month against last month; %(change)s %(unit)s since the month's end")
            % {"change": _signed(display, worth.assets.since_month), "unit": display.unit},
            url=_url(frame, "customer-value"),
            about="falling" if fell else "",
        )
    for moved in list(movements)[:2]:
        amount, owed = (
            (moved.assets_change, False)
            if abs(moved.assets_change) >= abs(moved.loan_change)
            else (moved.loan_change, True)
        )
        yield Fact(
            Level.LOSS if amount < 0 and not owed else Level.NOTE,
            icon="arrows-up-down",
            title=(_("Loans moved by %(change)s %(unit)s") if owed else _("Assets moved by %(change)s %(unit)s"))
            % {"change": _signed(display, amount), "unit": display.unit},
            text=_("On %(day)s") % {"day": display.day(moved.night)},
            url=_url(frame, "customer-events") + f"?since={moved.night:%Y-%m-%d}&until={moved.night:%Y-%m-%d}",
            about="" if owed else "outflow" if amount < 0 else "inflow",
        )


def _signed(display: Display, amount: Decimal) -> str:
    return f"{'+' if amount > 0 else '-' if amount < 0 else ''}{display.money(abs(amount))}"


def _tier(frame: Frame, display: Display, steps: Sequence[TierStep]) -> Iterator[Fact]:
    """The newest change of tier, where it is news; that a tier was set for the first time is none."""
    for step in steps[:1]:
        if step.tier_before and (frame.day - step.night).days <= TIER_NEWS:
            yield Fact(
                Level.NOTE,
                icon="stairs-up",
                title=_("Tier changed to %(tier)s") % {"tier": tier_label(step.tier, step.sub_tier)},
                text=_("On %(day)s, before: %(tier)s")
                % {"day": display.day(step.night), "tier": tier_label(step.tier_before, step.sub_tier_before)},
                url=_url(frame, "customer-tiers"),
            )


def _next_tier(frame: Frame, display: Display, tiers: Iterable[Requirement]) -> Iterator[Fact]:
    """The next better tier, where little is missing: a fifth of what it asks for, or less."""
    worth = frame.worth
    if worth is None or worth.tier == Tier.RESTRICTED:
        return
    open_tiers = [tier for tier in tiers if not tier.reached]
    if not open_tiers:
        return
    wanted = open_tiers[-1]
    ways = (
        (wanted.contribution, wanted.contribution_missing, _("%(amount)s %(unit)s more contribution in twelve months")),
        (wanted.assets, wanted.assets_missing, _("%(amount)s %(unit)s more average assets of the year")),
    )
    near = [(missing, words) for asked, missing, words in ways if asked and missing <= asked * NEAR]
    if near:
        yield Fact(
            Level.CHANCE,
            icon="stairs",
            title=_("Close to %(tier)s") % {"tier": tier_label(wanted.tier, wanted.sub_tier)},
            text=pgettext("between ways", ", or ").join(
                words % {"amount": display.money(missing), "unit": display.unit} for missing, words in near
            ),
            url=_url(frame, "customer-tiers"),
        )


def _papers(frame: Frame, display: Display, documents: Iterable[Document]) -> Iterator[Fact]:
    limit = frame.day + datetime.timedelta(days=EXPIRES_WITHIN)
    primary = [document for document in documents if document.is_primary and document.valid_to]
    for document in primary:
        if document.valid_to and document.valid_to <= limit:
            gone = document.expired(frame.day)
            yield Fact(
                *(_EXPIRED if gone else _EXPIRES),
                title=_("Identity document has expired") if gone else _("Identity document expires soon"),
                text=_("Valid until %(day)s: ask for the new one") % {"day": display.day(document.valid_to)},
                url=_url(frame, "customer-identity"),
            )
    if frame.phone is None:
        yield Fact(
            Level.NOTE,
            icon="phone-off",
            title=_("No phone number on file"),
            text=_("The customer cannot be called."),
            url=_url(frame, "customer-identity"),
        )


def _birthday(frame: Frame, display: Display) -> Iterator[Fact]:
    born = frame.party.birth_date
    if born is None:
        return
    for ahead in range(BIRTHDAY_WITHIN + 1):
        day = frame.day + datetime.timedelta(days=ahead)
        if (day.month, day.day) == (born.month, born.day):
            yield Fact(
                Level.NOTE,
                icon="cake",
                title=_("Birthday today") if ahead == 0 else _("Birthday on %(day)s") % {"day": display.short_day(day)},
                text=_("Turns %(age)s") % {"age": day.year - born.year},
                url=_url(frame, "customer-identity"),
                about="birthday",
            )
