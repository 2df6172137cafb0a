"""The words of consent: what for, through which channel, how it was given, and why an answer is what it is."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """What the bank would use personal data for beyond what the contract or the law asks of it."""

    MARKETING = "marketing", _("Marketing")
    SURVEY = "survey", _("Satisfaction surveys")
    PROFILING = "profiling", _("Profiling and automated decisions")
    SHARING_GROUP = "sharing_group", _("Sharing within the group")
    SHARING_PARTNERS = "sharing_partners", _("Sharing with partners")
    CREDIT_ENQUIRY = "credit_enquiry", _("Credit enquiry")


class Channel(TextChoices):
    """The way a person is reached. ``ANY`` stands for purposes that reach nobody, such as profiling."""

    PHONE = "phone", _("Phone")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    POST = "post", _("Post")
    IN_PERSON = "in_person", _("In person")
    ANY = "any", _("Not tied to a channel")


CONTACT_CHANNELS = tuple(channel for channel in Channel if channel is not Channel.ANY)
BY_CHANNEL = frozenset({Purpose.MARKETING, Purpose.SURVEY})
"""The purposes that reach a person and so are consented to channel by channel."""


class Decision(TextChoices):
    GIVEN = "given", _("Given")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class How(TextChoices):
    """How the person said it."""

    FORM = "form", _("Signed form")
    RECORDING = "recording", _("Recorded call")
    PORTAL = "portal", _("Online or mobile banking")
    BRANCH = "branch", _("At the counter")
    LETTER = "letter", _("Letter or e-mail")
    MERGE = "merge", _("Merge of two customers")
    CASE = "case", _("Request of the person")


ASKED_BY_STAFF = (How.FORM, How.RECORDING, How.PORTAL, How.BRANCH, How.LETTER)
"""The ways that somebody may enter by hand."""


class Why(TextChoices):
    """Why a person may or may not be contacted, or the data used, for a purpose."""

    GIVEN = "given", _("Consent given")
    NOT_ASKED = "not_asked", _("No consent asked")
    WITHDRAWN = "withdrawn", _("Consent withdrawn")
    EXPIRED = "expired", _("Consent expired")
    RESTRICTED = "restricted", _("Use of the data restricted at the person's request")
    ERASED = "erased", _("Erased at the person's request")


class LimitKind(TextChoices):
    """What stops every use of a person's data for the bank's own purposes."""

    RESTRICTION = "restriction", _("Use restricted")
    ERASURE = "erasure", _("Erased")


def channels_of(purpose: str) -> tuple[Channel, ...]:
    """The channels that consent to a purpose is given for."""
    return CONTACT_CHANNELS if purpose in BY_CHANNEL else (Channel.ANY,)
