"""Everybody at once: so many requests a second of all kinds, and changes that the other process must know at once."""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter, sleep
from urllib.parse import quote_plus

from flask import Flask

from benchmarks.cookies import cookie_of, quantile
from benchmarks.history import PASSWORD, Cast
from benchmarks.served import Answer, Line, Served, forms_of

SLUG = "valence-romans"
P95 = 200
"""Milliseconds, in the middle of a crowd."""

PEOPLE = 120
"""Browsers of citizens, and as many of leads: each with a session of its own."""

HANDS = 16
"""Requests that are on their way at once; who comes when all of them are, waits, and the wait is counted."""

TYPED = (
    "cuisine",
    "jardin",
    "couture",
    "vélo",
    "comptabilité",
    "menuiserie",
    "informatique",
    "cours de français",
)

SHARES = {
    "territory": 30,
    "search": 10,
    "need": 20,
    "home": 20,
    "ranked": 8,
    "offer": 3,
    "answer": 2,
    "desk": 3,
    "week": 2,
    "sign-in": 2,
}
"""Of a hundred requests."""


@dataclass(slots=True)
class _Told:
    """What came of it all."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    unseen: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, answer: Answer, waited: float) -> None:
        with self.lock:
            self.times[kind].append(answer.milliseconds + waited)
            if answer.status >= 400:
                self.failures[f"{kind} {answer.status}"] += 1


class _Crowd:
    """People at their browsers."""

    def __init__(self, app: Flask, served: Served, cast: Cast) -> None:
        self._port = served.port
        self._cast = cast
        self._rng = random.Random(3)
        self._citizens = [cookie_of(app, number) for number in cast.citizens[:PEOPLE]]
        self._leads = [(cookie_of(app, number), need_id) for number, need_id in cast.leads[:PEOPLE]]
        self._organiser = cookie_of(app, cast.organiser)
        self._waiting = [(cookie_of(app, number), one) for number, one in cast.waiting[:PEOPLE]]
        self._sign_ins = iter(range(10**9))

    def act(self, kind: str, line: Line) -> Answer:
        """One request of a kind; those that send a form open its page first, which is not counted."""
        rng = self._rng
        need_id = rng.choice(self._leads)[1]
        line.cookie = rng.choice(self._citizens)
        match kind:
            case "territory":
                line.cookie = rng.choice((None, line.cookie))
                return line.get(f"/t/{SLUG}")
            case "search":
                return line.get(f"/t/{SLUG}/needs?q={quote_plus(rng.choice(TYPED))}")
            case "need":
                return line.get(f"/needs/{need_id}")
            case "home":
                return line.get("/home")
            case "ranked":
                line.cookie, need_id = rng.choice(self._leads)
                return line.get(f"/needs/{need_id}/citizens")
            case "offer":
                return _sent(line, f"/needs/{need_id}/offer")
            case "answer":
                return self._answered(line)
            case "desk" | "week":
                line.cookie = self._organiser
                return line.get(f"/t/{SLUG}/{kind}")
            case _:
                return self._signed_in(line)

    def _answered(self, line: Line) -> Answer:
        if not self._waiting:
            return line.get("/introductions")
        line.cookie, number = self._waiting.pop()
        page = line.get(f"/introductions/{number}")
        form = next(form for form in forms_of(page.body) if form.action.endswith("/act"))
        return line.post(form.action, form.filled({"action": "decline", "reason": "other"}))

    def _signed_in(self, line: Line) -> Answer:
        line.cookie = None
        page = line.get("/sign-in")
        address = f"c{next(self._sign_ins) % 400}@example.org"
        return line.post(
            "/sign-in", forms_of(page.body)[-1].filled({"address": address, "password": PASSWORD})
        )


class _Changer:
    """Two pairs of hands: one changes something at one process, the other looks for it at the other process."""

    def __init__(self, app: Flask, served: Served, cast: Cast) -> None:
        self._served = served
        self._rng = random.Random(4)
        self._citizens = [cookie_of(app, number) for number in cast.citizens[PEOPLE : 2 * PEOPLE]]
        self._leads = [(cookie_of(app, number), need_id) for number, need_id in cast.leads[:PEOPLE]]
        self._wanted = cast.wanted
        self._lines: list[Line] = []
        self._number = 0

    def change(self) -> tuple[Answer, bool]:
        """Change a citizen's skills or a need in turn; the last answer, and whether the change was seen."""
        workers = self._served.workers()
        if [line.worker for line in self._lines] != workers:
            self._lines = [Line(self._served.port, worker) for worker in workers]
        here, there = self._rng.sample(self._lines, 2)
        self._number += 1
        return self._skills(here, there) if self._number % 2 else self._title(here, there)

    def _skills(self, here: Line, there: Line) -> tuple[Answer, bool]:
        """Somebody can now do all that a need asks for: it is on their page."""
        here.cookie = there.cookie = self._rng.choice(self._citizens)
        need_id, phrases = self._rng.choice(self._wanted)
        form = forms_of(here.get("/profile/skills").body)[-1]
        rows = {f"skills-{number}": phrase for number, phrase in enumerate(phrases)}
        sent = here.post("/profile/skills", form.filled(rows, instead_of="skills-"))
        return sent, f"/needs/{need_id}" in there.get("/home").body

    def _title(self, here: Line, there: Line) -> tuple[Answer, bool]:
        here.cookie, need_id = self._rng.choice(self._leads)
        there.cookie = None
        title = f"Besoin n° {self._number}"
        form = forms_of(here.get(f"/needs/{need_id}/edit").body)[-1]
        sent = here.post(f"/needs/{need_id}/edit", form.filled({"title": title, "publish": "1"}))
        return sent, title in there.get(f"/needs/{need_id}").body


