"""Performance: the page that holds the plan's indicators against their targets and its actions against their dates.

A notebook opens one `Performance` and asks it for the parts of the page: of all themes, or of one for its lead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from srp_lib import periods, targets, wording
from srp_lib.actions import Actions, day
from srp_lib.disclosure import MARK
from srp_lib.display import DASH, NOTHING, SUMMARY, Folded, Notice, Stack, Table
from srp_lib.drawing import Chart
from srp_lib.errors import AuditError
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact, Lead, headings
from srp_lib.indicators import EXTRACT, Judged, judged, of_twelve_months
from srp_lib.ledger import Entry, Ledger, open_ledger
from srp_lib.performance_charts import Series
from srp_lib.periods import Period
from srp_lib.records import Records
from srp_lib.targets import COUNT, RATE, SHARE, UP
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE, TARGETS

THEMES = {
    "children": "Protecting vulnerable children",
    "adults": "Protecting vulnerable adults",
    "communities": "Safer and stronger communities",
    "violence": "Protecting people from violence and organised crime",
}
TITLE, QUARTER = "Performance", "quarter"
COUNTED, CHANGED, RATED = "count", "change", "rate"
RULE = "whole interval against the target once its time is over, else against the straight line from baseline to target"
TOLD = {
    MET: ("met its target", "met their targets"),
    ON_COURSE: ("is on course", "are on course"),
    NOT_ON_COURSE: ("is not on course", "are not on course"),
    NOT_MET: ("missed its target", "missed their targets"),
    CANT_TELL: ("can't be judged", "can't be judged"),
}


@dataclass(frozen=True)
class Opening:
    """A page's first words with the title that the page then has and its name among the pages; the notebook's own where blank."""

    lead: Lead
    title: str = ""
    short: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows, what the index says of the page and what the page is called."""
        titled = {"title": self.title, "short": self.short} if self.title else {}
        return {**self.lead._repr_mimebundle_(), SUMMARY: {**self.lead.summary(), **titled}}


@dataclass(frozen=True)
class Carried:
    """A key fact that a page not in the report has made, told on this one."""

    entry: Entry

    @property
    def anchor(self) -> str:
        """The fact's permanent address in the page."""
        return str(self.entry.record["anchor"])

    def record(self) -> dict[str, Any]:
        """The fact as it was made; where it stands is for this run to say."""
        return {name: value for name, value in self.entry.record.items() if name not in ("notebook", "cell", "page")}


