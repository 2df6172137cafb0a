"""What the codes of agreements and events mean: the values the bank's files may hold, with the words for them."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AgreementStatus(TextChoices):
    ACTIVE = "active", _("In force")
    DORMANT = "dormant", _("Dormant")
    FROZEN = "frozen", _("Frozen")
    MATURED = "matured", _("Matured")
    CLOSED = "closed", _("Account closed")
    WRITTEN_OFF = "written_off", _("Written off")


class RiskGrade(TextChoices):
    """The five classes of loans, best first."""

    NORMAL = "normal", _("Pass")
    SPECIAL_MENTION = "special_mention", _("Special mention")
    SUBSTANDARD = "substandard", _("Substandard")
    DOUBTFUL = "doubtful", _("Doubtful")
    LOSS = "loss", _("Loss")


class Repayment(TextChoices):
    EQUAL_INSTALMENT = "equal_instalment", _("Equal instalments")
    EQUAL_PRINCIPAL = "equal_principal", _("Equal principal")
    INTEREST_FIRST = "interest_first", _("Interest first, principal at maturity")
    BULLET = "bullet", _("All at maturity")


class AgreementRole(TextChoices):
    HOLDER = "holder", _("Holder")
    JOINT_HOLDER = "joint_holder", _("Joint holder")
    GUARANTOR = "guarantor", _("Guarantor")
    AUTHORISED_SIGNATORY = "authorised_signatory", _("Authorised signatory")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")


class EventKind(TextChoices):
    DEPOSIT = "deposit", _("Paid in")
    WITHDRAWAL = "withdrawal", _("Drawn")
    TRANSFER_IN = "transfer_in", _("Transfer in")
    TRANSFER_OUT = "transfer_out", _("Transfer out")
    SALARY = "salary", _("Salary")
    PURCHASE = "purchase", _("Purchase")
    REFUND = "refund", _("Refund")
    INTEREST = "interest", _("Interest paid")
    FEE = "fee", _("Fee charged")
    DISBURSEMENT = "disbursement", _("Loan paid out")
    REPAYMENT = "repayment", _("Loan repayment")
    SUBSCRIPTION = "subscription", _("Subscription")
    REDEMPTION = "redemption", _("Redemption")
    PREMIUM = "premium", _("Premium")
    SIGN_IN = "sign_in", _("Signed in")
    REVERSAL = "reversal", _("Reversal")
    OTHER = "other", _("Other event")


class Channel(TextChoices):
    COUNTER = "counter", _("Counter")
    ATM = "atm", _("ATM")
    MOBILE = "mobile", _("Mobile banking")
    INTERNET = "internet", _("Internet banking")
    POS = "pos", _("POS terminal")
    THIRD_PARTY = "third_party", _("Third-party payment")
    PHONE = "phone", _("Telephone banking")
    BATCH = "batch", _("Batch")


class Direction(TextChoices):
    IN = "C", _("In")
    OUT = "D", _("Out")


class ProductRisk(TextChoices):
    R1 = "R1", _("R1 low")
    R2 = "R2", _("R2 medium-low")
    R3 = "R3", _("R3 medium")
    R4 = "R4", _("R4 medium-high")
    R5 = "R5", _("R5 high")
