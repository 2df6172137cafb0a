"""The sign-in form and the preferences form."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.crm.org.models import Staff
from guanxi.crm.org.signing import locked_until


class SignInForm(AuthenticationForm):
    """Staff number and password. One message for every refusal, so that nobody learns which numbers exist."""

    error_messages: ClassVar[dict[str, Any]] = {  # type: ignore[bad-override]
        "invalid_login": _("Staff number and password do not belong together. Check both; capitals count."),
        "inactive": _("Staff number and password do not belong together. Check both; capitals count."),
    }

    def get_invalid_login_error(self) -> forms.ValidationError:
        """The refusal; a number that was refused too often, whether anybody has it or not, is told until when."""
        until = locked_until(self.cleaned_data.get("username") or "")
        if until is None:
            return super().get_invalid_login_error()
        return forms.ValidationError(
            gettext("Too many wrong passwords: this number is locked until %(time)s. An administrator can unlock it."),
            code="locked",
            params={"time": localtime(until).strftime("%H:%M")},
        )

    username = forms.CharField(
        label=_("Staff number"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"class": "form-control", "autofocus": True, "autocapitalize": "none", "autocomplete": "username"}
        ),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "form-control", "autocomplete": "current-password"}),
    )


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
