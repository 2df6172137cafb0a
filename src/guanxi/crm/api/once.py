"""A write that is sent twice is done once: the same key gets the same answer again."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.api.errors import Problem
from guanxi.crm.api.models import GivenAnswer
from guanxi.crm.web.request import StaffRequest

HEADER = "Idempotency-Key"
SHAPE = re.compile(r"[!-~]{8,100}")
KEPT = datetime.timedelta(days=1)

_CLAIM = """
INSERT INTO api_givenanswer (staff_id, key, request, status, given_at) VALUES (%s, %s, %s, 0, now())
ON CONFLICT (staff_id, key) DO NOTHING RETURNING id
"""


def answer_once(request: StaffRequest, work: Callable[[], Any], *, status: int = 201) -> HttpResponse:
    """Does ``work`` (its result, a schema, is the answer) in one transaction; with an idempotency key only once.

    Whoever sends the same at the same time waits for the first one's end. What fails leaves no trace, so that it can be
    tried again. Check what the person may do before: a stored answer is not checked again.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return _json(_plain(work()), status)
    if not SHAPE.fullmatch(key):
        raise Problem("invalid", _("Idempotency-Key: 8 to 100 visible characters of ASCII."))
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + request.body).digest()
    with transaction.atomic():
        claimed = _claim(request, key, digest)
        if claimed is None:
            return _again(request, key, digest)
        body = _plain(work())
        GivenAnswer.objects.filter(pk=claimed).update(status=status, body=body)
    return _json(body, status)


def _claim(request: StaffRequest, key: str, digest: bytes) -> int | None:
    forget_old(request.user.pk)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [request.user.pk, key, digest])
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _again(request: StaffRequest, key: str, digest: bytes) -> HttpResponse:
    given = GivenAnswer.objects.get(staff=request.user, key=key)
    if bytes(given.request) != digest:
        raise Problem("idempotency-key-reused", _("Use a new key for each request, the same one only to repeat it."))
    response = _json(given.body, given.status)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _plain(result: Any) -> Any:
    return json.loads(json.dumps(result.model_dump(), cls=DjangoJSONEncoder)) if result is not None else None


def _json(body: Any, status: int) -> HttpResponse:
    if body is None:
        return HttpResponse(status=204)
    return JsonResponse(body, status=status, safe=False, json_dumps_params={"ensure_ascii": False})


def forget_old(staff_id: str) -> int:
    """Deletes a person's answers that are older than a day; returns how many."""
    return GivenAnswer.objects.filter(staff_id=staff_id, given_at__lt=timezone.now() - KEPT).delete()[0]
