"""The words of the steward's screens: fields, levels of agreement, what stands behind a pair."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from guanxi.crm.org.queries import institution_tree, staff_names
from guanxi.crm.party.codes import (
    ContactKind,
    Education,
    Gender,
    IdentifierKind,
    InvestmentRisk,
    OrganisationScale,
    RiskLevel,
    word,
)
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.web.display import Display

OF_A_RECORD = {
    "prior": gettext_lazy("Before looking"),
    "name": gettext_lazy("Name"),
    "party_name": gettext_lazy("Name"),
    "party_name_en": gettext_lazy("name in Latin letters"),
    "party_kind": gettext_lazy("kind"),
    "identifier": gettext_lazy("Identity document"),
    "mobile": gettext_lazy("Mobile"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "region": gettext_lazy("division"),
    "birth": gettext_lazy("Date of birth"),
    "founded": gettext_lazy("Founding date"),
    "document": gettext_lazy("Identity document"),
    "code": gettext_lazy("Credit code"),
    "mail": gettext_lazy("E-mail or WeChat"),
    "gender": gettext_lazy("Sex"),
    "manager_id": gettext_lazy("relationship manager"),
    "institution_id": gettext_lazy("institution"),
}
LEVELS = {
    "exact": gettext_lazy("the same"),
    "pinyin": gettext_lazy("the same pinyin"),
    "reordered": gettext_lazy("the same characters in another order"),
    "one_off": gettext_lazy("one character off"),
    "initials": gettext_lazy("the same initials"),
    "missing": gettext_lazy("not known of one"),
    "same": gettext_lazy("the same"),
    "different": gettext_lazy("different"),
    "former": gettext_lazy("the other's former name"),
    "other_order": gettext_lazy("the same characters in another order"),
    "same_reading": gettext_lazy("the same pinyin"),
    "in_latin": gettext_lazy("the other's name in Latin letters"),
    "part": gettext_lazy("a part of the name"),
    "family": gettext_lazy("the surname alone"),
    "two_off": gettext_lazy("two characters off"),
    "same_core_and_place": gettext_lazy("the same but for the legal form"),
    "same_core": gettext_lazy("the same but for place and legal form"),
    "four_parts": gettext_lazy("four parts or more agree"),
    "three_parts": gettext_lazy("three parts agree"),
    "two_parts": gettext_lazy("two parts agree"),
    "one_part": gettext_lazy("one part agrees"),
    "else": gettext_lazy("different"),
}
VALIDITIES = {
    "valid": gettext_lazy("valid"),
    "unchecked": gettext_lazy("cannot be checked"),
    "placeholder": gettext_lazy("a placeholder"),
    "format": gettext_lazy("not of the right form"),
    "check_digit": gettext_lazy("the check digit is wrong"),
    "region": gettext_lazy("no such division then"),
    "birth_date": gettext_lazy("the date in it is none"),
    "range": gettext_lazy("no such date"),
    "contradicts_number": gettext_lazy("not the date in the identity number"),
    "ambiguous": gettext_lazy("several places are called so"),
    "invalid": gettext_lazy("not valid"),
}
# The fields of a record that hold a code.
CODES = {
    "party_kind": PartyKind,
    "gender": Gender,
    "education": Education,
    "organisation_scale": OrganisationScale,
    "investment_risk": InvestmentRisk,
    "aml_risk": RiskLevel,
}
YES_AND_NO = {"true": gettext_lazy("yes"), "false": gettext_lazy("no")}
STATES = {
    "active": pgettext_lazy("state of a customer", "active"),
    "dormant": pgettext_lazy("state of a customer", "dormant"),
    "closed": pgettext_lazy("state of a customer", "closed"),
}


def field_word(field: str, kind: str = "") -> str:
    """What a field of a record is called; of an organisation where ``kind`` says so."""
    if kind == PartyKind.ORGANISATION and field in ("name", "party_name"):
        return pgettext("organisation", "Name")
    what, _colon, kind = field.partition(":")
    if what == "identifier" and kind:
        return str(word(IdentifierKind, kind))
    if what == "contact" and kind:
        return str(word(ContactKind, kind))
    if field in OF_A_RECORD:
        return str(OF_A_RECORD[field])
    known = {one.name: one for one in Party._meta.concrete_fields}
    return str(known[field].verbose_name) if field in known else field.replace("_", " ")


def level_word(level: str) -> str:
    """What a level of agreement is called; as the model says it where it is none of ours."""
    return str(LEVELS.get(level, level))


def validity_word(validity: str) -> str:
    """What standardising says of a value; as it says it where that is none of ours."""
    return str(VALIDITIES.get(validity, validity))


def value_word(field: str, value: str, display: Display) -> str:
    """The word for a record's value where it is a code, or somebody's number; else the value as it is."""
    if field in CODES:
        return word(CODES[field], value)
    if field == "institution_id":
        return institution_tree(display.version).label(value, display.language)
    if field == "manager_id":
        name = staff_names(display.version).get(value)
        return f"{name} {value}" if name else value
    if field == "status":
        return str(STATES.get(value, value))
    return str(YES_AND_NO.get(value, value)) if field == "restricted" else value
