"""The rules of retention that a new installation begins with; the administration changes them."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """Years, counted from, and the ground in both languages."""

    years: int
    kept_from: str
    zh: str
    en: str


AML_ZH = "《反洗钱法》（2024年修订）第三十四条：客户身份资料在业务关系结束后、客户交易信息在交易结束后，至少保存十年"
AML_EN = (
    "Anti-Money Laundering Law (revised 2024), article 34: identification data for at least ten years after the "
    "relationship ends, transaction data for at least ten years after the transaction"
)
RULES: dict[str, Rule] = {
    "identity": Rule(10, "relation_end", AML_ZH, AML_EN),
    "transaction": Rule(10, "record", AML_ZH, AML_EN),
    "agreement": Rule(10, "relation_end", AML_ZH, AML_EN),
    "analysis": Rule(
        0,
        "not_kept",
        "无法定保存期限：处理目的已实现或撤回同意后应予删除（《个人信息保护法》第四十七条）",
        "No period set by law: to be deleted once its purpose is served or consent withdrawn (Personal Information "
        "Protection Law, article 47)",
    ),
    "evidence": Rule(
        3,
        "relation_end",
        "用于证明处理活动合法（《个人信息保护法》第六十九条举证责任）；期限参照《民法典》第一百八十八条诉讼时效三年",
        "Proof that processing was lawful (Personal Information Protection Law, article 69); as long as claims may be "
        "brought (Civil Code, article 188: three years)",
    ),
    "operation": Rule(
        0,
        "not_kept",
        "无法定保存期限：依申请删除（《个人信息保护法》第四十七条）",
        "No period set by law: deleted on request (Personal Information Protection Law, article 47)",
    ),
}
