"""What many answers are made of: amounts, names beside codes, parameters that PostgreSQL can hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Self

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from guanxi.crm.api.errors import FINDINGS, Problem

CNY = "CNY"


class Money(Schema):
    """An exact amount in a currency."""

    amount: str = Field(description=_("Exact, as text; negative with a minus."), pattern=r"^-?\d+\.\d{2}$")
    currency: str = Field(description=_("ISO 4217."), min_length=3, max_length=3)


def money(value: Decimal | None, currency: str = CNY) -> Money | None:
    """An amount for the wire; None stays None."""
    return None if value is None else Money(amount=f"{value:.2f}", currency=currency)


def cny(value: Decimal) -> Money:
    """An amount of CNY."""
    return Money(amount=f"{value:.2f}", currency=CNY)


def _in_cny(value: Any) -> Any:
    return cny(value) if isinstance(value, Decimal) else value


# An amount of CNY that a dataclass holds as a Decimal.
Cny = Annotated[Money, BeforeValidator(_in_cny)]
# A rate, share or ratio: 0.0215 are 2.15 per cent.
Ratio = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value.normalize(), "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
]


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("holds a sign that cannot be stored")
    return value


# Text that a database can hold.
Text = Annotated[str, AfterValidator(_storable)]
# The number of a record of ours: visible signs, no slash.
Number = Annotated[str, Field(pattern=r"^[!-.0-~]{1,40}$")]


# An amount to compare with: not negative, to the cent.
Bound = Annotated[Decimal, Field(ge=Decimal(0), max_digits=18, decimal_places=2)]


class Coded(Schema):
    """A code with its word in the caller's language."""

    code: str
    label: str


def coded(choices: Any, code: str) -> Coded | None:
    """A code of a set of choices; None for an empty one."""
    return Coded(code=code, label=str(dict(choices.choices).get(code, code))) if code else None


class Named(Schema):
    """Something with a number and a name."""

    id: str
    name: str


class Strict(Schema):
    """A body in which whatever is not known is refused."""

    model_config = ConfigDict(extra="forbid")


class Parameters(Strict):
    """What an address may ask; a parameter that is misspelt would otherwise give the whole list."""

    @model_validator(mode="after")
    def known(self, info: ValidationInfo) -> Self:
        """Raises the problem ``invalid`` for parameters that the operation does not have."""
        request = (info.context or {}).get("request")
        unknown = sorted(set(request.GET) - set(type(self).model_fields)) if request else ()
        if unknown:
            found = [
                {"where": f"query.{name}"[:100], "detail": str(FINDINGS["extra_forbidden"])} for name in unknown[:20]
            ]
            raise Problem("invalid", gettext("See errors."), errors=found)
        return self


class ProblemDetails(Schema):
    """What went wrong (RFC 9457). Decide by ``code``; ``title`` and ``detail`` are for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    request_id: str
    errors: list[dict[str, str]] | None = None


def answers(good: Any, *more: int, status: int = 200) -> dict[int, Any]:
    """What an operation may answer: the good answer, what every operation may say, and further errors."""
    return {status: good, **dict.fromkeys((400, 401, 403, 422, 429, *more), ProblemDetails)}
