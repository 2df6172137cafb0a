"""Two administrators with one pipeline open: the second sees what the first has changed, and nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from guanxi.crm.sales.models import Pipeline, PipelineVersion, Stage
from tests.web.conftest import sign_in

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db


def filled(page: Any) -> dict[str, Any]:
    """What a browser would send of the administration's page as it stands."""
    formset = page.context["inline_admin_formsets"][0].formset
    forms = [page.context["adminform"].form, formset.management_form, *formset.forms]
    values = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    return {
        name: "on" if value is True else value
        for name, value in values.items()
        if value is not None and value is not False
    }


def test_the_second_to_save_sees_what_the_first_has_changed(cast, sign_in):
    loan = Pipeline.objects.get(line="loan")
    address = reverse("admin:sales_pipeline_change", args=[loan.pk])
    one, other = sign_in(cast.guan, "en"), sign_in(cast.guan, "en")
    first, second = filled(one.get(address)), filled(other.get(address))
    contract = next(name for name, value in first.items() if value == "contract").replace("-code", "-probability")
    done = one.post(address, {**first, contract: "80", "tolerance": "0.004"})
    assert done.status_code == 302, (done.context["errors"], first)
    refused = other.post(address, {**second, "name_en": "Lending"})
    assert refused.status_code == 409
    page = refused.text
    assert f"{cast.guan.name} has saved this pipeline meanwhile (version 2)" in page
    assert "Contract · Probability in percent: 85 → 80" in page
    assert "Price tolerance: 0.003000 → 0.004000" in page
    assert "Lending" in page  # what was typed is there still
    loan.refresh_from_db()
    assert (loan.name_en, loan.version) == ("Loans", 2)
    # Saved again with both in sight, it is a decision; what was typed stands then.
    again = {**filled(refused), "name_en": "Lending"}
    assert again["seen"] == "2"
    assert other.post(address, again).status_code == 302
    loan.refresh_from_db()
    assert (loan.name_en, loan.version, Stage.objects.get(pipeline=loan, code="contract").probability) == (
        "Lending",
        3,
        85,
    )
    assert PipelineVersion.objects.filter(pipeline=loan).count() == 3
