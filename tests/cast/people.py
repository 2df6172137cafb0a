"""The cast's customers: sixty persons and organisations with identifiers, contacts and relations."""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random

from guanxi.crm.party.models import ContactPoint, LinkedParty, Party, PartyIdentifier, PartyRelation
from tests.cast.tokens import pinyin_of

# Manager by customer, in order: Ai has the first 24, two of her sub-branch have no manager, and so on.
BOOKS: tuple[tuple[str, str | None, int], ...] = (
    ("B11", "1111", 24),
    ("B11", "1112", 8),
    ("B11", None, 2),
    ("B12", "1121", 8),
    ("B21", "1211", 12),
    ("B22", "1221", 6),
)
PERSONS = [
    "王秀英",
    "李娜",
    "张伟",
    "刘洋",
    "陈静",
    "杨帆",
    "赵磊",
    "黄丽华",
    "周杰",
    "吴桂芳",
    "徐志强",
    "孙悦",
    "马晓东",
    "胡敏",
    "朱红梅",
    "林涛",
    "何春燕",
    "郭建军",
    "高翔",
    "罗兰",
    "郑海燕",
    "梁文博",
    "谢婷",
    "宋佳",
    "唐国强",
    "许晴",
    "韩雪",
    "冯军",
    "邓超",
    "曹颖",
    "彭勇",
    "曾珍",
    "肖战国",
    "田园",
    "董洁",
    "袁泉",
    "潘虹",
    "于洋",
    "蒋欣",
    "蔡明",
    "王伟",
    "余音",
    "曾小满",
    "欧阳锋",
    "阿依古丽",
    "杜鹃",
    "叶子",
    "程功",
    "魏来",
    "吕布衣",
    "丁一",
]
ORGANISATIONS = (
    ("杭州西子精密机械有限公司", "C3429"),
    ("浙江远航物流股份有限公司", "G5430"),
    ("杭州云栖软件有限公司", "I6510"),
    ("西子控股集团有限公司", "L7212"),
    ("杭州湖畔餐饮管理有限公司", "H6210"),
    ("杭州江南丝绸有限公司", "C1742"),
    ("浙江滨江建设工程有限公司", "E4710"),
    ("宁波东海水产有限公司", "A0412"),
    ("宁波甬江模具厂", "C3525"),
    ("宁波海曙大药房", "F5251"),
    ("鄞州新能源科技有限公司", "C3825"),
    ("宁波港城国际贸易有限公司", "F5199"),
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LAST = "10X98765432"
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def resident_id(birth: datetime.date, sequence: int) -> str:
    """A number with the right check digit (GB 11643)."""
    body = f"330106{birth:%Y%m%d}{sequence:03d}"
    return body + LAST[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def credit_code(sequence: int) -> str:
    """A unified social credit code with the right check character (GB 32100)."""
    body = f"91330106MA{sequence:07d}"
    total = sum(CREDIT.index(character) * pow(3, position, 31) for position, character in enumerate(body))
    return body + CREDIT[(31 - total % 31) % 31]


def parties() -> list[Party]:
    """Sixty parties; within each book every fifth is an organisation."""
    random = Random(7)
    persons, organisations = iter(PERSONS), iter(ORGANISATIONS)
    made: list[Party] = []
    for institution, manager, many in BOOKS:
        for position in range(many):
            number = f"P{len(made) + 1:05d}"
            opened = datetime.date(2005 + random.randrange(20), random.randrange(1, 13), random.randrange(1, 28))
            common = {"id": number, "institution_id": institution, "manager_id": manager, "opened_on": opened}
            organisation = next(organisations, None) if position % 5 == 4 else None
            if organisation:
                made.append(
                    Party(
                        kind="organisation",
                        name=organisation[0],
                        industry_code=organisation[1],
                        organisation_scale=random.choice(["medium", "small", "micro"]),
                        registered_capital=Decimal(random.randrange(1, 90) * 1_000_000),
                        employees=random.randrange(5, 800),
                        established_on=datetime.date(1996 + random.randrange(25), 6, 1),
                        aml_risk="low",
                        **common,
                    )
                )
                continue
            name = next(persons)
            birth = datetime.date(1950 + random.randrange(50), random.randrange(1, 13), random.randrange(1, 28))
            made.append(
                Party(
                    kind="person",
                    name=name,
                    gender="FM"[len(made) % 2],
                    birth_date=birth,
                    nationality="CHN",
                    education=random.choice(["secondary", "college", "bachelor", "postgraduate"]),
                    occupation=random.choice(["教师", "医生", "工程师", "个体工商户", "退休"]),
                    annual_income=Decimal(random.randrange(60, 900) * 1000),
                    investment_risk=random.choice(["C1", "C2", "C3", "C4"]),
                    aml_risk="high" if len(made) == 18 else "low",
                    restricted=len(made) == 17,
                    **common,
                )
            )
    readings = pinyin_of(tuple((party.kind, party.name) for party in made))
    for party in made:
        party.name_pinyin = readings[party.kind, party.name]
        party.name_en = "" if party.kind == "organisation" else party.name_pinyin.split(" / ")[0].title()
    return made


def identifiers(parties: list[Party]) -> list[PartyIdentifier]:
    """A resident identity number or a credit code each, some a passport besides."""
    made = []
    for position, party in enumerate(parties):
        if party.kind == "organisation":
            made.append(
                PartyIdentifier(
                    party_id=party.id, kind="unified_credit_code", number=credit_code(position), is_primary=True
                )
            )
            continue
        made.append(
            PartyIdentifier(
                party_id=party.id,
                kind="resident_id",
                number=resident_id(party.birth_date, position),
                valid_from=datetime.date(2016, 3, 1),
                valid_to=datetime.date(2027, 3, 1),
                is_primary=True,
            )
        )
        if position % 10 == 0:
            made.append(PartyIdentifier(party_id=party.id, kind="passport", number=f"E{position:08d}"))
    return made


def contacts(parties: list[Party]) -> list[ContactPoint]:
    """A mobile each, an address, some an e-mail."""
    made = []
    for position, party in enumerate(parties):
        mobile = f"138{57100000 + position * 1357:08d}"
        made.append(ContactPoint(party_id=party.id, kind="mobile", sequence_no=1, value=mobile, is_primary=True))
        kind = "registered_address" if party.kind == "organisation" else "home_address"
        address = f"浙江省杭州市西湖区文三路{position + 1}号"
        made.append(ContactPoint(party_id=party.id, kind=kind, sequence_no=1, value=address, region_code="330106"))
        if position % 3 == 0:
            made.append(
                ContactPoint(party_id=party.id, kind="email", sequence_no=1, value=f"{party.id.lower()}@mail.example")
            )
    return made


def relations(parties: list[Party]) -> list[PartyRelation]:
    """A couple with a child, a group of companies, its legal representative, shareholders, staff, a supplier."""
    organisations = [party.id for party in parties if party.kind == "organisation"]
    persons = [party.id for party in parties if party.kind == "person"]
    first, _second, third, group = organisations[:4]
    outside = next(party.id for party in parties if party.manager_id == "1211")
    links = [
        (persons[0], persons[2], "spouse", None),
        (persons[0], persons[1], "parent", None),
        (persons[2], persons[1], "parent", None),
        (persons[2], first, "legal_representative", None),
        (persons[2], first, "shareholder", "0.350000"),
        (group, first, "parent_company", "0.650000"),
        (group, third, "parent_company", "0.510000"),
        (persons[4], group, "controller", "0.800000"),
        (persons[4], group, "legal_representative", None),
        (persons[5], first, "executive", None),
        (first, persons[6], "employer", None),
        (first, persons[7], "employer", None),
        (organisations[1], first, "supplier", None),
        (outside, first, "shareholder", "0.050000"),
    ]
    return [
        PartyRelation(
            party_id=one,
            related_party_id=other,
            kind=kind,
            share=Decimal(share) if share else None,
            valid_from=datetime.date(2018, 1, 1),
        )
        for one, other, kind, share in links
    ]


def linked(parties: list[Party], links: list[PartyRelation]) -> list[LinkedParty]:
    """Who is related to whom across the lines of business, as a publication derives it."""
    known = {party.id: party for party in parties}
    found = set()
    for link in links:
        for one, other in ((link.party_id, link.related_party_id), (link.related_party_id, link.party_id)):
            if known[one].kind != known[other].kind:
                found.add((known[one].kind, known[one].institution_id, other))
    return [LinkedParty(kind=kind, institution_id=place, party_id=party) for kind, place, party in sorted(found)]
