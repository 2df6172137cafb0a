"""The customer list: scope, filters, sorting, paging, columns, export."""

from __future__ import annotations

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_it_opens(cast, sign_in):
    response = sign_in(cast.ai).get(reverse("customers"))
    assert response.status_code == 200
    assert cast.person.name in response.text
