"""The look: contrasts of the colour tokens, vendored files unchanged, nothing inline, macros that render."""

import hashlib
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from werkzeug.datastructures import MultiDict

from matchmaker.base import i18n
from matchmaker.demo import style
from matchmaker.demo.style import EveryField

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/matchmaker/static"
TEMPLATES = ROOT / "templates"


def test_colours_can_be_told_apart() -> None:
    assert [pair for pair in style.pairs() if min(pair.light, pair.dark) < pair.at_least] == []


def test_the_contrast_is_that_of_wcag() -> None:
    assert style.contrast("#ffffff", "#000000") == pytest.approx(21)
    assert style.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_vendored_files_are_those_that_were_checked_in() -> None:
    readme = (STATIC / "vendor/README.md").read_text()
    listed = {name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", readme, re.MULTILINE)}
    served = [path for path in (STATIC / "vendor").iterdir() if path.suffix in {".js", ".css", ".woff2"}]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in served} == listed


def _own_files() -> list[Path]:
    return [*TEMPLATES.rglob("*.html"), *STATIC.glob("*.css"), *STATIC.glob("*.js")]


PAGES = [path for path in TEMPLATES.rglob("*.html") if "letters" not in path.parts]
FORBIDDEN = r"\sstyle=|<style|<script(?![^>]*(?:\ssrc=|application/ld))|\son[a-z]+=|hx-on|javascript:"


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_pages_have_nothing_that_the_content_policy_forbids(path: Path) -> None:
    assert re.findall(FORBIDDEN, path.read_text()) == []


@pytest.mark.parametrize("path", _own_files(), ids=str)
def test_nothing_comes_from_a_third_party(path: Path) -> None:
    assert (
        re.findall(r"(?:src=\"|(?<!<a )href=\"|url\(\"?|@import\s+\"?)(?:https?:)?//", path.read_text()) == []
    )


@pytest.fixture
def macros() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"], default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: text, lambda one, many, number: one if number == 1 else many, newstyle=True
    )
    environment.globals["csrf_token"] = lambda: "token"
    environment.filters |= {"date": date.isoformat, "number": str}
    return environment


def _show(macros: Environment, source: str, **values: Any) -> str:
    head = "".join(f'{{% import "macros/{name}.html" as {name} %}}' for name in ("forms", "cards", "layout"))
    return macros.from_string(head + source).render(**values)


def _posted(**values: str | list[str]) -> EveryField:
    form = EveryField(MultiDict({"kind": "skill", **values}))
    # Whichever language the page of another test was in.
    with i18n.using("fr"):
        form.validate()
    return form


def test_a_wrong_field_says_so_in_words_that_are_tied_to_it(macros: Environment) -> None:
    form = _posted(first_name="")
    form.first_name.label.text = "First <name>"
    html = _show(
        macros, '{{ forms.field(form.first_name, hint="A <hint>.", autocomplete="given-name") }}', form=form
    )
    described = re.search(r'aria-describedby="([^"]*)"', html)
    assert described is not None
    assert all(f'id="{name}"' in html for name in described[1].split())
    assert described[1].split() == ["first_name-hint", "first_name-error"]
    assert 'aria-invalid="true"' in html
    assert 'autocomplete="given-name"' in html
    assert "First &lt;name&gt;" in html
    assert "A &lt;hint&gt;." in html


def test_a_right_field_keeps_what_was_typed_and_claims_no_error(macros: Environment) -> None:
    html = _show(macros, "{{ forms.field(form.first_name) }}", form=_posted(first_name='Zoé "<'))
    assert 'value="Zoé &#34;&lt;"' in html
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html


def test_every_link_of_the_error_summary_leads_to_something(macros: Environment) -> None:
    form = _posted(first_name="", **{"skills-0": "fine", "skills-1": "x" * 65})
    html = _show(
        macros,
        "{{ forms.error_summary(form) }}"
        "{% for f in form if f.type != 'FieldList' %}{{ forms.field(f) }}{% endfor %}"
        '{{ forms.skills_field(form.skills, "/skills") }}',
        form=form,
    )
    links = re.findall(r'href="#([^"]+)"', html)
    assert set(links) == {"first_name", "skills-1", "radius-0"}
    assert all(f'id="{link}"' in html for link in links)
    assert "(2) – 64 caractères au plus" in html


def test_groups_of_choices_show_what_was_chosen(macros: Environment) -> None:
    form = _posted(radius="0", challenges=["waste"], letter="y")
    html = _show(
        macros,
        "{{ forms.field(form.radius, option_hints={'0': 'By phone.'}) }}"
        "{{ forms.field(form.challenges) }}{{ forms.field(form.letter) }}",
        form=form,
    )
    checked = re.findall(r'name="(\w+)" value="(\w+)" checked', html)
    assert checked == [("radius", "0"), ("challenges", "waste"), ("letter", "y")]
    assert 'aria-describedby="radius-1-hint"' in html


