"""Fixtures of the API's tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from guanxi.crm.org.token_models import Ability
from guanxi.crm.org.tokens import make_token


class Caller:
    """A program with a token: asks, and gives the answer with its body read."""

    def __init__(self, secret: str, language: str = "en") -> None:
        self.secret = secret
        self.client = Client(headers={"authorization": f"Bearer {secret}", "accept-language": language})

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", **more)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )  # fmt: skip

    def delete(self, path: str, **headers: str) -> Any:
        return self.client.delete(
            f"/api/v1/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()}
        )


@pytest.fixture
def call() -> Callable[..., Caller]:
    """A caller with a token of a member of the cast: ``call(cast.ai)``, ``call(cast.ai, may=["events:read"])``."""

    def make(staff, may=None, language="en", **more: Any) -> Caller:
        _token, secret = make_token(
            staff=staff, name="test", abilities=Ability.values if may is None else may, days=30, strong=True, **more
        )
        return Caller(secret, language)

    return make
