"""Facts and tables of surveys: each question's latest share, what it was before, and what groups answered."""

from __future__ import annotations

from collections.abc import Mapping

from srp_lib import survey_tests, wording
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, NOTHING, Folded, Notice, Table
from srp_lib.estimates import Estimate
from srp_lib.facts import KeyFact
from srp_lib.rates import HIDDEN_BASE, SMALL_BASE
from srp_lib.survey_tests import Answer
from srp_lib.surveys import (
    EXTRACT,
    OLD_MONTHS,
    SMALL,
    YEAR_BEFORE,
    Question,
    Surveys,
    Wave,
    limits,
    months_between,
    percent,
    places,
)
from srp_lib.used import COMPARATOR, DENOMINATOR, NUMERATOR
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

SMALL_SAID = f"* Fewer than {SMALL_BASE} answered: to be read with caution. "
FIRST_WAVE, OTHER_WORDS, NO_WAVE = "First wave", "Asked in other words: not compared", "No wave then"
A_YEAR_BEFORE, THE_WAVE_BEFORE, THE_FIRST = "a year before", "the wave before", "the first wave"
AGAINST = {HIGHER: "Higher", LOWER: "Lower", UNCLEAR: "No clear difference", TOO_FEW: "Too few to say"}


def share_facts(surveys: Surveys) -> dict[str, KeyFact]:
    """The key fact of each question, by the question's `ident`."""
    return {one.ident: share_fact(surveys, one) for one in surveys.questions}


def share_fact(surveys: Surveys, question: Question) -> KeyFact:
    """The share in the latest wave up to the end of the period, against a year before where the words are the same.

    Where no wave of the same words lies 10 to 14 months before, the wave before is taken.
    """
    wave, then = question.latest, _like(question, question.held_against())
    found = surveys.share(wave.answer)
    statement = f"{_said(surveys, question, found)}{_moved(surveys, question, found)}{_aged(surveys, wave)}"
    before = surveys.share(then.answer) if then else None
    compared = found.value is not None and before is not None and before.value is not None
    return KeyFact(
        f"voices.{question.ident}.share", statement, found, _month(wave),
        f"Share of respondents to the survey “{question.survey}” counted for “{wave.words}”, design effect {wave.answer.design_effect:g}",
        (EXTRACT,), comparator_value=before.value if compared else None,
        comparator_numerator=before.numerator if compared else None, comparator_period=_month(then) if compared and then else "",
        verdict=_verdict(surveys, question, then) if compared and then else "",
        disclosure=surveys.policy.treatment(wave.answer.withheld), label=f"{question.label} ({question.survey})",
        rows=wave.used(NUMERATOR, DENOMINATOR) + (then.used(COMPARATOR) if compared and then else ()),
    )  # fmt: skip


def latest(surveys: Surveys, facts: Mapping[str, KeyFact]) -> Table | Notice:
    """Every question's latest share, how it differs from a year before and from the first wave; carries the key `facts`.

    Where a wave came between the two of a year, or none was a year before, the wave before has a column too.
    """
    if not surveys.questions:
        return NOTHING
    made = tuple(facts[one.ident] for one in surveys.questions)
    between = any(one.others_before[0] for one in surveys.questions)
    rows = tuple(_latest_row(surveys, one, between) for one in surveys.questions)
    against_ = (A_YEAR_BEFORE, *([THE_WAVE_BEFORE] if between else []), THE_FIRST)
    columns = ("Question and wave", "Share", "Interval", "Base", *(f"Against {name}" for name in against_))
    anchors = tuple(("", fact.anchor, *[""] * (len(columns) - 2)) for fact in made)
    small = any(one.latest.answer.enough and one.latest.answer.base < SMALL_BASE for one in surveys.questions)
    star = f", one under {SMALL_BASE} has a star and is to be read with caution" if small else ""
    twice = " A dash: there is no such wave, or another column has it." if between else ""
    note = (
        f"The {surveys.evidence.config.confidence:.0%} interval allows for the survey's design. Higher and lower mean that "
        "the difference is more than chance would explain; differences are in percentage points. Waves that asked in other words are not compared. "
        f"A year before is the wave nearest to twelve months before, from {YEAR_BEFORE[0]} to {YEAR_BEFORE[-1]}, so that the season is the same.{twice} "
        f"A base under {HIDDEN_BASE} is not shown{star}. {surveys.rounding}"
    ).strip()
    caption = f"What surveys found by the end of {surveys.evidence.period.label}"
    return Table(caption, columns, rows, note, made, anchors)


def waves(surveys: Surveys) -> Folded | Notice:
    """Every wave of every question, one question to open at a time: share, interval, base and design effect."""
    if not surveys.questions:
        return NOTHING
    return Folded(tuple((f"{titled(surveys, one)}: every wave", _waves(surveys, one)) for one in surveys.questions))


