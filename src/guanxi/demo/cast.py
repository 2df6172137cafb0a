"""The members of staff: those in the files, and the cast that one signs in as."""

from __future__ import annotations

from datetime import date, timedelta

from guanxi.demo.draws import array
from guanxi.demo.making import Making
from guanxi.demo.names import plain_person
from guanxi.demo.network import HEAD_OFFICE, SubBranch
from guanxi.demo.spec import CastMember

# Number, name, Latin name, role, what the role is called, who they are.
CAST = (
    ("000001", "沈知远", "Shen Zhiyuan", "analyst", "总行分析师", "head-office analyst",
     "总行数据分析岗，全行客户一览无余。", "Works in the head office and sees every customer of the bank."),
    ("000002", "顾明华", "Gu Minghua", "head_office", "总行零售部总经理", "head-office manager",
     "总行零售金融部总经理，看全行经营情况。", "Heads retail banking in the head office and sees the whole bank."),
    ("010001", "周建国", "Zhou Jianguo", "branch_manager", "分行行长", "branch manager",
     "{branch}行长，看本行及下辖支行的客户。",
     "Manages the {branch_en} and sees the customers of all its sub-branches."),
    ("010101", "林晓彤", "Lin Xiaotong", "rm", "客户经理", "relationship manager",
     "{sub}客户经理，只看自己名下的客户：{book}。",
     "Looks after a book of their own at the {sub_en}: {book_en}."),
    ("020101", "陈宇航", "Chen Yuhang", "rm", "客户经理（外行）", "relationship manager of another branch",
     "{other}客户经理，看不到林晓彤的客户。",
     "Works at the {other_en} and must not see any customer of Lin Xiaotong's."),
    ("000003", "郑严", "Zheng Yan", "auditor", "审计", "auditor",
     "总行审计部，只读，可查留痕。", "Audits from the head office: reads everything, changes nothing."),
    ("000004", "苏清", "Su Qing", "steward", "数据管理员", "data steward",
     "总行数据管理岗，处理被拦下的问题数据。", "Mends the rows that the night's job kept aside."),
    ("000005", "何志强", "He Zhiqiang", "administrator", "系统管理员", "administrator",
     "科技部系统管理员，管理用户和参数。", "Looks after users and settings."),
    ("000006", "许清源", "Xu Qingyuan", "officer", "个人信息保护负责人", "data-protection officer",
     "总行个人信息保护负责人，看谁在异常地查看客户信息。",
     "Answers for personal data: sees who looks at customers' data more than usual."),
)  # fmt: skip
MANAGER, OUTSIDER = "010101", "020101"


def cast_of(
    *, branch: tuple[str, str], sub: tuple[str, str], other: tuple[str, str], book: tuple[str, str]
) -> tuple[CastMember, ...]:
    """The people to sign in as.

    Each institution by its Chinese and its English name: the manager's branch, the relationship manager's sub-branch,
    and that of the outsider. ``book`` says what customers the relationship manager has, in both languages.
    """
    words = {"branch": branch[0], "branch_en": branch[1], "sub": sub[0], "sub_en": sub[1]}
    words |= {"other": other[0], "other_en": other[1], "book": book[0], "book_en": book[1]}
    return tuple(
        CastMember(number, name, name_en, role, role_zh, role_en, zh.format(**words), en.format(**words))
        for number, name, name_en, role, role_zh, role_en, zh, en in CAST
    )


def create_staff_rows(making: Making, subs: list[SubBranch]) -> None:
    """Makes ``staff`` (the contract's columns): the cast under their fixed numbers, and everybody else.

    A number is branch, sub-branch and post, two digits each: a sub-branch's post 00 is its head, 01 and on are its
    relationship managers, the last of whom is shared; tellers have 60 and on, those who left 90 and on.
    """
    rows: list[tuple[object, ...]] = []
    managers: dict[int, int] = dict(making.connection.execute("SELECT sub_no, managers FROM sub_staff").fetchall())
    head_office = (
        [(f"{number:06d}", "head_office", "both") for number in range(7, 12)]
        + [(f"{number:06d}", "service_agent", "both") for number in range(12, 18)]
        + [(f"{number:06d}", "other", "both") for number in range(18, 22)]
    )
    rows += [(number, HEAD_OFFICE, role, line, "active") for number, role, line in head_office]
    rows += [
        (number, HEAD_OFFICE, role, "both", "active") for number, _, _, role, *_ in CAST if number.startswith("00")
    ]
    for branch in range(1, max(sub.branch for sub in subs) + 1):
        rows.append((f"{branch:02d}0001", f"81{branch:02d}00", "branch_manager", "both", "active"))
        rows.append((f"{branch:02d}0002", f"81{branch:02d}00", "head_office", "both", "active"))
        rows.append((f"{branch:02d}0003", f"81{branch:02d}00", "linkage", "corporate", "active"))
    for sub in subs:
        count = managers[sub.no]
        rows.append((f"{sub.number}00", sub.institution_id, "branch_manager", "both", "active"))
        for post in range(1, count + 1):
            line = "both" if count < 3 or post == 1 else "corporate" if post % 3 == 0 else "retail"
            rows.append((f"{sub.number}{post:02d}", sub.institution_id, "rm", line, "active"))
        rows.append((f"{sub.number}{count + 1:02d}", sub.institution_id, "rm", "retail", "active"))
        for post in (60, 61):
            rows.append((f"{sub.number}{post}", sub.institution_id, "service_agent", "both", "active"))
        if sub.no % 3 == 0:
            rows.append((f"{sub.number}90", sub.institution_id, "rm", "retail", "left"))
    making.run(
        "CREATE TABLE post (staff_id VARCHAR, institution_id VARCHAR, role VARCHAR, line VARCHAR, status VARCHAR)"
    )
    making.insert("post", rows)
    names = {number: name for number, name, *_ in CAST}
    _staff(making, names)


def _staff(making: Making, names: dict[str, str]) -> None:
    draws = making.draws
    key = "staff_id::BIGINT"
    cast_name = f"map({array(list(names))}, {array(list(names.values()))})[staff_id]"
    latest = making.spec.first_day - timedelta(days=30)
    joined = f"DATE '{latest}' - {draws.whole('staff.joined', key, 7000)}::INTEGER"
    phone = f"'139' || lpad({draws.whole('staff.phone', key, 100_000_000)}::VARCHAR, 8, '0')"
    left = date(making.spec.opening_day.year, 1, 31)
    making.run(f"""
        CREATE TABLE staff AS
        SELECT staff_id, coalesce({cast_name}, {plain_person(draws, "staff.name", key)}) AS staff_name, institution_id,
            role, line, {phone} AS phone, 's' || staff_id || '@chengchuan.example' AS email,
            least({joined}, DATE '{left}' - 400) AS joined_on,
            CASE status WHEN 'left' THEN DATE '{left}' END AS left_on, status
        FROM post ORDER BY staff_id
    """)
    making.run("DROP TABLE post")
