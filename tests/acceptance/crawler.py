"""A crawler that does what nobody should: follows every link as one role, sends every form with what does not belong
there, puts foreign records into every address and field, and reads each answer for what the role must not know.

Every request runs within a savepoint that is rolled back, so what is found does not depend on what came before.
Random, and the same for the same seed.
"""

from __future__ import annotations

import io
import re
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from django.core.signals import got_request_exception
from django.test import Client
from django.urls import Resolver404, resolve

from tests.acceptance.garbage import EVIL, awkward
from tests.acceptance.page_parts import FormOnPage, parts_of
from tests.acceptance.stage import undone

HERE = "http://testserver"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
# Whatever a customer could be known by; the stage gives each name a sign of its own (see ``marks``).
TELLING = re.compile(
    r"[\u3400-\u36ff]|\bP\d{5}\b|\bA\d{6}\b|\b6222\d{12}\b|\b138\d{8}\b|\b3301\d{13}[\dX]\b|\b9133[0-9A-Z]{14}\b"
)
# The log, the history of arrangements and the lines of the bank's files hold bare numbers of whoever they are about;
# they are open to roles of the whole bank alone. Names, phones and documents must not be there either. The API's own
# documentation has an example.
BARE_NUMBERS = re.compile(r"^/(?:(?:audit|history|quarantine|quality|administration)/|api/$)")
BARE = re.compile(r"^[PA]\d+$")
HEADERS = {
    "Content-Security-Policy": "",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Request-ID": "",
}
LEADING = ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url")
SAME_SHAPE = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, so that what is found can be done again."""

    method: str
    url: str
    data: tuple[tuple[str, Any], ...] = ()
    part: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.url} {dict(self.data) or ''} {'(part)' if self.part else ''}".strip()

    @property
    def words(self) -> str:
        """All that was typed, so that an echo of it is no leak."""
        return " ".join([self.url, *(str(value) for _name, value in self.data)])


@dataclass
class Crawler:
    """Walks as one role. ``forbidden`` says of a telling text whether the role must not know it; ``foreign`` are
    records that are not the role's, by the name that addresses have for them; ``start`` are addresses to begin at.
    """

    client: Client
    random: Random
    forbidden: Callable[[str], bool]
    foreign: Mapping[str, list[str]]
    start: list[str]
    findings: list[str] = field(default_factory=list)
    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    views: set[str] = field(default_factory=set)

    def walk(self, requests: int) -> None:
        """Makes so many requests."""
        self._waiting = [Sent("GET", url) for url in self.start]
        self.random.shuffle(self._waiting)
        self._known: list[str] = ["/"]
        self._forms: list[FormOnPage] = []
        self._shapes: Counter[str] = Counter()
        self._parameters: dict[str, set[str]] = {}
        while self.requests < requests:
            self._send(self._next())

    def _next(self) -> Sent:
        turn = self.random.random()
        if self._forms and turn < 0.35:
            return self._filled(self.random.choice(self._forms))
        if turn < 0.5:
            named = [url for url in self.random.choices(self._known, k=12) if re.search(r"\d/|=[PARB]\d", url)]
            return Sent("GET", self._with_foreign((named or self._known)[0]), part=turn < 0.4)
        if turn < 0.7:
            return Sent("GET", self._with_garbage(self.random.choice(self._known)), part=turn < 0.6)
        while self._waiting:
            sent = self._waiting.pop(0)
            if self._is_new(sent):
                return sent
        return Sent("GET", self._with_garbage(self.random.choice(self._known)), part=True)

    def _is_new(self, sent: Sent) -> bool:
        parts = urlsplit(sent.url)
        shape = f"{sent.method} {_view(parts.path)} {sorted({name for name, _value in parse_qsl(parts.query)})}"
        self._shapes[shape] += 1
        return self._shapes[shape] <= SAME_SHAPE

    def _with_foreign(self, url: str) -> str:
        """The address with records in it that are not the role's."""
        parts = urlsplit(url)
        try:
            match = resolve(parts.path)
        except Resolver404:
            return url
        path = parts.path
        for name, value in match.kwargs.items():
            if name in self.foreign:
                path = path.replace(f"/{value}/", f"/{self.random.choice(self.foreign[name])}/", 1)
        query = [(name, self._stranger(name) or value) for name, value in parse_qsl(parts.query)]
        return f"{path}?{urlencode(query)}" if query else path

    def _stranger(self, name: str) -> str:
        return self.random.choice(self.foreign[name]) if name in self.foreign else ""

    def _with_garbage(self, url: str) -> str:
        """The address with parameters that make no sense, or somebody else's page of a list."""
        parts = urlsplit(url)
        path = self._spoilt_path(parts.path) if self.random.random() < 0.15 else parts.path
        query = parse_qsl(parts.query, keep_blank_values=True)
        names = sorted(self._parameters.get(_view(parts.path), set()) | {"page", "sort", "q", "after", "unit"})
        for name in self.random.sample(names, min(len(names), self.random.randint(1, 3))):
            if self.random.random() < 0.3:  # twice the same name
                query.append((name, awkward(self.random)))
            query = [pair for pair in query if pair[0] != name or self.random.random() < 0.2]
            query.append((name, awkward(self.random) if self.random.random() < 0.8 else self._any_foreign()))
        raw = "&q=%FF%ED%A0%80" if self.random.random() < 0.05 else ""  # no text at all
        return f"{path}?{urlencode(query)}{raw}"

    def _spoilt_path(self, path: str) -> str:
        """The path with something that is no record in place of one."""
        try:
            values = [str(value) for value in resolve(path).kwargs.values()]
        except Resolver404:
            return path
        if not values:
            return path
        return path.replace(f"/{self.random.choice(values)}/", f"/{quote(awkward(self.random)[:200], safe='')}/", 1)

    def _any_foreign(self) -> str:
        return str(self.random.choice(self.foreign[self.random.choice(sorted(self.foreign))]))

    def _filled(self, form: FormOnPage) -> Sent:
        """The form as a browser would send it, with some fields spoilt."""
        way = self.random.choice(["valid", "empty", "one", "one", "all", "foreign", "extra"])
        data = [(name, self._spoilt(value, way)) for name, value in form.filled(self.random)]
        if way == "extra":
            data += [(self.random.choice(["next", "staff", "institution", "id", "party_id"]), awkward(self.random))]
        url = self._with_foreign(form.action) if way == "foreign" else form.action
        if form.method == "GET":
            return Sent("GET", f"{urlsplit(url).path}?{urlencode(data)}")
        return Sent("POST", url, tuple(data), part=self.random.random() < 0.3)

    def _spoilt(self, value: str, way: str) -> str:
        if way == "empty":
            return ""
        if way == "all" or (way == "one" and self.random.random() < 0.3):
            return awkward(self.random)
        return self._any_foreign() if way == "foreign" and self.random.random() < 0.5 else value

    def _send(self, sent: Sent) -> None:
        with undone():
            cookies = self.client.cookies.output(header="", sep=";")
            answer = self._answer(sent)
            self._read(sent, answer)
            steps = 0
            while sent.method == "POST" and answer.status_code in (301, 302, 303) and steps < 3:
                to = urljoin(sent.url, answer.headers["Location"])
                if not to.startswith("/") or _view(urlsplit(to).path) == "sign-in":
                    break
                after = Sent("GET", to, sent.data)
                answer = self._answer(after)
                self._read(after, answer)
                steps += 1
        if self.client.cookies.output(header="", sep=";") != cookies:
            self.client.cookies.clear()
            self.client.cookies.load(cookies.replace("\r\n", ";"))

    def _answer(self, sent: Sent) -> Any:
        self.requests += 1
        problems: list[str] = []

        def note(**_facts: Any) -> None:
            problems.append(traceback.format_exc(limit=-6))

        got_request_exception.connect(note)
        try:
            headers = {**(PARTIAL if sent.part else {}), "referer": f"{HERE}{sent.url.split('?')[0]}"}
            if sent.method == "POST":
                data: dict[str, Any] = {}
                for name, value in sent.data:
                    data.setdefault(name, []).append(value)
                answer = self.client.post(sent.url, data, headers=headers)
            else:
                answer = self.client.get(sent.url, headers=headers)
        finally:
            got_request_exception.disconnect(note)
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500 or problems:
            self.findings.append(f"{answer.status_code} for {sent}\n{''.join(problems)}")
        return answer

    def _read(self, sent: Sent, answer: Any) -> None:
        path = urlsplit(sent.url).path
        self.views.add(_view(path))
        for name, wanted in HEADERS.items():
            if wanted not in answer.headers.get(name, "\0"):
                self.findings.append(f"{name} is {answer.headers.get(name)} for {sent}")
        kept = answer.headers.get("Cache-Control", "")
        if "private" not in kept and "no-store" not in kept:
            self.findings.append(f"may be kept by others ({kept}): {sent}")
        for name in LEADING:
            to = answer.headers.get(name, "/")
            if not to.startswith(("/", "?")) or to.startswith(("//", "/\\")):
                self.findings.append(f"{name} leads to {to}: {sent}")
        text = _text(answer)
        self._look_for_leaks(sent, path, text)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            if EVIL in text:
                self.findings.append(f"what was typed became markup: {sent}")
            if answer.status_code == 200:
                self._learn(sent, text)

    def _look_for_leaks(self, sent: Sent, path: str, text: str) -> None:
        leaks = {found for found in TELLING.findall(text) if self.forbidden(found)}
        leaks = {found for found in leaks if found not in sent.words}
        if BARE_NUMBERS.match(path):
            leaks = {found for found in leaks if not BARE.match(found)}
        if leaks:
            self.findings.append(f"tells {sorted(leaks)[:5]}: {sent}")

    def _learn(self, sent: Sent, text: str) -> None:
        links, forms = parts_of(text)
        for link in links:
            url = urljoin(sent.url, link)
            parts = urlsplit(url)
            if parts.netloc or not parts.path.startswith("/") or parts.path.startswith("/static/"):
                continue
            url = f"{parts.path}?{parts.query}" if parts.query else parts.path
            self._waiting.insert(self.random.randint(0, len(self._waiting)), Sent("GET", url))
            asked = self._parameters.setdefault(_view(parts.path), set())
            asked.update(name for name, _value in parse_qsl(parts.query))
            if len(self._known) < 2_000:
                self._known.append(url)
        for form in forms:
            form.action = urljoin(sent.url, form.action) if form.action else sent.url
            if urlsplit(form.action).netloc or _view(urlsplit(form.action).path) in {"sign-out", "admin:logout"}:
                continue
            names = sorted({one.name for one in form.fields})
            shape = f"form {form.method} {_view(urlsplit(form.action).path)} {names}"
            self._shapes[shape] += 1
            if self._shapes[shape] <= SAME_SHAPE:
                self._forms.append(form)
            if form.method == "GET":
                self._parameters.setdefault(_view(urlsplit(form.action).path), set()).update(names)


def _view(path: str) -> str:
    try:
        return resolve(path).view_name or path
    except Resolver404:
        return "?"


def _text(answer: Any) -> str:
    """All that can be read in an answer; a spreadsheet's and an archive's parts as well."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] != b"PK":
        text = content.decode("utf-8", "replace")
        return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)  # as JSON writes Chinese
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    except zipfile.BadZipFile:
        return ""
