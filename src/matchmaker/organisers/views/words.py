"""What words mean in a territory: what nobody understood, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import get_locale, gettext, ngettext
from matchmaker.matching import service as matching
from matchmaker.organisers import queries
from matchmaker.organisers.forms import MeaningForm, VerdictForm
from matchmaker.organisers.loading import word_proposals
from matchmaker.organisers.queries import TypedPhrase
from matchmaker.organisers.rules import Evidence, Proposal
from matchmaker.organisers.views.desk import blueprint
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.places.models import Territory
from matchmaker.vocabulary import queries as vocabulary_queries
from matchmaker.vocabulary import service as vocabulary_service
from matchmaker.vocabulary.forms import option_choices
from matchmaker.vocabulary.models import TerritoryVerdict
from matchmaker.vocabulary.rules import Phrase, VerdictKind, Vocabulary, can_be_judged
from matchmaker.web import access, account_id, begin, place_in_list, reading
from matchmaker.web.forms import ConfirmForm

PHRASES_SHOWN = 20
VERDICTS_A_PAGE = 20
PHRASES_READ = 500

Choices = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A phrase that nobody understood, with its form and the skills that may be meant by what was typed there."""

    phrase: TypedPhrase
    form: MeaningForm
    choices: Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of a verdict's phrases as people read it, and the labels of what it is understood as."""

    text: str
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What several people said of a phrase, as a question: the skill's label, and why it is asked."""

    proposal: Proposal
    label: str
    why: str


@blueprint.route("/t/<slug>/words", methods=["GET", "POST"])
@access(ORGANISER)
def words(slug: str) -> ResponseReturnValue:
    """What people typed that nobody understood, and the verdicts in force; by POST, declare one."""
    territory = own_territory(slug)
    form = VerdictForm()
    if form.validate_on_submit():
        refused = _declare(
            territory, form.phrase.data or "", form.other.data or "", VerdictKind(form.kind.data)
        )
        if refused is None:
            return redirect(url_for("organisers.words", slug=slug))
        form.other.errors = [refused]
    return _page(territory, form)


@blueprint.post("/t/<slug>/words/meaning")
@access(ORGANISER)
def meaning(slug: str) -> ResponseReturnValue:
    """Say which known skill a phrase is that nobody understood."""
    territory = own_territory(slug)
    form = MeaningForm()
    choices: Choices = []
    if form.validate():
        typed = [(form.skill.data or "", form.concept.data)]
        (meant,) = vocabulary_service.meanings(
            reading(), typed, territory_id=territory.id, language=get_locale()
        ).values()
        if meant.concept_id is not None:
            other = meant.label if meant.label and can_be_judged(meant.label) else meant.concept_id
            refused = _declare(territory, form.phrase.data or "", other, VerdictKind.SAME)
            if refused is None:
                return redirect(url_for("organisers.words", slug=slug))
            form.skill.errors = [refused]
        else:
            choices = option_choices(meant.options)
            form.skill.errors = [
                gettext("Several skills fit. Choose one below, or write more.")
                if choices
                else gettext("We do not know this skill. Write it in other words.")
            ]
    return _page(territory, VerdictForm(formdata=None), sent=form, choices=choices)


@blueprint.post("/t/<slug>/words/<int:verdict_id>/withdraw")
@access(ORGANISER)
def withdraw(slug: str, verdict_id: int) -> ResponseReturnValue:
    """Take a verdict back."""
    territory = own_territory(slug)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            vocabulary_service.withdraw_verdict(work, territory_id=territory.id, verdict_id=verdict_id)
        flash(gettext("The decision is withdrawn."), "success")
    return redirect(url_for("organisers.words", slug=slug))


def _declare(territory: Territory, phrase: str, other: str, kind: VerdictKind) -> str | None:
    """Declare a verdict and tell so; or the sentence that says why it cannot be."""
    try:
        with begin() as work:
            vocabulary_service.declare_verdict(
                work,
                territory_id=territory.id,
                account_id=account_id(),
                phrase=phrase,
                other=other,
                kind=kind,
            )
    except vocabulary_service.AlreadyDecided:
        return gettext("Something is decided about these two already. Withdraw that decision first.")
    except vocabulary_service.InvalidVerdict:
        return gettext("These are the same words. Write others here.")
    flash(gettext("Decided. All matches of your territory follow it from now on."), "success")
    return None


