"""A stage for the questions "who may see what": the cast's bank in a union beside another bank, one member of staff
whose post changes from test to test, customers in every relation to them, and a record of every kind.

What somebody ought to reach is reckoned here from the grants and the relation alone, not by the code under test.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from guanxi.crm.consent.case_services import open_case
from guanxi.crm.holding.models import Agreement
from guanxi.crm.insight.models import Alert, CustomerFigure, Maturity
from guanxi.crm.kernel import protection
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.grants import GRANTS, Span
from guanxi.crm.org.models import Assignment, Cover, Institution, Line, Post, Role, Staff
from guanxi.crm.org.queries import forget
from guanxi.crm.party.models import LinkedParty, Party, PartyRelation, SearchToken
from tests.acceptance.scenery import (
    deal_with,
    lead_like,
    package_of,
    things_of,
    things_of_the_house,
    work_with,
    work_with_prospect,
)
from tests.cast import Cast, meet, people
from tests.identity.pairs import records_of

DAY = datetime.timedelta(days=1)
# Where each institution lies, itself first; the oracle's own copy of the tree.
ABOVE = {
    "T11": ("T11", "B11", "B1", "B0", "U"),
    "B11": ("B11", "B1", "B0", "U"),
    "B12": ("B12", "B1", "B0", "U"),
    "B21": ("B21", "B2", "B0", "U"),
    "B22": ("B22", "B2", "B0", "U"),
    "B1": ("B1", "B0", "U"),
    "B0": ("B0", "U"),
    "C0": ("C0", "U"),
    "U": ("U",),
}
LINE_OF = {"person": Line.RETAIL, "organisation": Line.CORPORATE}
# Relations that hold by name, wherever the customer's institution lies.
NAMED = frozenset({"supported", "covered"})
RELATIONS = (
    "own", "own_other_line", "supported", "covered", "same_team", "same_branch", "same_subtree", "sibling_branch",
    "other_bank", "other_line", "linked_line", "support_over", "support_to_come", "cover_over", "cover_to_come",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A post of the person on the stage. ``over``: it ended yesterday."""

    role: str
    place: str
    line: str = Line.RETAIL
    over: bool = False

    @property
    def whole(self) -> bool:
        """Whether a post that sees its legal entity sees every customer from here."""
        return self.place == "U" and self.line == Line.BOTH

    def __str__(self) -> str:
        return "-".join([self.role, self.place, self.line, *(["over"] if self.over else [])])


def place_of(role: str) -> str:
    """Where a post of a role is, so that its reach has something on either side."""
    return {Role.RM: "T11", Role.BRANCH_MANAGER: "B1", Role.LINKAGE: "B1"}.get(role, "B0")


# One post of each role, a manager of a team, posts on both lines (branch, bank, union), and some that are over.
STANDINGS = (
    *(Standing(role, place_of(role)) for role in Role.values),
    Standing(Role.BRANCH_MANAGER, "T11"),
    Standing(Role.BRANCH_MANAGER, "B1", Line.BOTH),
    Standing(Role.ANALYST, "B0", Line.BOTH),
    Standing(Role.ANALYST, "U", Line.BOTH),
    *(Standing(role, place_of(role), over=True) for role in (Role.RM, Role.ANALYST)),
)


