"""Keeps secrets and personal data out of the log, whoever writes them there: a filter for every handler."""

from __future__ import annotations

import logging
import re

# What is replaced, and by what. Numbers of customers stay: they lead nowhere without a right.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # A password inside an address: postgresql://user:password@host.
    (re.compile(r"(?P<before>[a-z][a-z0-9+.-]*://[^\s:/@]+):[^\s@/]+@", re.I), r"\g<before>:***@"),
    # name=value, name: value, 'name': 'value' for names that hold secrets; header values to the end of the line.
    (
        re.compile(
            r"(?P<name>authorization|(?:set-)?cookie)(?P<sign>[\"']?\s*[:=]\s*)[^\r\n]+",
            re.I,
        ),
        r"\g<name>\g<sign>***",
    ),
    (
        re.compile(
            r"(?P<name>[a-z_-]*(?:passw(?:or)?d|passphrase|secret|token|sessionid|session_key|api_?key|otp|csrf\w*)"
            r"[a-z_-]*)(?P<sign>[\"']?\s*[:=]\s*)(?P<quote>[\"']?)[^\s\"'&,;)}\]]+(?P=quote)",
            re.I,
        ),
        r"\g<name>\g<sign>***",
    ),
    # Tokens of the API, wherever they stand.
    (re.compile(r"gx_[A-Za-z0-9]{46}"), "gx_***"),
    # Addresses of calendars that programs subscribe to.
    (re.compile(r"(?P<before>/calendar/feed/)[A-Za-z0-9_-]{20,}"), r"\g<before>***"),
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-mail]"),
    # Resident identity numbers (GB 11643), unified social credit codes (GB 32100), cards and accounts, phones.
    (
        re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"),
        "[id]",
    ),
    (re.compile(r"(?<![0-9A-Za-z])[1-9A-HJ-NP-RT-UW-Y][1-9]\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}(?![0-9A-Za-z])"), "[code]"),
    (re.compile(r"(?<![\w-])(?:\d{4}[ -]?){3,4}\d{1,7}(?![\w-])"), "[account]"),
    (re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"), "[phone]"),
    # What PostgreSQL says about a row that breaks a constraint: the row itself.
    (re.compile(r"(?P<before>\bFailing row contains )\(.*?\)(?=\.?(?:\n|$))", re.S), r"\g<before>(***)"),
    (re.compile(r"(?P<before>\bKey \([^)]*\)=)\(.*?\)(?= )"), r"\g<before>(***)"),
)


def without_secrets(text: str) -> str:
    """The text with passwords, tokens, cookies, identity and account numbers, phones and e-mail addresses taken out."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


class Private(logging.Filter):
    """Lets every record pass, without secrets: in the message with its arguments, in the traceback, in the stack."""

    _plain = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Writes the record anew, once for all handlers."""
        if getattr(record, "is_private", False):
            return True
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # a mistake in the caller's format string is reported by logging
            return True
        record.msg, record.args = without_secrets(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self._plain.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_secrets(record.exc_text)
        if record.stack_info:
            record.stack_info = without_secrets(record.stack_info)
        record.is_private = True
        return True
