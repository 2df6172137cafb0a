"""Names of persons and organisations in one spelling each, with what they are made of and how they are read.

A person's name is parted into family and given name; a name in brackets that is marked as the former one is kept as
such. Of an organisation's name the core is what is left without its legal form and the division it begins with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from guanxi.warehouse.publish.search.names import make_names
from guanxi.warehouse.sealing import quoted

if TYPE_CHECKING:
    import duckdb

_COMPOUND_SURNAMES_TEXT = """
欧阳 上官 司马 皇甫 诸葛 尉迟 司徒 东方 夏侯 公孙 慕容 令狐 宇文 长孙 南宫 西门 端木 轩辕 独孤 申屠 太史
闻人 赫连 澹台 万俟 单于 呼延 钟离 濮阳 淳于 百里 东郭 司空 拓跋 鲜于 公羊 公冶 宗政 仲孙 乐正 左丘 第五
梁丘 纳兰
"""
COMPOUND_SURNAMES = tuple(_COMPOUND_SURNAMES_TEXT.split())
# Legal forms and how tellers shorten them; the longest first, as they are tried in this order.
_LEGAL_FORMS_TEXT = """
股份有限责任公司 集团股份有限公司 集团有限责任公司 集团有限公司 股份有限公司 有限责任公司 有限公司 股份公司
集团公司 总公司 公司 集团 有限合伙 普通合伙 特殊普通合伙 个人独资企业
"""
LEGAL_FORMS = tuple(_LEGAL_FORMS_TEXT.split())
FORMER = r"[(（\[【]\s*(?:曾用名|原名称?|旧名|又名|曾用名称|更名前|前身)(?:为|是)?[:：]?\s*([^)）\]】]+)[)）\]】]"
_TITLES = "(?:先生|女士|小姐|同志|老师|太太)"
_NOBODY = "测试|未知|不详|无名氏|暂无|待补|销户|作废|^某|^(?:test|null|none|n/?a|xx+|aa+)$"
_DOTS = r"[•‧∙●・﹒．.]"


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the macros ``former_name(t)``, ``person_name(t)``, ``organisation_name(t)``,
    ``name_validity(original, n)``, ``family_length(n)`` and ``organisation_core(n)``; needs ``text``."""
    compound = ", ".join(map(quoted, COMPOUND_SURNAMES))
    macros = {
        "former_name(t)": f"nullif(regexp_extract(simplified(half_width(t)), {quoted(FORMER)}, 1), '')",
        "without_brackets(t)": r"regexp_replace(t, '[(\[【（].*?[)\]】）]', ' ', 'g')",
        # 王 小明 and 王小明 are one name, Anna Maria and Annamaria two words and one.
        "person_name(t)": rf"""CASE
            WHEN regexp_full_match(t, '\p{{Han}}{{2,4}}') AND t = simplified(t) AND NOT regexp_matches(t, '{_TITLES}$')
                THEN t
            WHEN regexp_matches(t, '\p{{Han}}') THEN nullif(regexp_replace(regexp_replace(regexp_replace(
                without_brackets(plain(t)), '\s+', '', 'g'), '{_DOTS}', '·', 'g'), '{_TITLES}$', ''), '')
            ELSE nullif(letters(without_brackets(CASE WHEN contains(t, ',')
                THEN regexp_replace(plain(t), '^([^,]*),(.*)$', '\2 \1') ELSE plain(t) END)), '') END""",
        "organisation_name(t)": rf"""nullif(regexp_replace(lower(regexp_replace(plain(t),
            {quoted(FORMER)}, '', 'g')), '[^\p{{L}}0-9]+', '', 'g'), '')""",
        "name_validity(t, n)": f"""CASE WHEN n IS NULL THEN 'missing'
            WHEN regexp_matches(lower(t), '{_NOBODY}') THEN 'placeholder'
            WHEN regexp_matches(n, '[0-9]') OR length(n) < 2 THEN 'format' ELSE 'valid' END""",
        # How many characters of a Chinese name are the family's; names with a dot begin with one's own.
        "family_length(n)": f"""CASE WHEN contains(n, '·') THEN NULL
            WHEN length(n) > 2 AND left(n, 2) IN ({compound}) THEN 2 ELSE 1 END""",
        "organisation_core(n)": f"regexp_replace(n, '(?:{'|'.join(LEGAL_FORMS)})$', '')",
    }
    for name, body in macros.items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {name} AS {body}")


