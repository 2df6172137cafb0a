"""Who is in the register of erasures is named nowhere, but to those who answer for personal data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from guanxi.crm.consent.queries import erased_among
from guanxi.crm.consent.roles import may_look
from guanxi.crm.holding.queries import RoleHeld
from guanxi.crm.party.relation_queries import GroupMember, Network
from guanxi.crm.web.request import StaffRequest


def unnamed(request: StaffRequest, party_ids: Iterable[str]) -> frozenset[str]:
    """Those of some customers whom the person must not meet any more; one query, none for no customers."""
    asked = [party_id for party_id in party_ids if party_id]
    return frozenset() if not asked or may_look(request.roles) else erased_among(asked)


def without_names(request: StaffRequest, found: Network) -> Network:
    """A network in which they stand as parties outside the scope do."""
    return found.hiding(unnamed(request, (node.party_id for node in found.nodes)))


def members_without_names(request: StaffRequest, members: tuple[GroupMember, ...]) -> tuple[GroupMember, ...]:
    """The companies of a group, the same way."""
    gone = unnamed(request, (member.party_id for member in members))
    return tuple(replace(one, party_id="", name="") if one.party_id in gone else one for one in members)


def roles_without_names(
    request: StaffRequest, roles: tuple[RoleHeld, ...], *, own: bool = False
) -> tuple[RoleHeld, ...]:
    """Roles in agreements, the same way; of agreements that are not the customer's own nothing else is told either."""
    gone = unnamed(request, (role.other_id for role in roles))
    return tuple(_unnamed_role(one, own=own) if one.other_id in gone else one for one in roles)


def _unnamed_role(one: RoleHeld, *, own: bool) -> RoleHeld:
    hidden = replace(one, other_id="", other_name="")
    return hidden if own else replace(hidden, agreement_id="", agreement_kind="", number="", balance=None)
