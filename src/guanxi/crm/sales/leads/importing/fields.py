"""What a column of a file may be read as, and what its heading and its cells propose."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.crm.sales.leads.folding import fold, looks_like_a_phone

# By name: the field's word, and what headings call it (folded; the whole heading first, then a part of it).
FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "name": (
        _("Name"),
        ("姓名", "客户姓名", "客户名称", "企业名称", "单位名称", "公司名称", "名称", "name", "company", "客户"),
    ),
    "kind": (
        _("Kind"),
        ("客户类型", "类型", "类别", "对公对私", "kind", "type"),
    ),
    "contact_name": (
        _("Contact person"),
        ("联系人", "经办人", "法人代表", "法定代表人", "负责人", "contact", "contactperson"),
    ),
    "phone": (
        _("Phone"),
        ("手机号码", "手机号", "手机", "联系电话", "电话号码", "电话", "联系方式", "phone", "mobile", "tel"),
    ),
    "identifier": (
        _("Identity or credit code"),
        (
            "证件号码",
            "身份证号码",
            "身份证号",
            "身份证",
            "统一社会信用代码",
            "信用代码",
            "identifier",
            "idnumber",
            "creditcode",
        ),
    ),
    "city": (
        _("City"),
        ("城市", "所在城市", "地市", "所在地", "city"),
    ),
    "industry_code": (
        _("Industry (GB/T 4754)"),
        ("行业代码", "行业", "industry", "industrycode"),
    ),
    "product": (
        _("Interest"),
        ("意向产品", "产品意向", "需求产品", "产品", "意向", "product", "interest"),
    ),
    "amount": (
        _("Amount in CNY"),
        ("意向金额", "金额", "需求金额", "预计金额", "amount"),
    ),
    "source_detail": (
        _("More about the source"),
        ("来源", "渠道", "来源说明", "活动名称", "source", "campaign"),
    ),
    "text": (
        _("Note"),
        ("备注", "说明", "需求描述", "note", "remark", "comment"),
    ),
    "institution": (
        _("Institution"),
        ("机构号", "机构编号", "所属机构", "归属机构", "机构", "支行", "institution", "branch"),
    ),
    "manager": (
        _("Staff number of the manager"),
        ("客户经理工号", "工号", "客户经理编号", "客户经理", "manager", "staffnumber"),
    ),
}
LOOKED_AT = 20


def propose(headings: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> dict[str, str]:
    """The field for each column that one can be told for, by the column's position; each field once.

    A heading that is one of a field's words wins over one that only holds it; a column without a telling heading whose
    cells are phones is the phone.
    """
    folded = [fold(one) for one in headings]
    found: dict[int, str] = {}
    for part in (False, True):
        for field, (_label, words) in FIELDS.items():
            if field in found.values():
                continue
            place = _place(folded, words, found, part=part)
            if place is not None:
                found[place] = field
    if "phone" not in found.values():
        for place in range(len(headings)):
            cells = [row[place] for row in rows[:LOOKED_AT] if place < len(row) and row[place]]
            if place not in found and cells and all(looks_like_a_phone(cell) for cell in cells):
                found[place] = "phone"
                break
    return {str(place): found[place] for place in sorted(found)}


def _place(folded: Sequence[str], words: Sequence[str], taken: Mapping[int, str], *, part: bool) -> int | None:
    for word in words:
        for place, heading in enumerate(folded):
            if place not in taken and (heading == word or (part and len(word) > 1 and word in heading)):
                return place
    return None


def signature(headings: Sequence[str]) -> str:
    """By what files with the same columns are known again."""
    return hashlib.sha256("\x1f".join(fold(one) for one in headings).encode()).hexdigest()
