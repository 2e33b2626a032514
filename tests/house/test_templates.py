"""Templates: each can be read, each letter has both parts, and each is used."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from matchmaker.base.resources import folder
from tests.checkout import ROOT

TEMPLATES = folder("templates")
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*"))
LETTERS = sorted({name.rpartition(".")[0] for name in NAMES if "/letters/" in name})
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/matchmaker").rglob("*.py"))
VIEWS = "\n".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "src/matchmaker").rglob("*.py")
    if path.stem == "views" or path.parent.name == "views"
)


@pytest.fixture
def template_app(request: pytest.FixtureRequest) -> Flask:
    """The application over any database: nothing is read."""
    from matchmaker.app import create_app
    from tests.builders import make_settings

    return create_app(make_settings(database_url="sqlite:///never-opened.sqlite"))


def test_every_template_can_be_read(template_app: Flask) -> None:
    assert len(NAMES) > 40
    for name in NAMES:
        template_app.jinja_env.get_template(name)


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_has_a_text_and_an_html_part(letter: str) -> None:
    assert {f"{letter}.txt", f"{letter}.html"} <= set(NAMES)


@pytest.mark.parametrize("letter", LETTERS)
def test_every_letter_is_written_by_its_room(letter: str) -> None:
    room = letter.partition("/")[0]
    letters = ROOT / "src/matchmaker" / room / "letters.py"
    assert f'"{letter}"' in letters.read_text(encoding="utf-8")


def test_every_letter_that_is_written_has_templates() -> None:
    assert set(re.findall(r'"(\w+/letters/\w+)"', CODE)) == set(LETTERS)


def test_every_page_that_is_rendered_exists_and_each_that_exists_is_used() -> None:
    rendered = set(re.findall(r'"((?:\w+/)+\w+\.(?:html|xml))"', CODE))
    assert rendered <= set(NAMES)
    texts = "\n".join(Path(TEMPLATES, name).read_text(encoding="utf-8") for name in NAMES)
    frames = set(re.findall(r'"((?:\w+/)*\w+\.(?:html|txt))"', texts))
    shown = {
        name
        for name in NAMES
        if name.partition("/")[0] not in {"errors", "letters"} and "/letters/" not in name
    }
    assert shown - rendered - frames == set()


def test_no_page_is_given_a_value_that_the_frame_has_under_the_same_name(template_app: Flask) -> None:
    context: dict[str, object] = {}
    with template_app.test_request_context("/"):
        template_app.update_template_context(context)
    frame = set(context)
    base = Path(TEMPLATES, "base.html").read_text(encoding="utf-8")
    frame |= set(re.findall(r"{%-? set (\w+)", base))
    calls = [node for node in ast.walk(ast.parse(VIEWS)) if isinstance(node, ast.Call)]
    given = {
        keyword.arg
        for call in calls
        if isinstance(call.func, ast.Name) and re.fullmatch(r"render_template|\w+_page", call.func.id)
        for keyword in call.keywords
    }
    assert "territory" in given
    assert given & frame == set()


def test_no_field_is_cut_by_the_browser() -> None:
    cut = [name for name in NAMES if "maxlength" in Path(TEMPLATES, name).read_text(encoding="utf-8")]
    assert cut == [], "a browser cuts what is pasted without a word: the form says what is too long"


def test_no_validator_puts_a_limit_on_a_field_of_a_page(template_app: Flask) -> None:
    from wtforms import StringField
    from wtforms.validators import Length

    from matchmaker.web.forms import BaseForm

    class Limited(BaseForm):
        name = StringField(validators=[Length(max=60)])

    with template_app.test_request_context():
        assert "maxlength" not in Limited().name()
