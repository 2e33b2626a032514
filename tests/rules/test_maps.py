"""A territory drawn as points: everything is on the sheet, in its place, and readable."""

from hypothesis import given
from hypothesis import strategies as some

from matchmaker.places.rules import Mark, Spot, drawn

SPOTS = some.lists(
    some.builds(
        Spot,
        code=some.integers(10000, 99999).map(str),
        name=some.text("abcé-", min_size=1, max_size=40),
        latitude=some.floats(-60, 60),
        longitude=some.floats(-170, 170),
        count=some.integers(0, 30),
    ),
    max_size=60,
    unique_by=lambda one: one.code,
)


@given(SPOTS)
def test_every_commune_is_on_the_sheet_with_its_name_inside(spots: list[Spot]) -> None:
    sheet = drawn(spots)
    assert {(mark.code, mark.count) for mark in sheet.marks} == {(one.code, one.count) for one in spots}
    for mark in sheet.marks:
        assert 0 <= mark.x <= sheet.width
        assert 0 <= mark.y <= sheet.height
        assert (mark.radius > 3) is (mark.count > 0)


@given(SPOTS)
def test_no_name_is_written_over_another(spots: list[Spot]) -> None:
    boxes = [_box(mark) for mark in drawn(spots).marks if mark.label]
    for number, one in enumerate(boxes):
        for other in boxes[:number]:
            apart = one[1] <= other[0] or other[1] <= one[0]
            assert apart or abs(one[2] - other[2]) >= 19.8


def _box(mark: Mark) -> tuple[float, float, float]:
    """From where to where a name goes, and how high."""
    start = mark.x - mark.radius - 6 - 9 * len(mark.name) if mark.leftward else mark.x + mark.radius + 6
    return start + 0.2, start + 9 * len(mark.name) - 0.2, mark.y


def test_north_is_above_and_east_is_right_and_more_is_larger() -> None:
    def spot(code: str, latitude: float, longitude: float, count: int) -> Spot:
        return Spot(code=code, name=code, latitude=latitude, longitude=longitude, count=count)

    sheet = drawn([spot("1", 45.0, 5.0, 1), spot("2", 45.1, 5.0, 4), spot("3", 45.0, 5.1, 0)])
    south, north, east = (next(m for m in sheet.marks if m.code == code) for code in "123")
    assert north.y < south.y == east.y
    assert south.x == north.x < east.x
    assert north.radius == 2 * south.radius
    # A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
    assert abs((east.x - south.x) / (south.y - north.y) - 0.7065) < 0.01