def test_the_second_step_of_a_suggestion_replaces_its_hidden_field(macros: Environment) -> None:
    source = '{{ forms.suggest(form.commune, "/communes", keep=form.commune_code, choices=choices) }}'
    form = _posted(commune="Romans", commune_code="26281")
    assert '<input type="hidden" name="commune_code" value="26281">' in _show(
        macros, source, form=form, choices=[]
    )
    html = _show(
        macros, source, form=form, choices=[{"value": "26281", "text": "Romans-sur-Isère", "aside": "26100"}]
    )
    assert 'type="radio"' in html
    assert 'type="hidden"' not in html


def test_rows_of_skills_can_grow_up_to_their_limit(macros: Environment) -> None:
    form = _posted(**{"skills-0": "compta", "skills-1": "soudure"})
    source = '{{ forms.skills_field(form.skills, "/skills", limit=limit, understood={0: "bookkeeping"}) }}'
    html = _show(macros, source, form=form, limit=30)
    assert 'name="add_line"' in html
    assert "We understood: bookkeeping" in html
    assert 'name="skills-__"' in html
    assert 'name="add_line"' not in _show(macros, source, form=form, limit=2)


def test_marked_words_are_whole_words_and_the_text_is_kept(macros: Environment) -> None:
    text = "Parler d’électricité, d'art & de cartes (vélos)."
    html = _show(macros, "{{ cards.marked(text, ('électricité', 'art', 'vélos')) }}", text=text)
    assert re.findall("<mark>(.*?)</mark>", html) == ["électricité", "art", "vélos"]
    assert re.sub("</?mark>", "", html) == "Parler d’électricité, d&#39;art &amp; de cartes (vélos)."


def test_a_card_takes_mappings_and_objects_with_only_what_is_needed(macros: Environment) -> None:
    source = "{{ cards.need_card(card) }}"
    least = {"title": "A place", "group_name": "Repair café"}
    assert _show(macros, source, card=least) == _show(macros, source, card=SimpleNamespace(**least))
    html = _show(macros, source, card=least)
    assert "<ul" not in html
    assert "/100" not in html


def test_a_full_card_says_why_and_what_is_missing(macros: Environment) -> None:
    card = {
        "title": "Keep the books",
        "group_name": "Bottles",
        "url": "/needs/1",
        "score": 81.6,
        "reasons": [
            {"wanted": "accounting", "own": "compta", "how": "broader"},
            {"wanted": "grants", "own": None, "how": None},
        ],
        "missing": ["grants"],
        "distance_km": 11.6,
        "hours": 2.0,
        "places_left": 1,
        "until": date(2026, 12, 18),
    }
    html = _show(macros, '{% call cards.need_card(card) %}<a href="/x">Help</a>{% endcall %}', card=card)
    for words in (
        "82/100",
        "Strong match",
        "includes it",
        "12 km from you",
        "about 2 hours a week",
        "2026-12-18",
        "Help",
    ):
        assert words in html
    assert html.count("<span>grants</span>") == 1


@pytest.mark.parametrize("folder", ["macros", "errors", "letters"])
def test_templates_of_the_look_compile(macros: Environment, folder: str) -> None:
    names = [path.relative_to(TEMPLATES).as_posix() for path in (TEMPLATES / folder).iterdir()]
    assert names
    for name in names:
        macros.get_template(name)


def test_the_text_letter_is_plain_and_well_spaced(macros: Environment) -> None:
    source = (
        '{% extends "letters/base.txt" %}'
        "{% block greeting %}Hello Zoé,{% endblock %}"
        "{% block body %}\nTwo groups & you.\n{% endblock %}\n"
    )
    macros.autoescape = False
    text = macros.from_string(source).render(
        service_name="Startup", territory_name="Valence-Romans", unsubscribe_url="https://x.test/u/1"
    )
    assert text.strip().split("\n") == [
        "Hello Zoé,",
        "",
        "Two groups & you.",
        "",
        "See you soon,",
        "the team of Valence-Romans",
        "",
        "-- ",
        "Startup · Valence-Romans",
        "",
        "You get this letter because you asked for it, or because you belong to a group.",
        "Stop the letters:",
        "https://x.test/u/1",
    ]


@pytest.mark.parametrize("address", [None, "https://x.test/u/1"])
def test_the_html_letter_loads_nothing_and_offers_to_stop_when_it_can(
    macros: Environment, address: str | None
) -> None:
    html = macros.get_template("letters/base.html").render(
        locale="en", subject="A & B", service_name="Startup", unsubscribe_url=address
    )
    assert "<title>A &amp; B</title>" in html
    assert re.findall(r"<img|<link|url\(|src=", html) == []
    assert ("Stop the letters" in html) is (address is not None)
