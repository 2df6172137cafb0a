"""The links and forms of a page, as a browser and htmx would find them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random

LEADING = ("href", "src", "hx-get", "data-url", "data-src", "formaction", "data-href")
SENDING = ("hx-post", "hx-put", "hx-patch", "hx-delete")
BY_KIND = {"number": "12", "date": "2026-11-28", "email": "a@b.example", "checkbox": "on"}


@dataclass
class FieldOnPage:
    """One field; ``options`` where it is a choice."""

    name: str
    kind: str = "text"
    value: str = ""
    options: list[str] = field(default_factory=list)


@dataclass
class FormOnPage:
    """A form, or a button that sends by itself."""

    action: str
    method: str
    fields: list[FieldOnPage] = field(default_factory=list)

    def filled(self, random: Random) -> list[tuple[str, str]]:
        """What a person would send: what stands there, else something that fits the field."""
        found = []
        for one in self.fields:
            if one.kind == "file":
                continue
            if one.kind in ("checkbox", "radio", "submit") and random.random() < 0.5:
                continue
            value = random.choice(one.options) if one.options else one.value or BY_KIND.get(one.kind, "一句话 text")
            found.append((one.name, value))
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[FormOnPage] = []
        self._form: FormOnPage | None = None
        self._by_id: dict[str, FormOnPage] = {}
        self._select: FieldOnPage | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        self.links += [facts[name] for name in LEADING if facts.get(name)]
        sends = next((facts[name] for name in SENDING if name in facts), None)
        if tag == "form":
            method = "POST" if sends is not None else facts.get("method", "get").upper()
            self._form = FormOnPage(sends or facts.get("action", ""), method)
            self.forms.append(self._form)
            self._by_id[facts.get("id", "")] = self._form
        elif sends is not None:
            self.forms.append(FormOnPage(sends, "POST"))
        self._field(tag, facts)

    def _field(self, tag: str, facts: dict[str, str]) -> None:
        form = self._by_id.get(facts["form"]) if facts.get("form") else self._form
        name = facts.get("name", "")
        if tag in ("input", "textarea", "button", "select") and name and form is not None:
            kind = facts.get("type", "submit" if tag == "button" else "text")
            made = FieldOnPage(name, kind, facts.get("value", ""))
            form.fields.append(made)
            self._select = made if tag == "select" else None
        elif tag == "option" and self._select is not None:
            self._select.options.append(facts.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None


def parts_of(page: str) -> tuple[list[str], list[FormOnPage]]:
    """The links and forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.links, reader.forms
