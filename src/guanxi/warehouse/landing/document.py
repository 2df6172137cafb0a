"""Makes ``docs/file-interface.md`` from the contracts, so that neither can say what the other does not."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

from guanxi.warehouse.landing.contract import Column, Dates, Delivery, Format, Kind, Table
from guanxi.warehouse.landing.control import ControlFile
from guanxi.warehouse.landing.findings import ROW_RULES, STOPS
from guanxi.warehouse.landing.formats import DATE_FORMATS, DELIMITERS, TIMESTAMP_FORMATS
from guanxi.warehouse.landing.lines import LONGEST_LINE
from guanxi.warehouse.landing.rules import FIRST_DAY, LAST_DAY, readable
from guanxi.warehouse.landing.tables import TABLES

EXAMPLE_DAY = date(2026, 3, 2)
EXAMPLE = (
    "62220001|+|20260302|+|1520.00|+|1520.00\n"
    "62220002|+|20260302|+|-35.10|+|\n"
    "62220003|+|20260302|+|880000.00|+|880000.00\n"
)  # fmt: skip


def render() -> str:
    """The whole document, Markdown."""
    parts = [
        _intro(),
        _folder(),
        _control(),
        _writing(),
        _feed(),
        _deliveries(),
        _stops(),
        _rows(),
        _mending(),
        _example(),
    ]
    parts.append("## The tables\n\n" + _overview())
    parts += [_table(table) for table in TABLES.values()]
    return "\n".join(parts)


def _intro() -> str:
    return """# The bank's files

*Generated from `guanxi.warehouse.landing` by `make docs`; a test holds it to the code. Change the contracts, not this
page.*

What a bank's core systems write each night for Guanxi, in which form, and what happens to a file or a row that is not
as agreed. Whoever writes the files needs this page only.
"""


def _folder() -> str:
    return """## A day's folder

```
inbox/
  feed.toml                 how this bank writes its files, where it differs from the defaults (optional)
  2026-03-02/               one folder a business date: YYYY-MM-DD or YYYYMMDD
    party.dat               a data file a table, <table>.dat, or <table>.dat.gz where it is compressed with gzip
    party.ctl               its control file
    event.dat.gz
    event.ctl
    ...
```

The night's job takes every folder that is named by a date. Write into a folder of another name (`2026-03-02.part`) and
rename it when it is complete. Every table is delivered every day; an increment without changes comes as an empty file.
Other files in the folder are ignored.
"""


def _control() -> str:
    return """## Control files

ASCII lines `key=value`, in any order.

| key | value |
|---|---|
| `table` | name of the table |
| `business_date` | `YYYY-MM-DD` or `YYYYMMDD` |
| `file` | name of the data file beside it |
| `delivery` | `full`: every row; `increment`: only new, changed and removed rows |
| `rows` | number of rows: the file's lines without the header |
| `amount_total` | sum of the table's total column (below), such as `-1234.50`; left out where the table has none |
| `sha256` | SHA-256 of the data file's bytes as delivered (compressed where it is compressed), hexadecimal |
| `opening` | `1` in the opening folder, else `0` |
| `encoding` | optional: overrides the contract and `feed.toml` for this file |
| `delimiter` | optional, likewise; `\\t` is a tab |

`amount_total` is the plain sum over *all* rows of the file, whatever else may be wrong with a row. Only two things do
not count, because they cannot be read: a line that cannot be split into the table's columns (`encoding`, `columns`
below), and a field that is no number of the agreed form. Currencies are added up as they stand; an empty field is 0.
"""


def _writing() -> str:
    usual = Format()
    delimiters = ", ".join("tab" if each == "\t" else f"`{each}`" for each in DELIMITERS)
    return f"""## How files are written

The defaults, which `feed.toml` may change for all tables or for one:

