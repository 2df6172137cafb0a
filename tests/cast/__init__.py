"""The cast: a small bank with its people, in the test database.

``cast`` (a fixture, see ``tests/conftest.py``) gives a test a filled database and names who walks through the screens:
``cast.ai`` is the relationship manager of sub-branch B11, ``cast.bo`` manages branch B1 above it, ``cast.he`` sits in
the head office, ``cast.ann`` analyses there, ``cast.shen`` audits, ``cast.shi`` is the data steward, ``cast.guan`` the
administrator, ``cast.fu`` a service agent, ``cast.dan`` the data-protection officer, ``cast.yu`` has a post that sees
no customers, and ``cast.zhu``, relationship manager in branch B2, is the outsider: whatever belongs to Ai must not be
there for Zhu.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.cache import cache as django_cache
from django.db import connection
from django.db.models import Model

from guanxi.crm.consent.first_texts import IN_FORCE_FROM, TEXTS
from guanxi.crm.consent.models import ConsentText, RetentionRule
from guanxi.crm.consent.retention_rules import RULES
from guanxi.crm.contact.first_words import OUTCOMES, TEMPLATES
from guanxi.crm.contact.models import ActivityTemplate, Outcome
from guanxi.crm.handover.orphans import orphans_in
from guanxi.crm.holding.models import Agreement, Event
from guanxi.crm.insight.book_queries import customers_in
from guanxi.crm.insight.home_queries import forget_home
from guanxi.crm.insight.industry_queries import forget as forget_industries
from guanxi.crm.insight.models import (
    AgreementFigure,
    AgreementMonth,
    Alert,
    BalanceChange,
    BookDay,
    CustomerFigure,
    CustomerMonth,
    IndustryFigure,
    IndustryMonth,
    Maturity,
    Movement,
    TierChange,
)
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import forget
from guanxi.crm.party.models import Party
from guanxi.crm.sales.lead_first_words import CONSENT_EN, CONSENT_ZH, SCORES, WAYS
from guanxi.crm.sales.margin_services import sum_margins
from guanxi.crm.sales.models import AssignmentRule, LeadSetup, ScoringRule
from guanxi.crm.sales.put_pipelines import put_pipelines
from guanxi.crm.workdays.models import SpecialDay
from guanxi.crm.workdays.published import ANNOUNCED, days_of
from guanxi.crm.workdays.queries import forget as forget_workdays
from tests.cast import alerts, around, bank, figures, holdings, nights, people, tokens
from tests.cast.bank import DAY, PASSWORD, PREVIOUS

PARTITIONED: tuple[type[Model], ...] = (
    AgreementFigure,
    AgreementMonth,
    Alert,
    BalanceChange,
    BookDay,
    CustomerFigure,
    CustomerMonth,
    Event,
    IndustryFigure,
    IndustryMonth,
    Maturity,
    Movement,
    TierChange,
)


@dataclass
class Cast:
    """Who is who. ``parties``, ``agreements`` and ``figures`` are by number; figures are those of ``day``."""

    parties: dict[str, Party]
    agreements: dict[str, Agreement]
    figures: dict[str, CustomerFigure]
    people: dict[str, Staff]
    day: datetime.date = DAY
    previous: datetime.date = PREVIOUS
    password: str = PASSWORD

    def __getattr__(self, name: str) -> Staff:
        people = self.__dict__.get("people", {})
        if name in people:
            return people[name]
        raise AttributeError(name)

    @property
    def person(self) -> Party:
        """A person of Ai's with every kind of product and a family."""
        return self.parties["P00001"]

    @property
    def company(self) -> Party:
        """An organisation of Ai's with a parent company, a legal representative and staff."""
        return next(party for party in self.parties.values() if party.kind == "organisation")

    @property
    def outside(self) -> Party:
        """A person of Zhu's, the outsider's."""
        return next(party for party in self.parties.values() if party.manager_id == "1211")

    def book(self, staff: Staff) -> list[Party]:
        """The customers that a relationship manager looks after."""
        return [party for party in self.parties.values() if party.manager_id == staff.id]


@cache
def _rows() -> tuple[list[list[Model]], dict[str, Party], dict[str, Agreement], dict[str, CustomerFigure]]:
    parties = people.parties()
    held = holdings.hold(parties)
    by_party: dict[str, list[holdings.Held]] = defaultdict(list)
    for one in held:
        by_party[one.agreement.party_id].append(one)
    made = figures.customer_figures(parties, by_party)
    matures, moved = figures.maturities(parties, held), figures.movements(made)
    identifiers, contacts = people.identifiers(parties), people.contacts(parties)
    runs = nights.runs()
    rows: list[Sequence[Model]] = [
        bank.institutions(),
        bank.posts(),
        bank.products(),
        bank.rates(),
        parties,
        identifiers,
        contacts,
        people.relations(parties),
        people.linked(parties, people.relations(parties)),
        tokens.search_tokens(parties, identifiers, contacts),
        [one.agreement for one in held],
        holdings.agreement_parties(held, parties),
        holdings.events(held),
        holdings.agreement_months(held),
        holdings.agreement_figures(held),
        figures.publications(),
        made,
        figures.customer_months(by_party),
        figures.balance_changes(by_party),
        moved,
        matures,
        alerts.alerts(parties, made, matures, moved),
        figures.tier_changes(made),
        figures.book_days(parties, made, by_party),
        around.industry_figures(made),
        around.industry_months(made, by_party),
        around.company_links(parties, people.relations(parties)),
        *around.groups(parties),
        runs,
        nights.steps(runs),
        nights.files(runs),
        nights.tests(runs),
        nights.reconciliations(runs),
        nights.quarantined(),
    ]
    return (
        [list(some) for some in rows],
        {party.id: party for party in parties},
        {one.agreement.id: one.agreement for one in held},
        {figure.party_id: figure for figure in made},
    )


