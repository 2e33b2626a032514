"""Where do you live? Typed freely, by a browser without script."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import SignUp
from matchmaker.places.models import Territory, TerritoryCommune
from tests.builders import World, load_communes
from tests.citizens.steps import add_commune, sign_up_of


def territory_of(session: Session, sign_up: SignUp) -> str:
    return session.get_one(Territory, sign_up.territory_id).slug


def test_a_name_without_accents_or_hyphens_is_enough(client: FlaskClient, session: Session) -> None:
    answer = client.post("/join", data={"commune": "  romans sur isere "})
    assert answer.location == "/join/skills"
    assert sign_up_of(session).commune_code == "26281"
    assert territory_of(session, sign_up_of(session)) == "valence-romans"


def test_a_postal_code_is_enough(client: FlaskClient, session: Session) -> None:
    assert client.post("/join", data={"commune": "26300"}).location == "/join/skills"
    assert sign_up_of(session).commune_code == "26057"


def test_the_sign_up_is_known_by_an_opaque_id_in_the_session(client: FlaskClient, session: Session) -> None:
    client.post("/join", data={"commune": "Valence"})
    with client.session_transaction() as cookie:
        assert cookie["sign_up"] == sign_up_of(session).id
    assert len(sign_up_of(session).id) == 43


def test_an_unknown_commune_is_said_beside_the_field_and_what_was_typed_stays(
    client: FlaskClient, session: Session
) -> None:
    answer = client.post("/join?lang=en", data={"commune": "Ankh-Morpork"})
    assert answer.status_code == 422
    assert 'id="commune-error"' in answer.text
    assert "We do not know this commune" in answer.text
    assert 'value="Ankh-Morpork"' in answer.text
    assert session.scalars(select(SignUp)).all() == []


def test_no_commune_and_a_far_too_long_one_are_refused(client: FlaskClient) -> None:
    assert "Please write the name" in client.post("/join?lang=en", data={"commune": " "}).text
    answer = client.post("/join", data={"commune": "x" * 81})
    assert answer.status_code == 422
    assert "At most 80 characters" in answer.text


def test_without_any_territory_the_page_says_so(app: Flask, works: WorkFactory) -> None:
    with works.begin() as work:
        load_communes(work)
    answer = app.test_client().post("/join?lang=en", data={"commune": "Valence"})
    assert answer.status_code == 422
    assert "There is no territory yet" in answer.text


def test_a_name_that_several_communes_bear_is_asked_about(
    client: FlaskClient, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        add_commune(work, code="82186", name="Valence", postal_code="82400", latitude=44.11, longitude=0.89)
    answer = client.post("/join", data={"commune": "Valence"})
    assert answer.status_code == 422
    assert answer.text.index('value="26362"') < answer.text.index('value="82186"')
    assert "82400" in answer.text
    chosen = client.post("/join", data={"commune": "Valence", "commune_code": "26362"})
    assert chosen.location == "/join/skills"
    assert sign_up_of(session).commune_code == "26362"


def test_a_short_name_that_begins_one_of_a_territory_is_asked_about(
    client: FlaskClient, works: WorkFactory
) -> None:
    with works.begin() as work:
        add_commune(work, code="01328", name="Romans", postal_code="01400", latitude=46.13, longitude=4.99)
    answer = client.post("/join", data={"commune": "romans"})
    assert answer.status_code == 422
    assert answer.text.index('value="26281"') < answer.text.index('value="01328"')


def test_a_name_is_taken_where_no_territory_has_a_longer_one(client: FlaskClient, works: WorkFactory) -> None:
    with works.begin() as work:
        add_commune(work, code="69123", name="Lyon", postal_code="69001", latitude=45.758, longitude=4.835)
        add_commune(
            work, code="27370", name="Lyons-la-Forêt", postal_code="27480", latitude=49.4, longitude=1.48
        )
        add_commune(
            work, code="63999", name="Valence-Haute", postal_code="63999", latitude=45.0, longitude=3.0
        )
    assert "Lyon is in no territory yet" in client.post("/join?lang=en", data={"commune": "Lyon"}).text
    assert client.post("/join", data={"commune": "Valence"}).location == "/join/skills"


def test_a_code_that_does_not_fit_what_is_typed_now_is_ignored(client: FlaskClient, session: Session) -> None:
    client.post("/join", data={"commune": "Valence", "commune_code": "26281"})
    assert sign_up_of(session).commune_code == "26362"


def test_a_commune_outside_every_territory_names_the_nearest_and_lets_choose(
    client: FlaskClient, works: WorkFactory, session: Session
) -> None:
    with works.begin() as work:
        add_commune(
            work, code="38185", name="Grenoble", postal_code="38000", latitude=45.188, longitude=5.724
        )
    answer = client.post("/join?lang=en", data={"commune": "Grenoble"})
    assert answer.status_code == 422
    assert "Grenoble is in no territory yet" in answer.text
    assert "to correct" not in answer.text
    assert answer.text.index('value="valence-romans"') < answer.text.index('value="clermont"')
    # By a great circle Grenoble is 55 km from Bourg-de-Péage and 217 km from Clermont-Ferrand.
    assert "55 km from you. We count your way from Romans-sur-Isère" in answer.text
    assert session.scalars(select(SignUp)).all() == []
    chosen = client.post("/join", data={"commune": "Grenoble", "territory": "valence-romans"})
    assert chosen.location == "/join/skills"
    assert sign_up_of(session).commune_code == "26281"
    assert territory_of(session, sign_up_of(session)) == "valence-romans"


def test_a_commune_of_two_territories_is_asked_about(
    client: FlaskClient, works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        work.session.add(TerritoryCommune(territory_id=world.other_territory.id, commune_code="26362"))
    answer = client.post("/join", data={"commune": "Valence"})
    assert answer.status_code == 422
    assert 'name="territory" value="valence-romans">' in answer.text
    assert 'name="territory" value="clermont">' in answer.text
    assert client.post("/join", data={"commune": "Valence", "territory": "nowhere"}).status_code == 422
    assert client.post("/join", data={"commune": "Valence", "territory": "clermont"}).status_code == 302
    assert territory_of(session, sign_up_of(session)) == "clermont"


def test_the_territory_that_one_came_from_is_taken(
    client: FlaskClient, works: WorkFactory, world: World, session: Session
) -> None:
    with works.begin() as work:
        work.session.add(TerritoryCommune(territory_id=world.other_territory.id, commune_code="26362"))
    assert client.post("/join?territory=clermont", data={"commune": "Valence"}).status_code == 302
    assert territory_of(session, sign_up_of(session)) == "clermont"


def test_who_came_from_the_page_of_another_territory_may_take_part_in_it(
    client: FlaskClient, session: Session
) -> None:
    answer = client.post("/join?territory=clermont", data={"commune": "Valence"})
    assert answer.status_code == 422
    chosen = {"commune": "Valence", "territory": "clermont"}
    assert client.post("/join?territory=clermont", data=chosen).status_code == 302
    assert sign_up_of(session).commune_code == "63113"


def test_going_back_shows_the_commune_and_a_move_forgets_the_challenges(
    client: FlaskClient, world: World, session: Session
) -> None:
    client.post("/join", data={"commune": "Valence"})
    client.post("/join/challenges", data={"challenges": [str(world.challenge.id)]})
    assert 'value="Valence (26000)"' in client.get("/join").text
    client.post("/join", data={"commune": "26300"})
    assert sign_up_of(session).challenge_ids == [world.challenge.id]
    client.post("/join", data={"commune": "Clermont"})
    session.expire_all()
    assert sign_up_of(session).challenge_ids == []


def test_a_lost_session_starts_again_kindly(client: FlaskClient) -> None:
    for step in ("skills", "challenges", "time", "account", "sent"):
        answer = client.get(f"/join/{step}", follow_redirects=True)
        assert answer.request.path == "/join"
        assert answer.status_code == 200
    client.get("/join?lang=en")
    assert client.post("/join/skills", data={"skills-0": "couture"}).location == "/join"
    answer = client.get("/join")
    assert "let us start again" in answer.text