| property | default | may be |
|---|---|---|
| `encoding` | `{usual.encoding}` | `gb18030` (with it GBK and GB 2312), `utf-8` with or without a byte-order mark |
| `delimiter` | `{usual.delimiter}` | {delimiters} |
| `quote` | none | `"` in files with commas |
| `header` | `false` | `true`: the first line holds names and is not read |
| `date_format` | `{usual.date_format}` ({readable(usual.date_format)}) | {_code(DATE_FORMATS)} |
| `timestamp_format` | `{usual.timestamp_format}` ({readable(usual.timestamp_format)}) | {_code(TIMESTAMP_FORMATS)} |
| `decimal` | `{usual.decimal}` | `point`: `-1234.50`; `implied`: `-123450`, the last digits being the decimals |
| `layout` | `{usual.layout}` | `delimited`; `fixed` for tables with widths |

Compression follows from the file's name.

- **Lines** end with a line feed; a carriage return before it is dropped. Every line is a row, an empty one too. A line
  has at most {LONGEST_LINE:,} bytes.
- **Delimiters** cannot stand inside a field, unless it is quoted. In a file with quotes, a field that begins with `"`
  ends with `"`, and `""` inside it is one quotation mark. No field holds a line end.
- **An empty field** has no value. There is no word for null.
- **Texts** are taken as they stand, blanks included. Their length is in characters: a Chinese character counts one.
- **Numbers** are digits with a `-` before them where they are negative, and a `.` before the decimals where there are
  any: no `+`, no thousands marks, no exponent. At most as many decimals as the contract says; nothing is rounded.
- **Dates** lie between {FIRST_DAY} and {LAST_DAY}. What holds for ever has no end date.
- **Times** are in the bank's own time zone, to the second.
- **Flags** are `1` and `0`.
- **Fixed width** is counted in bytes of the file's encoding (a Chinese character takes two or four in GB18030, three or
  four in UTF-8). Texts and dates stand on the left, numbers on the right; blanks around them are dropped.
"""


def _feed() -> str:
    return """## feed.toml

Beside the day folders, for all days. Everything is optional.

```toml
closed_days = [2026-10-01, 2026-10-02]   # days without a folder that are no gap

[default]                                # for every table
encoding = "utf-8"
date_format = "%Y-%m-%d"

[tables.event]                           # for one
delimiter = ","
quote = "\\""
header = true
```

A control file's `encoding` and `delimiter` override both.
"""


def _deliveries() -> str:
    return """## Full files, increments, the opening

A table's file is *full* (what is not in it is gone) or an *increment*. Each table's usual way is stated below; a
control file may say otherwise for a day: a full file puts an increment's table right, an increment spares a large one.
In tables with a `change_code`, `U` puts the row in the place of the one with its key, and `D` removes that one; the
fields beside the key must be filled correctly all the same.

**The opening** is the first folder. Its control files say `opening=1` and `delivery=full`, for every table. Its
`balance` and `event` files bring the history along: any dates up to the business date (month-ends of earlier years, the
days of the last months). A balance holds from its date until the next one delivered.

**Dates.** On every other night `balance` holds exactly the business date; events lie after the business date before and
not after this one; an exchange rate may be of any day up to the business date.

**References** are held against today's accepted rows, and where that table came as an increment also against what was
known before. A row that names a row that was kept aside is kept aside itself. Rows that remove are not asked.

**Every day** is expected; with the setting `GUANXI_CALENDAR=weekdays`, Monday to Friday. A delivery on another day is
welcome.
"""


def _stops() -> str:
    rows = "\n".join(f"| `{name}` | {meaning} | {action} |" for name, (meaning, action) in STOPS.items())
    return f"""## What stops a night

All files of a folder are looked at, and everything found is said at once. Nothing of the day is landed or published;
the staff go on seeing the day before. Put the files right and start the job again (`guanxi night`).

| rule | what is wrong | what to do |
|---|---|---|
{rows}
"""


def _rows() -> str:
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in ROW_RULES.items())
    return f"""## What is kept aside

A bad row does not stop a night. It is kept aside with file, line, column, rule, a sentence that names its value, and
its bytes as delivered; everything else is landed. Accepted and kept aside together are always the rows of the file.

| rule | what is wrong |
|---|---|
{rows}
"""


def _mending() -> str:
    return """## Mending

*A few rows*: mend them on the page of rows kept aside. The line is judged by the contract at once; when the day is run
again it stands in the place of the delivered line. The file, its checksum and its totals stay as they are. A mended row
is used only while the delivered line is the one it was mended for.

