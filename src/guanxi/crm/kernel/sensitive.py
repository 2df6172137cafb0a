"""The register of sensitive fields: each is declared once, by the room that has the model.

Whoever shows a value asks :func:`shown`; whoever protects the tables walks :func:`registered`. A field whose name
sounds sensitive and that is neither declared nor said not to be (:func:`not_secret`) fails a test. What is masked is
masked where it is read: a query's dataclass holds the mask, so no template can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models

from guanxi.crm.kernel.masks import MASKS, Secret, hide


@dataclass(frozen=True, slots=True, repr=False)
class Clear:
    """A clear value on its way to the one person who may see it: never logged, never kept.

    ``field`` is the model's field that it stands in; ``label`` what it is in words.
    """

    value: str
    masked: str
    kind: Secret
    field: str
    label: str

    def __repr__(self) -> str:
        return f"Clear({self.field})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """A field that holds a secret.

    ``kind`` is the kind of secret; where the row's own code decides (a contact is a phone or an address), ``by`` is the
    field with the code and ``kinds`` says what each code holds, None for what is public. A code that nobody declared is
    hidden as ``kind``. ``person`` is the path to the customer's number, empty where the row is about none.
    """

    model: type[models.Model]
    field: str
    kind: Secret
    by: str = ""
    kinds: Mapping[str, Secret | None] | None = None
    person: str = "party_id"

    def kind_of(self, code: str = "") -> Secret | None:
        """What a row with this code holds; None for what is public."""
        return (self.kinds or {}).get(code, self.kind)

    def shown(self, value: Any, code: str = "") -> str:
        """The value as everybody may see it who may see the row."""
        kind = self.kind_of(code)
        if kind is None:
            return "" if value is None else str(value)
        return hide(kind, value)

    def clear(self, value: Any, code: str = "", label: str = "", *, text: str = "") -> Clear | None:
        """The clear value, ``text`` where it is written otherwise than it is kept; None for what is public anyway."""
        kind = self.kind_of(code)
        if kind is None:
            return None
        name = f"{self.model._meta.label}.{self.field}"
        return Clear(text or str(value), self.shown(value, code), kind, name, label or str(MASKS[kind].title))


_REGISTER: dict[tuple[type[models.Model], str], Sensitive] = {}
_NOT_SECRET: dict[tuple[type[models.Model], str], str] = {}


def register(*entries: Sensitive) -> None:
    """Makes fields known; called when an application is ready. Raises ``ValueError`` for one declared in two ways."""
    for one in entries:
        one.model._meta.get_field(one.field)
        if _REGISTER.setdefault((one.model, one.field), one) != one:
            raise ValueError(f"{one.model._meta.label}.{one.field} is declared twice")


def not_secret(model: type[models.Model], why: str, *fields: str) -> None:
    """Says of fields that sound sensitive why they hold no secret of a customer."""
    for name in fields:
        model._meta.get_field(name)
        _NOT_SECRET[model, name] = why


def registered() -> tuple[Sensitive, ...]:
    """Every sensitive field, in the order they were declared."""
    return tuple(_REGISTER.values())


def said_not_to_be() -> Mapping[tuple[type[models.Model], str], str]:
    """The fields that sound sensitive and are not, each with the reason."""
    return _NOT_SECRET


def declared(model: type[models.Model], field: str) -> Sensitive | None:
    """What was declared about a field; None for one that holds no secret."""
    return _REGISTER.get((model, field))


def of(model: type[models.Model], field: str) -> Sensitive:
    """What was declared about a field; raises ``KeyError`` where nothing was."""
    return _REGISTER[model, field]


def shown(model: type[models.Model], field: str, value: Any, code: str = "") -> str:
    """A field's value as everybody may see it who may see the row: masked as declared.

    ``code`` is the row's own code where the declaration says that one decides. Costs no query. Raises ``KeyError`` for
    a field that is not declared, so that nobody takes a clear value for a masked one.
    """
    return _REGISTER[model, field].shown(value, code)
