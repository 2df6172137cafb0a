"""The consent texts that a new installation begins with. A bank puts its own in as version two."""
# ruff: noqa: E501

from __future__ import annotations

import datetime
from typing import NamedTuple

IN_FORCE_FROM = datetime.date(2021, 11, 1)
"""The day the Personal Information Protection Law came into force."""


class Words(NamedTuple):
    """A text in both languages."""

    zh: str
    en: str


TEXTS: dict[str, Words] = {
    "marketing": Words(
        "本人同意贵行通过本人勾选的渠道，向本人介绍贵行的金融产品、服务及优惠活动。本人可随时通过网点、客服电话或手机银行撤回同意，撤回不影响本人继续使用贵行的其他服务。",
        "I agree that the bank tells me about its products, services and offers through the channels I have ticked. "
        "I may withdraw this at any time at a branch, by phone or in mobile banking; it does not affect the bank's other "
        "services to me.",
    ),
    "survey": Words(
        "本人同意贵行通过本人勾选的渠道，就服务质量和满意度对本人进行回访。本人可随时撤回同意。",
        "I agree that the bank asks me about the quality of its service through the channels I have ticked. I may "
        "withdraw this at any time.",
    ),
    "profiling": Words(
        "本人同意贵行对本人在贵行的资产、交易和服务记录进行自动化分析，用于客户分层和个性化推荐。"
        "本人有权要求贵行说明，并有权拒绝仅通过自动化决策的方式作出的决定。本人可随时撤回同意。",
        "I agree that the bank analyses my assets, transactions and service records with it by automated means, to tier "
        "its customers and to suggest what may suit me. I may ask for an explanation and may refuse decisions made by "
        "automated means alone. I may withdraw this at any time.",
    ),
    "sharing_group": Words(
        "本人同意贵行将本人的身份信息、联系方式和产品持有情况提供给本集团内的子公司，用于向本人提供综合金融服务。"
        "接收方名称、联系方式、处理目的和信息种类见贵行公示的名单。本人可随时撤回同意。",
        "I agree that the bank passes my identity, contact details and holdings to companies of its group, so that "
        "they can serve me together. The bank publishes who they are, how to reach them, what for and which data. I may "
        "withdraw this at any time.",
    ),
    "sharing_partners": Words(
        "本人同意贵行将本人的身份信息和联系方式提供给合作机构，用于本人申请办理的合作业务。接收方名称、联系方式、处理目的、处理方式和信息种类已向本人单独告知。本人可随时撤回同意。",
        "I agree that the bank passes my identity and contact details to partner institutions for the joint services I "
        "apply for. I have been told separately who receives them, how to reach them, what for, how and which data. I "
        "may withdraw this at any time.",
    ),
    "credit_enquiry": Words(
        "本人授权贵行向中国人民银行金融信用信息基础数据库查询本人的信用报告，用于本人信贷业务的审批和贷后管理。授权在业务存续期间有效。",
        "I authorise the bank to obtain my report from the national credit database of the People's Bank of China, to "
        "decide on and to manage my credit. The authorisation holds while the credit lasts.",
    ),
}
