"""When a territory's letters leave: the weekly moment, and the weeks without."""

from datetime import date, timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import format_day, format_moment, gettext
from matchmaker.digests import queries, service
from matchmaker.digests.forms import TIME_ZONES, ScheduleForm
from matchmaker.digests.rules import Schedule, iso_week
from matchmaker.digests.views.blueprint import blueprint
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.models import Territory
from matchmaker.web import access, begin, form_page, now, reading
from matchmaker.web.forms import choices

WEEKS_OFFERED = 12


@blueprint.route("/t/<slug>/week/schedule", methods=["GET", "POST"])
@access(ORGANISER)
def schedule(slug: str) -> ResponseReturnValue:
    """The day, the hour and the time zone of the letters, and the coming weeks that are skipped."""
    territory = own_territory(slug)
    offered = _weeks(territory)
    skipped = queries.skipped_weeks(reading(), territory_id=territory.id)
    form = ScheduleForm(
        weekday=territory.digest_weekday,
        hour=territory.digest_hour,
        time_zone=territory.time_zone,
        skipped=sorted(skipped),
    )
    zones = dict(TIME_ZONES)
    form.time_zone.choices = choices(
        *((zone, f"{gettext(name)} ({zone})") for zone, name in zones.items()),
        *([] if territory.time_zone in zones else [(territory.time_zone, territory.time_zone)]),
    )
    form.skipped.choices = choices(*offered)
    if form.validate_on_submit():
        chosen = Schedule(weekday=form.weekday.data, hour=form.hour.data, time_zone=form.time_zone.data)
        with begin() as work:
            service.set_schedule(
                work,
                territory_id=territory.id,
                schedule=chosen,
                offered=[week for week, _ in offered],
                skipped=form.skipped.data or (),
            )
        coming = _next(own_territory(slug))
        flash(gettext("This is kept. The next letters leave on %(moment)s.", moment=coming), "success")
        return redirect(url_for("digests.week", slug=slug))
    return form_page("digests/schedule.html", form, territory=territory, next_moment=_next(territory))


def _next(territory: Territory) -> str:
    coming = service.coming(reading(), territory, now=now())
    return format_moment(coming.leaves_at, territory.time_zone)


def _weeks(territory: Territory) -> list[tuple[str, str]]:
    """The coming weeks that have no run yet, each with the words for it."""
    weeks = [
        iso_week(now() + timedelta(weeks=number), territory.time_zone) for number in range(WEEKS_OFFERED)
    ]
    run = queries.weeks_with_run(reading(), territory_id=territory.id, weeks=weeks)
    return [(week, _words(week)) for week in weeks if week not in run]


def _words(week: str) -> str:
    year, number = int(week[:4]), int(week[-2:])
    return gettext(
        "Week %(number)s: from %(first)s to %(last)s",
        number=number,
        first=format_day(date.fromisocalendar(year, number, 1)),
        last=format_day(date.fromisocalendar(year, number, 7)),
    )
