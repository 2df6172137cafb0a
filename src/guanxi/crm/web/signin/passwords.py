"""The form that changes one's own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from guanxi.crm.org.models import Staff
from guanxi.crm.web.signin.forms import PASSWORD, PasswordAgainForm

NEW = {"class": "form-control", "autocomplete": "new-password"}


class ChangePasswordForm(SetPasswordForm[Staff]):
    """The password of now, checked as at the sign-in page, and the new one twice."""

    field_order = ("current", "new_password1", "new_password2")

    def __init__(self, user: Staff, data: Any = None, *, request: HttpRequest) -> None:
        super().__init__(user, data)
        self.request = request
        self.fields["current"] = forms.CharField(
            label=_("Password of now"), strip=False, widget=forms.PasswordInput(attrs=PASSWORD)
        )
        for name, label in (("new_password1", _("New password")), ("new_password2", _("New password once more"))):
            self.fields[name].label = label
            self.fields[name].help_text = ""
            self.fields[name].widget.attrs.update(NEW)
        self.order_fields(self.field_order)

    def clean_current(self) -> str:
        """Refuses a wrong one; refusals count towards the lock."""
        again = PasswordAgainForm({"password": self.cleaned_data["current"]}, staff=self.user, request=self.request)
        if not again.is_valid():
            raise forms.ValidationError(again.errors["password"].as_data())
        return self.cleaned_data["current"]
