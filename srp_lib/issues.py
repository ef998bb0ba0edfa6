"""Issues: what is scored for risk, and what each issue has by way of evidence among the key facts made so far.

An issue is an objective area of the plan, or another that somebody scored. Nothing is computed here: every figure is
a key fact of another page, found by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from srp_lib import wording
from srp_lib.checks import Checks
from srp_lib.codelists.offences import SHORT_IDS, ObjectiveArea, area_named, objective_areas
from srp_lib.disclosure import MARK
from srp_lib.ledger import Entry, Ledger
from srp_lib.outlook import FORECAST, HARM, REPEATS, VULNERABLE
from srp_lib.verdicts import HIGHER, LOWER
from srp_lib.wording import slug_of

COUNT, CHANGE = "count", "change"
MEASURES = (COUNT, HARM, CHANGE, FORECAST, REPEATS, VULNERABLE)
RAISED, EVENTS = "voices.consultation.raised_", "voices.consultation.events"
NONE, NOT_GIVEN = "No fact", "Not given"
QUALITY = "00_data_quality.html"
RATES = ("%", "per ", "times")  # units of figures that count nothing
UP, DOWN = "up", "down"
NAMED_OTHERWISE = {
    "adults.mental_health.change": "adults.mental_health.victim_offences_change"
}  # by the plan's own figure
# What open data has of an area, for where the partners' records were not supplied: the stem of its facts, and of its forecast.
OPEN_DATA = {
    "anti_social_behaviour": ("communities.anti_social_behaviour", "overview.asb"),
    "substance_misuse": ("adults.drugs", "overview.drugs"),
}
Cell = tuple[str, str]  # its text, and where it leads


@dataclass(frozen=True)
class Issue:
    """Something that is scored: an objective area, or an emerging issue, where `area` is None.

    `cited` are the ids of key facts that scores of it point to, in the order in which they come.
    """

    slug: str
    label: str
    area: ObjectiveArea | None
    ledger: Ledger
    cited: tuple[str, ...] = ()

    @cached_property
    def facts(self) -> dict[str, Entry]:
        """Its key facts by what they tell: count, harm, change, forecast, repeat and vulnerable victims.

        An area's own, and else, where they tell the like, the first of those that its scores cite.
        """
        cited = list(filter(None, map(self.ledger.get, self.cited)))
        found: dict[str, Entry] = {}
        for measure in MEASURES:
            ident = f"{self._stem}.{measure}"
            own = self.ledger.get(NAMED_OTHERWISE.get(ident, ident))
            like = [one for one in cited if self._tells(one, measure)]
            if own or like:
                found[measure] = own or like[0]
        return found if COUNT in found else found | self._in_open_data

    @cached_property
    def _in_open_data(self) -> dict[str, Entry]:
        """The count of open data that comes nearest to the area, its change and its forecast; none for most areas."""
        stem, ahead = OPEN_DATA.get(self.slug, ("", ""))
        named = {COUNT: f"{stem}.{COUNT}", CHANGE: f"{stem}.{CHANGE}", FORECAST: f"{ahead}.{FORECAST}"}
        known = {measure: self.ledger.get(ident) for measure, ident in named.items()}
        return {measure: entry for measure, entry in known.items() if entry is not None}

    @cached_property
    def raised(self) -> Entry | None:
        """How many of the events of consultation raised it."""
        names = (self.slug, SHORT_IDS.get(self.slug, self.slug))
        return next(filter(None, (self.ledger.get(f"{RAISED}{name}") for name in names)), None)

    @property
    def bare(self) -> bool:
        """Whether no key fact tells of it."""
        return not self.facts and not self.raised and not any(map(self.ledger.get, self.cited))

    @property
    def outlook(self) -> str:
        """Which way the evidence says that it goes: "up", "down", or "" where it does not say, or both.

        By the verdict on its change, and by whether the whole range forecast lies above or below the year before the
        period.
        """
        ways = {_way_of_change(self.facts.get(CHANGE)), self._way_ahead} - {""}
        return ways.pop() if len(ways) == 1 else ""

    @property
    def why(self) -> str:
        """The verdict and the forecast in words, for a sentence."""
        change, parts = self.facts.get(CHANGE), []
        if _way_of_change(change):
            parts.append(f"records are {change.verdict} than the year before ({_percent(change)})")
        if self._way_ahead:
            side, band = "above" if self._way_ahead == UP else "below", _band(self.facts[FORECAST])
            before = wording.whole(self.facts[COUNT].comparator_value)
            parts.append(f"the whole forecast ({band}) lies {side} the {before} of the year before")
        return wording.listed(parts)

    def cells(self, checks: Checks | None) -> list[Cell]:
        """Its row of the table of evidence after its name: eight cells, each with where it leads."""
        tellers = ((COUNT, self._volume), (HARM, _whole), (CHANGE, _trend), (FORECAST, _ahead), (REPEATS, _percent), (VULNERABLE, _percent))  # fmt: skip
        cells = [_cell(self.facts.get(measure), tell) for measure, tell in tellers]
        return [*cells, self._said(), self._quality(checks)]

    @property
    def _way_ahead(self) -> str:
        """Whether the whole band of its forecast lies above or below the count of the year before the period."""
        counted, ahead = self.facts.get(COUNT), self.facts.get(FORECAST)
        before = counted.comparator_value if counted else None
        if before is None or ahead is None or ahead.estimate.value is None:
            return ""
        return UP if ahead.estimate.lower > before else DOWN if ahead.estimate.upper < before else ""

    @property
    def _stem(self) -> str:
        """The start of the ids of its own facts; no fact's where it is no objective area."""
        return self.area.stem if self.area else ""

    def _tells(self, entry: Entry, measure: str) -> bool:
        """Whether a fact that is cited tells a measure; of an area only its own counts."""
        last = entry.id.rpartition(".")[2]
        if self.area:
            return measure == COUNT and entry.id.startswith(f"{self._stem}.") and _is_count(entry)
        return last == measure or last.endswith(f"_{measure}") or (measure == COUNT and _is_count(entry))

    def _volume(self, entry: Entry) -> str:
        """A count; with what is counted where it is not the issue's own."""
        return _whole(entry) if entry.id == f"{self._stem}.{COUNT}" else f"{_whole(entry)}\n{entry.estimate.unit}"

    def _said(self) -> Cell:
        """The events of consultation that raised it, of those that raised anything."""
        if self.raised:
            part, whole = self.raised.estimate.numerator, self.raised.estimate.denominator
            known = part is not None and whole is not None
            return (f"{part:,.0f} of {whole:,.0f} events" if known else _figure(self.raised, 0)), self.raised.href
        events = self.ledger.get(EVENTS)
        return ("Not raised", events.href) if events else (NONE, "")

    def _quality(self, checks: Checks | None) -> Cell:
        """How the extracts that its facts rest on fared by their rules."""
        facts = [*self.facts.values(), *filter(None, [self.raised])]
        names = list(dict.fromkeys(name for entry in facts for name in entry.extracts))
        if not names:
            return NONE, ""
        if checks is None:
            return "Not known", QUALITY
        failed = [one for one in checks.results if one["extract"] in names and not one["passed"]]
        if not failed:
            number = sum(one["extract"] in names for one in checks.results)
            return f"All {number} passed", QUALITY
        by_name = {name: sum(one["extract"] == name for one in failed) for name in names}
        told = [f"{_warnings(number)}: {name}" for name, number in by_name.items() if number]
        return "\n".join(told).replace("_", "_\N{ZERO WIDTH SPACE}"), QUALITY


