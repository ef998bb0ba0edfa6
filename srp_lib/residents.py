"""Residents: the summary that anybody can read, two printed pages of key facts in plain words.

It computes nothing: every figure is one that a page of the report shows, and links to it there. What is said is picked
by rules from the facts that there are, so that it holds for any area, period and set of extracts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby, zip_longest
from typing import Any

from srp_lib import periods, readability, wording
from srp_lib.codelists import RECORDED, breaks
from srp_lib.subject import Subject
from srp_lib.verdicts import CANT_TELL, CHANGE, HIGHER, LOWER, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE, TOO_FEW, UNCLEAR

Fact = Mapping[str, Any]
TITLE = "A summary for residents"
OVERVIEW = "overview"
# What residents call the themes; the order is that of the pages.
THEMES = {
    OVERVIEW: "The whole borough", "children": "Children", "adults": "Adults at risk",
    "communities": "Streets and homes", "violence": "Violence and organised crime",
}  # fmt: skip
# How many are told of each, the longest summary first: the first that keeps to the length is taken.
DEPTHS = (4, 3, 2, 1)
LINES, LINE = 90, 96  # what two printed sides of A4 hold below the banners, and the letters of a line
HEAD_LINES, SUBHEAD_LINES, ITEM_LINES = 2.6, 1.7, 0.15
QUESTIONS, RAISED, RISKS = 4, 2, 3
TALLY = {
    MET: "met", ON_COURSE: "on_course", NOT_ON_COURSE: "not_on_course", NOT_MET: "not_met", CANT_TELL: "cant_tell",
}  # fmt: skip
COUNTED = {
    MET: "Met", ON_COURSE: "On course", NOT_ON_COURSE: "Not on course", NOT_MET: "Missed", CANT_TELL: "Can't tell yet",
}  # fmt: skip
OLDEST = 24  # months
FIGURE = r"(?:\d[\d,.]*\d|\d)%?"
TIME = r"(?: minutes?(?: (?:and )?\d+ seconds?)?| seconds?)?"
FIGURES = re.compile(rf"(?:\b[Aa]bout )?\b{FIGURE}{TIME}")
NO_FIGURES = "No figures could be given this time."
# Of two measures that count much the same, the one that is told: the other's theme and objective first.
TOLD_BY = {("communities", "asb"): ("overview", "asb"), ("adults", "substance_misuse"): ("adults", "drugs")}


@dataclass(frozen=True)
class Summary:
    """The summary's content as HTML, its heading, the age from which it can be read, and how that was found."""

    html: str
    title: str
    reading_age: float
    method: str