@dataclass(frozen=True)
class Performance:
    """The indicators and actions of one audit; `theme` is the one that the page is about, or blank for all.

    `year` is the evidence of the twelve months to the period's end and `yearly` the key facts of those; `ledger` has
    the key facts of the period itself.
    """

    evidence: Evidence
    year: Evidence
    ledger: Ledger
    yearly: Ledger
    theme: str = ""

    @property
    def themes(self) -> dict[str, str]:
        """The themes that the page is about, with their names."""
        return {self.theme: THEMES[self.theme]} if self.theme else THEMES

    @cached_property
    def lacking(self) -> str:
        """Why there are no indicators; blank where there are."""
        return Records(self.evidence).lacking(EXTRACT).get(EXTRACT, "")

    @cached_property
    def indicators(self) -> tuple[Judged, ...]:
        """The indicators of the page's themes, judged, in the order of the themes."""
        every = judged(self.year, self.yearly)
        return tuple(one for theme in self.themes for one in every if one.indicator.theme == theme)

    @cached_property
    def actions(self) -> Actions:
        """The actions of the page's themes."""
        return Actions(self.evidence, tuple(self.themes))

    # --- parts of the page ----------------------------------------------------------------------------------------

    def lead(self) -> Opening | Notice:
        """The page's first words: how many targets are met, how many actions overdue."""
        told = " ".join(filter(None, [_tally(self.indicators), self._overdue()]))
        if not told and not self.theme:
            return self.missing()
        note = (
            "A verdict is given only where the whole interval of the latest figure lies on one side of what it is held "
            f"against. Latest figures are of {_named(self.year.period)}, or of the last survey or record up to its end."
        )
        if not self.theme:
            return Opening(Lead(told, note, {}))
        lead = Lead(told or self.missing().text, note if told else "", headings(self.evidence))
        return Opening(lead, f"{TITLE}: {self.themes[self.theme].lower()}", wording.upper_first(self.theme))

    def missing(self) -> Notice:
        """That no indicators were supplied, and what they would show; nothing where they were."""
        if not self.lacking:
            return NOTHING
        return Notice(
            f"No targets can be judged: the extract {EXTRACT} {self.lacking}. It would show each indicator of the plan with "
            "its baseline, its target, the latest figure and whether the target is met or on course.", "missing",
        )  # fmt: skip

    def headlines(self) -> Table | Notice:
        """How many indicators of each theme have each verdict, and how many of its actions are overdue."""
        if self.lacking and self.actions.lacking:
            return NOTHING
        rows = []
        for theme, name in self.themes.items():
            own = [one.judgement.verdict for one in self.indicators if one.indicator.theme == theme]
            numbers = (len(own), *(own.count(verdict) for verdict in TARGETS))
            every = self.actions.rows[self.actions.rows["theme"] == theme]
            late = DASH if self.actions.lacking else f"{int(every['overdue'].sum())} of {len(every)}"
            rows.append((name, *(DASH if self.lacking else wording.whole(number) for number in numbers), late))
        columns = ("Theme", "Indicators", *map(wording.upper_first, TARGETS), "Actions overdue")
        return Table(f"Targets and actions by theme, {self.evidence.period.label}", columns, tuple(rows))

    def figures(self) -> Table | Notice:
        """In a quarter's page of one theme, the theme's counts and changes of the quarter, carried as key facts."""
        if not self._quarterly:
            return NOTHING
        if not self._pairs:
            why = self.ledger.why or "No extract of the theme was supplied."
            return Notice(f"The quarter's figures of this theme cannot be shown. {why}", "missing")
        return _count_table(self._pairs, self.evidence.period.label)

    def more_figures(self) -> Folded | Notice:
        """In a quarter's page of one theme, the theme's other key facts of the quarter but rates, carried."""
        used = {one.id for pair in self._pairs for one in pair if one is not None}
        others = [
            one
            for one in (self._carried if self._quarterly else ())
            if one.id not in used and not one.id.endswith(f".{RATED}") and one.estimate.value is not None
        ]
        if not others:
            return NOTHING
        caption = f"Other figures of {self.evidence.period.label}"
        return Folded(((caption, _statement_table(others, caption)),))

    def table(self) -> Stack | Notice:
        """Every indicator with baseline, target, latest figure and verdict, a table a theme; carries the facts."""
        if self.lacking:
            return self.missing()
        told = [
            (name, [one for one in self.indicators if one.indicator.theme == theme])
            for theme, name in self.themes.items()
        ]
        made = [self._indicator_table(name, own) for name, own in told if own]
        none = [name for name, own in told if not own]
        without = [Notice(f"No indicator is set for: {wording.listed(none)}.")] if none else []
        return Stack((*made, *without))

    def reasons(self) -> Table | Notice:
        """Why each verdict is what it is."""
        if not self.indicators:
            return NOTHING
        rows = tuple(
            (one.indicator.name, wording.marked(one.judgement.verdict), reason(one)) for one in self.indicators
        )
        return Table("Why each verdict is what it is", ("Indicator", "Verdict", "Why"), rows)

    def populations(self) -> Stack | Notice:
        """The people that baselines and targets were worked out over, and which of them differ."""
        told = [one for one in self.indicators if {"baseline", "target"} <= set(one.populations)]
        if not told:
            return NOTHING
        flagged = tuple(
            _differs(one) for one in told if targets.differ(*map(one.populations.get, ("baseline", "target")))
        )
        text = "These targets were set over another number of people than their baselines, so count and rate ask for different things:"
        alike = "Baselines and targets were worked out over about the same number of people."
        notice = Notice(text, "caveat", flagged) if flagged else Notice(alike)
        columns = ("Indicator", "At the baseline", "At the target", "Difference", "Behind the latest figure")
        note = (
            "Count over rate, which is known only as closely as the rate was rounded. Differences of more than "
            f"{targets.TOLERANCE:.0%} are flagged; brackets have the difference from the baseline."
        )
        table = Table("People that counts and rates imply", columns, tuple(map(_population_row, told)), note)
        return Stack((notice, table))

    def charts(self) -> Folded | Notice:
        """The series behind each indicator, one to open at a time."""
        if not self.indicators:
            return NOTHING
        drawn = tuple((name, one) for name, one in self._series if isinstance(one, Chart))
        return Folded(drawn) if drawn else NOTHING

    def uncharted(self) -> Notice:
        """The indicators whose series is not known, and why."""
        told = tuple(f"{name}: {one.text}" for name, one in self._series if isinstance(one, Notice))
        return Notice("No chart can be drawn of:" if told else "", "missing", told)

    def action_counts(self) -> Table | Notice:
        """The actions of each theme by status."""
        return self.actions.counts(tuple(self.themes.values()))

    @cached_property
    def _series(self) -> tuple[tuple[str, Chart | Notice], ...]:
        """What can be drawn of each indicator, by its name."""
        series = Series(self.year)
        return tuple((one.indicator.name, series.chart(one)) for one in self.indicators)

    @property
    def _quarterly(self) -> bool:
        """Whether the page is a theme's in a quarter's report, which has no other page for the quarter's figures."""
        return bool(self.theme) and self.evidence.period.kind == QUARTER

    @property
    def _carried(self) -> tuple[Entry, ...]:
        """The theme's key facts of the period, less those of this page."""
        return tuple(one for one in self.ledger.starting(f"{self.theme}.") if ".performance." not in one.id)

    @cached_property
    def _pairs(self) -> tuple[tuple[Entry, Entry | None], ...]:
        """The theme's counts of the period, each with its change where one was made."""
        every = {one.id: one for one in self._carried}
        stems = [ident.removesuffix(f".{COUNTED}") for ident in every if ident.endswith(f".{COUNTED}")]
        return tuple((every[f"{stem}.{COUNTED}"], every.get(f"{stem}.{CHANGED}")) for stem in stems)

    def _indicator_table(self, name: str, own: Sequence[Judged]) -> Table:
        made = [self.fact(one) for one in own]
        linked = self.year is self.evidence
        blanks = ("",) * 3
        anchors = tuple((*blanks, fact.anchor, *blanks) for fact in made)
        hrefs = tuple((*blanks, one.latest.href if linked else "", *blanks) for one in own)
        columns = ("Indicator", "Baseline", "Target", "Latest", "Interval and base", "Figure alone", "Verdict")
        return Table(f"{name}: indicators", columns, tuple(map(_row, own)), "", tuple(made), anchors, hrefs)

    def fact(self, one: Judged) -> KeyFact:
        """An indicator's latest figure as a key fact whose verdict is that on its target."""
        indicator, latest = one.indicator, one.latest
        note = latest.why or "There is no figure."
        estimate = latest.estimate or absent(one.unit or COUNT, "none", note)
        return KeyFact(
            f"{indicator.theme}.performance.{indicator.id}", _statement(one), estimate,
            latest.period.code if latest.period else self.year.period.code,
            f"{indicator.name}, measured by {indicator.fact_id}; verdict by the rule on targets: {RULE}",
            tuple(dict.fromkeys([EXTRACT, *latest.extracts])), comparator_value=indicator.baseline,
            comparator_numerator=indicator.baseline_count, comparator_period=indicator.baseline_period,
            verdict=one.judgement.verdict, disclosure=latest.disclosure, label=indicator.name,
        )  # fmt: skip

    def _overdue(self) -> str:
        """How many actions are overdue, as a sentence; blank where no actions were supplied."""
        if self.actions.lacking or self.actions.rows.empty:
            return ""
        number, every = len(self.actions.overdue), len(self.actions.rows)
        late = f"{wording.whole(number) if number else 'None'} of {every} action{'' if every == 1 else 's'}"
        return f"{late} {'was' if number == 1 else 'were'} overdue at {day(self.actions.as_at)}."