def groups(surveys: Surveys, names: Mapping[str, str]) -> Folded | Notice:
    """What groups answered in the latest wave of each question; `names` has the names of wards by code."""
    parts = []
    for one in surveys.questions:
        if one.others:
            parts.append((f"{titled(surveys, one)}: by group", group_table(surveys, one, one.others)))
        if one.wards and one is not surveys.perception:
            parts.append((f"{titled(surveys, one)}: by ward", group_table(surveys, one, one.wards, names)))
    return Folded(tuple(parts)) if parts else NOTHING


def group_table(
    surveys: Surveys, question: Question, answers: Mapping[str, Answer], names: Mapping[str, str] | None = None
) -> Table:
    """Share, interval and base of each group, and whether it differs from everyone else; small bases named beneath."""
    words = survey_tests.against_rest(dict(answers), question.latest.answer, surveys.evidence.config.confidence)
    called = {name: (names or {}).get(name, wording.upper_first(name)) for name in answers}
    shown = {name: surveys.share(answers[name]) for name in sorted(answers, key=called.get)}
    starred = not all_small([one for one in answers.values() if one.enough])
    rows = tuple(
        _group_row(called[name], answers[name], found, words[name], starred)
        for name, found in shown.items()
        if answers[name].enough
    )
    whole = question.latest.answer
    everyone = "All respondents", *share_cells(surveys.share(whole)), base_cell(whole), DASH
    flag = small_said(list(answers.values()), "ward" if names else "group")
    note = f"{flag}{left_out([called[name] for name in answers if not answers[name].enough])}{many(len(rows))}{surveys.rounding}".strip()
    caption = f"{question.label} by {'ward' if names else 'group'}, {question.survey}, {question.latest.label}"
    return Table(caption, ("Group", "Share", "Interval", "Base", "Against everyone else"), (everyone, *rows), note)


def all_small(shown: list[Answer]) -> bool:
    """Whether each of several answers shown has a small base: said once for all, and no star then."""
    return len(shown) > 1 and all(one.base < SMALL_BASE for one in shown)


def small_said(answers: list[Answer], one: str) -> str:
    """What is said of small bases among those shown, of which each is a `one`; blank where there is none."""
    shown = [answer for answer in answers if answer.enough]
    if all_small(shown):
        return f"Fewer than {SMALL_BASE} answered for each {one}: to be read with caution. "
    return SMALL_SAID if any(answer.base < SMALL_BASE for answer in shown) else ""


def left_out(names: list[str]) -> str:
    """Which groups are not shown for their base, as a sentence; blank for none."""
    if not names:
        return ""
    verb = "is" if len(names) == 1 else "are"
    return f"{wording.listed(sorted(names))} {verb} left out, with fewer than {HIDDEN_BASE} who answered. "


def many(number: int) -> str:
    """What comparing several groups does to intervals, as a sentence; blank for one or none."""
    if number < 2:
        return ""
    return (
        f"Of {wording.number_word(number)} groups that do not differ one or more can seem to, by chance; so higher and lower "
        "allow for how many are compared. "
    )


def base_cell(answer: Answer, starred: bool = True) -> str:
    """A base for a table's cell, with a star where it is small unless `starred` is false; a dash where it is not shown."""
    return (
        f"{wording.whole(answer.base)}{'*' if starred and answer.base < SMALL_BASE else ''}" if answer.enough else DASH
    )


def titled(surveys: Surveys, question: Question) -> str:
    """A question's name; with its survey where two surveys asked it."""
    doubled = sum(one.label == question.label for one in surveys.questions) > 1
    return f"{question.label} ({question.survey})" if doubled else question.label


def share_cells(found: Estimate) -> tuple[str, str]:
    """Share and interval for a table's cells, to a whole per cent where few answered; a mark where the share is withheld."""
    if found.value is None:
        return (MARK if found.note == SMALL else DASH), DASH
    return percent(found), limits(found)


def against(verdict: str) -> str:
    """A verdict on a group for a table's cell."""
    return f"{wording.MARKS[verdict]} {AGAINST[verdict]}"


def _group_row(name: str, answer: Answer, found: Estimate, word: str, starred: bool) -> tuple[str, ...]:
    judged = against(word) if found.value is not None else DASH
    return name, *share_cells(found), base_cell(answer, starred), judged


def _latest_row(surveys: Surveys, question: Question, between: bool) -> tuple[str, ...]:
    """A question's row; `between` says whether the wave before has a column."""
    wave = question.latest
    cells = share_cells(surveys.share(wave.answer))
    old = " (old)" if surveys.months_old(wave) > OLD_MONTHS else ""
    year, (before, first) = question.year_before(), question.others_before
    none = NO_WAVE if len(question.waves) > 1 else DASH
    told = [
        _compared(surveys, question, year, none), *([_compared(surveys, question, before)] if between else []), _compared(surveys, question, first),
    ]  # fmt: skip
    return f"{question.label}\n{question.survey}, {wave.label}{old}", *cells, base_cell(wave.answer), *told


