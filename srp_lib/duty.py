"""Duty: what the regulations ask of consultation, and whether the extracts supplied show that it was done.

Source: regulation 12 of the Crime and Disorder (Formulation and Implementation of Strategy) Regulations 2007 (SI
2007/1830), in our own words. It is a prompt for the partnership and no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass

from srp_lib import periods, wording
from srp_lib.consultation import Consultation
from srp_lib.display import Table
from srp_lib.perception import Perception
from srp_lib.surveys import Question, Surveys

SHOWN, NOT_SHOWN = "\N{CHECK MARK} Shown", "\N{EN DASH} Not shown by the evidence supplied"
NO_RECORD = "No extract records it."
LACKS = "The extract consultation was not supplied."
RECENT_MONTHS: int = (
    12  # a survey's wave counts that ended within so many months to the end of the period: METHODS.md, "Voices"
)
SPAN = f"{wording.number_word(RECENT_MONTHS)} months to the end of the period"


@dataclass(frozen=True)
class Duty:
    """One thing that is asked: the paragraph, what it asks, whether the evidence shows it, and the evidence."""

    paragraph: str
    asks: str
    shown: bool
    evidence: str


def duties(consultation: Consultation, surveys: Surveys, perception: Perception | None) -> tuple[Duty, ...]:
    """Everything that regulation 12 asks of consultation that evidence could show."""
    return (
        _meeting(consultation),
        Duty("12(4)(b)", "Senior people of every responsible authority were at the public meetings", False, NO_RECORD),
        Duty("12(4)(c)", "People were told when public meetings are and what was said at them", False, NO_RECORD),
        _levels(surveys),
        _priorities(consultation),
        _groups(consultation),
        _victims(consultation, surveys),
        _wards(perception),
    )


def checklist(made: tuple[Duty, ...]) -> Table:
    """The duties as a table."""
    rows = tuple((one.asks, SHOWN if one.shown else NOT_SHOWN, one.evidence, one.paragraph) for one in made)
    note = (
        "After regulation 12 of the Crime and Disorder (Formulation and Implementation of Strategy) Regulations 2007, in our own words. A prompt, not "
        "legal advice: check it against the regulations as amended. Not shown means that these extracts do not show it, not that it was not done."
    )
    return Table(
        "What is asked of consultation, and what the evidence shows",
        ("What is asked", "Shown or not", "Evidence", "Regulation"),
        rows,
        note,
    )


def _meeting(consultation: Consultation) -> Duty:
    asks = "At least one public meeting was held in the year"
    found = consultation.meetings
    if not consultation.supplied:
        return Duty("12(4)(a)", asks, False, LACKS)
    if not len(found):
        return Duty(
            "12(4)(a)", asks, False, f"No meeting open to anybody is in the extract for {consultation.period.label}."
        )
    months = wording.listed([periods.month_name(f"{day:%Y-%m}") for day in found["date"]])
    number = wording.upper_first(wording.number_word(len(found)))
    return Duty("12(4)(a)", asks, True, f"{number} meeting{'' if len(found) == 1 else 's'} open to anybody: {months}.")


def _levels(surveys: Surveys) -> Duty:
    asks = "Those who live or work here were asked about levels and patterns of crime and disorder"
    recent = [one for one in surveys.questions if not one.of_victims and _recent(surveys, one)]
    if not recent:
        return Duty("12(1)(a)", asks, False, f"No survey of residents in the {SPAN} is in the extracts.")
    places = sorted({f"{one.survey} ({one.latest.label})" for one in recent})
    return Duty("12(1)(a)", asks, True, f"Survey answers: {wording.listed(places)}.")


def _priorities(consultation: Consultation) -> Duty:
    asks = "They were asked what should come first"
    if not consultation.supplied:
        return Duty("12(1)(b)", asks, False, LACKS)
    told = f"{consultation.speaking} of {consultation.held} consultation events have priorities that were raised."
    return Duty("12(1)(b)", asks, consultation.speaking > 0, told)


def _groups(consultation: Consultation) -> Duty:
    asks = "As many different groups as is reasonable were consulted"
    if not consultation.supplied:
        return Duty("12(2)(a)", asks, False, LACKS)
    expected, gone = consultation.expected, consultation.missing
    told = f"{len(expected) - len(gone)} of the {len(expected)} groups of the list that the partnership is expected to hear took part"
    missing = f"; in no event: {wording.listed(list(gone))}" if gone else ""
    return Duty("12(2)(a)", asks, not gone, f"{told}{missing}.")


def _victims(consultation: Consultation, surveys: Surveys) -> Duty:
    asks = "Those likely to be particularly affected were consulted: victims"
    surveyed = sorted({one.survey for one in surveys.questions if one.of_victims and _recent(surveys, one)})
    found = (["consultation events with victims"] if "victims" in consultation.heard else []) + surveyed
    told = (
        f"{wording.upper_first(wording.listed(found))}."
        if found
        else f"No event or survey with victims in the {SPAN} is in the extracts."
    )
    return Duty("12(2)(b)", asks, bool(found), told)


def _wards(perception: Perception | None) -> Duty:
    asks = (
        "Those likely to be particularly affected were consulted: people in the wards with most anti-social behaviour"
    )
    if perception is None:
        return Duty("12(2)(b)", asks, False, "No survey answers by ward, or no lookup of wards, were supplied.")
    question, names = perception.question, [perception.name(code) for code in perception.most]
    if not names:
        return Duty("12(2)(b)", asks, False, "No ward has clearly more recorded anti-social behaviour than the others.")
    gone = [perception.name(code) for code in perception.most if code not in perception.answered]
    old = not _recent(perception.surveys, question)
    heard = f"the survey of {question.latest.label} has enough answers from {len(names) - len(gone)} of the {len(names)} with clearly more than the others"
    missing = f"; not from {wording.listed(gone)}" if gone else ""
    age = f"; it was not in the {SPAN}" if old else ""
    return Duty(
        "12(2)(b)", asks, not gone and not old, f"{wording.upper_first(heard)} ({wording.listed(names)}){missing}{age}."
    )


def _recent(surveys: Surveys, question: Question) -> bool:
    """Whether a question's latest wave is recent enough to count."""
    return surveys.months_old(question.latest) < RECENT_MONTHS
