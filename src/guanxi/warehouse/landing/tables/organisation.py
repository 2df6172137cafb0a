"""Institutions and staff."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import Delivery, Table, code, date, text

INSTITUTION_KINDS = ("union", "bank", "branch", "sub_branch", "team", "office")
STAFF_ROLES = (
    "rm",
    "branch_manager",
    "head_office",
    "analyst",
    "steward",
    "service_agent",
    "auditor",
    "linkage",
    "officer",
    "administrator",
    "other",
)
LINES = ("retail", "corporate", "both")

INSTITUTION = Table(
    name="institution",
    zh="机构",
    en="Institutions of the bank, from the head office to the sub-branch and the team",
    grain="one row an institution",
    key=("institution_id",),
    delivery=Delivery.FULL,
    columns=(
        text("institution_id", "机构号", "number of the institution", 32, required=True),
        text("institution_name", "机构名称", "its name", 120, required=True),
        text("institution_name_en", "机构英文名称", "its name in English", 200),
        text("parent_id", "上级机构号", "the institution above it; empty for the topmost", 32),
        code("institution_kind", "机构类型", "what kind it is", INSTITUTION_KINDS, required=True),
        text("city", "所在城市", "city", 60),
        date("opened_on", "开业日期", "since when it is open"),
        code("status", "状态", "open or closed", ("open", "closed"), required=True),
    ),
)

STAFF = Table(
    name="staff",
    zh="员工",
    en="Members of staff with their post",
    grain="one row a member of staff",
    key=("staff_id",),
    delivery=Delivery.FULL,
    columns=(
        text("staff_id", "员工号", "number of the member of staff; also the sign-in name", 32, required=True),
        text("staff_name", "姓名", "name", 120, required=True),
        text(
            "institution_id",
            "所属机构号",
            "where the post is",
            32,
            required=True,
            references="institution.institution_id",
        ),
        code("role", "岗位", "role of the post", STAFF_ROLES, required=True),
        code("line", "条线", "line of business", LINES, required=True),
        text("phone", "手机号", "mobile phone", 32),
        text("email", "电子邮箱", "e-mail", 120),
        date("joined_on", "入职日期", "first day"),
        date("left_on", "离职日期", "last day; empty while in service"),
        code("status", "状态", "in service or left", ("active", "left"), required=True),
    ),
)
