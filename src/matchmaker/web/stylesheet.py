"""All of the pages' styles as one text: a file that is kept, or a part of the first page that somebody sees."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache

from matchmaker.base.resources import folder

PARTS = ("vendor/pico.min.css", "matchmaker.css", "components.css")
PAPER = "print.css"
STATIC = "/static"
"""Where static files are served, as Flask has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stylesheet:
    """A style and its names: ``digest`` in the address of its file, ``source`` in a Content-Security-Policy."""

    text: str
    digest: str
    source: str


@cache
def stylesheet() -> Stylesheet:
    """The styles in their order, those for paper last."""
    text = "\n".join([*map(_read, PARTS), f"@media print {{\n{_read(PAPER)}}}\n"])
    text = text.replace('url("vendor/', f'url("{STATIC}/vendor/')
    digest = hashlib.sha256(text.encode()).digest()
    return Stylesheet(text=text, digest=digest.hex()[:12], source=f"'sha256-{b64encode(digest).decode()}'")


def _read(name: str) -> str:
    return folder("static").joinpath(name).read_text(encoding="utf-8")