@dataclass
class Stage:
    """``me`` is the person; ``by_relation`` the customer's number in each relation; ``records`` what a customer has,
    by number; ``house`` records of nobody's, ``mine`` and ``theirs`` those of one person: all by the name that
    addresses have for them.
    """

    cast: Cast
    me: Staff
    by_relation: dict[str, str]
    supported: frozenset[str]
    covered: frozenset[str]
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    house: dict[str, Any] = field(default_factory=dict)
    mine: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)

    def stand(self, standing: Standing) -> Client:
        """Gives the person this post and no other, and signs them in."""
        Post.objects.filter(staff=self.me).delete()
        today = timezone.localdate()
        Post.objects.create(
            staff=self.me, institution_id=standing.place, role=standing.role, line=standing.line,
            valid_from=today - 30 * DAY, valid_to=today - DAY if standing.over else None,
        )  # fmt: skip
        admitted = standing.role in (Role.ADMINISTRATOR, Role.AUDITOR)
        Staff.objects.filter(pk=self.me.pk).update(is_staff=admitted, role=standing.role)
        self.me.refresh_from_db()
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(self.me)
        return client

    def reaches(self, standing: Standing, verb: Verb, party: Party) -> bool:
        """Whether ``verb`` of the post ought to reach a customer."""
        span = GRANTS.get(standing.role, {}).get(verb)
        if span is None or standing.over:
            return False
        if party.id in self.supported or party.manager_id in self.covered:
            return True
        if span is Span.OWN:
            return party.manager_id == self.me.id
        if standing.line in (Line.BOTH, LINE_OF[party.kind]):
            return _lies_within(span, standing.place, party.institution_id)
        # Across the wall: who is related to a customer of the own line whom the post reaches, and only to be seen.
        crosses = standing.role == Role.LINKAGE and verb is Verb.SEE
        return crosses and any(
            other.kind != party.kind and _lies_within(span, standing.place, other.institution_id)
            for other in self.related(party)
        )

    def related(self, party: Party) -> list[Party]:
        """Those to whom a customer is related, from either side."""
        links = PartyRelation.objects.filter(Q(party_id=party.id) | Q(related_party_id=party.id))
        ends = {number for pair in links.values_list("party_id", "related_party_id") for number in pair}
        return list(Party.objects.filter(pk__in=ends - {party.id}))

    def reached(self, standing: Standing, verb: Verb) -> set[str]:
        """The numbers of all customers that ``verb`` of the post ought to reach."""
        return {party.id for party in Party.objects.all() if self.reaches(standing, verb, party)}


def _lies_within(span: Span, place: str, institution_id: str) -> bool:
    match span:
        case Span.INSTITUTION:
            return place == institution_id
        case Span.SUBTREE:
            return place in ABOVE[institution_id]
        case Span.LEGAL_ENTITY:
            return place == "U" or ("B0" in ABOVE[place]) == ("B0" in ABOVE[institution_id])
        case _:
            return span is Span.ALL


def raise_stage() -> Stage:
    """Adds to the cast's bank what the stage needs; the caller's transaction takes it away again."""
    cast = meet()
    _build_union()
    by_relation = _relate(cast)
    forget()
    stage = Stage(cast, cast.qian, by_relation, frozenset({by_relation["supported"]}), frozenset({cast.ren.id}))
    for number in by_relation.values():
        stage.records[number] = _records_of(number, cast)
    stage.house = things_of_the_house(cast)
    stage.mine = things_of(cast.qian, institution="B11")
    stage.theirs = things_of(cast.zhu, institution="C0")
    return stage


def _build_union() -> None:
    Institution.objects.create(id="U", name="省联社", kind="union", path="U/", depth=0)
    Institution.objects.filter(id="B0").update(parent_id="U")
    Institution.objects.create(id="C0", name="邻县农商银行", kind="bank", parent_id="U", path="U/C0/", depth=1)
    Staff.objects.create(id="3001", name="程前", institution_id="C0", role=Role.OTHER)
    Institution.objects.create(id="T11", name="西湖一组", kind="team", parent_id="B11", path="B0/B1/B11/T11/", depth=3)


