"""``guanxi staff``: passwords, and the first administrator."""

from __future__ import annotations

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from guanxi.crm.audit.context import traced
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Staff


def _new_password(staff: Staff) -> str | None:
    """The password typed twice, or the one line on standard input; None where the two differ or it is too weak."""
    if sys.stdin.isatty():
        password = getpass.getpass("new password: ")
        if getpass.getpass("once more: ") != password:
            print("The two passwords differ; nothing was changed.", file=sys.stderr)
            return None
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, staff)
    except ValidationError as error:
        print("Not accepted: " + " ".join(error.messages), file=sys.stderr)
        return None
    return password


def _record(number: str, *changed: str) -> None:
    """What is done at the machine itself is in the audit log with who was signed in there."""
    with traced(actor=f"os:{getpass.getuser()}"):
        facts = {"changed": dict.fromkeys(changed, "set")}
        record(action=Action.PERMISSION, kind="staff", object_id=number, detail=facts)


def set_password(number: str) -> int:
    """Sets the password of the member of staff with this number; returns the process's exit status."""
    staff = Staff.objects.filter(id=number).first()
    if staff is None:
        print(f"No member of staff has the number {number}. They come with the bank's staff file.", file=sys.stderr)
        return 1
    password = _new_password(staff)
    if password is None:
        return 1
    staff.set_password(password)
    staff.save(update_fields=["password"])
    _record(number, "password")
    print(f"{staff.name} can sign in as {number}.")
    return 0


def make_administrator(number: str, name: str) -> int:
    """Makes (or promotes) an administrator; returns the process's exit status."""
    staff = Staff.objects.filter(id=number).first() or Staff(id=number, name=name, role="administrator")
    password = _new_password(staff)
    if password is None:
        return 1
    staff.set_password(password)
    staff.is_active = staff.is_staff = staff.is_superuser = True
    staff.save()
    _record(number, "password", "is_active", "is_staff", "is_superuser")
    print(f"{staff.name} can sign in as {number} and administer.")
    return 0


def forget_second_factor(number: str) -> int:
    """Takes a person's second factor away and ends their sessions; returns the process's exit status."""
    from guanxi.crm.org.second_factor import remove_all
    from guanxi.crm.org.sessions import end_sessions

    staff = Staff.objects.filter(id=number).first()
    if staff is None:
        print(f"No member of staff has the number {number}.", file=sys.stderr)
        return 1
    if not remove_all(staff=staff):
        print(f"{staff.name} has no second factor.", file=sys.stderr)
        return 1
    end_sessions(staff_id=staff.pk)
    print(f"{staff.name} signs in with the password alone and sets up a new second factor.")
    return 0
