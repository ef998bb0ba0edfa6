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
from srp_lib.surveys import EXTRACT, OLD_MONTHS, SMALL, Question, Surveys, Wave, places
from srp_lib.verdicts import HIGHER, LOWER, TOO_FEW, UNCLEAR

SMALL_SAID = f"* Fewer than {SMALL_BASE} answered: to be read with caution. "
FIRST_WAVE, OTHER_WORDS = "First wave", "Asked in other words: not compared"
AGAINST = {HIGHER: "Higher", LOWER: "Lower", UNCLEAR: "No clear difference", TOO_FEW: "Too few to say"}


def share_fact(surveys: Surveys, question: Question) -> KeyFact:
    """The share in the latest wave up to the end of the period, against the wave before where the words are the same."""
    wave, then = question.latest, question.before
    found = surveys.share(wave.answer, question.of_victims)
    statement = f"{_said(surveys, question, found)}{_moved(surveys, question, found)}{_aged(surveys, wave)}"
    before = surveys.share(then.answer, question.of_victims) if then else None
    compared = found.value is not None and before is not None and before.value is not None
    protected = surveys.policy.protects
    return KeyFact(
        f"voices.{question.ident}.share", statement, found, _month(wave),
        f"Share of respondents to the survey “{question.survey}” counted for “{wave.words}”, design effect {wave.answer.design_effect:g}",
        (EXTRACT,), comparator_value=before.value if compared else None,
        comparator_numerator=before.numerator if compared else None, comparator_period=_month(then) if compared and then else "",
        verdict=_verdict(surveys, question, then) if compared and then else "",
        disclosure="protected: the base is rounded and the count left out" if protected else surveys.policy.treatment(False),
        label=question.label,
    )  # fmt: skip


def latest(surveys: Surveys) -> Table | Notice:
    """Every question's latest share, and how it differs from the wave before and from the first; carries the key facts."""
    if not surveys.questions:
        return NOTHING
    made = tuple(share_fact(surveys, one) for one in surveys.questions)
    rows = tuple(_latest_row(surveys, one) for one in surveys.questions)
    anchors = tuple(("", fact.anchor, "", "", "", "") for fact in made)
    columns = ("Question and wave", "Share", "Interval", "Base", "Against the wave before", "Against the first wave")
    note = (
        f"The {surveys.evidence.config.confidence:.0%} interval allows for the survey's design. Higher and lower mean that "
        "the difference is more than chance would explain; differences are in percentage points. Waves that asked in other words are not compared. "
        f"A base under {HIDDEN_BASE} is not shown, one under {SMALL_BASE} has a star and is to be read with caution. {_rounding(surveys)}"
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
    shown = {name: surveys.share(answers[name], question.of_victims) for name in sorted(answers, key=called.get)}
    rows = tuple(
        _group_row(surveys, called[name], answers[name], found, words[name])
        for name, found in shown.items()
        if answers[name].enough
    )
    whole = surveys.share(question.latest.answer, question.of_victims)
    everyone = (
        "All respondents",
        *share_cells(whole, question.latest.answer),
        base_cell(surveys, question.latest.answer),
        DASH,
    )
    flag = SMALL_SAID if any(answers[name].enough and answers[name].base < SMALL_BASE for name in answers) else ""
    note = f"{flag}{left_out([called[name] for name in answers if not answers[name].enough])}{many(len(rows))}{_rounding(surveys)}".strip()
    caption = f"{question.label} by {'ward' if names else 'group'}, {question.survey}, {question.latest.label}"
    return Table(caption, ("Group", "Share", "Interval", "Base", "Against everyone else"), (everyone, *rows), note)


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
        f"Of {wording.number_word(number)} groups that do not differ one in twenty would seem to, by chance; so higher and lower allow for there being several "
        "(Benjamini-Hochberg at 5%). "
    )


def base_cell(surveys: Surveys, answer: Answer) -> str:
    """A base for a table's cell, with a flag where it is small."""
    return f"{wording.whole(surveys.base(answer))}{'*' if answer.base < SMALL_BASE else ''}"


def titled(surveys: Surveys, question: Question) -> str:
    """A question's name; with its survey where two surveys asked it."""
    doubled = sum(one.label == question.label for one in surveys.questions) > 1
    return f"{question.label} ({question.survey})" if doubled else question.label


def share_cells(found: Estimate, answer: Answer) -> tuple[str, str]:
    """Share and interval for a table's cells, to a whole per cent where few answered; a mark where the share is withheld."""
    if found.value is None:
        return (MARK if found.note == SMALL else DASH), DASH
    value, lower, upper = (
        f"{wording.decimal(number, places(answer))}%" for number in (found.value, found.lower, found.upper)
    )
    return value, f"{lower} to {upper}"


def against(verdict: str) -> str:
    """A verdict on a group for a table's cell."""
    return f"{wording.MARKS[verdict]} {AGAINST[verdict]}"