def load() -> Cast:
    """Fills a database whose tables are empty."""
    rows, *_shown = _rows()
    put_texts()
    cast = meet()
    with connection.cursor() as cursor:
        for model in PARTITIONED:
            table = model._meta.db_table
            cursor.execute(f'CREATE TABLE IF NOT EXISTS "{table}_cast" PARTITION OF "{table}" DEFAULT')
        for some in [list(cast.people.values()), *rows]:
            _copy(cursor, some)
        for model in {type(some[0]) for some in rows if some}:
            if model._meta.pk and model._meta.pk.get_internal_type() == "BigAutoField":
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), 1000)")
    sum_margins()
    return cast


def meet() -> Cast:
    """The bank of a database that :func:`load` has filled; what this process remembers of another is forgotten."""
    _forget()
    _models, parties, agreements, by_party = _rows()
    by_number = {one.id: one for one in bank.staff(_password_hash())}
    calls = {call: by_number[number] for call, number, *_rest in bank.STAFF}
    return Cast(parties, agreements, by_party, calls)


@cache
def _password_hash() -> str:
    return make_password(PASSWORD)


def put_texts() -> None:
    """The words that a new installation begins with (consent, retention, activities, pipelines), which emptied tables
    lack.
    """
    put_pipelines(partial(apps.get_model, "sales"))
    ConsentText.objects.bulk_create(
        [
            ConsentText(purpose=purpose, version=1, text_zh=words.zh, text_en=words.en, valid_from=IN_FORCE_FROM)
            for purpose, words in TEXTS.items()
        ],
        ignore_conflicts=True,
    )
    RetentionRule.objects.bulk_create(
        [
            RetentionRule(kind=kind, years=one.years, kept_from=one.kept_from, basis_zh=one.zh, basis_en=one.en)
            for kind, one in RULES.items()
        ],
        ignore_conflicts=True,
    )
    Outcome.objects.bulk_create(
        [
            Outcome(kind=one.kind, code=one.code, name_zh=one.zh, name_en=one.en, result=one.result,
                    follow_up_days=one.days, position=position)
            for position, one in enumerate(OUTCOMES, 1)
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    SpecialDay.objects.bulk_create(
        [SpecialDay(day=day, kind=kind, name_zh=zh, name_en=en) for day, kind, zh, en in days_of(*ANNOUNCED)],
        ignore_conflicts=True,
    )
    LeadSetup.objects.get_or_create(id=1, defaults={"consent_zh": CONSENT_ZH, "consent_en": CONSENT_EN})
    if not ScoringRule.objects.exists():
        ScoringRule.objects.bulk_create(
            ScoringRule(criterion=one.criterion, value=one.value, points=one.points, name_zh=one.zh, name_en=one.en,
                        position=position)
            for position, one in enumerate(SCORES, 1)
        )  # fmt: skip
        AssignmentRule.objects.bulk_create(
            AssignmentRule(way=one.way, name_zh=one.zh, name_en=one.en, product=one.product, position=position)
            for position, one in enumerate(WAYS, 1)
        )
    if not ActivityTemplate.objects.exists():
        ActivityTemplate.objects.bulk_create(
            ActivityTemplate(kind=one.kind, name_zh=one.zh, name_en=one.en, text_zh=one.text_zh, text_en=one.text_en,
                             minutes=one.minutes, position=position)
            for position, one in enumerate(TEMPLATES, 1)
        )  # fmt: skip


def _forget() -> None:
    forget()
    customers_in.cache_clear()
    orphans_in.cache_clear()
    forget_home()
    forget_industries()
    forget_workdays()
    django_cache.clear()


def _copy(cursor: Any, rows: Iterable[Model]) -> None:
    rows = list(rows)
    if not rows:
        return
    fields = [one for one in rows[0]._meta.concrete_fields if one.get_internal_type() != "CompositePrimaryKey"]
    if any(one.get_internal_type() in ("JSONField", "BinaryField") for one in fields):
        type(rows[0])._base_manager.bulk_create(rows)  # type: ignore[attr-defined]
        for row in rows:
            row._state.adding = True
        return
    names = ", ".join(f'"{one.column}"' for one in fields)
    with cursor.copy(f'COPY "{rows[0]._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([getattr(row, one.attname) for one in fields])
