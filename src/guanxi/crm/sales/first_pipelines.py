"""The pipelines and reasons that a new installation begins with. A bank changes them in the administration."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class FirstStage(NamedTuple):
    """A stage: code, names, process, probability, what is required before it, days after which it has stood long."""

    code: str
    zh: str
    en: str
    process: str
    probability: int
    required: tuple[str, ...] = ()
    days: int | None = None
    state: str = "open"


class FirstPipeline(NamedTuple):
    """A pipeline: product line, names, tolerance of the price, and its stages in their order."""

    line: str
    zh: str
    en: str
    tolerance: Decimal
    stages: tuple[FirstStage, ...]


NEED = FirstStage("need", "需求收集", "Need found", "collect", 10, (), 14)
VISIT = FirstStage("contact", "走访了解", "Customer met", "collect", 20, ("need",), 14)
LOST = FirstStage("lost", "未成交", "Lost", "", 0, state="lost")


def _won(zh: str, en: str, *required: str) -> FirstStage:
    return FirstStage("won", zh, en, "follow_up", 100, ("amount", *required), state="won")


PIPELINES: tuple[FirstPipeline, ...] = (
    FirstPipeline(
        "deposit", "存款", "Deposits", Decimal("0.0015"),
        (
            NEED,
            VISIT,
            FirstStage("offer", "方案报价", "Offer made", "design", 40, ("need", "amount", "products"), 10),
            FirstStage("promise", "客户意向", "Customer agrees", "deal", 70, ("amount", "products", "price"), 10),
            FirstStage("paper", "办理开户", "Opening the account", "deal", 90,
                       ("amount", "products", "price", "decider"), 7),
            _won("资金到账跟进", "Money in, followed up", "products", "price"),
            LOST,
        ),
    ),
    FirstPipeline(
        "loan", "贷款", "Loans", Decimal("0.0030"),
        (
            NEED,
            FirstStage("file", "资料收集", "Papers collected", "collect", 20, ("need", "decider"), 21),
            FirstStage("structure", "授信方案", "Credit proposal", "design", 40, ("need", "amount", "term", "products"),
                       21),
            FirstStage("review", "授信审批", "Credit review", "design", 60,
                       ("amount", "term", "products", "price", "decider"), 21),
            FirstStage("contract", "签约落实", "Contract", "deal", 85, ("amount", "term", "products", "price"), 14),
            _won("放款跟进", "Drawn, followed up", "term", "products", "price"),
            LOST,
        ),
    ),
    FirstPipeline(
        "wealth", "理财", "Wealth", Decimal("0.0010"),
        (
            NEED,
            FirstStage("profile", "风险测评", "Risk profile", "collect", 25, ("need",), 14),
            FirstStage("proposal", "配置方案", "Proposal", "design", 45, ("need", "amount", "products"), 10),
            FirstStage("decision", "客户决策", "Customer decides", "deal", 70, ("amount", "products"), 10),
            _won("成交跟进", "Bought, followed up", "products"),
            LOST,
        ),
    ),
    FirstPipeline(
        "settlement", "结算", "Settlement", Decimal("0"),
        (
            NEED,
            VISIT,
            FirstStage("solution", "结算方案", "Solution", "design", 45, ("need", "products", "decider"), 14),
            FirstStage("signing", "签约开通", "Signing", "deal", 80, ("products", "decider"), 14),
            _won("上线跟进", "Live, followed up", "products"),
            LOST,
        ),
    ),
    FirstPipeline(
        "card", "信用卡", "Cards", Decimal("0.0200"),
        (
            NEED,
            FirstStage("application", "申请进件", "Application", "design", 50, ("products",), 10),
            FirstStage("approval", "审批制卡", "Approval", "deal", 75, ("products", "amount"), 14),
            _won("激活跟进", "Activated, followed up", "products"),
            LOST,
        ),
    ),
    FirstPipeline(
        "payroll", "代发工资", "Payroll", Decimal("0.0015"),
        (
            NEED,
            FirstStage("survey", "单位调研", "Firm surveyed", "collect", 20, ("need", "decider"), 21),
            FirstStage("plan", "代发方案", "Plan", "design", 40, ("need", "amount", "products", "competitors"), 21),
            FirstStage("agreement", "协议签订", "Agreement", "deal", 75, ("amount", "products", "decider"), 14),
            FirstStage("opening", "批量开户", "Accounts opened", "deal", 90, ("amount", "products"), 21),
            _won("首次代发跟进", "First payroll, followed up", "products"),
            LOST,
        ),
    ),
)  # fmt: skip


class FirstReason(NamedTuple):
    """A reason: state, code, names."""

    state: str
    code: str
    zh: str
    en: str


REASONS: tuple[FirstReason, ...] = (
    FirstReason("won", "price", "价格有优势", "Price"),
    FirstReason("won", "service", "服务和效率", "Service and speed"),
    FirstReason("won", "relation", "客户关系", "Relationship"),
    FirstReason("won", "product", "产品适合", "The product fits"),
    FirstReason("won", "package", "综合方案", "The whole package"),
    FirstReason("lost", "price", "价格没有优势", "Price"),
    FirstReason("lost", "other_bank", "选择他行", "Chose another bank"),
    FirstReason("lost", "product", "产品不适合", "The product does not fit"),
    FirstReason("lost", "credit", "授信未通过", "Credit refused"),
    FirstReason("lost", "slow", "办理时间过长", "Took too long"),
    FirstReason("lost", "no_need", "需求取消", "No need any more"),
    FirstReason("lost", "not_reached", "无法联系", "Cannot be reached"),
)
