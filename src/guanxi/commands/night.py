"""``guanxi night``."""

from __future__ import annotations

import os
from datetime import date

from rich.console import Console

from guanxi.commands.terminal import Terminal
from guanxi.crm.config import settings
from guanxi.keyring import KeyringError
from guanxi.warehouse.night.lock import NightRunningError
from guanxi.warehouse.night.options import NightOptions
from guanxi.warehouse.night.run import NightStopped, Outcome, run_nights
from guanxi.warehouse.night.summary import print_problems, print_summary, write_summary


def options() -> NightOptions:
    """The night's options as this process's environment states them."""
    return NightOptions.from_environment(var=settings.VAR, database_url=os.environ["DATABASE_URL"])


def run(*, again_from: date | None, replay: bool) -> int:
    """Runs the night's job; returns the process's exit status: 0 done, 1 stopped, 2 not now."""
    console = Console()
    try:
        outcome = run_with_bars(console, again_from=again_from, replay=replay)
    except NightStopped as stopped:
        print_problems(console, stopped)
        return 1
    except NightRunningError as running:
        console.print(str(running))
        return 2
    except KeyringError as error:
        console.print(f"Nothing was begun. {error}", soft_wrap=True)
        return 1
    if outcome.made:
        print_summary(console, write_summary(options(), settings.VAR / "summary.json"))
    elif outcome.business_date:
        console.print(f"Nothing waits in {options().inbox} after {outcome.business_date}.")
    else:
        console.print(f"No day's folder in {options().inbox} yet. What belongs there: docs/file-interface.md")
    return 0


def run_with_bars(console: Console, *, again_from: date | None = None, replay: bool = False) -> Outcome:
    """Runs the night's job with a bar a step; raises what :func:`run_nights` raises."""
    with Terminal(console) as terminal:
        return run_nights(options(), again_from=again_from, replay=replay, listener=terminal)