def _sent(line: Line, path: str) -> Answer:
    """A form as it stands, sent; the page itself where it has none for this person."""
    page = line.get(path)
    own = [form for form in forms_of(page.body) if not form.action or form.action == path]
    return line.post(path, own[-1].filled({})) if own else page


def crowd(app: Flask, served: Served, cast: Cast, *, seconds: int, rate: float, changes: float) -> None:
    """Let all come for so many seconds, and print how long they waited, what failed, and what was not seen."""
    people, changer, told = _Crowd(app, served, cast), _Changer(app, served, cast), _Told()
    kinds = random.Random(5).choices(list(SHARES), list(SHARES.values()), k=int(seconds * rate))
    started = perf_counter()
    come = iter([(started + number / rate, kind) for number, kind in enumerate(kinds)])
    memory = [served.megabytes()]

    def ask(line: Line) -> None:
        while True:
            with told.lock:
                due, kind = next(come, (0.0, ""))
            if not kind:
                return
            sleep(max(0.0, due - perf_counter()))
            waited = perf_counter() - due
            told.note(kind, people.act(kind, line), waited * 1000)

    def change() -> None:
        for number in range(int(seconds * changes)):
            sleep(max(0.0, started + number / changes - perf_counter()))
            if perf_counter() > started + seconds:
                return
            sent, seen = changer.change()
            told.changes += 1
            told.unseen += not seen
            if sent.status != 302:
                told.failures[f"change {sent.status}"] += 1
            if number % max(1, int(changes * 10)) == 0:
                memory.append(served.megabytes())

    workers = served.workers()
    hands = [
        threading.Thread(target=ask, args=(Line(served.port, workers[number % len(workers)]),))
        for number in range(HANDS)
    ]
    hands.append(threading.Thread(target=change))
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    _print(told, seconds=perf_counter() - started, memory=[*memory, served.megabytes()])


def _print(told: _Told, *, seconds: float, memory: Sequence[Sequence[int]]) -> None:
    every = [time for times in told.times.values() for time in times]
    print(f"  a crowd, {len(every)} requests in {seconds:.0f} s ({len(every) / seconds:.0f} a second):")
    for kind, times in sorted(told.times.items()):
        print(
            f"    {quantile(times, 0.5):7.1f} {quantile(times, 0.95):7.1f} {max(times):7.0f}"
            f"  {len(times):6} × {kind}"
        )
    p95 = quantile(every, 0.95)
    kept = "" if p95 <= P95 else ", NOT kept"
    print(f"    95 of a hundred waited at most {p95:.0f} ms (held to {P95}{kept})")
    print(f"    failures: {dict(told.failures) or 'none'} (held to none)")
    print(
        f"    changes: {told.changes}, of which the other process did not know {told.unseen} (held to none)"
    )
    first, last = memory[min(1, len(memory) - 1)], memory[-1]
    print(f"    memory of the processes: {first} MB soon after the start, {last} MB at the end", flush=True)