def _relate(cast: Cast) -> dict[str, str]:
    """Puts a customer into each relation. Those related by name lie in the other bank, so that nothing else reaches
    them; the manager of theirs is somebody who is not covered now.
    """
    today = timezone.localdate()
    persons = iter(
        Party.objects.filter(kind="person", institution_id__in=["B12", "B21", "B22"]).exclude(pk=cast.outside.pk)
        .order_by("id")
    )  # fmt: skip
    firms = iter(Party.objects.filter(kind="organisation", manager_id="1111").exclude(pk=cast.company.pk))
    Staff.objects.filter(pk=cast.ai.pk).update(institution_id="T11")
    Party.objects.filter(manager_id__in=[cast.qian.id, cast.ren.id]).update(manager_id=None)
    CustomerFigure.objects.filter(manager_id__in=[cast.qian.id, cast.ren.id]).update(manager_id=None)
    Maturity.objects.filter(manager_id__in=[cast.qian.id, cast.ren.id]).update(manager_id=None)
    Alert.objects.filter(manager_id__in=[cast.qian.id, cast.ren.id]).update(manager_id=None)
    found = {}
    for relation, place, manager in (
        ("own", "C0", cast.qian),
        ("supported", "C0", cast.ai),
        ("covered", "C0", cast.ren),
        ("same_team", "T11", cast.ai),
        ("same_branch", "B11", cast.ai),
        ("same_subtree", "B12", cast.ai),
        ("sibling_branch", "B22", None),
        ("other_bank", "C0", None),
        ("support_over", "C0", cast.ai),
        ("support_to_come", "C0", cast.ai),
        ("cover_over", "C0", cast.lu),
        ("cover_to_come", "C0", cast.yu),
    ):
        found[relation] = _move(next(persons), place, manager)
    found["own_other_line"] = _move(next(firms), "C0", cast.qian)
    found["other_line"] = _move(next(firms), "T11", cast.ai)
    found["linked_line"] = _move(next(firms), "C0", None)
    _link(cast.person.id, found["linked_line"])
    arranged = {"made_by": cast.bo}
    for relation, first, last in (
        ("supported", -9, None), ("support_over", -9, -1), ("support_to_come", 1, None),
    ):  # fmt: skip
        Assignment.objects.create(
            party_id=found[relation], staff=cast.qian, kind="support", valid_from=today + first * DAY,
            valid_to=None if last is None else today + last * DAY, **arranged,
        )  # fmt: skip
    for staff, first, last in ((cast.ren, -9, 0), (cast.lu, -9, -1), (cast.yu, 1, 9)):
        Cover.objects.create(
            staff=staff, substitute=cast.qian, valid_from=today + first * DAY, valid_to=today + last * DAY, **arranged
        )
    return found


def _link(person: str, firm: str) -> None:
    """Relates the two, and publishes anew who is related to whom across the lines."""
    PartyRelation.objects.create(party_id=person, related_party_id=firm, kind="executive")
    LinkedParty.objects.all().delete()
    LinkedParty.objects.bulk_create(people.linked(list(Party.objects.all()), list(PartyRelation.objects.all())))


def _move(party: Party, place: str, manager: Staff | None) -> str:
    """Moves a customer and what was published of them to an institution and a manager; returns the number."""
    values = {"institution_id": place, "manager_id": manager.id if manager else None}
    Party.objects.filter(pk=party.pk).update(**values)
    CustomerFigure.objects.filter(party_id=party.pk).update(**values)
    Maturity.objects.filter(party_id=party.pk).update(**values)
    Alert.objects.filter(party_id=party.pk).update(**values)
    SearchToken.objects.filter(party_id=party.pk).update(institution_id=place)
    return party.pk


def _records_of(number: str, cast: Cast) -> dict[str, Any]:
    case = open_case(
        party_id=number, kind="access", requester="self", requester_name="本人", proof="document",
        proof_reference="0001", way="branch", details="", staff_id=cast.shi.id,
    )  # fmt: skip
    support = Assignment.objects.create(
        party_id=number, staff=cast.fu, kind="support", valid_from=timezone.localdate() - DAY, made_by=cast.bo
    )
    lead_id = lead_like(Party.objects.get(pk=number))
    return {
        **work_with(number, cast.bo),
        **work_with_prospect(lead_id, cast.bo),
        **deal_with(number, cast.bo),
        **records_of(Party.objects.get(pk=number)),
        "lead_id": lead_id,
        "party_id": number,
        "agreement_id": Agreement.objects.filter(party_id=number).values_list("id", flat=True).first(),
        "number": case.number,
        "package_id": package_of(case, cast.shi),
        "assignment_id": support.pk,
        "support_id": support.pk,
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever the block writes is taken away again."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
            cache.clear()


@contextmanager
def as_site(scope: Scope | None) -> Iterator[None]:
    """The connection as a request has it: the site's role, with somebody's scope or (None) with none said at all."""
    with transaction.atomic():
        if scope is None:
            connection.cursor().execute(f"SET ROLE {protection.ROLE}")
            yield
            connection.cursor().execute("RESET ROLE")
        else:
            with protection.entered(scope):
                yield
