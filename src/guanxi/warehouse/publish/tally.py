"""How far a publication is, counted in rows, from whichever thread."""

from __future__ import annotations

from threading import Lock

from guanxi.warehouse.progress import Progress


class Tally:
    """Adds up rows that are written and rows that are to be written, and tells ``progress``."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.lock = Lock()
        self.done = 0
        self.total = 0

    def expect(self, rows: int) -> None:
        """``rows`` more are to be written."""
        with self.lock:
            self.total += rows

    def wrote(self, rows: int, detail: str) -> None:
        """``rows`` more were written; ``detail`` says where."""
        with self.lock:
            self.done += rows
            self.progress.report(self.done, max(self.total, self.done), detail)
