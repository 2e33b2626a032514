"""Collecting the texts of code and templates, and comparing them with the catalogue."""

import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from matchmaker.base.i18n import CATALOGUES
from matchmaker.base.resources import folder

PACKAGE = Path(__file__).parent.parent
KEYWORDS = {
    "gettext": None,
    "ngettext": (1, 2),
    "_": None,
    "mark": None,
    "lazy": None,
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdif]")


def catalogue_path(locale: str, top: Path = CATALOGUES) -> Path:
    """The text of a locale's catalogue; ``top`` is the folder of all of them, here and below."""
    return top / locale / "LC_MESSAGES" / "messages.po"


@cache
def collect() -> Catalog:
    """Every marked text of the package's code and of the templates, with where it is used; read once a process."""
    found = Catalog(charset="utf-8")
    sources: tuple[tuple[Path, list[tuple[str, str]], dict[str, str]], ...] = (
        (PACKAGE, [("**.py", "python")], {}),
        (folder("templates"), [("**.html", "jinja2"), ("**.txt", "jinja2")], {"trimmed": "true"}),
    )
    for top, methods, options in sources:
        extracted = extract_from_dir(
            top,
            method_map=methods,
            options_map={pattern: options for pattern, _ in methods},
            keywords=KEYWORDS,
            comment_tags=("translators:",),
        )
        for name, _line, message, comments, context in extracted:
            # Without line numbers, so that a catalogue changes only when a text does.
            found.add(message, None, [(f"{top.name}/{name}", 0)], auto_comments=comments, context=context)
    return found


def read(locale: str, top: Path = CATALOGUES) -> Catalog:
    """The catalogue of ``locale``; an empty one if there is none yet."""
    path = catalogue_path(locale, top)
    if not path.exists():
        return Catalog(
            locale=locale,
            charset="utf-8",
            project="matchmaker",
            version="",
            msgid_bugs_address="",
            last_translator="",
            language_team="",
            header_comment="# The French of matchmaker. Licence: AGPL-3.0-or-later, as the software.",
            fuzzy=False,
        )
    with path.open("rb") as stream:
        return read_po(stream, locale=locale)


def update(locale: str, top: Path = CATALOGUES) -> None:
    """Add new texts to the catalogue of ``locale``, and take out those that are no longer used."""
    catalogue = read(locale, top)
    catalogue.update(collect(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    stream = BytesIO()
    write_po(stream, catalogue, width=110, omit_header=False, sort_output=True, include_lineno=False)
    path = catalogue_path(locale, top)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(stream.getvalue())


def compile_catalogue(locale: str, top: Path = CATALOGUES) -> None:
    """Write the machine's form of a catalogue beside its text."""
    with catalogue_path(locale, top).with_suffix(".mo").open("wb") as stream:
        write_mo(stream, read(locale, top))


def problems(locale: str, top: Path = CATALOGUES) -> Iterator[str]:
    """What keeps the catalogue of ``locale`` from being complete and in step with code and templates, a line each."""
    kept = read(locale, top)
    used = collect()
    for message in used:
        if not message.id:
            continue
        translated = kept.get(message.id, message.context)
        if translated is None:
            yield f"not in the catalogue: {_shown(message)}"
        elif translated.fuzzy:
            yield f"fuzzy: {_shown(message)}"
        elif not _is_complete(translated):
            yield f"not translated: {_shown(message)}"
        elif not _same_placeholders(translated):
            yield f"other placeholders: {_shown(message)}"
    for message in kept:
        if message.id and used.get(message.id, message.context) is None:
            yield f"no longer used: {_shown(message)}"


def _shown(message: Message) -> str:
    source = message.id if isinstance(message.id, str) else message.id[0]
    return f"{source!r} ({', '.join(sorted({place for place, _ in message.locations}))})"


def _is_complete(message: Message) -> bool:
    if isinstance(message.string, str):
        return bool(message.string.strip())
    return bool(message.string) and all(form.strip() for form in message.string or ())


def _same_placeholders(message: Message) -> bool:
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
    wanted = {name for source in sources for name in PLACEHOLDER.findall(source)} - {"num"}
    return all(set(PLACEHOLDER.findall(text)) - {"num"} == wanted for text in strings)