def open_performance(evidence: Evidence, theme: str = "") -> Performance:
    """What the page is made from; `theme` is a key of THEMES, or blank for all. Raises AuditError for any other."""
    if theme and theme not in THEMES:
        raise AuditError(f"There is no theme '{theme}': it is {wording.listed(list(THEMES), 'or')}, or blank for all.")
    year, ledger = of_twelve_months(evidence), open_ledger(evidence)
    yearly = ledger if year is evidence else open_ledger(evidence, year.period.code)
    return Performance(evidence, year, ledger, yearly, theme)


# --- words and cells ----------------------------------------------------------------------------------------------


def reading(one: Judged) -> str:
    """How the latest figure alone stands to the target: "At the target", "40 short", "1.5 percentage points beyond"."""
    found, target = one.latest.estimate, one.indicator.target
    if target is None:
        return "No target"
    if one.latest.why or found is None or found.value is None:
        return DASH
    places = _places(one)
    short = targets.shortfall(found.value, target, one.indicator.good)
    if round(short, places) == 0:
        return "At the target"
    unit = {COUNT: "", SHARE: " percentage points"}.get(one.unit, f" {one.unit}")
    return f"{wording.decimal(abs(short), places)}{unit} {'short' if short > 0 else 'beyond'}"


def reason(one: Judged) -> str:
    """Why the verdict is what it is, in words."""
    indicator, held = one.indicator, one.judgement.held
    backward = (
        indicator.target is not None and targets.shortfall(indicator.baseline, indicator.target, indicator.good) <= 0
    )
    warning = " The target is no better than the baseline." if backward else ""
    said = {
        targets.NO_TARGET: "No target was set.",
        targets.NO_FIGURE: one.latest.why or "There is no figure.",
        targets.NO_INTERVAL: "The figure has no interval, so chance cannot be allowed for.",
        targets.NO_LINE: f"The target's time is not over, and no line leads to it: {_no_line(one)}.",
    }
    if held in said:
        return said[held] + warning
    return (_held_to_target(one) if held == targets.AT_TARGET else _held_to_line(one)) + warning


