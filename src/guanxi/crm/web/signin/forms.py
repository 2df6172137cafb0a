"""The forms of signing in: number and password, the second factor, confirming, and the preferences form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.crm.audit.context import current
from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.org.models import Staff
from guanxi.crm.org.second_factor import check_code
from guanxi.crm.org.signing import locked_until, note_refusal

CODE = {
    "class": "form-control gx-code-input",
    "autocomplete": "one-time-code",
    "inputmode": "numeric",
    "autofocus": True,
    "maxlength": "20",
}
PASSWORD = {"class": "form-control", "autocomplete": "current-password"}


def locked_error(until: datetime) -> forms.ValidationError:
    """What somebody is told whose number or address is locked; the minute shown is the first that is free again."""
    return forms.ValidationError(
        gettext("Too many wrong attempts: signing in is locked until %(time)s. An administrator can unlock a number."),
        code="locked",
        params={"time": localtime(until + timedelta(seconds=59)).strftime("%H:%M")},
    )


class SignInForm(AuthenticationForm):
    """Staff number and password. One message for every refusal, so that nobody learns which numbers exist."""

    error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[bad-override]
        "invalid_login": _("Staff number and password do not belong together. Check both; capitals count."),
        "inactive": _("Staff number and password do not belong together. Check both; capitals count."),
    }

    def get_invalid_login_error(self) -> forms.ValidationError:
        """The refusal; whoever was refused too often, whether anybody has the number or not, is told until when."""
        until = locked_until(self.cleaned_data.get("username") or "", current().address)
        return super().get_invalid_login_error() if until is None else locked_error(until)

    username = forms.CharField(
        label=_("Staff number"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autofocus": True, "autocapitalize": "none", "autocomplete": "username"}
        ),
    )
    password = forms.CharField(label=_("Password"), strip=False, widget=forms.PasswordInput(attrs=PASSWORD))


class CodeForm(forms.Form):
    """The code of an authenticator app, or a recovery code, of a person who is known already.

    After validation ``method`` says which of the two it was.
    """

    code = forms.CharField(label=_("Code"), max_length=64, widget=forms.TextInput(attrs=CODE))
    method: str = ""

    def __init__(self, *args: Any, staff: Staff, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.request = staff, request

    def clean_code(self) -> str:
        """Refuses what is wrong, was used before, or comes while a lock is on; counts refusals."""
        refuse_while_locked(self.staff)
        found = check_code(staff=self.staff, code=self.cleaned_data["code"])
        if found is None:
            note_refusal(self.staff.pk, current().address)
            record(action=Action.SIGN_IN_REFUSED, kind="second_factor", object_id=self.staff.pk)
            refuse_while_locked(self.staff)
            raise forms.ValidationError(
                gettext("This code is not right. A code is good once, and for half a minute."), code="wrong"
            )
        self.method = found
        return self.cleaned_data["code"]


class PasswordAgainForm(forms.Form):
    """The password of a person who has signed in, asked once more."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={**PASSWORD, "autofocus": True})
    )

    def __init__(self, *args: Any, staff: Staff, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff, self.request = staff, request

    def clean_password(self) -> str:
        """Refuses a wrong one; the lock counts as at the sign-in page."""
        password = self.cleaned_data["password"]
        found = authenticate(self.request, username=self.staff.pk, password=password)
        if found is None or found.pk != self.staff.pk:
            refuse_while_locked(self.staff)
            raise forms.ValidationError(gettext("This is not your password."), code="wrong")
        return password


def refuse_while_locked(staff: Staff) -> None:
    """Raises the error of a lock that is on."""
    until = locked_until(staff.pk, current().address)
    if until is not None:
        raise locked_error(until)


class AppForm(forms.Form):
    """The first code of a new authenticator app."""

    code = forms.CharField(label=_("Code that the app shows"), max_length=64, widget=forms.TextInput(attrs=CODE))


class PreferencesForm(forms.Form):
    """Any part of a person's preferences; a field that was not sent stays as it is."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("zh-hans", "简体中文"), ("en", "English")], required=False
    )
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        required=False,
    )
    unit = forms.ChoiceField(
        label=_("Unit of amounts"), choices=[("one", ""), ("middle", ""), ("large", "")], required=False
    )
    colours = forms.ChoiceField(
        label=_("Rises are shown in"),
        choices=[("auto", _("As usual for the language")), ("red_up", _("Red")), ("green_up", _("Green"))],
        required=False,
    )

    def __init__(
        self, *args: object, staff: Staff | None = None, units: list[tuple[str, str]] | None = None, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if units:
            self.fields["unit"].choices = units  # type: ignore[attr-defined]

    def changes(self) -> dict[str, str]:
        """The fields that were sent with a value."""
        return {name: self.cleaned_data[name] for name in self.data if name in self.fields and self.cleaned_data[name]}
