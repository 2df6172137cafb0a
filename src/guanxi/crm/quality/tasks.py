"""The worker's job: runs ``guanxi night`` as a process of its own and notes how it ended."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from procrastinate.contrib.django import app

from guanxi.crm.quality.models import NightRequest
from guanxi.crm.quality.services import begin_request, finish_request
from guanxi.postgres import owner_environment

OUTPUT_KEPT = 4_000


def command(*, replay: bool) -> list[str]:
    """The command line of the night's job."""
    return [sys.executable, "-m", "guanxi.cli", "night", *(["--replay"] if replay else [])]


@app.task(name="run_night", queue="night")
def run_night(request_id: int) -> int | None:
    """Runs the night's job that a :class:`NightRequest` asked for; returns its exit status.

    A process of its own, since its memory must go back when it ends, and a crash of it must not take the worker along.
    """
    request = begin_request(request_id=request_id)
    if request is None:
        return None
    with tempfile.TemporaryFile() as output:
        process = subprocess.run(
            command(replay=request.kind == NightRequest.Kind.REPLAY),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env=owner_environment(),
        )
        size = output.tell()
        output.seek(max(0, size - OUTPUT_KEPT))
        said = output.read().decode("utf-8", "replace").replace("\x00", "")
    finish_request(request_id=request_id, exit_code=process.returncode, output=said.strip())
    return process.returncode
