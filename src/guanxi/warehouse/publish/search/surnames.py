"""Surnames that are read otherwise than the same characters in other words."""

from __future__ import annotations

# The reading as a surname; the common reading finds its bearer too.
SURNAMES: dict[str, str] = {
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "翟": "zhai",
    "盖": "ge",
    "覃": "qin",
    "缪": "miao",
    "乐": "yue",
    "种": "chong",
    "秘": "bi",
    "折": "she",
    "召": "shao",
    "黑": "he",
    "员": "yun",
    "贠": "yun",
    "隗": "wei",
    "郇": "xun",
    "乜": "nie",
    "繁": "po",
    "洗": "xian",
    "祭": "zhai",
    "卜": "bu",
    "都": "du",
    "适": "kuo",
    "句": "gou",
    "藏": "zang",
    "六": "lu",
    "角": "jue",
    "粘": "nian",
    "么": "yao",
    "重": "chong",
    "牟": "mu",
    "薄": "bo",
    "佴": "nai",
    "阚": "kan",
}

# Surnames of two characters whose characters alone are read otherwise.
COMPOUND_SURNAMES: dict[str, tuple[str, str]] = {
    "尉迟": ("yu", "chi"),
    "万俟": ("mo", "qi"),
    "单于": ("chan", "yu"),
    "长孙": ("zhang", "sun"),
    "澹台": ("tan", "tai"),
    "乐正": ("yue", "zheng"),
}

# Read in names as it rarely is elsewhere: 长治, 成都, 厦门, 晟.
IN_NAMES: dict[str, str] = {
    "长": "chang",
    "都": "du",
    "曾": "zeng",
    "厦": "xia",
    "晟": "sheng",
    "翟": "zhai",
    "缪": "miao",
}
