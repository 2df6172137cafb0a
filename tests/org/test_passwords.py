"""Which passwords are good enough: long, not known, not about the person or the bank."""

from __future__ import annotations

import hashlib

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from guanxi.crm.org import passwords


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.mark.parametrize(
    "password", ["short", "password123", "1234567890", "杭州湖畔银行2026", "guanxi-2026-go", "aiwenjing-1111"]
)
def test_passwords_that_attackers_try_first_are_refused(cast, settings, password):
    settings.BANK_NAME = "湖畔农村商业银行 Lakeside Rural Commercial Bank"
    cast.ai.name = "aiwenjing"
    with pytest.raises(ValidationError):
        validate_password(password, cast.ai)


@pytest.mark.parametrize(
    "password", ["zhe ge zhou mo pa shan", "我喜欢在雨天听收音机里的戏", "kkkqqqzzzwww", "x" * 128]
)
def test_long_passwords_need_no_signs_and_no_capitals(cast, password):
    validate_password(password, cast.ai)


@pytest.mark.parametrize("many", [0, 1, 2, 3, 1000])
@pytest.mark.parametrize("ending", ["\n", "\r\n", ":17\n", ":3730471\r\n"])
def test_a_stolen_password_is_found_wherever_it_stands_in_the_file(tmp_path, many, ending):
    known = [f"stolen password {number}" for number in range(many)]
    sums = sorted(sha1(one) for one in known)
    file = tmp_path / "sums"
    file.write_text("".join(one + ending for one in sums))
    assert all(passwords.holds(file, one) for one in known)
    assert not any(passwords.holds(file, f"another {number}") for number in range(200))
    file.write_text(("".join(one + ending for one in sums)).rstrip().lower())
    assert all(passwords.holds(file, one) for one in known)
