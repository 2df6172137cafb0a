"""Who belongs together: owners, groups of companies, guarantees in a circle, households."""

from __future__ import annotations

from guanxi.warehouse.publish.declare import Kind, Table, figure, flag, rate, text, whole

OWNERSHIP = Table(
    name="insight_ownership",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="ownership",
    key=("party_id", "owner_id"),
    columns=(
        text("party_id"),
        text("owner_id"),
        text("owner_kind"),
        rate("direct_share", nullable=False),
        rate("effective_share", nullable=False),
        rate("control_share", nullable=False),
        flag("controls"),
        flag("is_beneficial"),
    ),
)

GROUP_MEMBER = Table(
    name="insight_groupmember",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="group_member",
    key=("party_id",),
    columns=(text("party_id"), text("group_id"), text("parent_id")),
)

GUARANTEE_CIRCLE = Table(
    name="insight_guaranteecircle",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="guarantee_circle",
    key=("circle_id", "guarantor_id", "party_id"),
    columns=(
        text("circle_id"),
        text("guarantor_id"),
        text("party_id"),
        figure("amount"),
        whole("agreements"),
    ),
)

HOUSEHOLD_MEMBER = Table(
    name="insight_householdmember",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="household_member",
    key=("party_id",),
    columns=(
        text("party_id"),
        text("household_id"),
        rate("probability", nullable=False),
        flag("by_relation"),
        flag("by_account"),
        flag("by_address"),
    ),
)
