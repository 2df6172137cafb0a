"""The documentation for people, made of the same document that programs read: small, searchable, on this machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext

from guanxi.crm.api.interface import TAGS, api
from guanxi.crm.web.problems import PROBLEMS

EXAMPLES = {"party_id": "P00001", "product_id": "D001", "support_id": "17", "cover_id": "17"}


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of a body."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]
    statuses: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that belong together."""

    title: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A code of problem details."""

    code: str
    status: int
    title: str | Promise


def documentation(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, its answer and an example; the codes of errors."""
    context = {
        "groups": groups(request.build_absolute_uri("/").rstrip("/")),
        "troubles": [Trouble(code, status, title) for code, (status, title) in PROBLEMS.items()],
    }
    return render(request, "api/documentation.html", context)


def groups(site: str) -> tuple[Group, ...]:
    """The operations by group, in the language that is active; ``site`` is the address examples call."""
    document = api.get_openapi_schema()
    found: dict[str, list[Operation]] = {name: [] for name in TAGS}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            found[told["tags"][0]].append(_operation(document, site, path, method, told))
    return tuple(Group(gettext(TAGS[name]), tuple(operations)) for name, operations in found.items())


def _operation(document: Any, site: str, path: str, method: str, told: dict[str, Any]) -> Operation:
    body = _body(told)
    good = next(status for status in told["responses"] if int(status) < 300)
    answer = told["responses"][good].get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=f"{method}-{path.removeprefix('/api/v1/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        parameters=tuple(
            Field(one["name"], _kind(one["schema"]), one["required"], one.get("description", ""))
            for one in told["parameters"]
        ),
        body=_members(document, body),
        answer=_members(document, answer),
        statuses=tuple(str(status) for status in told["responses"]),
        example=_example(document, site, path, method, body),
    )


def _body(told: dict[str, Any]) -> dict[str, Any]:
    return told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})


def _resolved(document: Any, schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def _members(document: Any, schema: dict[str, Any]) -> tuple[Field, ...]:
    whole = _resolved(document, schema)
    required = set(whole.get("required", ()))
    return tuple(
        Field(name, _kind(one), name in required, one.get("description", ""))
        for name, one in whole.get("properties", {}).items()
    )


def _kind(schema: dict[str, Any]) -> str:
    """The kind of a value in a few letters: ``string``, ``Money``, ``Row[]``, ``date | null``."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    for several in ("anyOf", "allOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_kind(one) for one in schema[several]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        inner = _kind(schema.get("items", {}))
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    return str(schema.get("format") or schema.get("const") or schema.get("type", ""))


def _example(document: Any, site: str, path: str, method: str, body: dict[str, Any]) -> str:
    address = path
    for name, value in EXAMPLES.items():
        address = address.replace("{" + name + "}", value)
    lines = [f"curl {site}{address}", '-H "Authorization: Bearer $TOKEN"']
    if method != "get":
        lines[0] = f"curl -X {method.upper()} {site}{address}"
    if method == "post":
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if body:
        whole = _resolved(document, body)
        filled = {
            name: _value(document, name, one)
            for name, one in whole.get("properties", {}).items()
            if name in whole.get("required", ()) or name in ("purpose", "channels", "evidence")
        }
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d '{json.dumps(filled, ensure_ascii=False)}'")
    return " \\\n  ".join(lines)


def _value(document: Any, name: str, schema: dict[str, Any]) -> Any:
    """Something that such a member could hold."""
    schema = _resolved(document, schema)
    for one in schema.get("anyOf", ()):
        return _value(document, name, one)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_value(document, name, schema.get("items", {}))]
    if schema.get("format") == "date":
        return "2026-12-01"
    return {"staff": "1111", "substitute": "1112", "evidence": "F2026-0001"}.get(name, "…")