*A whole file*: put the corrected file and control file into the day's folder and run the day again,
`guanxi night --date 2026-03-02`. That day and all later ones are made anew from the files in the inbox.
"""


def _example() -> str:
    content = EXAMPLE.encode("gb18030")
    amounts = [Decimal(line.split("|+|")[2]) for line in EXAMPLE.splitlines()]
    control = ControlFile(
        table="balance",
        business_date=EXAMPLE_DAY,
        file="balance.dat",
        delivery=Delivery.FULL,
        rows=len(amounts),
        amount_total=sum(amounts, Decimal(0)),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return f"""## An example

`{EXAMPLE_DAY}/balance.dat`, {len(content)} bytes:

```
{EXAMPLE}```

`{EXAMPLE_DAY}/balance.ctl`:

```
{control.render()}```

Written `20260302/balance.dat` in UTF-8 with tabs, the control file would say `encoding=utf-8` and `delimiter=\\t`.

Had the second line been `62220002|+|20260302|+|-35.1O|+|`, with a letter O, the file's total would be
{amounts[0] + amounts[2]}, and the row would be kept aside: line 2, column `balance`, rule `type`,
*balance is '-35.1O': it is not a number like -1234.5 with at most 2 decimals and no other marks.*
"""


def _overview() -> str:
    lines = ["| table | | delivery | key | rows |", "|---|---|---|---|---|"]
    for table in TABLES.values():
        key = ", ".join(f"`{name}`" for name in table.key)
        lines.append(f"| [`{table.name}`](#{table.name}) | {table.zh} | {table.delivery} | {key} | {table.en} |")
    return "\n".join(lines) + "\n"


def _table(table: Table) -> str:
    usual = "a full file" if table.delivery is Delivery.FULL else "an increment"
    facts = [
        f"{table.en}; {table.grain}.",
        f"Usually {usual}{', may be missing' if table.optional else ''}.",
        f"Key: {', '.join(f'`{name}`' for name in table.key)}.",
    ]
    if table.total:
        facts.append(f"`amount_total` is the sum of `{table.total}`.")
    if table.dated:
        facts.append(f"`{table.dated}` {_dates(table)}.")
    if table.format.layout == "fixed":
        facts.append(f"Fixed width, {sum(column.width or 0 for column in table.columns)} bytes a line.")
    if table.format.compression:
        facts.append(f"Best compressed: `{table.name}.dat.gz`.")
    fixed = table.format.layout == "fixed"
    head = f"| | column | 名称 | type |{' bytes |' if fixed else ''} required | allowed | meaning |"
    lines = [head, "|---" * (head.count("|") - 1) + "|"]
    for number, column in enumerate(table.columns, start=1):
        width = f" {column.width} |" if fixed else ""
        required = "yes" if column.required else ""
        lines.append(
            f"| {number} | `{column.name}` | {column.zh} | {_type(column)} |{width} {required} | {_allowed(column)} | "
            f"{column.en} |"
        )
    return f"### {table.name}\n\n**{table.zh}.** {' '.join(facts)}\n\n" + "\n".join(lines) + "\n"


def _dates(table: Table) -> str:
    return {
        Dates.DAY: "is the business date (on the opening any date up to it)",
        Dates.SINCE: "lies after the business date before, up to this one (on the opening any date up to it)",
        Dates.PAST: "does not lie after the business date",
    }[table.dates]


def _type(column: Column) -> str:
    match column.kind:
        case Kind.TEXT | Kind.CODE:
            return f"{column.kind} ({column.length})"
        case Kind.DECIMAL:
            return f"decimal ({column.precision}, {column.scale})"
        case _:
            return str(column.kind)


def _allowed(column: Column) -> str:
    parts: list[str] = []
    if column.values:
        parts.append(", ".join(f"`{word}`" for word in column.values))
    if column.reference:
        parts.append(f"a key of [`{column.reference.table}`](#{column.reference.table})")
    if column.low is not None and column.high is not None:
        parts.append(f"{column.low:f} to {column.high:f}")
    elif column.low is not None:
        parts.append(f"at least {column.low:f}")
    elif column.high is not None:
        parts.append(f"at most {column.high:f}")
    return "; ".join(parts)


def _code(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)
