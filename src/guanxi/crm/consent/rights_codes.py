"""The words of the rights of the person: what is asked, by whom, how far it is, what is kept and since when."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CaseKind(TextChoices):
    """What a person may ask for under the Personal Information Protection Law, articles 15, 24 and 44 to 48."""

    ACCESS = "access", _("Access and copy")
    PORTABILITY = "portability", _("Transfer to another")
    CORRECTION = "correction", _("Correction")
    RESTRICTION = "restriction", _("Restriction of use")
    ERASURE = "erasure", _("Erasure")
    WITHDRAWAL = "withdrawal", _("Withdrawal of consent")
    EXPLANATION = "explanation", _("Explanation of an automated decision")


class CaseStatus(TextChoices):
    RECEIVED = "received", _("Received")
    WORKING = "working", _("In work")
    WAITING = "waiting", _("Waiting for the customer")
    DONE = "done", _("Fulfilled")
    PARTLY = "partly", _("Fulfilled in part")
    REFUSED = "refused", _("Refused")


OPEN = (CaseStatus.RECEIVED, CaseStatus.WORKING, CaseStatus.WAITING)


class Requester(TextChoices):
    SELF = "self", _("The customer")
    GUARDIAN = "guardian", _("Guardian")
    AGENT = "agent", _("Authorised agent")
    KIN = "kin", _("Close relative of a deceased customer")


class Proof(TextChoices):
    """How the requester showed who they are."""

    DOCUMENT = "document", _("Identity document seen")
    PORTAL = "portal", _("Signed in to online banking")
    CALL_BACK = "call_back", _("Called back on the number on file")
    AUTHORISATION = "authorisation", _("Identity document and power of attorney")


class Way(TextChoices):
    BRANCH = "branch", _("At the counter")
    PHONE = "phone", _("By phone")
    LETTER = "letter", _("By letter")
    EMAIL = "email", _("By e-mail")
    PORTAL = "portal", _("Online or mobile banking")


class What(TextChoices):
    """The steps of a case."""

    RECEIVED = "received", _("Received")
    TAKEN = "taken", _("Taken on")
    NOTE = "note", _("Note")
    WAITING = "waiting", _("Waits for the customer")
    RESUMED = "resumed", _("Resumed")
    EXTENDED = "extended", _("Deadline extended")
    PACKED = "packed", _("Personal data gathered")
    FETCHED = "fetched", _("Personal data fetched")
    PROPOSED = "proposed", _("Correction proposed")
    SENT = "sent", _("Passed to the core banking system")
    ARRIVED = "arrived", _("Correction arrived")
    RESTRICTED = "restricted", _("Use restricted")
    LIFTED = "lifted", _("Restriction lifted")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    ERASED = "erased", _("Erased")
    DONE = "done", _("Fulfilled")
    PARTLY = "partly", _("Fulfilled in part")
    REFUSED = "refused", _("Refused")


class CorrectionState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    SENT = "sent", _("Passed on")
    ARRIVED = "arrived", _("Arrived")


class DataKind(TextChoices):
    """Kinds of data as the rules of retention tell them apart."""

    IDENTITY = "identity", _("Identity and contacts")
    AGREEMENT = "agreement", _("Agreements and accounts")
    TRANSACTION = "transaction", _("Transactions")
    ANALYSIS = "analysis", _("Figures and assessments derived by the bank")
    EVIDENCE = "evidence", _("Consents and requests")
    OPERATION = "operation", _("Working data of this system")


class KeptFrom(TextChoices):
    RELATION_END = "relation_end", _("end of the relationship")
    RECORD = "record", _("the record's own end")
    NOT_KEPT = "not_kept", _("not kept")
