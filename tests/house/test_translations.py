"""The French catalogue is complete, and what says so can tell when it is not."""

from pathlib import Path

import pytest

from matchmaker.base.i18n import CATALOGUES
from matchmaker.translations import ease, messages
from matchmaker.translations.__main__ import main


def test_every_text_has_its_french() -> None:
    assert list(messages.problems("fr")) == []


def test_a_new_catalogue_holds_every_text_and_none_of_them_translated(tmp_path: Path) -> None:
    assert messages.read("fr", tmp_path).num_plurals == 2
    messages.update("fr", tmp_path)
    texts = [message for message in messages.read("fr", tmp_path) if message.id]
    found = list(messages.problems("fr", tmp_path))
    assert len(found) == len(texts) > 300
    assert all(line.startswith("not translated: ") for line in found)


@pytest.fixture
def translated(tmp_path: Path) -> Path:
    """A copy of the French catalogue that may be spoilt."""
    path = messages.catalogue_path("fr", tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(messages.catalogue_path("fr").read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('msgid "Sign in"\n', '#, fuzzy\nmsgid "Sign in"\n', "fuzzy: 'Sign in'"),
        ('msgid "Sign in"\n', 'msgid "Sign in, please"\n', "not in the catalogue: 'Sign in'"),
        ('msgid "Sign in"\n', 'msgid "Sign in, please"\n', "no longer used: 'Sign in, please'"),
        ("%(name)s,", "%(nom)s,", "other placeholders: 'Hello %(name)s,'"),
    ],
)
def test_what_is_wrong_is_told(translated: Path, before: str, after: str, said: str) -> None:
    path = messages.catalogue_path("fr", translated)
    text = path.read_text(encoding="utf-8")
    assert before in text
    spoilt = (
        text.replace('msgstr "Bonjour %(name)s,"', 'msgstr "Bonjour %(nom)s,"') if "%" in before else text
    )
    path.write_text(spoilt if "%" in before else text.replace(before, after), encoding="utf-8")
    assert any(line.startswith(said) for line in messages.problems("fr", translated))


def test_an_update_keeps_what_was_translated_and_forgets_what_is_not_used(translated: Path) -> None:
    path = messages.catalogue_path("fr", translated)
    with path.open("a", encoding="utf-8") as stream:
        stream.write('\nmsgid "A text of last year"\nmsgstr "Un texte de l’an dernier"\n')
    messages.update("fr", translated)
    kept = messages.read("fr", translated)
    assert kept.get("A text of last year") is None
    before, after = messages.read("fr").get("Sign in"), kept.get("Sign in")
    assert before is not None
    assert after is not None
    assert after.string == before.string
    messages.compile_catalogue("fr", translated)
    assert path.with_suffix(".mo").stat().st_size > 1000


def test_the_command_answers_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    before = messages.catalogue_path("fr").read_bytes()
    assert main(["check"]) == 0
    assert main(["compile"]) == 0
    assert main(["update"]) == 0
    assert (CATALOGUES / "fr/LC_MESSAGES/messages.mo").exists()
    assert messages.catalogue_path("fr").read_bytes() == before
    assert main(["translate"]) == 2
    assert main(["ease"]) == 0
    assert "update, compile, check or ease?" in capsys.readouterr().err


def test_every_page_is_read_easily_at_twelve() -> None:
    assert [page for page in ease.ease_of_pages() if page.is_hard] == []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("chat", 1),
        ("ville", 1),
        ("mangent", 1),
        ("maison", 2),
        ("école", 2),
        ("idée", 2),
        ("créer", 2),
        ("théâtre", 2),
        ("personne", 2),
        ("compétence", 3),
        ("organisatrice", 5),
    ],
)
def test_syllables_are_those_that_are_spoken(word: str, count: int) -> None:
    assert ease.syllables(word) == count


def test_what_administrations_write_is_found_hard(translated: Path) -> None:
    easy = "Nous gardons votre adresse. Personne ne la voit."
    hard = (
        "L’administration procède à la conservation des coordonnées électroniques communiquées préalablement par "
        "l’utilisateur dans le respect des dispositions réglementaires applicables."
    )
    assert ease.kandel_moles([easy]) > 80 > ease.AT_LEAST > 20 > ease.kandel_moles([hard])
    path = messages.catalogue_path("fr", translated)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f'\n#: templates/a.html\nmsgid "A text"\nmsgstr "{hard} {hard}"\n')
    assert [page.place for page in ease.ease_of_pages("fr", translated) if page.is_hard] == [
        "templates/a.html"
    ]
