"""What the codes of parties mean: the values the bank's files may hold, with the words for them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class IdentifierKind(TextChoices):
    RESIDENT_ID = "resident_id", _("Resident identity card")
    PASSPORT = "passport", _("Passport")
    HK_MACAU_PERMIT = "hk_macau_permit", _("Hong Kong and Macao travel permit")
    TAIWAN_PERMIT = "taiwan_permit", _("Taiwan travel permit")
    MILITARY_ID = "military_id", _("Military identity card")
    UNIFIED_CREDIT_CODE = "unified_credit_code", _("Unified social credit code")
    ORGANISATION_CODE = "organisation_code", _("Organisation code")
    OTHER = "other", _("Other document")


class ContactKind(TextChoices):
    MOBILE = "mobile", _("Mobile phone")
    LANDLINE = "landline", _("Landline")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    HOME_ADDRESS = "home_address", _("Home address")
    WORK_ADDRESS = "work_address", _("Work address")
    REGISTERED_ADDRESS = "registered_address", _("Registered address")


class Gender(TextChoices):
    MALE = "M", _("Male")
    FEMALE = "F", _("Female")


class Education(TextChoices):
    PRIMARY = "primary", _("Primary school")
    SECONDARY = "secondary", _("Secondary school")
    COLLEGE = "college", _("Junior college")
    BACHELOR = "bachelor", _("Bachelor's degree")
    POSTGRADUATE = "postgraduate", _("Postgraduate degree")


class OrganisationScale(TextChoices):
    LARGE = "large", _("Large enterprise")
    MEDIUM = "medium", _("Medium enterprise")
    SMALL = "small", _("Small enterprise")
    MICRO = "micro", _("Micro enterprise")


class InvestmentRisk(TextChoices):
    C1 = "C1", _("C1 conservative")
    C2 = "C2", _("C2 prudent")
    C3 = "C3", _("C3 balanced")
    C4 = "C4", _("C4 growth")
    C5 = "C5", _("C5 aggressive")


class RiskLevel(TextChoices):
    LOW = "low", _("Low risk")
    MEDIUM = "medium", _("Medium risk")
    HIGH = "high", _("High risk")


class RelationKind(TextChoices):
    """What one party is to another: *A is (kind) of B*, read from B."""

    SPOUSE = "spouse", _("Spouse")
    PARENT = "parent", _("Parent")
    HOUSEHOLD = "household", _("Same household")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    SHAREHOLDER = "shareholder", _("Shareholder")
    CONTROLLER = "controller", _("Actual controller")
    EXECUTIVE = "executive", _("Executive")
    EMPLOYER = "employer", _("Employer")
    PARENT_COMPANY = "parent_company", _("Parent company")
    SUPPLIER = "supplier", _("Supplier")
    OTHER = "other", _("Other relation")


# The same relations read from the other side: what B is to A.
RELATION_BACK: dict[str, str | Promise] = {
    RelationKind.SPOUSE: _("Spouse"),
    RelationKind.PARENT: _("Child"),
    RelationKind.HOUSEHOLD: _("Same household"),
    RelationKind.LEGAL_REPRESENTATIVE: _("Company represented"),
    RelationKind.SHAREHOLDER: _("Company held"),
    RelationKind.CONTROLLER: _("Company controlled"),
    RelationKind.EXECUTIVE: _("Company managed"),
    RelationKind.EMPLOYER: _("Employee"),
    RelationKind.PARENT_COMPANY: _("Subsidiary"),
    RelationKind.SUPPLIER: _("Company supplied"),
    RelationKind.OTHER: _("Other relation"),
}


def relation_word(kind: str, *, back: bool) -> str:
    """What the other party is called: ``back`` where the party looked from is the first of the relation's row."""
    if back:
        return str(RELATION_BACK.get(kind, kind))
    return word(RelationKind, kind)


def word(choices: type[TextChoices], code: str) -> str:
    """The word for a code; a code that is not known shows as it is."""
    return str(dict(choices.choices).get(code, code))
