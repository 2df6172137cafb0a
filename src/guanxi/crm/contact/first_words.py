"""The outcomes and templates that a new installation begins with. A bank changes them in the administration."""

from __future__ import annotations

from typing import NamedTuple


class FirstOutcome(NamedTuple):
    """An outcome: kind, code, names, what it means, and after how many working days a follow-up is proposed."""

    kind: str
    code: str
    zh: str
    en: str
    result: str
    days: int | None = None


OUTCOMES = (
    FirstOutcome("call", "spoken", "已沟通", "Spoken with", "good"),
    FirstOutcome("call", "interested", "有意向", "Interested", "good", 2),
    FirstOutcome("call", "call_back", "约定再联系", "Call back agreed", "open", 1),
    FirstOutcome("call", "no_answer", "无人接听", "No answer", "not_reached", 1),
    FirstOutcome("call", "wrong_number", "号码有误", "Wrong number", "not_reached"),
    FirstOutcome("call", "not_interested", "暂无意向", "Not interested", "refused"),
    FirstOutcome("visit", "met", "已面谈", "Met", "good"),
    FirstOutcome("visit", "interested", "有意向", "Interested", "good", 3),
    FirstOutcome("visit", "papers", "待补资料", "Papers to follow", "open", 3),
    FirstOutcome("visit", "absent", "未遇到客户", "Customer not there", "not_reached", 2),
    FirstOutcome("visit", "declined", "婉拒", "Declined", "refused"),
    FirstOutcome("meeting", "held", "已会谈", "Held", "good"),
    FirstOutcome("meeting", "next_step", "约定下一步", "Next step agreed", "open", 5),
    FirstOutcome("meeting", "cancelled", "客户取消", "Cancelled by the customer", "not_reached", 2),
    FirstOutcome("meeting", "declined", "婉拒", "Declined", "refused"),
    FirstOutcome("message", "answered", "已回复", "Answered", "good"),
    FirstOutcome("message", "sent", "已发送", "Sent", "open", 2),
    FirstOutcome("message", "not_delivered", "未送达", "Not delivered", "not_reached", 1),
    FirstOutcome("message", "declined", "婉拒", "Declined", "refused"),
)


class FirstTemplate(NamedTuple):
    """A template: kind, names, texts, and how long such a thing usually takes."""

    kind: str
    zh: str
    en: str
    text_zh: str
    text_en: str
    minutes: int | None = None


TEMPLATES = (
    FirstTemplate(
        "call",
        "到期提醒",
        "Maturity",
        "提醒到期：产品、金额、到期日。\n客户打算：续存/转存/取出。\n需要跟进：",
        "What matures, how much, when.\nThe customer means to: renew / move / withdraw.\nTo follow up:",
        10,
    ),
    FirstTemplate(
        "call",
        "日常回访",
        "Care call",
        "近况：\n对服务的意见：\n近期资金安排：",
        "How things are:\nWhat they say of our service:\nMoney coming or going:",
        10,
    ),
    FirstTemplate(
        "visit",
        "首次拜访",
        "First visit",
        "在场人员：\n经营或家庭情况：\n现用银行和产品：\n需求：\n下一步：",
        "Present:\nBusiness or family:\nBanks and products used now:\nWhat is needed:\nNext step:",
        45,
    ),
    FirstTemplate(
        "visit",
        "贷后走访",
        "Loan review visit",
        "经营场所和人员：\n订单、存货、回款：\n抵押物状况：\n异常情况：",
        "Premises and people:\nOrders, stock, receivables:\nCollateral:\nAnything unusual:",
        60,
    ),
    FirstTemplate(
        "meeting",
        "方案沟通",
        "Proposal",
        "参会人员：\n方案要点：\n客户意见：\n约定事项：",
        "Present:\nThe proposal in short:\nWhat the customer says:\nAgreed:",
        60,
    ),
)
