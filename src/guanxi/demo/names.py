"""What Chinese persons are called: surnames by frequency, given names by sex and decade of birth.

``surname_of`` and ``given_of`` return SQL; the lists are constants in it. A thousandth of the names hold a character
that GBK does not know (GB18030 writes it in four bytes), a few are double surnames, four characters long, or names of
peoples who write a middle dot.
"""

from __future__ import annotations

from guanxi.demo.draws import Draws, array, spread

SURNAMES = (
    ("李", 75), ("王", 66), ("张", 64), ("刘", 66), ("陈", 54), ("杨", 31), ("黄", 27), ("周", 29), ("赵", 15),
    ("吴", 18), ("徐", 12), ("孙", 9), ("马", 7), ("朱", 11), ("胡", 15), ("郭", 12), ("何", 16), ("高", 7),
    ("林", 8), ("罗", 18), ("郑", 7), ("梁", 6), ("谢", 12), ("宋", 7), ("唐", 15), ("许", 7), ("邓", 12), ("冯", 5),
    ("韩", 4), ("曹", 7), ("曾", 14), ("彭", 16), ("肖", 14), ("蔡", 5), ("潘", 5), ("田", 6), ("董", 3), ("袁", 8),
    ("于", 2), ("余", 6), ("叶", 4), ("蒋", 9), ("杜", 4), ("苏", 4), ("魏", 4), ("程", 4), ("吕", 3), ("丁", 4),
    ("沈", 3), ("任", 4), ("姚", 4), ("卢", 4), ("姜", 3), ("崔", 2), ("钟", 5), ("谭", 13), ("陆", 3), ("汪", 3),
    ("范", 4), ("廖", 9), ("石", 5), ("金", 2), ("贾", 2), ("夏", 5), ("付", 3), ("方", 4), ("邹", 5), ("熊", 5),
    ("白", 2), ("孟", 2), ("秦", 3), ("邱", 3), ("侯", 2), ("江", 3), ("尹", 5), ("薛", 1), ("段", 3), ("雷", 5),
    ("龙", 8), ("黎", 5), ("史", 2), ("陶", 2), ("贺", 5), ("毛", 3), ("郝", 1), ("顾", 1), ("龚", 5), ("邵", 2),
    ("万", 3), ("覃", 3), ("武", 1), ("钱", 2), ("戴", 4), ("严", 3), ("莫", 2), ("孔", 1), ("向", 6), ("常", 1),
    ("汤", 4), ("易", 7), ("文", 4), ("阳", 3), ("左", 2), ("欧", 2), ("聂", 2), ("瞿", 1), ("粟", 1), ("佘", 1),
    ("庹", 1), ("欧阳", 4), ("上官", 1), ("司马", 1), ("皇甫", 1), ("诸葛", 1), ("尉迟", 1), ("司徒", 1),
)  # fmt: skip

# From the 1940s to the 2000s and later; each string is a bag of characters, the frequent ones twice.
GIVEN_MEN = (
    "国华德明生贵福林昌祥清金玉荣发云长春文正新元海山光忠义顺",
    "国建华明德荣金林新生成友春平文清光云祥长庆志正福海东根卫",
    "建国华军明平志文新伟卫东国红勇强林春辉金光荣海生清良兵忠",
    "伟勇军强志华建明辉斌刚平文超波海峰东涛杰鹏飞俊红林新国宏",
    "伟勇超磊鹏涛杰强波刚军辉斌峰亮飞俊明鑫文浩龙凯健宇志威旭",
    "杰浩鑫宇俊伟超涛文博凯磊龙翔阳鹏帅豪威晨旭志峰健辉泽坤航",
    "浩宇轩子俊杰文博泽睿涛嘉豪晨昊铭瑞奕辰航诚皓梓天佳毅恒逸",
)
GIVEN_WOMEN = (
    "英秀玉兰桂珍凤莲云香梅金翠芳淑贞菊美春花莲娥秋月华清素爱",
    "英秀玉兰桂珍凤莲芳香梅华淑云菊美爱春花琴桃娥秋芝霞红芬连",
    "英芳丽秀玉梅桂兰红霞华莲琴珍萍凤淑艳美春爱云香燕敏娟群玲",
    "丽红艳芳玲燕霞敏娟静萍梅英华琴莉娜慧兰军平辉云春文晓琼群",
    "静丽娜艳婷芳娟敏燕玲丹红霞莉洁慧晶倩琳媛颖佳琼欢露琴玉文",
    "婷静雪颖欣莹慧琳佳丹倩敏洁思雅玉媛瑶文蕾雨诗怡晴娟璐萌晓",
    "怡欣梓涵诗雨佳琪语萱思雅婷妍可馨静瑶嘉梦雪晨依彤钰芷若宁",
)
ONE_CHARACTER = (0.06, 0.08, 0.16, 0.30, 0.34, 0.26, 0.12)

# Characters of real names that lie outside GBK: extensions A to F of Unicode's ideographs.
RARE = "䶮㛃㙓䒕㵑𬭎𫖯𬱖𬍛𫍽𬬭𨱏𫟼"
MIDDLE_DOT = (
    "阿依古丽·买买提", "古丽娜尔·艾合买提", "热依汗·吐尔逊", "买买提江·阿不都拉", "艾力·卡德尔", "扎西·顿珠",
    "卓玛·央金", "次仁·旺堆", "乌兰·巴特尔", "萨仁·高娃", "努尔兰·哈孜", "帕提曼·依明",
)  # fmt: skip
DECADES = len(GIVEN_MEN)

BAG = 28


def surname_of(draws: Draws, name: str, key: str) -> str:
    """SQL of a surname by its frequency in the bank's province."""
    return draws.pick(name, key, spread(SURNAMES))


def given_of(draws: Draws, name: str, key: str, sex: str, decade: str) -> str:
    """SQL of a given name; ``sex`` is an SQL expression of 'M' or 'F', ``decade`` one of 0 (born before 1950) to 6."""
    # One flat list of equally long bags: a lookup costs the same however many names there are.
    flat = array([character for bag in (*GIVEN_MEN, *GIVEN_WOMEN) for character in (list(bag) * 2)[:BAG]])
    bag = f"({decade} + CASE {sex} WHEN 'F' THEN {DECADES} ELSE 0 END)"
    first, second = (f"{flat}[1 + {BAG} * {bag} + {draws.whole(f'{name}/{n}', key, BAG)}]" for n in ("first", "second"))
    single = draws.chance(name + "/single", key, f"{list(ONE_CHARACTER)}[1 + {decade}]")
    rare = draws.pick(name + "/rare", key, list(RARE))
    return (
        f"{first} || CASE WHEN {draws.chance(name + '/is rare', key, 0.001)} THEN {rare}"
        f" WHEN {single} THEN '' ELSE {second} END"
    )


def plain_person(draws: Draws, name: str, key: str) -> str:
    """SQL of the name of somebody of working age of whom nothing else is known."""
    sex = f"CASE WHEN {draws.chance(name + '/sex', key, 0.5)} THEN 'M' ELSE 'F' END"
    given = given_of(draws, name + "/given", key, sex, f"(2 + {draws.whole(name + '/decade', key, 4)})")
    return f"{surname_of(draws, name + '/surname', key)} || {given}"


def decade_of(birth: str) -> str:
    """SQL of the decade, 0 to 6, of a date of birth."""
    return f"greatest(0, least({DECADES - 1}, (year({birth}) - 1940) // 10))"
