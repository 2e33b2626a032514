"""What pages weigh on their way, by visit: the first of all, the next page, and one to which a letter leads later."""

from __future__ import annotations

import re
import tempfile
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path

from benchmarks.pages import served_demo
from matchmaker.base.logs import set_up_logs

LATER = 25_000
"""Bytes of a page with its styles, as they travel, for who has seen another one before."""

PACKINGS = "gzip, deflate, br, zstd"
"""What Chromium asks for over TLS."""

STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')


class Browser:
    """One that keeps cookies, and files for as long as it is told; scripts, pictures and fonts are left out."""

    def __init__(self, port: int, session: str | None, *, cookies: bool = True) -> None:
        self._port = port
        self._keeps = cookies
        self._cookies = {"session": session} if session else {}
        self._files: set[str] = set()

    def open(self, path: str, *, site: str) -> int:
        """The bytes of a page, and of its styles unless they are there already."""
        page, told = self._ask(path, site, packed=True)
        text, _ = self._ask(path, site, packed=False, told=told)
        self._note(told)
        missing = set(STYLES.findall(text.decode())) - self._files
        self._files |= missing
        return len(page) + sum(len(self._ask(file, "same-origin", packed=True)[0]) for file in missing)

    def _ask(
        self, path: str, site: str, *, packed: bool, told: list[str] | None = None
    ) -> tuple[bytes, list[str]]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Sec-Fetch-Site": site, "Accept-Encoding": PACKINGS if packed else "identity"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        notes = told if told is not None else answer.headers.get_all("Set-Cookie") or []
        connection.close()
        return body, notes

    def _note(self, told: list[str]) -> None:
        if self._keeps:
            for note in told:
                self._cookies |= {name: one.value for name, one in SimpleCookie(note).items()}


def weight() -> None:
    """Print each page's bytes, packed: a first visit, the next page, one more, and by a letter's link later."""
    set_up_logs("error")
    print("bytes of a page with its styles, packed, by what came before:")
    with tempfile.TemporaryDirectory() as folder, served_demo(Path(folder)) as (address, paths, cookie):
        port = int(address.rpartition(":")[2])
        for path in paths:
            for cookies in (True, False) if path != "/home" else (True,):
                browser = Browser(port, cookie if path == "/home" else None, cookies=cookies)
                first, second, third, letter = (
                    browser.open(path, site=site)
                    for site in ("none", "same-origin", "same-origin", "cross-site")
                )
                held = "as held to" if max(second, third, letter) < LATER else "NOT as held to"
                print(
                    f"  {path:20} first {first / 1000:5.1f} kB  second {second / 1000:5.1f}"
                    f"  third {third / 1000:5.1f}  by a letter later {letter / 1000:5.1f}"
                    + (
                        f"  (all but the first below {LATER / 1000:.0f}: {held})"
                        if cookies
                        else "  (cookies refused)"
                    ),
                    flush=True,
                )
