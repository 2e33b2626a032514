"""What programs read of the service: robots, sitemap, manifest, the pictures of links."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from io import BytesIO
from xml.etree import ElementTree

import pytest
import segno
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from matchmaker.base.work import Work
from matchmaker.discovery.rules import SIZE, picture
from matchmaker.groups.rules import NeedState
from tests import builders
from tests.builders import World
from tests.doors import Person, make_app, visitor

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def addresses(person: Person) -> set[str]:
    """The addresses that the sitemap tells."""
    tree = ElementTree.fromstring(person.get("/sitemap.xml").text)  # noqa: S314
    return {str(one.text) for one in tree.findall("s:url/s:loc", SPACE)}


def test_the_sitemap_tells_what_is_public_in_both_languages_and_nothing_else(
    person: Person, work: Work, world: World
) -> None:
    group = builders.add_group(work, world.challenge)
    needs = {state: builders.add_need(work, group, state=state) for state in NeedState}
    work.session.flush()
    told = addresses(person)
    opened = needs[NeedState.OPEN].id
    for language in ("fr", "en"):
        for path in ("/", "/t/valence-romans", f"/groups/{group.id}", f"/needs/{opened}"):
            assert f"http://localhost{path}?lang={language}" in told
            assert person.get(f"{path}?lang={language}").status_code == 200
    assert [one for one in told if "/needs/" in one and f"/needs/{opened}?" not in one] == []


def test_search_engines_are_sent_to_the_sitemap_and_away_from_a_demonstration(
    person: Person, session: Session, tmp_path: object
) -> None:
    assert "Sitemap: http://localhost/sitemap.xml" in person.get("/robots.txt").text
    demonstration = make_app(lambda: session, demo_mailbox=str(tmp_path))
    assert visitor(demonstration).get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_a_public_page_names_itself_its_languages_and_its_picture(
    person: Person, work: Work, world: World
) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge), title="Peindre & poncer")
    work.session.flush()
    page = person.get(f"/needs/{need.id}").text
    address = f"http://localhost/needs/{need.id}"
    assert f'<link rel="canonical" href="{address}">' in page
    english = person.get(f"/needs/{need.id}?lang=en").text
    assert f'<link rel="canonical" href="{address}?lang=en">' in english
    assert f'<link rel="alternate" hreflang="en" href="{address}?lang=en">' in page
    assert '<meta property="og:title" content="Peindre &amp; poncer">' in page
    shown = re.search(r'og:image" content="http://localhost([^"]+)"', page)
    assert shown is not None
    answer = person.get(shown[1])
    assert Image.open(BytesIO(answer.data)).size == SIZE
    assert answer.headers["Cache-Control"] == "public, max-age=86400"


def test_pages_for_those_who_signed_in_are_kept_from_search_engines(person: Person) -> None:
    assert '<meta name="robots" content="noindex">' in person.get("/sign-in").text
    assert "canonical" not in person.get("/sign-in").text


def test_a_draft_has_no_picture(person: Person, work: Work, world: World) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge), state=NeedState.DRAFT)
    work.session.flush()
    assert person.get(f"/pictures/needs/{need.id}.png").status_code == 404


def test_every_picture_and_sign_that_is_named_is_drawn(person: Person, work: Work, world: World) -> None:
    group = builders.add_group(work, world.challenge)
    work.session.flush()
    signs = [one["src"] for one in person.get("/manifest.webmanifest").get_json()["icons"]]
    pictures = [
        "/pictures/service.png",
        "/pictures/territories/valence-romans.png",
        f"/pictures/groups/{group.id}.png",
    ]
    for path in (*signs, *pictures, "/favicon.ico"):
        Image.open(BytesIO(person.get(path).data)).verify()
    assert person.get("/sign-100000.png").status_code == 404


@pytest.mark.parametrize("title", ["", "x" * 500, "mot " * 200, "Été à l’œuvre"])
def test_a_title_of_any_length_is_drawn_inside_the_picture(title: str) -> None:
    image = Image.open(BytesIO(picture(title, above=title, below=title))).convert("RGB")
    width, height = SIZE
    margin = image.crop((width - 60, 0, width, height - 28))
    assert margin.getcolors() == [(60 * (height - 28), image.getpixel((0, 0)))]


def test_the_worker_and_its_page_come_from_the_top(app: Flask, person: Person) -> None:
    worker = person.get("/service-worker.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert '"/offline"' in worker.text
    assert person.get("/offline").status_code == 200


def test_the_styles_are_one_file_that_is_kept_for_ever_under_the_name_of_its_text(person: Person) -> None:
    page = person.get("/").text
    (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    answer = person.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert all(part in answer.text for part in ("Pico CSS", "--terracotta", ".cards.wide", "@media print"))
    fonts = re.findall(r'url\("(/[^"]+)"\)', answer.text)
    assert len(fonts) == 2
    for font in fonts:
        found = person.get(font)
        assert found.status_code == 200
        found.close()

    old = person.get("/style-0123456789ab.css")
    assert old.text == answer.text
    assert old.headers["Cache-Control"] == "no-cache"


def test_who_comes_from_elsewhere_has_the_styles_in_the_page_and_others_beside_it(person: Person) -> None:
    for where, inside in (("none", True), ("cross-site", True), ("same-origin", False), (None, False)):
        person.client.delete_cookie("styles")
        answer = person.client.get("/", headers={"Sec-Fetch-Site": where} if where else {})
        found = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        assert bool(found) is inside
        assert ('rel="stylesheet"' in answer.text) is not inside
        assert "Sec-Fetch-Site" in answer.headers["Vary"]
        for text in found:
            known = b64encode(sha256(text.encode()).digest()).decode()
            assert f"'sha256-{known}'" in answer.headers["Content-Security-Policy"]


def test_who_was_sent_the_styles_once_gets_pages_without_them_wherever_they_come_from(person: Person) -> None:
    def inside(where: str) -> bool:
        return "<style>" in person.client.get("/", headers={"Sec-Fetch-Site": where}).text

    assert inside("none")
    assert inside("cross-site")
    assert not inside("same-origin")
    assert not inside("none")
    assert not inside("cross-site")
    person.client.set_cookie("styles", "0123456789ab")
    assert inside("none")


def test_the_note_that_styles_were_sent_says_nothing_of_anybody_and_is_set_once(
    person: Person, app: Flask
) -> None:
    notes = [note for note in person.get("/").headers.getlist("Set-Cookie") if note.startswith("styles=")]
    (address,) = re.findall(r'<link rel="stylesheet" href="/style-([^"]+).css"', visitor(app).get("/").text)
    assert len(notes) == 1
    assert notes[0].startswith(f"styles={address};")
    assert "HttpOnly" in notes[0]
    assert "SameSite=Lax" in notes[0]
    again = person.get("/")
    assert not [note for note in again.headers.getlist("Set-Cookie") if note.startswith("styles=")]


@pytest.mark.parametrize("asked", ["br", "zstd", "gzip"])
def test_pages_and_styles_travel_packed(person: Person, asked: str) -> None:
    for path in ("/", "/style-0123456789ab.css", "/static/vendor/htmx.min.js"):
        plain = person.get(path)
        packed = person.client.get(path, headers={"Accept-Encoding": asked})
        assert packed.headers["Content-Encoding"] == asked
        assert len(packed.data) < len(plain.data) / 2
        assert "Accept-Encoding" in packed.headers["Vary"]
        plain.close()
        packed.close()


def test_a_territory_has_a_sign_to_hang_up_with_the_address_in_words_and_as_a_qr(
    person: Person, world: World
) -> None:
    page = person.get(f"/t/{world.territory.slug}/sign").text
    address = f"localhost/join?territory={world.territory.slug}"
    assert address in page
    assert segno.make_qr(f"http://{address}", error="q").svg_data_uri(border=2) in unescape(page)
    assert person.get("/t/nowhere/sign").status_code == 404
