"""Looks for malware in what comes in, by the bank's own scanner. Where it cannot look, nothing is let in.

Two ways, set up by the bank: a command that reads the file from its standard input and ends with 0 for clean and 1 for
infected (as ``clamdscan -`` and its like do), or the socket of a running clamd. With neither, nothing is scanned, and
the file's row says so.
"""

from __future__ import annotations

import logging
import socket
import struct
import subprocess

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.crm.kernel.uploads import RefusedUploadError

TIMEOUT = 60.0
CHUNK = 65_536
INFECTED = 1
log = logging.getLogger(__name__)


def scan(content: bytes) -> str:
    """Which scanner found the content clean; empty where none is set up.

    Raises :class:`RefusedUploadError` for what a scanner finds, and where a scanner that is set up does not answer.
    """
    if settings.SCAN_CLAMD:
        clean, name = _ask_clamd(settings.SCAN_CLAMD, content), "clamd"
    elif settings.SCAN_COMMAND:
        clean, name = _run(settings.SCAN_COMMAND, content), settings.SCAN_COMMAND[0].rpartition("/")[2][:60]
    else:
        return ""
    if clean is None:
        raise RefusedUploadError(_("The file could not be scanned for malware and was not taken in. Try again later."))
    if not clean:
        log.warning("%s found malware in an upload of %s bytes", name, len(content))
        raise RefusedUploadError(_("The scanner found malware in this file. It was not taken in."))
    return name


def _run(command: list[str], content: bytes) -> bool | None:
    """Whether a command finds the content clean; None where it gives no verdict."""
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        log.exception("the malware scanner did not run")
        return None
    if done.returncode not in (0, INFECTED):
        log.error("the malware scanner ended with %s: %s", done.returncode, done.stderr[-300:])
        return None
    return done.returncode == 0


def _ask_clamd(address: str, content: bytes) -> bool | None:
    """Whether clamd finds the content clean (its INSTREAM); None where it gives no verdict.

    ``address`` is the path of a socket, or host and port with a colon between.
    """
    try:
        with _connected(address) as connection:
            connection.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                portion = content[start : start + CHUNK]
                connection.sendall(struct.pack("!I", len(portion)) + portion)
            connection.sendall(struct.pack("!I", 0))
            answer = b""
            while portion := connection.recv(4_096):
                answer += portion
    except (OSError, ValueError):
        log.exception("clamd did not answer")
        return None
    verdict = answer.rstrip(b"\0\n ")
    if verdict.endswith(b" FOUND"):
        return False
    if verdict.endswith(b": OK"):
        return True
    log.error("clamd answered %s", verdict[:300])
    return None


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(TIMEOUT)
        connection.connect(address)
        return connection
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)
