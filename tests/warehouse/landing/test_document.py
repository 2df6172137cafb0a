"""The document says what the code does."""

import re
from pathlib import Path

from guanxi.warehouse import landing
from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.control import read_control
from guanxi.warehouse.landing.document import EXAMPLE, render
from guanxi.warehouse.landing.findings import ROW_RULES, STOPS
from guanxi.warehouse.landing.formats import read_feed
from guanxi.warehouse.landing.land import land_day
from guanxi.warehouse.landing.rules import rules
from guanxi.warehouse.landing.tables import TABLES
from guanxi.warehouse.nights import Night
from tests.warehouse.landing.bank import DAY, ROWS

ROOT = Path(__file__).resolve().parents[3]
SOURCE = "".join(path.read_text(encoding="utf-8") for path in Path(landing.__path__[0]).glob("*.py"))


def test_the_document_is_what_the_contracts_say():
    assert (ROOT / "docs" / "file-interface.md").read_text(encoding="utf-8") == render()


def test_every_column_is_in_it():
    text = render()
    for table in TABLES.values():
        section = text.split(f"### {table.name}\n")[1].split("\n### ")[0]
        for column in table.columns:
            assert f"| `{column.name}` | {column.zh} |" in section


def test_every_reason_to_stop_is_in_it():
    told = set(re.findall(r'\bProblem\(\s*[^,]+,\s*"([a-z_]+)"', SOURCE))
    assert told == set(STOPS)


def test_every_rule_of_a_row_is_in_it():
    told = {rule.name for table in TABLES.values() for rule in rules(table, Format(), Night(DAY))}
    told |= set(re.findall(r'(?:UnreadableLine|RowProblem)\(\s*(?:[^,"]+,|"",)?\s*"([a-z]+)"', SOURCE))
    assert told == set(ROW_RULES)


def test_its_example_can_be_landed(bank):
    text = render()
    agreements = [ROWS["agreement"][0] | {"agreement_id": f"6222000{n}"} for n in (1, 2, 3)]
    folder = bank.deliver(rows={"agreement": agreements, "event": []})
    folder.joinpath("balance.dat").write_text(EXAMPLE, encoding="ascii")
    stated = text.split("balance.ctl`:\n\n```\n")[1].split("```")[0]
    folder.joinpath("balance.ctl").write_text(stated.replace("opening=0", "opening=1"), encoding="ascii")
    assert read_control(folder / "balance.ctl").rows == 3
    landing = land_day(folder=folder, layout=bank.layout, night=Night(DAY))
    assert next(each for each in landing.deliveries if each.table == "balance").accepted == 3


def test_its_feed_file_can_be_read(tmp_path):
    toml = render().split("```toml\n")[1].split("```")[0]
    tmp_path.joinpath("feed.toml").write_text(toml, encoding="utf-8")
    feed = read_feed(tmp_path)
    form = feed.format(TABLES["event"])
    assert (form.encoding, form.date_format, form.delimiter, form.header) == ("utf-8", "%Y-%m-%d", ",", True)
    assert len(feed.closed_days) == 2
