"""``guanxi audit``: proves the log of who did what, or names what is wrong with it."""

from __future__ import annotations

import getpass
import sys

from guanxi.crm.audit.queries import verified_up_to
from guanxi.crm.audit.sealing import seal
from guanxi.crm.audit.verification import verify


def run_verify(*, new_only: bool) -> int:
    """Seals what waits, verifies, prints every finding; returns 1 where there is one."""
    seal()
    after = verified_up_to() if new_only else 0

    def progress(done: int, all_: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {all_:,}", end="" if done < all_ else "\n", file=sys.stderr)

    report = verify(after=after, by=f"command line, {getpass.getuser()}", progress=progress)
    for finding in report.findings:
        print(finding)
    if report.found > len(report.findings):
        print(f"... and {report.found - len(report.findings):,} more")
    span = f"no. {report.first:,} to {report.last:,}" if report.last >= report.first else "nothing new"
    waiting = f", {report.waiting:,} not yet sealed" if report.waiting else ""
    if report.whole:
        print(f"The audit log is whole: {report.entries:,} entries, {span}{waiting}.")
        return 0
    print(f"The audit log is NOT whole: {report.found:,} findings in {report.entries:,} entries, {span}{waiting}.")
    return 1
