"""The API as one thing: its operations, its document (OpenAPI) in the reader's language, and its errors."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _noop
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from guanxi.crm.api.errors import install
from guanxi.crm.api.operations import (
    arrangements,
    consents,
    customer,
    customers,
    events,
    leads,
    opportunities,
    organisation,
)
from guanxi.crm.consent.codes import Channel, Purpose
from guanxi.crm.web.problems import MEDIA_TYPE

NAMESPACE = "api-v1"
TAGS = {
    "customers": _noop("Customers"),
    "customer": _noop("One customer"),
    "consents": _noop("Consents and requests"),
    "arrangements": _noop("Support and cover"),
    "leads": _noop("Leads"),
    "opportunities": _noop("Opportunities"),
    "organisation": _noop("Oneself, organisation, products"),
}
OF_CODES = {" ".join((one.__doc__ or "").split()) for one in (Purpose, Channel)}
HEADERS = {
    "Idempotency-Key": _noop("Of your own making, new for each write: sent twice, it is done once."),
    "If-Match": _noop("The version that you read: where it was changed meanwhile, nothing is done."),
}


class Readable(JSONRenderer):
    """JSON in which Chinese can be read."""

    json_dumps_params: Any = {"ensure_ascii": False}  # noqa: RUF012 - as ninja's own


_documents: dict[tuple[str | None, str], Any] = {}


class Interface(NinjaAPI):
    """Ninja's, with problem details, headers and translated words in its document."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The function's name: short enough to be a method of a generated client."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> Any:
        """The OpenAPI document in the language that is active, made once a process; nobody changes it."""
        wanted = (get_language(), repr(sorted(options.items())))
        if wanted not in _documents:
            _documents[wanted] = self._document(**options)
        return _documents[wanted]

    def _document(self, **options: Any) -> Any:
        found = super().get_openapi_schema(**options)
        for path in found["paths"].values():
            for method, operation in path.items():
                _told(method, operation)
        found["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
        _translate(found)
        return found


def _told(method: str, operation: dict[str, Any]) -> None:
    for one in operation["parameters"]:
        # Where a set of codes says what it is to programmers, in English, the parameter's own words or none are told.
        if one.get("description") in OF_CODES:
            del one["description"], one["schema"]["description"]
    for status, answer in operation["responses"].items():
        if int(status) >= 400 and "content" in answer:
            answer["content"] = {MEDIA_TYPE: next(iter(answer["content"].values()))}
    wanted = {"post": "Idempotency-Key", "delete": "If-Match"}.get(method)
    if wanted:
        text = {"type": "string", "pattern": "^[!-~]{8,100}$"}
        operation["parameters"].append(
            {"in": "header", "name": wanted, "required": False, "schema": text, "description": HEADERS[wanted]}
        )


def _translate(found: Any) -> None:
    """Every summary and description that the catalogue knows, in place."""
    if isinstance(found, list):
        for one in found:
            _translate(one)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key in ("summary", "description") and isinstance(value, str) and value:
                found[key] = gettext(value)
            else:
                _translate(value)


api = Interface(
    title="Guanxi",
    version="1.0.0",
    description=_noop("Customers of the bank, within the scope of who asks."),
    urls_namespace=NAMESPACE,
    docs_url=None,
    renderer=Readable(),
    openapi_url="/openapi.json",
)
api.add_router("/customers", customers.router)
for one in (customer, events, consents, arrangements):
    api.add_router("/customers", one.router)
api.add_router("/leads", leads.router)
api.add_router("/opportunities", opportunities.router)
api.add_router("/search", customers.searching)
api.add_router("/covers", arrangements.covering)
api.add_router("", organisation.router)
install(api)