def create_names(connection: duckdb.DuckDBPyConnection, parties: str) -> None:
    """Makes ``standard_name``: one row a record.

    ``parties`` is a query with record_id, kind, name, name_en. Columns: record_id, original, name (standard), former,
    validity, family, given, core, code (the division in an organisation's name), letters (the name as it is read: its
    pinyin, or its letters), family_letters, given_letters, sorted (its characters in order).
    """
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE spelt_name AS
        WITH spelt AS (
            SELECT DISTINCT kind, name AS original,
                CASE kind WHEN 'person' THEN person_name(name) ELSE organisation_name(name) END AS spelt,
                former_name(name) AS former
            FROM ({parties})
        )
        SELECT kind, original, spelt AS name,
            CASE kind WHEN 'person' THEN person_name(former) ELSE organisation_name(former) END AS former,
            name_validity(original, spelt) AS validity,
            regexp_matches(spelt, '\\p{{Han}}') AS chinese,
            CASE WHEN kind = 'person' THEN family_length(spelt) END AS family_length
        FROM spelt
    """)
    make_names(connection, "SELECT kind, name FROM spelt_name WHERE name IS NOT NULL")
    # The division at the beginning of an organisation's name, by longest match.
    connection.execute(r"""
        CREATE OR REPLACE TEMP TABLE organisation_place AS
        SELECT name, arg_max(text, length(text)) AS place, arg_max(codes, length(text)) AS codes
        FROM (
            SELECT name, left(name, size) AS begins
            FROM (SELECT name, unnest(range(2, least(22, length(name)) + 1)) AS size
                  FROM (SELECT DISTINCT name FROM spelt_name WHERE kind = 'organisation' AND chinese))
        ) JOIN division_spelling ON text = begins
        GROUP BY name
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE name_part AS
        SELECT spelt.kind, spelt.original, spelt.name, spelt.former, spelt.validity,
            CASE WHEN spelt.kind <> 'person' THEN NULL
                WHEN chinese AND family_length IS NULL THEN split_part(spelt.name, '·', -1)
                WHEN chinese THEN left(spelt.name, family_length)
                WHEN contains(spelt.name, ' ') THEN split_part(spelt.name, ' ', -1) END AS family,
            CASE WHEN spelt.kind <> 'person' THEN NULL
                WHEN chinese AND family_length IS NULL THEN split_part(spelt.name, '·', 1)
                WHEN chinese THEN nullif(substr(spelt.name, family_length + 1), '')
                WHEN contains(spelt.name, ' ') THEN split_part(spelt.name, ' ', 1) END AS given,
            CASE WHEN spelt.kind = 'organisation' THEN coalesce(nullif(organisation_core(CASE
                    WHEN length(spelt.name) - length(place) >= 4 THEN substr(spelt.name, length(place) + 1)
                    ELSE spelt.name END), ''), spelt.name) END AS core,
            CASE WHEN len(codes) = 1 THEN codes[1] END AS code,
            CASE WHEN chinese THEN array_to_string(syllables, '') ELSE replace(spelt.name, ' ', '') END AS letters,
            CASE WHEN chinese AND family_length IS NOT NULL
                THEN array_to_string(syllables[:family_length], '') END AS family_letters,
            CASE WHEN chinese AND family_length IS NOT NULL
                THEN nullif(array_to_string(syllables[family_length + 1:], ''), '') END AS given_letters,
            array_to_string(list_sort(string_split(replace(spelt.name, ' ', ''), '')), '') AS sorted
        FROM spelt_name AS spelt
        LEFT JOIN names ON names.kind = spelt.kind AND names.name = spelt.name
        LEFT JOIN organisation_place AS place ON place.name = CASE spelt.kind WHEN 'organisation' THEN spelt.name END
    """)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE standard_name AS
        SELECT party.record_id, part.* EXCLUDE (kind, family_letters, given_letters),
            coalesce(part.family_letters, letters(part.family)) AS family_letters,
            coalesce(part.given_letters, letters(part.given)) AS given_letters,
            nullif(replace(letters(party.name_en), ' ', ''), '') AS latin
        FROM ({parties}) AS party
        JOIN name_part AS part ON part.kind = party.kind AND part.original = party.name
    """)
    for table in ("spelt_name", "organisation_place", "name_part", "names"):
        connection.execute(f"DROP TABLE {table}")
