"""The faint mark over every page as a picture of its own: name, number and day, repeated and slanting."""

from __future__ import annotations

from html import escape

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from guanxi.crm.web.request import StaffRequest

# A grey between black and white, so that it stands out as little from light pages as from dark ones.
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="220">'
    '<g transform="rotate(-22 {middle} 110)" fill="#808080" fill-opacity="0.13" text-anchor="middle"'
    " font-family=\"'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif\">"
    '<text x="{middle}" y="104" font-size="17">{who}</text>'
    '<text x="{middle}" y="126" font-size="14">{day}</text></g></svg>'
)
HOUR = 3600


@require_GET
def watermark(request: StaffRequest) -> HttpResponse:
    """The mark of who is signed in; 404 where marks are switched off. Kept by the browser for an hour and session."""
    if not settings.WATERMARK:
        raise Http404
    who = f"{request.user.name} {request.user.pk}"
    width = max(320, 80 + 18 * len(who))
    picture = PICTURE.format(width=width, middle=width // 2, who=escape(who), day=localdate().isoformat())
    response = HttpResponse(picture, content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={HOUR}"
    patch_vary_headers(response, ["Cookie"])
    return response
