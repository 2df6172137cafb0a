"""Whether a file may be released as a book's rules. Everything that is wrong is told at once, with its cell."""

from __future__ import annotations

from functools import lru_cache

from guanxi.warehouse.rules.books import Book
from guanxi.warehouse.rules.boxes import judge
from guanxi.warehouse.rules.findings import CellError, Finding, RuleError
from guanxi.warehouse.rules.graph import TABLE, Graph, loaded, read
from guanxi.warehouse.rules.typing import infer


def findings(book: Book, content: str) -> list[Finding]:
    """All faults of a file; none where it may be released."""
    try:
        graph = read(content, book.inputs)
    except RuleError as error:
        return list(error.findings)
    found = _outputs(book, graph) + [fault for table in graph.tables for fault in judge(table)]
    return found or _engine(content)


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
    return found


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
        table = node["content"]
        for number, row in enumerate(table["rules"], 1):
            for side, compile_cell in (("inputs", zen.compile_unary_expression), ("outputs", zen.compile_expression)):
                for column in table[side]:
                    source = str(row.get(column["id"]) or "").strip()
                    try:
                        if source and source != "-":
                            compile_cell(source)
                    except RuntimeError as error:
                        said = {"detail": _first_line(error)}
                        found.append(Finding("zen", str(node.get("name")), number, str(column.get("name")), said))
    return found


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