def _held_to_target(one: Judged) -> str:
    limits = _limits(one)
    if one.judgement.verdict == MET:
        return f"The whole interval ({limits}) is at the target or better."
    ending = "is short of it" if one.judgement.verdict == NOT_MET else "reaches across it"
    return f"The target's time is over, and the {'whole ' if one.judgement.verdict == NOT_MET else ''}interval ({limits}) {ending}."


def _held_to_line(one: Judged) -> str:
    ending = {
        ON_COURSE: "the whole interval ({}) is at that or better",
        NOT_ON_COURSE: "the whole interval ({}) is short of that",
    }.get(one.judgement.verdict, "the interval ({}) reaches across that")
    point = _figure(one.judgement.point, one.unit, _places(one))
    period = one.latest.period
    when = f"At the middle of {_named(period)}"
    if one.indicator.adds_up:
        when = f"At the end of {periods.month_name(period.months[-1])}"
    return (
        f"The target is for {one.indicator.target_period}. {when} the straight line from baseline to target "
        f"is at {point}, and {ending.format(_limits(one))}."
    )


def _no_line(one: Judged) -> str:
    goal = one.indicator.goal
    if goal.due is None:
        return "the target has no period that can be read"
    if goal.since is None:
        return "the baseline has no period that can be read"
    if goal.due.middle <= goal.since.middle:
        return "its period is not later than the baseline's"
    return "the latest figure is not later than the baseline"


