"""How a night looks on a terminal: a bar for each step; plain lines where the output is not a terminal."""

from __future__ import annotations

from datetime import date
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

STEP_WORDS = {
    "generate": "writing the bank's files",
    "land": "reading and checking files",
    "identify": "finding out who is one customer",
    "build": "computing",
    "publish": "publishing",
}


class Bar:
    """One step's bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self.progress = progress
        self.task = task

    def report(self, done: int, total: int, detail: str = "") -> None:
        """Moves the bar."""
        self.progress.update(self.task, completed=done, total=total or None, detail=detail)


class Terminal:
    """Shows nights and steps as they go; a context manager around one call of the night's job."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self.progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.tasks: dict[tuple[date | None, str], TaskID] = {}

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def night(self, day: date, position: int, count: int) -> None:
        """Says which night begins."""
        self.progress.console.print(f"night of {day} ({position} of {count})", highlight=False)

    def step(self, day: date | None, name: str) -> Bar:
        """A new bar for the step."""
        task = self.progress.add_task(f"  {STEP_WORDS.get(name, name)}", total=None, detail="")
        self.tasks[day, name] = task
        return Bar(self.progress, task)

    def step_done(self, day: date | None, name: str, seconds: float, rows: int) -> None:
        """Fills the step's bar and, away from a terminal, prints a line."""
        task = self.tasks[day, name]
        self.progress.update(task, total=1, completed=1, detail=f"{rows:,} rows" if rows else "")
        if self.progress.disable:
            self.console.print(f"  {STEP_WORDS.get(name, name):<28}{seconds:7.1f} s {rows:>12,} rows", highlight=False)
