"""The names of everything that can be found wrong, with what they mean."""

from __future__ import annotations

# What stops a night, in the order in which it is looked for. Nothing of the day is landed.
STOPS: dict[str, tuple[str, str]] = {
    "missing_folder": ("the day's folder is not there", "deliver it"),
    "bad_format": ("`feed.toml` or a control file names a format that cannot be read", "correct it"),
    "wrong_date": ("folder, control file and night do not agree on the business date", "deliver the right day's file"),
    "repeated_day": (
        "the business date has been landed already, or `balance` or `event` has the very content of the day before",
        "deliver the right day's file",
    ),
    "gap": (
        "days lie between this business date and the one before for which nothing was delivered",
        "deliver them first, or name them in `closed_days`",
    ),
    "missing_file": ("a data file is not there", "deliver it; an increment without changes comes as an empty file"),
    "missing_control": ("a data file has no control file", "deliver it"),
    "bad_control": ("a control file cannot be read, or lacks something", "correct it"),
    "opening": (
        "a file is announced as an opening on a usual night, or the reverse, or an opening's file as an increment",
        "deliver what the night needs",
    ),
    "wrong_encoding": ("the file is plainly written in another encoding than stated", "state the right one"),
    "damaged": ("the compressed file cannot be unpacked, or the file has no line ends", "deliver it again"),
    "truncated": (
        "the compressed file ends too early, or the last line has no end and rows are missing",
        "deliver it again",
    ),
    "rows": ("the file has another number of rows than stated", "deliver it again with its control file"),
    "amount_total": ("the amounts have another sum than stated", "deliver it again with its control file"),
    "checksum": (
        "the file is not the one that the control file was made for",
        "deliver it again with its control file",
    ),
    "emptied": (
        "a file announced as full has no rows, though the table had some the day before",
        "announce it as an increment where nothing changed, else deliver it again",
    ),
    "mostly_bad": (
        "more than half of a file's rows (of at least a hundred) break the contract",
        "compare columns, encoding and delimiter with this page",
    ),
}

# What keeps a single row aside, in the order in which it is looked for; the first that holds is noted.
ROW_RULES: dict[str, str] = {
    "encoding": "the line is not in the file's encoding, or holds a NUL, a carriage return, or (in a quoted or "
    "fixed-width file) the control character 0x1F",
    "columns": "the line has another number of columns than the contract, is empty, or quotes wrongly; a fixed-width "
    "line is not as wide as the contract says",
    "required": "a required field is empty or blank",
    "type": "a number, date or time is not written as agreed: `12.345` is no amount with two decimals, `20260230` no "
    "date",
    "length": "a text has more characters than the contract allows",
    "value": "a code or flag is none of the allowed ones",
    "range": "a number is out of its bounds or has too many digits; a date lies before 1900-01-01 or after 2199-12-31",
    "date": "the row does not belong to the night (see *Dates*)",
    "reference": "the row names a key that is not there: neither among today's accepted rows nor, where that table "
    "came as an increment, in what was known before",
    "key": "a row with the same key stands earlier in the file; the first one is kept",
}
