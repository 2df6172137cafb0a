"""What every page's template may use besides its own dataclass."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from guanxi.crm.org.models import Role
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.web.navigation import navigation_of
from guanxi.crm.web.request import StaffRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """``display``, ``bank_name``, and on a signed-in person's whole page ``navigation``, who they are,
    whether the data are ``stale``, and whether the page is marked with a ``watermark``.
    """
    staff = cast("StaffRequest", request)
    if not hasattr(request, "display"):
        return {}
    common = {"bank_name": settings.BANK_NAME or _("Guanxi"), "display": staff.display}
    signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
    if not signed_in or staff.is_partial:
        return common
    tree = institution_tree(staff.published.id if staff.published else 0)
    institution = staff.user.institution_id
    return common | {
        "watermark": settings.WATERMARK,
        "navigation": navigation_of(staff),
        "stale": staff.display.is_stale(staff.business_date),
        "my_institution": tree.label(institution, staff.display.language) if institution else "",
        "my_roles": " · ".join(str(Role(role).label) for role in sorted(staff.roles) if role in Role.values),
    }
