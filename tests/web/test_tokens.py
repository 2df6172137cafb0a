"""The page on which a person makes tokens for the API."""

from __future__ import annotations

import re

import pytest

from guanxi.crm.org.models import ApiToken
from guanxi.crm.org.tokens import find_token
from guanxi.crm.web.signin import door

pytestmark = pytest.mark.django_db


def make(client, **more):
    return client.post("/security/tokens/new/", {"name": "sheet", "abilities": ["customers:read"], "days": 30, **more})


def test_a_token_is_shown_once_and_works(cast, sign_in):
    client = sign_in(cast.ai, "en")
    assert "You have no token" in client.get("/security/tokens/").content.decode()
    answer = make(client)
    (secret,) = set(re.findall(r"gx_[A-Za-z0-9]{46}", answer.content.decode()))
    assert "no-store" in answer.headers["Cache-Control"]
    assert find_token(secret).staff_id == cast.ai.id
    page = client.get("/security/tokens/").content.decode()
    assert "sheet" in page
    assert "gx_" not in page
    assert ApiToken.objects.get().strong is False


def test_it_is_marked_as_strong_where_the_session_is(cast, sign_in):
    client = sign_in(cast.ai)
    session = client.session
    session[door.SECOND] = "app"
    session.save()
    make(client)
    assert ApiToken.objects.get().strong is True


def test_a_fresh_proof_is_asked_for_before_anything_is_typed(cast, sign_in):
    client = sign_in(cast.ai)
    session = client.session
    session[door.CONFIRMED] = 0
    session.save()
    answer = client.get("/security/tokens/new/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/confirm/")


def test_only_what_one_may_oneself_is_offered(cast, sign_in):
    page = sign_in(cast.ann).get("/security/tokens/new/").content.decode()
    assert "customers:read" in page
    assert "consents:write" not in page
    assert "arrangements:write" not in page
    answer = make(sign_in(cast.ann), abilities=["arrangements:write"])
    assert answer.status_code == 422
    assert "arrangements:write" in sign_in(cast.bo).get("/security/tokens/new/").content.decode()


def test_what_is_not_right_stands_beside_its_field_and_nothing_typed_is_lost(cast, sign_in, settings):
    client = sign_in(cast.ai, "en")
    answer = make(client, name="", days=30)
    assert answer.status_code == 422
    assert 'value="customers:read"' in answer.content.decode()
    assert "checked" in answer.content.decode()
    assert make(client, days=9999).status_code == 422
    for _token in range(20):
        make(client)
    answer = make(client)
    assert answer.status_code == 422
    assert "You have 20 tokens" in answer.content.decode()


def test_ending_one_is_at_once_and_only_ones_own(cast, sign_in):
    make(sign_in(cast.ai))
    token = ApiToken.objects.get()
    assert sign_in(cast.zhu).post(f"/security/tokens/{token.pk}/end/").status_code == 404
    assert sign_in(cast.ai).post(f"/security/tokens/{token.pk}/end/").status_code == 302
    assert not ApiToken.objects.exists()


def test_administrators_see_every_token_and_end_it(cast, sign_in):
    make(sign_in(cast.ai))
    token = ApiToken.objects.get()
    client = sign_in(cast.guan, "en")
    assert "sheet" in client.get("/administration/org/apitoken/").content.decode()
    assert sign_in(cast.ai).get("/administration/org/apitoken/").status_code in (302, 403)
    client.post(f"/administration/org/apitoken/{token.pk}/delete/", {"post": "yes"})
    assert not ApiToken.objects.exists()


def test_tokens_do_not_reach_the_log(caplog):
    from guanxi.crm.kernel.logs import without_secrets
    from guanxi.crm.org.tokens import new_secret

    secret = new_secret()
    assert secret not in without_secrets(f"what came was {secret}, and it was refused")
