"""What the page of industries shows: sections or the divisions of one, and the way to the customers behind figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.insight.industry_queries import Grown, Industries, industries
from guanxi.crm.insight.queries import Published
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.party.industry import Section, named, sections
from guanxi.crm.party.models import PartyKind
from guanxi.crm.web.customers.gaps import UNKNOWN, industry_name
from guanxi.crm.web.request import StaffRequest

MEASURES: dict[str, str | Promise] = {
    "assets": gettext_lazy("Assets"),
    "loan": gettext_lazy("Loans"),
    "customers": gettext_lazy("Customers"),
}
GAPS = ("deposit", "loan", "settlement", "payroll")


@dataclass(frozen=True, slots=True)
class Gap:
    """How many customers of an industry lack something, and the list of them."""

    many: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A section or division with its figures. ``share`` is of the measure chosen, of everything the person sees.

    ``drill`` leads from a section to its divisions; empty for a division.
    """

    key: str
    name: str
    grown: Grown
    share: Decimal
    customers_url: str
    prospects_url: str
    overdue_url: str
    gaps: tuple[Gap, ...]
    drill: str = ""

    @property
    def share_steps(self) -> int:
        """The share in fortieths, for the little meter beside it."""
        return min(40, max(1 if self.share > 0 else 0, round(self.share * 40)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: the section opened, the measure of the picture, the institution."""

    section: Section | None
    by: str
    institution: str

    def address(self, **changes: str) -> str:
        """The page with something changed; what is empty goes."""
        pairs = {
            "section": self.section.named.key if self.section else "",
            "by": self.by if self.by != "assets" else "",
            "institution": self.institution,
            **changes,
        }
        kept = {name: value for name, value in pairs.items() if value}
        return reverse("industries") + (f"?{urlencode(kept)}" if kept else "")


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. ``whole_bank``: shares are of everything the bank has."""

    asked: Asked
    rows: tuple[Row, ...]
    total: Grown
    found: Industries
    whole_bank: bool


def asked_of(request: StaffRequest) -> Asked:
    """What the address asks for; what makes no sense counts as not asked."""
    wanted = request.GET.get("section", "")
    section = next((one for one in sections() if one.named.key == wanted), None)
    by = request.GET.get("by", "")
    institution = request.GET.get("institution", "")[:40]
    if request.published and institution not in institution_tree(request.published.id).nodes:
        institution = ""
    return Asked(section, by if by in MEASURES else "assets", institution)


def page_of(request: StaffRequest, published: Published) -> Page:
    """The page's figures; at most four queries, none where the same scope asked before."""
    asked = asked_of(request)
    below = institution_tree(published.id).below([asked.institution]) if asked.institution else None
    found = industries(published, request.scope, tuple(sorted(below)) if below is not None else None)
    total = found.of(found.by_key)
    rows = [row for row in _rows(asked, found, total) if _anything(row.grown)]
    rows.sort(key=lambda row: (-getattr(row.grown.now, asked.by), row.key))
    return Page(
        asked=asked,
        rows=tuple(rows),
        total=found.of(_keys_of(asked.section)) if asked.section else total,
        found=found,
        whole_bank=request.scope.reach is Reach.EVERYTHING and not asked.institution,
    )


def _keys_of(section: Section) -> list[str]:
    return [section.named.key, *(one.key for one in section.divisions)]


def _rows(asked: Asked, found: Industries, total: Grown) -> Iterable[Row]:
    if asked.section:
        # A class that names its section alone has a line of its own among the divisions.
        for key in _keys_of(asked.section):
            words = industry_name(key) if len(key) > 1 else _("%(section)s, division unknown")
            if len(key) == 1:
                words %= {"section": asked.section.named.name}
            yield _row(asked, key, words, found.of([key]), total)
        return
    for section in sections():
        yield _row(
            asked,
            section.named.key,
            industry_name(section.named.key),
            found.of(_keys_of(section)),
            total,
            drill=asked.address(section=section.named.key),
        )
    rest = [key for key in found.by_key if named(key) is None]
    yield _row(asked, UNKNOWN, industry_name(""), found.of(rest), total)


def _row(asked: Asked, key: str, name: str, grown: Grown, total: Grown, drill: str = "") -> Row:
    whole = Decimal(getattr(total.now, asked.by))
    exactly = asked.section is not None and len(key) == 1 and key != UNKNOWN

    def listed(**more: str) -> str:
        if exactly:
            return ""  # the list knows the section, not those of it without a division
        pairs = {"kind": PartyKind.ORGANISATION.value, "industry": key, "institution": asked.institution, **more}
        return f"{reverse('customers')}?{urlencode({name: value for name, value in pairs.items() if value})}"

    return Row(
        key=key,
        name=name,
        grown=grown,
        share=Decimal(getattr(grown.now, asked.by)) / whole if whole > 0 else Decimal(0),
        customers_url=listed(),
        prospects_url=listed(only="empty"),
        overdue_url=listed(only="overdue"),
        gaps=tuple(Gap(getattr(grown.now, f"without_{gap}"), listed(lacks=gap)) for gap in GAPS),
        drill=drill,
    )


def _anything(grown: Grown) -> bool:
    now = grown.now
    return bool(now.customers or now.prospects or now.assets or now.loan)
