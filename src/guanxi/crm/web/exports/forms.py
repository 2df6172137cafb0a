"""The forms of exports: what it is for, and what is said to it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from guanxi.crm.web.exports.sources import Source
from guanxi.crm.web.models import Export

FORMATS = {"xlsx": "Excel (.xlsx)", "csv": "CSV (UTF-8)", "pdf": "PDF"}


class AskForm(forms.Form):
    """Purpose and what it is for; the format where there is a choice."""

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[("", _("Choose")), *Export.Purpose.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    reason = forms.CharField(
        label=_("What it is for"),
        help_text=_("In a sentence: for what, and who will see it. It stands in the file and is kept."),
        min_length=4,
        max_length=300,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    kind = forms.ChoiceField(
        label=_("File format"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: object, source: Source, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if len(source.kinds) == 1:
            del self.fields["kind"]
        else:
            self.fields["kind"].choices = [(kind, FORMATS[kind]) for kind in source.kinds]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """What is said to a request; a refusal says why."""

    approve = forms.BooleanField(required=False)
    said = forms.CharField(
        label=_("Said to who asked"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )

    def clean(self) -> dict[str, object]:
        """A refusal needs a reason."""
        found = super().clean() or self.cleaned_data
        if not found.get("approve") and not str(found.get("said", "")).strip():
            self.add_error("said", _("Say why, so that it can be asked for better."))
        return found
