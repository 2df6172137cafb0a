"""The log has words for every address of the site, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import override

from guanxi.crm.web.audit.kinds import KINDS, kind_label
from guanxi.crm.web.tracing import UNRECORDED

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Every address as a request would call it."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}" if one.name else one.lookup_str


def test_every_address_has_words_in_both_languages(pages_files):
    known = set(names(get_resolver()))
    assert {"customers", "api-v1:customers", "admin:org_staff_change", "handover-preview"} <= known
    shown = sorted((known | set(KINDS)) - UNRECORDED)
    raw = {}
    for language, chinese in (("zh-hans", True), ("en", False)):
        with override(language):
            for name in shown:
                words = kind_label(name)
                if bool(CHINESE.search(words)) != chinese or words == name or "_" in words or words.endswith("· "):
                    raw[name, language] = words
    assert not raw
    assert kind_label("what-nobody-named") == "what-nobody-named"
    assert "org_nothing_change" in kind_label("admin:org_nothing_change")