def find_issues(names: Iterable[str], cited: dict[str, Sequence[str]], ledger: Ledger) -> tuple[Issue, ...]:
    """Every objective area in the plan's order, then the other issues among `names` in alphabetical order.

    `names` are as scorers wrote them and `cited` the ids that scores of each (by `slug`) point to. A name that is
    an area's, in whatever letters, is that area.
    """
    areas = objective_areas()
    others: dict[str, str] = {}
    for name in names:
        if slug_of_issue(name) not in areas:
            others.setdefault(slug_of_issue(name), name.strip())
    found = [Issue(slug, area.label, area, ledger, tuple(cited.get(slug, ()))) for slug, area in areas.items()]
    emerging = [Issue(slug, name, None, ledger, tuple(cited.get(slug, ()))) for slug, name in sorted(others.items())]
    return (*found, *emerging)


def slug_of_issue(name: str) -> str:
    """The slug of the objective area that a text names; else of the text."""
    area = area_named(name)
    return area.slug if area else slug_of(name)


def _cell(entry: Entry | None, tell: Callable[[Entry], str]) -> Cell:
    return (tell(entry), entry.href) if entry else (NONE, "")


def _figure(entry: Entry, places: int) -> str:
    """A figure, or what stands for it where there is none."""
    if entry.estimate.value is None:
        return MARK if MARK in entry.statement else NOT_GIVEN
    return wording.decimal(entry.estimate.value, places)


def _whole(entry: Entry) -> str:
    return _figure(entry, 0)


def _percent(entry: Entry) -> str:
    """A share or a change in %, to as many decimals as its page gives."""
    if entry.estimate.value is None:
        return _figure(entry, 0)
    writer = wording.signed if "change" in entry.estimate.unit else wording.decimal
    return f"{writer(entry.estimate.value, 0 if entry.protected else 1)}%"


def _trend(entry: Entry) -> str:
    """The verdict on the change, and below it the change."""
    if not entry.verdict:
        return NOT_GIVEN
    words = wording.marked(entry.verdict)
    return words if entry.estimate.value is None else f"{words}\n{_percent(entry)}"


def _ahead(entry: Entry) -> str:
    """The band of a forecast, and below it the twelve months before."""
    if entry.estimate.value is None:
        return NOT_GIVEN
    before = entry.estimate.numerator
    return f"{_band(entry)}\n" + (f"after {wording.whole(before)}" if before is not None else "")


def _band(entry: Entry) -> str:
    return f"{wording.whole(entry.estimate.lower)} to {wording.whole(entry.estimate.upper)}"


def _way_of_change(entry: Entry | None) -> str:
    return {HIGHER: UP, LOWER: DOWN}.get(entry.verdict, "") if entry else ""


def _is_count(entry: Entry) -> bool:
    """Whether a fact is a plain count of something."""
    if entry.id.endswith((HARM, FORECAST, CHANGE)):
        return False
    return entry.estimate.denominator is None and not any(word in entry.estimate.unit for word in RATES)


def _warnings(number: int) -> str:
    return f"{wording.number_word(number)} warning{'' if number == 1 else 's'}"