def _statement(one: Judged) -> str:
    """The indicator's fact as a sentence."""
    found, indicator = one.latest.estimate, one.indicator
    if found is None or found.value is None:
        return f"{indicator.name}: no figure can be given. {one.latest.why}"
    about = "about " if one.latest.disclosure.startswith("protected") else ""
    limits = f" ({found.confidence:.0%} interval {_limits(one)})" if found.lower is not None else ""
    told = f"{indicator.name}: {about}{_own_figure(one)} in {_named(one.latest.period)}{limits}."
    if indicator.target is None:
        return f"{told} No target was set."
    when = f" for {indicator.target_period}" if indicator.target_period else ""
    return f"{told} The target is {_figure(indicator.target, one.unit, _places(one))}{when}: {one.judgement.verdict}."


def _row(one: Judged) -> tuple[str, ...]:
    """An indicator in the columns of the table."""
    indicator, places = one.indicator, _places(one)
    better = f"{indicator.name}\n({'higher' if indicator.good == UP else 'lower'} is better)"
    since = _held(indicator.baseline, indicator.baseline_count, indicator.baseline_period, one.unit, places)
    goal = "None set"
    if indicator.target is not None:
        goal = _held(indicator.target, indicator.target_count, indicator.target_period, one.unit, places)
    return better, since, goal, _latest(one), _rests_on(one), reading(one), wording.marked(one.judgement.verdict)


def _held(value: float, count: float | None, period: str, unit: str, places: int) -> str:
    """A baseline or a target with its count and its period, for a cell."""
    counted = f"{wording.whole(count)} in " if count is not None and unit != COUNT else ""
    return "\n".join(filter(None, [_cell_figure(value, unit, places), f"{counted}{period}" if period else ""]))


def _latest(one: Judged) -> str:
    """The latest figure, for a cell; "[c]" where it is withheld."""
    found = one.latest.estimate
    if found is not None and found.value is not None:
        return _cell_figure(found.value, targets.kind(found), _places(one))
    hidden = found is not None and found.numerator is None and one.latest.disclosure.startswith("protected")
    return MARK if hidden else DASH


def _rests_on(one: Judged) -> str:
    """The interval of the latest figure, its base and its period, for a cell."""
    found, period = one.latest.estimate, one.latest.period
    told = []
    if found is not None and found.value is not None:
        told = [_unbroken(_limits(one)) if found.lower is not None else "No interval", _base(found)]
    return "\n".join(filter(None, [*told, wording.upper_first(period.label) if period else ""])) or DASH


def _base(found: Estimate) -> str:
    """What a share or a rate rests on; blank for a count."""
    if not found.denominator:
        return ""
    counted = f"{wording.whole(found.numerator)} of " if found.numerator is not None else "of "
    return _unbroken(f"{counted}{wording.whole(found.denominator)}")


def _own_figure(one: Judged) -> str:
    found = one.latest.estimate
    return _figure(found.value, targets.kind(found), _places(one))


def _limits(one: Judged) -> str:
    """The ends of the interval, with a sign where they are percentages."""
    found, places = one.latest.estimate, _places(one)
    sign = "%" if found.unit == SHARE else ""
    return " to ".join(f"{wording.decimal(end, places)}{sign}" for end in (found.lower, found.upper))


def _figure(value: float, unit: str, places: int) -> str:
    """A number with its unit: "1,256", "10.2%", "17.50 per 1,000", "34 seconds"."""
    ending = {COUNT: "", "": "", SHARE: "%"}.get(unit, f" {unit}")
    return f"{wording.decimal(value, places)}{ending}"


def _cell_figure(value: float, unit: str, places: int) -> str:
    """`_figure` for a narrow cell: a line can end before "per 1,000" and not within it."""
    number, _, rest = _figure(value, unit, places).partition(" ")
    return " ".join(filter(None, [number, _unbroken(rest)]))