def _group_row(surveys: Surveys, name: str, answer: Answer, found: Estimate, word: str) -> tuple[str, ...]:
    judged = against(word) if found.value is not None else DASH
    return name, *share_cells(found, answer), base_cell(surveys, answer), judged


def _latest_row(surveys: Surveys, question: Question) -> tuple[str, ...]:
    wave = question.latest
    cells = share_cells(surveys.share(wave.answer, question.of_victims), wave.answer)
    old = " (old)" if surveys.months_old(wave) > OLD_MONTHS else ""
    before = _compared(surveys, question, question.before, len(question.waves) > 1)
    first = _compared(surveys, question, question.first, len(question.waves) > 2)
    base = base_cell(surveys, wave.answer) if cells[1] != DASH else DASH
    return f"{question.label}\n{question.survey}, {wave.label}{old}", *cells, base, before, first


def _compared(surveys: Surveys, question: Question, wave: Wave | None, asked: bool) -> str:
    """How the latest wave differs from another, for a table's cell."""
    if wave is None:
        return OTHER_WORDS if asked else DASH
    gap = _gap(surveys, question, wave)
    if gap.value is None:
        return AGAINST[TOO_FEW]
    size = f"{wording.signed(gap.value)} ({wording.signed(gap.lower)} to {wording.signed(gap.upper)})"
    return f"{wording.marked(survey_tests.verdict(gap))}\n{size}\n{wave.label}"


def _gap(surveys: Surveys, question: Question, wave: Wave) -> Estimate:
    """The latest share less another wave's."""
    return survey_tests.difference(question.latest.answer, wave.answer, surveys.evidence.config.confidence)


def _verdict(surveys: Surveys, question: Question, wave: Wave) -> str:
    return survey_tests.verdict(_gap(surveys, question, wave))


def _waves(surveys: Surveys, question: Question) -> Table:
    """One question's waves, the latest first, with the words wherever they changed."""
    rows = tuple(_wave_row(surveys, question, place) for place in reversed(range(len(question.waves))))
    columns = ("Wave", "Share", "Interval", "Base", "Design effect", "Against the wave before")
    words = {wave.words: wave.label for wave in question.waves}
    asked = " ".join(f"Asked up to {label}: “{text}”." for text, label in words.items())
    asked = f"Asked: “{question.latest.words}”." if len(words) == 1 else asked
    return Table(f"{question.label}, {question.survey}", columns, rows, f"{asked} {_rounding(surveys)}".strip())


def _wave_row(surveys: Surveys, question: Question, place: int) -> tuple[str, ...]:
    wave, then = question.waves[place], question.waves[place - 1] if place else None
    share, limits = share_cells(surveys.share(wave.answer, question.of_victims), wave.answer)
    base = base_cell(surveys, wave.answer) if limits != DASH else DASH
    return wave.label, share, limits, base, f"{wave.answer.design_effect:g}", _step(surveys, wave, then)


def _step(surveys: Surveys, wave: Wave, then: Wave | None) -> str:
    """A wave against the one before it, for a table's cell."""
    if then is None:
        return FIRST_WAVE
    if not wave.same_words(then):
        return OTHER_WORDS
    return wording.marked(
        survey_tests.verdict(survey_tests.difference(wave.answer, then.answer, surveys.evidence.config.confidence))
    )


def _said(surveys: Surveys, question: Question, found: Estimate) -> str:
    """The share as a sentence, or why it has none."""
    place = f"{question.survey}, {question.latest.label}"
    if found.value is None:
        return f"What share {question.says} ({place}) is not given. {found.note}"
    about = "about " if surveys.policy.protects else ""
    return (
        f"{wording.decimal(found.value)}% of respondents {question.says} ({place}; {wording.interval(found)}; "
        f"{about}{wording.whole(surveys.base(question.latest.answer))} answered)."
    )


def _moved(surveys: Surveys, question: Question, found: Estimate) -> str:
    """How it differs from the wave before, as a sentence; blank where there is none or the share is not given."""
    if found.value is None or len(question.waves) < 2:
        return ""
    if question.before is None:
        return f" The wave of {question.waves[-2].label} asked in other words, so they are not compared."
    before = surveys.share(question.before.answer, question.of_victims)
    if before.value is None:
        return ""
    word = _verdict(surveys, question, question.before)
    words = "no clear change on" if word == UNCLEAR else f"{word} than"
    return f" That is {words} the {wording.decimal(before.value)}% of {question.before.label}."


def _aged(surveys: Surveys, wave: Wave) -> str:
    """That a wave is old, as a sentence; blank where it is not."""
    age = surveys.months_old(wave)
    return f" These answers are {age // 12} years old." if age > OLD_MONTHS else ""


def _rounding(surveys: Surveys) -> str:
    return (
        f"Bases are rounded to the nearest {surveys.policy.base} to protect people." if surveys.policy.protects else ""
    )


def _month(wave: Wave) -> str:
    return f"{wave.day:%Y-%m}"
