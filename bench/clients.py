"""Clients of a running site: each keeps its connection and asks again as soon as it is answered."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one kind of request: median, 95th percentile, and how many were made."""

    p50: float
    p95: float
    count: int


def timing(milliseconds: Sequence[float]) -> Timing:
    """The median and the 95th percentile of what was measured (nearest rank)."""
    ordered = sorted(milliseconds)
    return Timing(ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], len(ordered))


def ask(
    port: int, cookie: str | Sequence[str], paths: Sequence[str], *, clients: int, seconds: float, fragment: bool
) -> Timing:
    """Asks for ``paths`` in turn with so many clients for so long; raises where an answer is not 200. Where there are
    several cookies, each client is another person.
    """
    cookies = [cookie] if isinstance(cookie, str) else cookie
    headers = {"Accept-Encoding": "identity", "Accept-Language": "zh-hans"}
    if fragment:
        headers |= PARTIAL
    measured: list[float] = []
    wrong: list[Exception] = []

    def client(number: int) -> None:
        try:
            who = headers | {"Cookie": cookies[number % len(cookies)]}
            measured.extend(_one_client(port, who, paths[number % len(paths) :: clients] or paths, seconds))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return timing(measured)


def _one_client(port: int, headers: dict[str, str], paths: Sequence[str], seconds: float) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    measured: list[float] = []
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline or not measured:
        path = paths[len(measured) % len(paths)]
        started = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        measured.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return measured