def _unbroken(text: str) -> str:
    """Text that no line break falls into."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _places(one: Judged) -> int:
    """Decimals that tell the target from the baseline: as many as they are given to, none for counts, two at most."""
    found = one.latest.estimate
    unit = one.unit or (targets.kind(found) if found is not None and found.value is not None else "")
    numbers = [number for number in (one.indicator.baseline, one.indicator.target) if number is not None]
    if unit == COUNT:
        return 0
    least = 1 if unit == SHARE or (RATE.fullmatch(unit) and min(map(abs, numbers)) < 100) else 0
    return max(
        least, *(next((places for places in (0, 1) if round(number, places) == number), 2) for number in numbers)
    )


def _population_row(one: Judged) -> tuple[str, ...]:
    told = one.populations
    base, aim, now = told["baseline"], told["target"], told.get("latest")
    flag = " flagged" if targets.differ(base, aim) else ""
    behind = DASH if now is None else f"{wording.whole(now)} ({_percent(base, now)})"
    return one.indicator.name, wording.whole(base), wording.whole(aim), f"{_percent(base, aim)}{flag}", behind


def _differs(one: Judged) -> str:
    base, aim = (one.populations[name] for name in ("baseline", "target"))
    return f"{one.indicator.name}: {wording.whole(base)} people at the baseline and {wording.whole(aim)} at the target ({_percent(base, aim)})."


def _percent(one: float, other: float) -> str:
    return f"{wording.signed(100 * (other / one - 1))}%"


def _tally(every: Sequence[Judged]) -> str:
    """How many indicators have each verdict, as a sentence; blank where there is none."""
    if not every:
        return ""
    found = [one.judgement.verdict for one in every]
    told = [
        f"{wording.whole(number)} {TOLD[verdict][number > 1]}"
        for verdict in TARGETS
        if (number := found.count(verdict))
    ]
    return f"Of {len(every)} indicator{'' if len(every) == 1 else 's'} {wording.listed(told)}."


def _named(period: Period) -> str:
    """A period in a sentence: "2020-21", "the year ending December 2020", "April to June 2020"."""
    return f"the {period.label}" if period.kind == "ending" else period.label


# --- the quarter's figures of a theme -----------------------------------------------------------------------------


def _count_table(pairs: Sequence[tuple[Entry, Entry | None]], label: str) -> Table:
    rows, anchors, carried = [], [], []
    for count, change in pairs:
        facts = [Carried(one) for one in (count, change) if one is not None]
        rows.append((_name(count), _number(count.record), _before(count, change), _moved(change), _marked(change)))
        anchors.append(("", facts[0].anchor, "", facts[1].anchor if len(facts) > 1 else "", ""))
        carried += facts
    columns = ("Recorded", "Count", "A year before", "Change", "Verdict")
    return Table(f"What was recorded in {label}", columns, tuple(rows), "", tuple(carried), tuple(anchors))


def _statement_table(entries: Sequence[Entry], caption: str) -> Table:
    carried = tuple(Carried(one) for one in entries)
    rows = tuple((_name(one), one.statement, wording.marked(one.verdict) if one.verdict else DASH) for one in entries)
    anchors = tuple(("", one.anchor, "") for one in carried)
    return Table(caption, ("Of", "Figure", "Verdict"), rows, "", carried, anchors)


def _name(entry: Entry) -> str:
    return entry.label or wording.upper_first(entry.id.split(".")[1].replace("_", " "))


def _number(record: Mapping[str, Any]) -> str:
    """A count for a cell; "[c]" where it is withheld."""
    if record["value"] is not None:
        return wording.whole(record["value"])
    return MARK if str(record["disclosure"]).startswith("protected") else DASH


def _before(count: Entry, change: Entry | None) -> str:
    """The count of the same months a year before, where either fact has it."""
    told = [count.comparator_value, None if change is None else change.record["comparator_numerator"]]
    return next((wording.whole(number) for number in told if number is not None), DASH)


def _moved(change: Entry | None) -> str:
    return DASH if change is None or change.estimate.value is None else f"{wording.signed(change.estimate.value)}%"


def _marked(change: Entry | None) -> str:
    return DASH if change is None else wording.marked(change.verdict)