@dataclass(frozen=True)
class Section:
    """A heading over sentences and lists; each list has a heading of its own or none. All are HTML."""

    heading: str
    lead: tuple[str, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def texts(self) -> list[str]:
        """What a reader reads of it, headings apart: paragraphs and items without markup."""
        return [_text(part) for part in (*self.lead, *(item for _, items in self.lists for item in items))]

    @property
    def lines(self) -> float:
        """How many printed lines it takes, about."""
        heads = HEAD_LINES + SUBHEAD_LINES * sum(bool(name) for name, items in self.lists if items)
        return heads + sum(math.ceil(len(text) / LINE) + ITEM_LINES for text in self.texts)

    def html(self) -> str:
        """Its part of the page."""
        parts = [f"<h2>{escape(self.heading)}</h2>", *(f"<p>{sentence}</p>" for sentence in self.lead)]
        for name, items in self.lists:
            if items:
                parts += [f"<h3>{escape(name)}</h3>"] * bool(name)
                parts.append(f'<ul class="facts">{"".join(f"<li>{item}</li>" for item in items)}</ul>')
        return "".join(parts)


def summary(facts: Sequence[Fact], subject: Subject, links: Mapping[str, str]) -> Summary:
    """Two printed pages for residents, from the records of every page's facts.

    `links` maps a notebook's name to its page's file; facts of pages that the report lacks are left out. Lists are
    shortened until the length fits two sides of A4 by the measure of `printed_lines`.
    """
    held = Held(facts, links)
    sections: tuple[Section, ...] = ()
    for depth in DEPTHS:
        sections = sections_of(held, subject, depth)
        if printed_lines(sections) <= LINES:
            break
    sentences = [one for part in sections for text in part.texts for one in readability.sentences_of(text)]
    age = readability.reading_age(sentences)
    hardest = max(readability.reading_age([one]) for one in sentences)
    said = (
        f"Reading age of this summary: about {wording.whole(age)}, and of its hardest sentence about "
        f"{wording.whole(hardest)}, by {readability.METHOD}."
    )
    content = "".join(part.html() for part in sections)
    html = f'<div class="residents">{content}<p class="note">{escape(said)}</p></div>'
    return Summary(html, TITLE, age, readability.METHOD)


def printed_lines(sections: Iterable[Section]) -> float:
    """How many printed lines sections take, about; two sides of A4 hold `LINES`."""
    return sum(part.lines for part in sections)


class Held:
    """The facts of the report by id, with their links; only those of pages that the report has."""

    def __init__(self, facts: Sequence[Fact], links: Mapping[str, str]) -> None:
        kept = [fact for fact in facts if fact["notebook"] in links]
        self.links = links
        self.facts = {str(fact["id"]): fact for fact in kept}

    def get(self, ident: str) -> Fact | None:
        """The fact of that id, where it has a figure."""
        fact = self.facts.get(ident)
        return fact if fact is not None and fact["value"] is not None else None

    def named(self, pattern: str) -> list[Fact]:
        """The facts that have a figure and whose whole id has the pattern, in order."""
        return [one for ident, one in self.facts.items() if re.fullmatch(pattern, ident) and one["value"] is not None]

    def linked(self, fact: Fact, text: str) -> str:
        """A text as the way to the place in the report where the fact stands."""
        address = f"{self.links[fact['notebook']]}#{fact['anchor']}"
        return f'<a href="{escape(address)}">{escape(text)}</a>'

    def number(self, fact: Fact, number: float, places: int = 0, sign: str = "") -> str:
        """A figure of a fact as a link, with "about" where it is rounded to protect people."""
        return self.linked(fact, f"{'about ' if _protected(fact) else ''}{wording.decimal(number, places)}{sign}")

    def said(self, fact: Fact) -> str:
        """The first sentence of a fact's statement, without what stands in brackets, the fact's own figure a link."""
        text, found = str(fact["statement"]), 1
        while found:
            text, found = re.subn(r"\s*\([^()]*\)", "", text)
        first = readability.sentences_of(text)[0]
        own = next((one for one in FIGURES.finditer(first) if _tells(one[0], fact["value"])), None)
        if own is None:
            return self.linked(fact, first)
        about = (
            "" if not _protected(fact) or own[0].lower().startswith("about") else "about " if own.start() else "About "
        )
        return f"{escape(first[: own.start()])}{self.linked(fact, about + own[0])}{escape(first[own.end() :])}"


@dataclass(frozen=True)
class Move:
    """A headline measure: what it counts, the fact of its change and that of its count."""

    theme: str
    noun: str
    change: Fact
    count: Fact

    @property
    def size(self) -> float:
        """How many more or fewer there were; nothing where that is not told."""
        now, then = self.change["numerator"], self.change["denominator"]
        return abs(now - then) if now is not None and then is not None else 0.0


def moves(held: Held) -> list[Move]:
    """The headline measures in the order of the pages, each noun once, and of two that count much the same one."""
    found: dict[str, Move] = {}
    headlines = [fact for fact in held.facts.values() if fact["headline"] and fact["unit"] == CHANGE]
    themes = {(fact["theme"], fact["objective"]) for fact in headlines}
    for fact in headlines:
        count = held.facts.get(f"{fact['theme']}.{fact['objective']}.count")
        if count is not None and TOLD_BY.get((fact["theme"], fact["objective"])) not in themes:
            found.setdefault(str(count["unit"]), Move(str(fact["theme"]), str(count["unit"]), fact, count))
    return list(found.values())


def sections_of(held: Held, subject: Subject, depth: int) -> tuple[Section, ...]:
    """The summary's sections; of each theme `depth` measures are told."""
    known = moves(held)
    return (
        _changed(held, known, subject, depth), _unchanged(held, known, depth), _unknown(held, known),
        _told(held, subject), *_targets(held, depth), _next(held, subject),
    )  # fmt: skip


def _opening(subject: Subject) -> str:
    """What the page is about, in a sentence of HTML."""
    period = subject.period
    during = "" if period is None else f" in {period.label}{'' if period.span == period.label else f' ({period.span})'}"
    return f"This page sums up crime and safety in {escape(subject.place)}{escape(during)}."


def _shocks(subject: Subject) -> list[str]:
    """What the register of breaks says of the period and the year before it, for the whole of recorded crime."""
    if subject.period is None:
        return []
    months = (*subject.period.months, *subject.period.comparator().months)
    found = [one for one in breaks() if one.covers(RECORDED) and one.last and one.touches(months)]
    return [
        f"{escape(one.note)} ({periods.month_span(one.first, one.last)}). Many of these changes may be due to that."
        for one in found
    ]


def _changed(held: Held, known: Sequence[Move], subject: Subject, depth: int) -> Section:
    """What rose or fell by more than chance, by theme: the largest rise and the largest fall, then the next."""
    lead = (
        f"{_opening(subject)} Each figure is a link to the page that shows how it was found.",
        *_shocks(subject),
        "Figures go up and down by chance. We say that one rose or fell only where the change is more than chance.",
        *(["Where a month is missing, we leave it out of both years."] if any(map(_in_part, known)) else []),
    )
    lists = []
    for theme, name in THEMES.items():
        clear = [one for one in known if one.theme == theme and one.change["verdict"] in (HIGHER, LOWER)]
        told = _by_turns([one for one in clear if one.change["value"] is not None])[:depth]
        lists.append(
            (name, (*(_moved(held, one) for one in told), *(_level(held, known) if theme == OVERVIEW else ())))
        )
    if not any(items for _, items in lists):
        lead = (*lead, "Nothing that we can tell changed by more than chance." if _judged(known) else NO_FIGURES)
    return Section("What changed", lead, tuple(lists))


def _by_turns(clear: Sequence[Move]) -> list[Move]:
    """Rises and falls by turns, the most events first on either side, so that a short list has both."""
    sides = [
        sorted((one for one in clear if one.change["verdict"] == verdict), key=lambda one: -one.size)
        for verdict in (HIGHER, LOWER)
    ]
    return [one for pair in zip_longest(*sides) for one in pair if one is not None]


def _judged(known: Sequence[Move]) -> bool:
    return any(one.change["verdict"] in (HIGHER, LOWER, UNCLEAR) for one in known)


def _in_part(move: Move) -> bool:
    """Whether a change is over fewer months than the count."""
    now, number = move.change["numerator"], move.count["value"]
    return now is not None and number is not None and now != number


def _level(held: Held, known: Sequence[Move]) -> tuple[str, ...]:
    """How many there were of what the whole borough's headlines count, where no change can be given at all."""
    bare = [one for one in known if one.theme == OVERVIEW and one.change["value"] is None]
    return tuple(
        f"There were {held.number(one.count, one.count['value'])} {escape(one.noun)}."
        for one in bare if one.count["value"] is not None
    )  # fmt: skip


def _moved(held: Held, move: Move) -> str:
    """A clear change: by how much, to how many, from how many."""
    change = move.change
    rose = change["verdict"] == HIGHER
    size = abs(change["value"])
    by = held.number(change, size, 0 if size >= 1 else 1, "%")
    mark = f'<span class="verdict {change["verdict"]}" aria-hidden="true">{wording.MARKS[change["verdict"]]}</span>'
    noun = escape(wording.upper_first(move.noun))
    return f"{mark} {noun} {'rose' if rose else 'fell'} by {by}, to {_now(held, move)}. There were {_then(held, move)} a year before."


def _now(held: Held, move: Move) -> str:
    number = move.change["numerator"]
    return held.number(move.count if number == move.count["value"] else move.change, number)


def _then(held: Held, move: Move) -> str:
    return held.number(move.change, move.change["denominator"])


def _unchanged(held: Held, known: Sequence[Move], depth: int) -> Section:
    """What showed no clear change, by theme, the most events first."""
    items = []
    for theme in THEMES:
        unclear = [one for one in known if one.theme == theme and one.change["verdict"] == UNCLEAR]
        counted = [one for one in unclear if one.size or one.change["numerator"] is not None]
        for one in sorted(counted, key=lambda one: -one.change["numerator"])[: max(1, depth - 1)]:
            noun = escape(wording.upper_first(one.noun))
            items.append(f"{noun} went from {_then(held, one)} to {_now(held, one)}.")
    lead = "Chance alone could explain these changes." if items else "There is nothing to list here."
    return Section("What did not clearly change", (lead,), (("", tuple(items)),))


def _unknown(held: Held, known: Sequence[Move]) -> Section:
    """What the figures cannot tell: always the same, and what this report lacks."""
    few = [one.noun for one in known if one.change["verdict"] == TOO_FEW]
    bare = [one.noun for one in known if not one.change["verdict"]]
    items = [
        "Much crime is never reported. We can count only what was.",
        "A rise may mean more crime. It may also mean that more people came forward. These figures can't tell which.",
        "Crime figures from the police are not accredited official statistics. Read them with care.",
        *([f"Too few to say if they changed: {_shortly(few)}."] if few else []),
        *([f"No figures to compare with: {_shortly(bare)}."] if bare else []),
        *(["Some figures are left out, and some are rounded. That keeps people from being known."] if any(map(_protected, held.facts.values())) else []),
        *_silent(held),
    ]  # fmt: skip
    return Section("What we can't tell", (), (("", tuple(items)),))


def _silent(held: Held) -> list[str]:
    """The themes whose page has no figure, with the way to it."""
    heard = {fact["notebook"] for fact in held.facts.values() if fact["value"] is not None}
    items = []
    for notebook, file in held.links.items():
        theme = next((name for name in THEMES if notebook.endswith(f"_{name}")), "")
        if theme and notebook not in heard:
            items.append(
                f'No figures on {escape(THEMES[theme].lower())}. <a href="{escape(file)}">The page says why.</a>'
            )
    return items


def _told(held: Held, subject: Subject) -> Section:
    """Surveys of the last two years, calls to 101 and what was raised when residents were asked."""
    shares = [fact for fact in held.named(r"voices\..+\.share") if not _old(fact, subject)][:QUESTIONS]
    calls = held.named(r"voices\.calls_101\.(abandoned_share|mean_wait)")
    asked = held.named(r"voices\.consultation\.(participants|public_meetings)")
    raised = sorted(held.named(r"voices\.consultation\.raised_.+"), key=lambda fact: -(fact["numerator"] or 0))
    least = raised[RAISED - 1]["numerator"] if len(raised) >= RAISED else 0
    most = [fact for fact in raised if (fact["numerator"] or 0) >= (least or 0)]
    lists = (
        ("Surveys", tuple(f"{_when(fact)}{held.said(fact)}{_against(fact)}" for fact in shares)),
        ("Calls to 101", tuple(f"{held.said(fact)}{_against(fact)}" for fact in calls)),
        ("Consultation", (*(held.said(fact) for fact in asked), *_raised(held, most))),
    )
    bare = not any(items for _, items in lists)
    lead = ("We have no survey, no calls and no meetings to report this time.",) if bare else ()
    return Section("What residents told us", lead, lists)


def _old(fact: Fact, subject: Subject) -> bool:
    """Whether a survey was asked longer ago than `OLDEST` months before the end of the period."""
    month = str(fact["period"])
    dated = subject.period is not None and re.fullmatch(periods.MONTH, month)
    return bool(dated and month < periods.shift_month(subject.period.months[-1], -OLDEST))


def _when(fact: Fact) -> str:
    """The survey and its month, before what it found: it can be one of victims alone."""
    month, survey = str(fact["period"]), re.search(r"\(([^()]+)\)\Z", str(fact["label"]))
    when = f" of {periods.month_name(month)}" if re.fullmatch(periods.MONTH, month) else ""
    return f"In the survey “{escape(survey[1])}”{when}, " if survey else f"In {when[4:]}, " if when else ""


def _raised(held: Held, facts: Sequence[Fact]) -> list[str]:
    """How many events raised which issues, those raised as often in one sentence."""
    known = [fact for fact in facts if fact["numerator"] is not None and fact["denominator"] is not None]
    told = []
    for pair, group in groupby(known, key=lambda fact: (fact["numerator"], fact["denominator"])):
        own = list(group)
        named = [held.linked(fact, _inner(str(fact["label"]).removeprefix("Raised: "))) for fact in own]
        events = held.linked(own[0], f"{' of '.join(map(wording.whole, pair))} events")
        told.append(f"{events} raised {'; '.join(named)}.")
    return told


def _against(fact: Fact) -> str:
    """How a figure stands to the one before, where it was judged."""
    words = {
        HIGHER: "That is up, by more than chance.",
        LOWER: "That is down, by more than chance.",
        UNCLEAR: "That is no clear change.",
    }
    return f" {words[fact['verdict']]}" if fact["verdict"] in words else ""


def _targets(held: Held, depth: int) -> tuple[Section, ...]:
    """How the live targets of the plan stand, and which are behind; no section where none was judged."""
    tally = {verdict: held.facts.get(f"performance.targets.{name}") for verdict, name in TALLY.items()}
    known = {verdict: fact for verdict, fact in tally.items() if fact is not None}
    if not any(fact["value"] for fact in known.values()):
        return ()
    number = {verdict: held.linked(fact, wording.whole(fact["value"])) for verdict, fact in known.items()}
    counts = (" ".join(f"{words}: {number[verdict]}." for verdict, words in COUNTED.items() if verdict in number),)
    behind = [
        f"{held.linked(fact, str(fact['label']))}: {COUNTED[fact['verdict']].lower()}."
        for fact in held.facts.values()
        if re.fullmatch(r"[^.]+\.performance\..+", str(fact["id"])) and fact["verdict"] in (NOT_MET, NOT_ON_COURSE)
    ]
    told = tuple(behind[: 2 * depth]) + (("Others are on the page of performance.",) if len(behind) > 2 * depth else ())
    return (Section("How we did against our targets", (), (("", counts), ("Behind", told))),)


def _next(held: Held, subject: Subject) -> Section:
    """Forecasts of the whole borough, actions that are late and what partners hold to be the highest risks."""
    items = [*_forecasts(held, subject), *_late(held), *_risks(held)]
    closing = "In an emergency call 999. If it is not an emergency, call 101."
    return Section("What happens next", (), (("", (*items, closing)),))


def _forecasts(held: Held, subject: Subject) -> list[str]:
    items = []
    for fact in held.named(rf"{OVERVIEW}\.[^.]+\.forecast"):
        count = held.facts.get(f"{OVERVIEW}.{fact['objective']}.count")
        if count is not None and fact["lower"] is not None and fact["upper"] is not None and subject.period:
            low, high = (held.linked(fact, wording.whole(fact[end])) for end in ("lower", "upper"))
            first = periods.shift_month(subject.period.months[-1], 1)
            span = periods.month_span(first, periods.shift_month(first, 11))
            items.append(f"Going by past years, we expect {low} to {high} {escape(str(count['unit']))} in {span}.")
    return items


def _late(held: Held) -> list[str]:
    """How many of the plan's actions are late, by theme; a sentence where none is."""
    late = held.named(r"[^.]+\.performance\.actions_overdue")
    parts = [
        f"{held.linked(fact, wording.whole(fact['value']))} ({escape(THEMES.get(str(fact['theme']), str(fact['theme'])).lower())})"
        for fact in late if fact["value"]
    ]  # fmt: skip
    if parts:
        return [f"Actions in our plan that are late: {wording.listed(parts)}."]
    return ["No action in our plan is late."] if late else []


def _risks(held: Held) -> list[str]:
    """What partners scored highest; where several are equal in the last place, in the order of the page."""
    scored = sorted(held.named(r"priorities\..+\.risk"), key=lambda fact: -fact["value"])[:RISKS]
    named = [held.linked(fact, _inner(str(fact["label"]))) for fact in scored if fact["label"]]
    return [f"Partners rank these risks highest: {wording.listed(named)}."] if named else []


def _tells(figure: str, value: float) -> bool:
    """Whether a figure in a sentence, which can be minutes and seconds, is the value, as rounded."""
    parts = [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", figure)]
    told = 60 * parts[0] + sum(parts[1:]) if "minute" in figure else parts[0]
    return abs(told - value) <= (0.5 if told == int(told) else 0.05)


def _inner(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins with letters that stand for words."""
    return label if label[1:2].isupper() or label[1:2].isdigit() else f"{label[:1].lower()}{label[1:]}"


def _shortly(nouns: Sequence[str], most: int = 4) -> str:
    """Nouns in a row, those beyond `most` as "others"."""
    return escape(wording.listed([*nouns[:most], *(["others"] if len(nouns) > most else [])]))


def _protected(fact: Fact) -> bool:
    return str(fact["disclosure"]).startswith("protected")


def _text(html: str) -> str:
    """What a reader reads of a piece of HTML: no markup, no mark that is hidden from the ear."""
    shown = re.sub(r'<span[^>]*aria-hidden="true">.*?</span>', "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", shown)).split())
