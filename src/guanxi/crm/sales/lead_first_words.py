"""The rules that a new bank begins with; administrators change them."""

from __future__ import annotations

from typing import NamedTuple


class Scored(NamedTuple):
    """A scoring rule."""

    criterion: str
    value: str
    points: int
    zh: str
    en: str


class Given(NamedTuple):
    """An assignment rule; it is about leads of a city or of a product line where ``way`` says so."""

    way: str
    zh: str
    en: str
    product: str = ""


SCORES = (
    Scored("source", "referral", 30, "同事或客户转介", "Referred by a colleague or a customer"),
    Scored("source", "linkage", 25, "公私联动", "Corporate-retail linkage"),
    Scored("source", "counter", 20, "柜面意向", "Asked at the counter"),
    Scored("source", "web", 15, "网上主动申请", "Asked on the web"),
    Scored("source", "event", 10, "展会与活动", "Met at a fair or event"),
    Scored("amount", "500000", 15, "意向金额五十万元及以上", "CNY 500,000 and more"),
    Scored("amount", "5000000", 15, "意向金额五百万元及以上", "CNY 5 million and more"),
    Scored("phone", "", 15, "有联系电话", "There is a phone number"),
    Scored("identifier", "", 10, "有证件号码", "There is an identity or credit code"),
    Scored("customer", "", 15, "已是本行客户", "Is a customer already"),
    Scored("product", "payroll", 10, "代发工资意向", "Interested in payroll"),
)
WAYS = (
    Given("product", "对公贷款：按产品经验", "Loans: by experience with the product", "loan"),
    Given("territory", "同城优先", "In the lead's own city"),
    Given("round_robin", "其余轮流分配", "All others by turns"),
)
CONSENT_ZH = (
    "本人同意贵行为联系本人、了解需求并提供所申请的金融服务，收集和使用上述姓名、联系电话及需求信息；"
    "本人可随时要求停止联系并删除上述信息。"
)
CONSENT_EN = (
    "I agree that the bank collects and uses my name, phone number and what I asked for, in order to contact me about "
    "it and to offer the service asked for. I may at any time ask the bank to stop and to delete this information."
)