def _compared(surveys: Surveys, question: Question, wave: Wave | None, without: str = DASH) -> str:
    """How the latest wave differs from another, for a table's cell; `without` one what stands there instead."""
    if wave is None:
        return without
    if _like(question, wave) is None:
        return OTHER_WORDS
    gap = _gap(surveys, question, wave)
    if gap.value is None:
        return AGAINST[TOO_FEW]
    digits = places(question.latest.answer.base, wave.answer.base)
    gap_, low, high = (wording.signed(number, digits) for number in (gap.value, gap.lower, gap.upper))
    size = f"{gap_} ({low} to {high})"
    return f"{wording.marked(survey_tests.verdict(gap))}\n{size}\n{wave.label}"


def _gap(surveys: Surveys, question: Question, wave: Wave) -> Estimate:
    """The latest share less another wave's."""
    return survey_tests.difference(question.latest.answer, wave.answer, surveys.evidence.config.confidence)


def _like(question: Question, wave: Wave | None) -> Wave | None:
    """A wave that asked as the latest did; None for any other."""
    return wave if wave is not None and wave.same_words(question.latest) else None


def _verdict(surveys: Surveys, question: Question, wave: Wave) -> str:
    return survey_tests.verdict(_gap(surveys, question, wave))


def _waves(surveys: Surveys, question: Question) -> Table:
    """One question's waves, the latest first, with the words wherever they changed."""
    rows = tuple(_wave_row(surveys, question, place) for place in reversed(range(len(question.waves))))
    columns = ("Wave", "Share", "Interval", "Base", "Design effect", "Held against")
    words = {wave.words: wave.label for wave in question.waves}
    asked = " ".join(f"Asked up to {label}: “{text}”." for text, label in words.items())
    asked = f"Asked: “{question.latest.words}”." if len(words) == 1 else asked
    rule = "A wave is held against that of a year before or, where there was none, the wave before."
    note = " ".join(filter(None, [asked, rule if len(rows) > 1 else "", surveys.rounding]))
    return Table(f"{question.label}, {question.survey}", columns, rows, note)


def _wave_row(surveys: Surveys, question: Question, place: int) -> tuple[str, ...]:
    wave, then = question.waves[place], question.held_against(place)
    cells = share_cells(surveys.share(wave.answer))
    return wave.label, *cells, base_cell(wave.answer), f"{wave.answer.design_effect:g}", _step(surveys, wave, then)


def _step(surveys: Surveys, wave: Wave, then: Wave | None) -> str:
    """A wave against the one that it is held against, for a table's cell."""
    if then is None:
        return FIRST_WAVE
    if not wave.same_words(then):
        return OTHER_WORDS
    gap = survey_tests.difference(wave.answer, then.answer, surveys.evidence.config.confidence)
    if gap.value is None:
        return AGAINST[TOO_FEW]
    return f"{wording.marked(survey_tests.verdict(gap))}\n{then.label}"


def _said(surveys: Surveys, question: Question, found: Estimate) -> str:
    """The share as a sentence, or why it has none."""
    place = f"{question.survey}, {question.latest.label}"
    if found.value is None:
        return f"What share {question.says} ({place}) is not given. {found.note}"
    about = "about " if surveys.policy.protects else ""
    return (
        f"{percent(found)} of respondents {question.says} ({place}; {wording.interval(found, places(found.denominator))}; "
        f"{about}{wording.whole(found.denominator)} answered)."
    )


def _moved(surveys: Surveys, question: Question, found: Estimate) -> str:
    """How it differs from a year before, as a sentence; blank where no wave is known or the share is not given."""
    then = question.held_against()
    if found.value is None or then is None:
        return ""
    if _like(question, then) is None:
        return f" The wave of {then.label} asked in other words, so they are not compared."
    before = surveys.share(then.answer)
    if before.value is None:
        return ""
    word = _verdict(surveys, question, then)
    words = "no clear change on" if word == UNCLEAR else f"{word} than"
    return f" That is {words} {since(question)} ({percent(before)} in {then.label})."


def since(question: Question) -> str:
    """What the latest wave is held against, in a sentence: a year before, or the wave before."""
    then = question.held_against()
    near = then is not None and months_between(then.day, question.latest.day) in YEAR_BEFORE
    return A_YEAR_BEFORE if near else THE_WAVE_BEFORE


def _aged(surveys: Surveys, wave: Wave) -> str:
    """That a wave is old, as a sentence; blank where it is not."""
    age = surveys.months_old(wave)
    return f" These answers are {age // 12} years old." if age > OLD_MONTHS else ""


def _month(wave: Wave) -> str:
    return f"{wave.day:%Y-%m}"