def _page(
    territory: Territory,
    form: VerdictForm,
    *,
    sent: MeaningForm | None = None,
    choices: Choices | None = None,
) -> ResponseReturnValue:
    decided = vocabulary_queries.some_verdicts_of(
        reading(), territory_id=territory.id, place=place_in_list(), size=VERDICTS_A_PAGE
    )
    verdicts = decided.rows
    typed = queries.phrases_without_concept(reading(), territory_id=territory.id)[:PHRASES_READ]
    judged = [(text, territory.locale) for one in verdicts for text in (one.phrase, one.other)]
    found = matching.understood(
        reading(), [*judged, *((one.text, one.language) for one in typed)], territory_id=territory.id
    )
    unknown = [one for one in typed if not found[one.text, one.language].resolutions]
    vocabulary = vocabulary_service.lexicon(reading()).vocabulary
    refused = sent if sent is not None else form
    page = render_template(
        "organisers/words.html",
        territory=territory,
        form=refused,
        verdict_form=form,
        unknown=_with_forms(unknown[:PHRASES_SHOWN], sent, choices or []),
        more=max(len(unknown) - PHRASES_SHOWN, 0),
        proposals=[_asked(one) for one in word_proposals(reading(), territory_id=territory.id)],
        verdicts=[(one, *_sides(one, found, vocabulary, territory)) for one in verdicts],
        decided=decided,
    )
    return page, 422 if refused.errors else 200


def _with_forms(phrases: list[TypedPhrase], sent: MeaningForm | None, choices: Choices) -> list[Unknown]:
    """Each phrase with its form; the one that was sent with all that was typed, first if its phrase is no longer there."""
    if sent is not None and sent.phrase.data not in {one.text for one in phrases}:
        gone = TypedPhrase(text=sent.phrase.data or "", language=get_locale(), citizens=0, needs=0)
        phrases = [gone, *phrases]
    rows = []
    for number, phrase in enumerate(phrases):
        mine = sent is not None and sent.phrase.data == phrase.text
        form = sent if sent is not None and mine else MeaningForm(formdata=None)
        # There are many of these forms on the page, and an id is there once.
        form.skill.id = f"skill-{number}"
        rows.append(Unknown(phrase=phrase, form=form, choices=choices if mine else []))
    return rows


def _asked(proposal: Proposal) -> Asked:
    said = {
        Evidence.CHOSEN: lambda num: ngettext("%(num)s person chose it", "%(num)s people chose it", num),
        Evidence.HELPED: lambda num: ngettext(
            "%(num)s person helped by it", "%(num)s people helped by it", num
        ),
        Evidence.DISMISSED: lambda num: ngettext(
            "%(num)s person said: not my skill", "%(num)s people said: not my skill", num
        ),
        Evidence.DECLINED: lambda num: ngettext(
            "for %(num)s person it was not the right skill",
            "for %(num)s people it was not the right skill",
            num,
        ),
    }
    return Asked(
        proposal=proposal,
        label=vocabulary_service.lexicon(reading()).vocabulary.label(proposal.concept_id, get_locale()),
        why=" · ".join(said[evidence](number) for evidence, number in proposal.evidence.items()),
    )


def _sides(
    verdict: TerritoryVerdict,
    found: Mapping[tuple[str, str], Phrase],
    vocabulary: Vocabulary,
    territory: Territory,
) -> tuple[Side, Side]:
    def side(text: str) -> Side:
        if text in vocabulary.by_id:
            return Side(text=vocabulary.label(text, get_locale()), meanings=())
        meant = found[text, territory.locale].resolutions
        labels = [vocabulary.label(one.concept_id, get_locale()) for one in meant]
        return Side(text=text, meanings=tuple(dict.fromkeys(labels)))

    return side(verdict.phrase), side(verdict.other)
