"""The catalogue's checker finds what it should: missing, unused, and other placeholders than the English."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from tools import translations


def faults(monkeypatch, wanted: list, there: dict) -> list[str]:
    sources, catalogue = Catalog(locale="zh_Hans"), Catalog(locale="zh_Hans")
    for words in wanted:
        sources.add(words)
    for words, chinese in there.items():
        catalogue.add(words, chinese)
    monkeypatch.setattr(translations, "extracted", lambda: sources)
    monkeypatch.setattr(translations, "catalogue", lambda: catalogue)
    return translations.problems()


def test_a_complete_catalogue_has_no_faults(monkeypatch):
    wanted = ["Home", "%(many)s rows", ("%(n)s day", "%(n)s days")]
    there = {"Home": "首页", "%(many)s rows": "%(many)s 行", ("%(n)s day", "%(n)s days"): ("%(n)s 天",)}
    assert faults(monkeypatch, wanted, there) == []


def test_each_fault_is_found(monkeypatch):
    assert faults(monkeypatch, ["Home"], {"Home": ""}) == ["missing: 'Home'"]
    assert faults(monkeypatch, ["Home"], {}) == ["missing: 'Home'"]
    assert faults(monkeypatch, [], {"Home": "首页"}) == ["unused: 'Home'"]
    assert "other placeholders" in faults(monkeypatch, ["%(many)s rows"], {"%(many)s rows": "很多行"})[0]
    assert "other placeholders" in faults(monkeypatch, ["%(many)s rows"], {"%(many)s rows": "%(more)s 行"})[0]
    assert "other placeholders" in faults(monkeypatch, ["{name} left"], {"{name} left": "{nane} 离开"})[0]


def test_templates_and_code_are_read():
    said = {translations._key(message) for message in translations._messages(translations.extracted())}
    assert ("", "Sign in") in said
    assert ("", "Relationship manager") in said
    assert ("change", "day") in said
