"""Small things: industries, terms, masks, periods, ages."""

from __future__ import annotations

import datetime

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from guanxi.crm.holding import codes as holding_codes
from guanxi.crm.insight.contribution_queries import Period
from guanxi.crm.party import codes as party_codes
from guanxi.crm.party import industry as industries
from guanxi.crm.party.industry import industry
from guanxi.crm.web.terms import term_label
from guanxi.warehouse.landing.tables import agreement, event, party


def test_industries_are_twenty_sections_and_ninety_seven_divisions():
    divisions = [division.key[1:] for section in industries.sections() for division in section.divisions]
    assert "".join(section.named.key for section in industries.sections()) == "ABCDEFGHIJKLMNOPQRST"
    assert divisions == [f"{number:02d}" for number in range(1, 98)]
    everything = [named for section in industries.sections() for named in (section.named, *section.divisions)]
    assert all(named.name_zh and named.name_en for named in everything)
    assert all(industries.named(named.key) is named for named in everything)


@pytest.mark.parametrize(
    ("code", "section", "division"),
    [("C3429", "C", "34"), ("3429", "C", "34"), ("j66", "J", "66"), ("T", "T", ""), ("", None, ""), ("Z99", None, "")],
)
def test_an_industry_is_found_by_class_or_section(code, section, division):
    with translation.override("zh-hans"):
        found = industry(code)
    assert (found and found.section_code) == section
    assert (found.division_code if found else "") == division


@pytest.mark.parametrize(
    ("days", "english"),
    [
        (0, "Demand"),
        (None, "Demand"),
        (1, "1 day"),
        (7, "7 days"),
        (30, "1 month"),
        (91, "3 months"),
        (182, "6 months"),
        (360, "1 year"),
        (365, "1 year"),
        (366, "1 year"),
        (730, "2 years"),
        (1095, "3 years"),
        (1826, "5 years"),
        (7300, "20 years"),
        (400, "400 days"),
    ],
)
def test_terms_in_the_words_of_the_trade(days, english):
    with translation.override("en"):
        assert term_label(days) == english


@given(st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 12, 31)))
def test_a_period_reads_back_what_it_writes(day):
    for period in (Period(None, running=True), Period(day.replace(day=1), running=True)):
        assert Period.parse(period.slug, day=day) == period


def test_every_code_of_the_files_has_a_word():
    for choices, values in (
        (party_codes.IdentifierKind, party.IDENTIFIER_KINDS),
        (party_codes.ContactKind, party.CONTACT_KINDS),
        (party_codes.RelationKind, party.RELATION_KINDS),
        (party_codes.RiskLevel, party.RISK_LEVELS),
        (holding_codes.AgreementStatus, agreement.STATUSES),
        (holding_codes.RiskGrade, agreement.RISK_GRADES),
        (holding_codes.Repayment, agreement.REPAYMENTS),
        (holding_codes.AgreementRole, agreement.PARTY_ROLES),
        (holding_codes.EventKind, event.EVENT_KINDS),
        (holding_codes.Channel, event.CHANNELS),
    ):
        assert tuple(choices.values) == tuple(values)
    assert set(party_codes.RELATION_BACK) == set(party.RELATION_KINDS)
