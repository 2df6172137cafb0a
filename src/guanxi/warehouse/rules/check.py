"""Whether a file may be released as a book's rules. Everything that is wrong is told at once, with its cell."""

from __future__ import annotations

from functools import lru_cache

from guanxi.warehouse.rules.books import Book
from guanxi.warehouse.rules.boxes import MOST_LOOKS, judge
from guanxi.warehouse.rules.findings import CellError, Finding, RuleError
from guanxi.warehouse.rules.graph import TABLE, Graph, body, loaded, read
from guanxi.warehouse.rules.language import Apply, Expression, Value
from guanxi.warehouse.rules.typing import infer


def findings(book: Book, content: str) -> list[Finding]:
    """All faults of a file; none where it may be released."""
    return list(_findings(book, content))


# A page asks at every look, and a check of many rows takes a second.
@lru_cache(maxsize=64)
def _findings(book: Book, content: str) -> tuple[Finding, ...]:
    left = [MOST_LOOKS]
    try:
        graph = read(content, book.inputs)
        found = _outputs(book, graph) + [fault for table in graph.tables for fault in judge(table, left)]
    except RuleError as error:
        return error.findings
    except RecursionError:
        return (Finding("too_large"),)
    return tuple(found or _engine(content))


@lru_cache(maxsize=64)
def checked(book: Book, content: str) -> Graph:
    """The decision of a file that may be released. Raises :class:`RuleError`."""
    found = findings(book, content)
    if found:
        raise RuleError(found)
    return read(content, book.inputs)


def _outputs(book: Book, graph: Graph) -> list[Finding]:
    found = []
    for wanted in book.outputs:
        given = graph.outputs.get(wanted.name)
        if given is None:
            found.append(Finding("output_missing", said={"detail": wanted.name}))
        elif given.kind != wanted.kind:
            found.append(Finding("output_kind", said={"detail": wanted.name}))
        elif wanted.values is not None:
            found += _values(graph, wanted.name, wanted.values, given.values)
    return found or _pairs(book, graph)


def _pairs(book: Book, graph: Graph) -> list[Finding]:
    """The rows whose first two answers do not go together, whichever of their values is taken."""
    if not book.pairs:
        return []
    one, two = (output.name for output in book.outputs[:2])
    for table in graph.tables:
        fields = [column.field for column in table.outputs]
        if one not in fields or two not in fields:
            continue
        found = []
        for number, row in enumerate(table.rows, 1):
            mine, theirs = (_answered(row.outputs[fields.index(name)]) for name in (one, two))
            wrong = [(a, b) for a in mine for b in theirs if (a, b) not in book.pairs]
            if wrong or not mine or not theirs:
                detail = ", ".join(f'"{value}"' for value in wrong[0]) if wrong else f"{one}, {two}"
                name = table.outputs[fields.index(two)].name
                found.append(Finding("output_pair", table.name, number, name, {"detail": detail}))
        return found
    return [Finding("output_pair", said={"detail": f"{one}, {two}"})]


def _answered(answer: Expression | None) -> list:
    """The plain values among which an answer chooses; none where it is anything else."""
    if isinstance(answer, Value):
        return [answer.value]
    if isinstance(answer, Apply) and answer.what == "?":
        first, second = (_answered(part) for part in answer.parts[1:])
        return [*first, *second] if first and second else []
    return []


def _values(graph: Graph, name: str, allowed: tuple, given: tuple | None) -> list[Finding]:
    """The cells that answer with what the output may not be; the output as a whole where they cannot be told."""
    wrong = [value for value in given or ("?",) if value not in allowed]
    if not wrong:
        return []
    found = []
    for table in graph.tables:
        for place, column in enumerate(table.outputs):
            if column.field != name:
                continue
            for number, row in enumerate(table.rows, 1):
                answer = row.outputs[place]
                try:
                    values = infer(answer, {}).values if answer is not None else ()
                except CellError:
                    values = ()
                for value in values or ():
                    if value not in allowed:
                        found.append(Finding("output_value", table.name, number, column.name, {"detail": str(value)}))
    return found or [Finding("output_value", said={"detail": ", ".join(map(str, wrong)) + f" ({name})"})]


def _engine(content: str) -> list[Finding]:
    """What GoRules' engine itself cannot read, although our reader could."""
    import zen

    try:
        zen.ZenEngine().create_decision(content)
    except RuntimeError as error:
        return [Finding("not_json", said={"detail": _first_line(error)})]
    found = []
    for node in loaded(content)["nodes"]:
        if node["type"] != TABLE:
            continue
        table = body(node)
        for number, row in enumerate(table.get("rules", []), 1):
            for side, compile_cell in (("inputs", zen.compile_unary_expression), ("outputs", zen.compile_expression)):
                for column in table.get(side, []):
                    source = str(row.get(column["id"]) or "").strip()
                    try:
                        if source:
                            compile_cell(source)
                    except RuntimeError as error:
                        said = {"detail": _first_line(error)}
                        found.append(Finding("zen", str(node.get("name")), number, str(column.get("name")), said))
    return found


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
