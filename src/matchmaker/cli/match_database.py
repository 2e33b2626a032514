"""``matchmaker match explain|compare|export``: scores, other weights and judged sets, from the database."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matchmaker.cli import site, territory_named
from matchmaker.cli.match import match
from matchmaker.matching.rules import NAMED_WEIGHTS, ListChange, Weights, WeightsError, weights_from_mapping

if TYPE_CHECKING:
    pass

__all__ = ["match"]

MOVES_TOLD = 3


@match.command()
@click.option("--need", "need_id", type=int, required=True, help="The number in the need's address.")
@click.option("--citizen", "citizen_id", type=int, required=True, help="The citizen's number.")
def explain(need_id: int, citizen_id: int) -> None:
    """Tell each part of the score of one citizen for one need, from the database."""
    # Here and not above: ranking two files with the other commands of this group needs no database.
    from matchmaker.matching import queries, service

    parts = site()
    with parts.reading() as session:
        need = queries.find_need(session, need_id=need_id)
        if need is None:
            raise click.ClickException(f"there is no need {need_id}")
        try:
            found = service.explain(session, need, citizen_id=citizen_id, now=parts.works.clock())
        except LookupError as error:
            raise click.ClickException(f"there is no citizen {citizen_id}") from error
        click.echo(f"{need.title}: {found.match.total:.2f} of 100")
    if found.gate is not None:
        click.echo(f"not proposed: {found.gate.value}")
    for reason in found.match.reasons:
        kind = reason.importance.value if reason.importance else "title"
        by = f"{reason.own!r} ({reason.how.value}, {reason.strength:.2f})" if reason.how else "nothing"
        click.echo(f"  {kind} {reason.wanted!r}: {by}, {reason.points:.2f} of {reason.possible:.2f}")
    for part in found.match.parts:
        value = "" if part.value is None else f" ({part.value:g})"
        click.echo(f"{part.name.value}: {part.points:+.2f}{value}{'' if part.known else ', not known'}")
    change = found.match.best_change
    if change is not None:
        what = change.wanted or f"{change.amount:g}"
        click.echo(f"best change: {change.kind.value} {what}, {change.gain:+.2f}")


@match.command()
@click.argument("before", metavar="V1")
@click.argument("after", metavar="V2")
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1, 1000), help="Places of a list.")
def compare(before: str, after: str, slug: str, top: int) -> None:
    """Tell what would change in a territory between two sets of weights. Nothing of it is kept.

    V1 and V2 are the version of a named set, or a TOML file with a `version` and the numbers that differ from the
    set in use.
    """
    from matchmaker.digests.rules import LINES_AT_MOST
    from matchmaker.matching import queries, service

    old, new = _weights(before), _weights(after)
    parts = site()
    with parts.reading() as session:
        found = service.compare_weights(
            session,
            territory_named(session, slug),
            before=old,
            after=new,
            now=parts.works.clock(),
            top=top,
            lines=LINES_AT_MOST,
        )
        needs = queries.needs_by_id(session, (change.need_id for change in found.changes))
        titles = {need_id: need.title for need_id, need in needs.items()}
    click.echo(f"{old.version} to {new.version}")
    click.echo(f"needs whose first {top} change: {len(found.changes)} of {found.needs}")
    click.echo(f"letters whose first {LINES_AT_MOST} change: {found.letters_changed} of {found.citizens}")
    click.echo(f"mean of the first {top}: {found.mean_before:.2f} to {found.mean_after:.2f}")
    for change in found.changes:
        click.echo(f"need {change.need_id}, {titles[change.need_id]}: {_in_and_out(change)}")
        for move in change.moves[:MOVES_TOLD]:
            difference = move.after - move.before
            click.echo(
                f"  citizen {move.citizen_id}: {move.before:.2f} to {move.after:.2f} ({difference:+.2f})"
            )


@match.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--territory", "slug", required=True, help="The territory's short name in addresses.")
def export(folder: Path, slug: str) -> None:
    """Write what a territory decided, chose and came to as judged sets for `match evaluate`. They name nobody."""
    from matchmaker.cli.judged_files import FEWEST_JUDGED, write_pairs, write_phrases, write_ranking
    from matchmaker.introductions import queries as introductions
    from matchmaker.matching import queries

    with site().reading() as session:
        territory_id = territory_named(session, slug).id
        pairs = queries.judged_pairs(session, territory_id=territory_id)
        phrases = queries.judged_phrases(session, territory_id=territory_id)
        folder.mkdir(parents=True, exist_ok=True)
        endings = write_ranking(
            folder, slug, introductions.judged_ranking(session, territory_id=territory_id)
        )
    write_pairs(folder / f"{slug}_pairs.csv", pairs)
    write_phrases(folder / f"h1_{slug}.jsonl", phrases)
    click.echo(f"{len(pairs)} pairs in {slug}_pairs.csv, {len(phrases)} phrases in h1_{slug}.jsonl")
    if endings:
        click.echo(f"{endings} endings in {slug}_needs.jsonl, {slug}_citizens.jsonl and {slug}_qrels.tsv")
    else:
        click.echo(f"no ranking set: fewer than {FEWEST_JUDGED} introductions tell whether there was help")


def _weights(version: str) -> Weights:
    if version in NAMED_WEIGHTS:
        return NAMED_WEIGHTS[version]
    path = Path(version)
    if not path.is_file():
        known = ", ".join(NAMED_WEIGHTS)
        raise click.ClickException(f"{version} is neither a file nor one of the named sets: {known}")
    try:
        return weights_from_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, WeightsError) as error:
        raise click.ClickException(f"{version}: {error}") from error


def _in_and_out(change: ListChange) -> str:
    if not change.came and not change.went:
        return "only the order changes"
    return f"in {', '.join(map(str, change.came)) or 'nobody'}; out {', '.join(map(str, change.went)) or 'nobody'}"
