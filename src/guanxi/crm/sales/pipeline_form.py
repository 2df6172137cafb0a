"""The form of a pipeline in the administration: what somebody else has saved meanwhile is shown, not overwritten."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guanxi.crm.sales.models import Pipeline, Stage
from guanxi.crm.sales.pipeline_services import Difference, since

STALE = "stale"


class PipelineForm(forms.ModelForm):
    """A pipeline. ``seen`` is the version that the page showed: where another stands now, nothing is saved; saving
    again, with both versions in sight, is a decision.
    """

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Pipeline
        fields = ("name_zh", "name_en", "tolerance", "position", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version

    @property
    def is_stale(self) -> bool:
        """Whether it was refused because somebody else has saved meanwhile."""
        return self.has_error("__all__", STALE)

    def clean(self) -> dict[str, Any]:
        """Compares versions, the row locked until the page's transaction ends: two who save at once come one by one."""
        found = super().clean() or self.cleaned_data
        standing = Pipeline.objects.select_for_update().get(pk=self.instance.pk)
        seen = found.get("seen")
        if seen != standing.version:
            # What was typed stays; it is saved over what stands only by pressing again.
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data[self.add_prefix("seen")] = str(standing.version)
            self.add_error(None, ValidationError(_words(standing, seen or 0), code=STALE))
        return found


def _words(standing: Pipeline, seen: int) -> list[ValidationError]:
    who, changes = since(standing, seen)
    first = (
        _("%(who)s has saved this pipeline meanwhile (version %(version)s).")
        if who
        else _("Somebody has saved this pipeline meanwhile (version %(version)s).")
    ) % {"who": who, "version": standing.version}
    rest = _("Nothing of yours is saved yet. Look at what has changed; save again to put yours over it.")
    names = {one.code: one.label(get_language() or "") for one in standing.stages.all()}
    lines = [f"{first} {rest}", *(_difference(one, names) for one in changes)]
    return [ValidationError(line, code=STALE) for line in lines]


def _difference(one: Difference, names: dict[str, str]) -> str:
    stage = names.get(one.stage, one.stage)
    if one.field == "code":
        return _("%(stage)s: a new stage") % {"stage": stage}
    model = Stage if one.stage else Pipeline
    found: Any = model._meta.get_field(one.field)
    label = capfirst(str(found.verbose_name))
    values = {"field": label, "before": _value(one.before), "after": _value(one.after), "stage": stage}
    if one.stage:
        return _("%(stage)s · %(field)s: %(before)s → %(after)s") % values
    return _("%(field)s: %(before)s → %(after)s") % values


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "–"
    return "–" if value in (None, "") else str(value)
