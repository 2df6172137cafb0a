"""``guanxi api``: accounts of the bank's own systems and their tokens."""

from __future__ import annotations

import getpass
import sys

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Institution, Line, Post, Role, Staff
from guanxi.crm.org.token_models import Ability
from guanxi.crm.org.tokens import TokenError, make_token


def make_account(number: str, *, name: str, institution: str, line: str) -> int:
    """Makes the account of a system: it sees the institution and all below it on a line; nobody signs in with it."""
    if Staff.objects.filter(pk=number).exists():
        print(f"The number {number} is taken.", file=sys.stderr)
        return 1
    if not Institution.objects.filter(pk=institution).exists():
        print(f"No institution has the number {institution}.", file=sys.stderr)
        return 1
    if line not in Line.values:
        print(f"The line is one of {', '.join(Line.values)}.", file=sys.stderr)
        return 1
    with traced(actor=f"os:{getpass.getuser()}"), transaction.atomic():
        today = timezone.localdate()
        account = Staff.objects.create_user(
            number, name=name, institution_id=institution, role=Role.SYSTEM, line=line, joined_on=today
        )
        Post.objects.create(staff=account, institution_id=institution, role=Role.SYSTEM, line=line, valid_from=today)
        facts = {"changed": {"made": "system"}, "institution": institution, "line": line}
        record(action=Action.PERMISSION, kind="staff", object_id=number, detail=facts)
    print(f"{name} ({number}) sees {institution} and below. Make its token: guanxi api token {number} --may ...")
    return 0


def make_account_token(number: str, *, name: str, may: list[str], days: int, rows_a_day: int | None) -> int:
    """Prints a new token of a system's account, alone on standard output; whoever runs it approves what it may read."""
    account = Staff.objects.filter(pk=number, role=Role.SYSTEM, is_active=True).first()
    if account is None:
        print(f"No system has the number {number}. People make tokens on their own page.", file=sys.stderr)
        return 1
    unknown = sorted(set(may) - set(Ability.values))
    if unknown:
        print(f"Not known: {', '.join(unknown)}. Known: {', '.join(Ability.values)}.", file=sys.stderr)
        return 1
    with traced(actor=f"os:{getpass.getuser()}"):
        try:
            token, secret = make_token(
                staff=account, name=name, abilities=may, days=days, strong=True, rows_a_day=rows_a_day
            )
        except TokenError as refused:
            print(refused, file=sys.stderr)
            return 1
    most = settings.EXPORT_APPROVAL_ROWS_A_DAY if rows_a_day is None else rows_a_day
    until = timezone.localtime(token.expires_at)
    print(f"{name}: until {until:%Y-%m-%d %H:%M}, {most} records a day. It is not shown again:", file=sys.stderr)
    print(secret)
    return 0


def end_account(number: str) -> int:
    """Closes a system's account; its tokens end with it."""
    with traced(actor=f"os:{getpass.getuser()}"), transaction.atomic():
        closed = Staff.objects.filter(pk=number, role=Role.SYSTEM, is_active=True).update(
            is_active=False, left_on=timezone.localdate()
        )
        if closed:
            facts = {"changed": {"is_active": "closed"}}
            record(action=Action.PERMISSION, kind="staff", object_id=number, detail=facts)
    if not closed:
        print(f"No system has the number {number}.", file=sys.stderr)
        return 1
    print(f"{number} is closed; its tokens are ended.")
    return 0
