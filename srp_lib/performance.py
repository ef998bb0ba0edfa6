"""Performance: the page that holds the plan's indicators against their targets and its actions against their dates.

A notebook opens one `Performance` and asks it for the parts of the page: of all themes, or of one for its lead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from srp_lib import tables, targets, wording
from srp_lib.actions import Actions
from srp_lib.display import DASH, NOTHING, SUMMARY, Folded, Notice, Stack, Table
from srp_lib.drawing import Chart
from srp_lib.errors import AuditError
from srp_lib.estimates import Estimate, absent
from srp_lib.evidence import Evidence
from srp_lib.facts import KeyFact, Lead, headings
from srp_lib.indicators import EXTRACT, Judged, judged, of_twelve_months
from srp_lib.ledger import Ledger, open_ledger
from srp_lib.performance_charts import Series
from srp_lib.performance_words import differing, indicator_row, named, population_row, reason, statement, tally
from srp_lib.quarter_figures import QuarterFigures
from srp_lib.records import Records
from srp_lib.targets import COUNT
from srp_lib.used import NUMERATOR, Used, of_files
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE, TARGETS

THEMES = {
    "children": "Protecting vulnerable children",
    "adults": "Protecting vulnerable adults",
    "communities": "Safer and stronger communities",
    "violence": "Protecting people from violence and organised crime",
}
QUARTER = "quarter"
RULE = "whole interval against the target once its time is over, else against the straight line from baseline to target"
# How many targets have each verdict, after "4 of 12 targets": of one or none, and of more.
COUNTED = {
    MET: ("met", "was met", "were met"),
    ON_COURSE: ("on_course", "is on course", "are on course"),
    NOT_ON_COURSE: ("not_on_course", "is not on course", "are not on course"),
    NOT_MET: ("not_met", "was not met", "were not met"),
    CANT_TELL: ("cant_tell", "can't be judged", "can't be judged"),
}
LONG_OVER = "a target whose time is long over"
PLAIN = "as supplied: targets, not people"
NO_POPULATIONS = (
    "No indicator has both a count and a rate of its baseline and of its target, so no population is implied."
)


@dataclass(frozen=True)
class Opening:
    """A page's first words with the title that the page then has and its name among the pages; the notebook's own where blank.

    `behind` has the actions that the front page names: activity, lead partner, date due and status, all in words.
    """

    lead: Lead
    title: str = ""
    short: str = ""
    behind: tuple[tuple[str, ...], ...] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """What Jupyter shows, what the index says of the page and what the page is called."""
        named_so = {"title": self.title, "short": self.short, "behind": [list(one) for one in self.behind]}
        titled = named_so if self.title else {}
        return {**self.lead._repr_mimebundle_(), SUMMARY: {**self.lead.summary(), **titled}}


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

    @property
    def live(self) -> tuple[Judged, ...]:
        """The indicators but those whose target's time is long over."""
        return tuple(one for one in self.indicators if not self.long_over(one))

    @property
    def past(self) -> tuple[Judged, ...]:
        """The indicators whose target's time is long over."""
        return tuple(one for one in self.indicators if self.long_over(one))

    def long_over(self, one: Judged) -> bool:
        """Whether the target's period ended over two years before the end of the audited period."""
        return targets.long_over(one.indicator.goal.due, self.evidence.period)

    @cached_property
    def actions(self) -> Actions:
        """The actions of the page's themes."""
        return Actions(self.evidence, tuple(self.themes))

    # --- parts of the page ----------------------------------------------------------------------------------------

    def lead(self) -> Opening | Notice:
        """The page's first words: how many targets are met, how many actions overdue."""
        told = " ".join(filter(None, [tally(self.live), self._overdue()]))
        if not told and not self.theme:
            return self.missing()
        note = (
            "A verdict is given only where the whole interval of the latest figure lies on one side of what it is held "
            f"against. Latest figures are of {named(self.year.period)}, or of the last survey or record up to its end."
        )
        if not self.theme:
            return Opening(Lead(told, note, {}))
        bare = f"No target can be judged, as the extract {EXTRACT} {self.lacking}."
        named_columns = headings(self.evidence)
        if named_columns["change"]:
            named_columns["change"] = f"Change on {self.evidence.comparison.basis}"
        lead = Lead(told or bare, note if told else "", named_columns)
        return Opening(lead, self.themes[self.theme], wording.upper_first(self.theme), self.actions.told_behind())

    def caveats(self) -> Notice:
        """The registered breaks within the months compared; nothing where there are no indicators."""
        return NOTHING if self.lacking else tables.break_caveats(self.year)

    def missing(self) -> Notice:
        """That no indicators were supplied, and what they would show; nothing where they were."""
        if not self.lacking:
            return NOTHING
        return Notice(
            f"No targets can be judged: the extract {EXTRACT} {self.lacking}. It would show each indicator of the plan with "
            "its baseline, its target, the latest figure and whether the target is met or on course.", "missing",
        )  # fmt: skip

    def headlines(self) -> Table | Notice:
        """How many targets of each theme have each verdict and how many actions are overdue; nothing on a theme's page.

        Carries, in its last row, how many of all themes' targets have each verdict.
        """
        if self.theme or (self.lacking and self.actions.lacking):
            return NOTHING
        rows = [self._headline(name, (theme,)) for theme, name in self.themes.items()]
        rows.append(self._headline("All themes", tuple(self.themes)))
        columns = ("Theme", "Indicators", *map(wording.upper_first, TARGETS), "Actions overdue")
        made = () if self.lacking else self._counted()
        blank = ("",) * len(columns)
        anchors = (*(blank for _ in self.themes), ("", "", *(fact.anchor for fact in made), "")) if made else ()
        past = len(self.past)
        was = "target whose time is long over is" if past == 1 else "targets whose time is long over are"
        note = wording.upper_first(f"{wording.number_word(past)} {was} left out; see further down.") if past else ""
        caption = f"Targets and actions by theme, {self.evidence.period.label}"
        return Table(caption, columns, tuple(rows), note, made, anchors)

    def figures(self) -> Table | Notice:
        """In a quarter's page of one theme, the theme's counts and changes of the quarter, carried as key facts."""
        return self._quarter.counts() if self._quarterly else NOTHING

    def more_figures(self) -> Table | Notice:
        """In a quarter's page of one theme, the theme's other figures of the quarter that moved, carried."""
        return self._quarter.others() if self._quarterly else NOTHING

    def table(self) -> Stack | Notice:
        """Every indicator with baseline, target, latest figure and verdict, a table a theme; carries the facts.

        Without those whose target's time is long over.
        """
        if self.lacking:
            return self.missing()
        told = self._by_theme(self.live)
        made = [self._indicator_table(f"{self.themes[theme]}: indicators", own) for theme, own in told.items() if own]
        bare = [theme for theme, own in told.items() if not own]
        over = {one.indicator.theme for one in self.past}
        none = [self.themes[theme] for theme in bare if theme not in over]
        ended = [self.themes[theme] for theme in bare if theme in over]
        without = [Notice(f"No indicator is set for: {wording.listed(none)}.")] if none else []
        without += [Notice(f"Every target is long over of: {wording.listed(ended)}.")] if ended else []
        return Stack((*made, *without))

    def past_table(self) -> Stack | Notice:
        """The indicators whose target's time is long over, in the same columns, and why their verdicts; carries the facts."""
        if self.lacking:
            return self.missing()
        if not self.past:
            return Notice("No target's period ended more than two years before the end of the period.")
        made = [
            self._indicator_table(f"{self.themes[theme]}: targets whose time is long over", own)
            for theme, own in self._by_theme(self.past).items()
            if own
        ]
        return Stack((*made, _reasons("Why each verdict on a target whose time is long over is what it is", self.past)))

    def reasons(self) -> Table | Notice:
        """Why each verdict is what it is, without those on targets whose time is long over."""
        return _reasons("Why each verdict is what it is", self.live) if self.live else NOTHING

    def populations(self) -> Stack | Notice:
        """The people that baselines and targets were worked out over, and which of them differ."""
        told = [one for one in self.indicators if {"baseline", "target"} <= set(one.populations)]
        if not told:
            return self.missing() if self.lacking else Notice(NO_POPULATIONS)
        flagged = tuple(
            differing(one) for one in told if targets.differ(*map(one.populations.get, ("baseline", "target")))
        )
        text = "These targets were set over another number of people than their baselines, so count and rate ask for different things:"
        alike = "Baselines and targets were worked out over about the same number of people."
        notice = Notice(text, "caveat", flagged) if flagged else Notice(alike)
        columns = ("Indicator", "At the baseline", "At the target", "Difference", "Behind the latest figure")
        note = (
            "Count over rate, which is known only as closely as the rate was rounded. Differences of more than "
            f"{targets.TOLERANCE:.0%} are flagged; brackets have the difference from the baseline."
        )
        table = Table("People that counts and rates imply", columns, tuple(map(population_row, told)), note)
        return Stack((notice, table))

    def charts(self) -> Folded | Notice:
        """The series behind each indicator, one to open at a time."""
        if not self.indicators:
            return NOTHING
        drawn = tuple((name, one) for name, one in self._series if isinstance(one, Chart))
        return Folded(drawn) if drawn else NOTHING

    def uncharted(self) -> Notice:
        """The indicators whose series is not known, and why."""
        if self.lacking:
            return self.missing()
        reasons: dict[str, list[str]] = {}
        for name, one in self._series:
            if isinstance(one, Notice):
                reasons.setdefault(wording.upper_first(one.text.removesuffix(".")), []).append(name)
        told = tuple(f"{why}: {'; '.join(names)}." for why, names in reasons.items())
        return Notice("No chart can be drawn of some indicators, for these reasons:" if told else "", "missing", told)

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

    @cached_property
    def _quarter(self) -> QuarterFigures:
        """The theme's figures of the quarter."""
        return QuarterFigures(self.evidence, self.ledger, self.theme)

    def _by_theme(self, every: Sequence[Judged]) -> dict[str, list[Judged]]:
        """Indicators by the page's themes, which may have none."""
        return {theme: [one for one in every if one.indicator.theme == theme] for theme in self.themes}

    def _headline(self, name: str, themes: Sequence[str]) -> tuple[str, ...]:
        """How many indicators of some themes have each verdict, and how many actions are overdue."""
        own = [one.judgement.verdict for one in self.live if one.indicator.theme in themes]
        numbers = (len(own), *map(own.count, TARGETS))
        every = self.actions.rows[self.actions.rows["theme"].isin(themes)]
        late = DASH if self.actions.lacking else f"{int(every['overdue'].sum())} of {len(every)}"
        return name, *(DASH if self.lacking else wording.whole(number) for number in numbers), late

    def _counted(self) -> tuple[KeyFact, ...]:
        """How many of all themes' targets have each verdict, as key facts in the order of TARGETS."""
        found = [one.judgement.verdict for one in self.live]
        every = f"{len(found)} target{'' if len(found) == 1 else 's'}"
        rests = tuple(dict.fromkeys([EXTRACT, *(name for one in self.live for name in one.latest.extracts)]))
        made = []
        for verdict, (name, one, more) in COUNTED.items():
            number = found.count(verdict)
            statement = f"{wording.whole(number) if number else 'None'} of {every} {more if number > 1 else one}."
            estimate = Estimate(float(number), None, None, float(number), None, "targets", "count of verdicts")
            definition = f"Indicators whose target is not long over with the verdict {verdict}; one without a target can't be judged"
            made.append(
                KeyFact(
                    f"performance.targets.{name}", statement, estimate, self.evidence.period.code, definition, rests,
                    disclosure=PLAIN, label=f"Targets: {verdict}", rows=self._used(verdict),
                    rests_on=tuple(self.fact_id(one) for one in self.live if one.judgement.verdict == verdict),
                )
            )  # fmt: skip
        return tuple(made)

    def _used(self, verdict: str) -> Used:
        """The rows of the indicators whose live target has a verdict; see `srp_lib.used`."""
        own = [one.indicator.file for one in self.live if one.judgement.verdict == verdict]
        return of_files(NUMERATOR, EXTRACT, Counter(own).items())

    def fact_id(self, one: Judged) -> str:
        """The id of an indicator's key fact."""
        past = "_past" if self.long_over(one) else ""
        return f"{one.indicator.theme}.performance{past}.{one.indicator.id}"

    def _indicator_table(self, caption: str, own: Sequence[Judged]) -> Table:
        made = [self.fact(one) for one in own]
        linked = self.year is self.evidence
        blanks = ("",) * 3
        anchors = tuple((*blanks, fact.anchor, *blanks) for fact in made)
        hrefs = tuple((*blanks, one.latest.href if linked else "", *blanks) for one in own)
        columns = ("Indicator", "Baseline", "Target", "Latest", "Interval and base", "Gap to target", "Verdict")
        return Table(caption, columns, tuple(map(indicator_row, own)), "", tuple(made), anchors, hrefs)

    def fact(self, one: Judged) -> KeyFact:
        """An indicator's latest figure as a key fact whose verdict is that on its target.

        Its id and its last words tell a target whose time is long over, for pages that leave those out.
        """
        indicator, latest, over = one.indicator, one.latest, self.long_over(one)
        note = latest.why or "There is no figure."
        estimate = latest.estimate or absent(one.unit or COUNT, "none", note)
        return KeyFact(
            self.fact_id(one),
            f"{statement(one).removesuffix('.')} ({LONG_OVER})." if over else statement(one), estimate,
            latest.period.code if latest.period else self.year.period.code,
            f"{indicator.name}, measured by {indicator.fact_id}; verdict by the rule on targets: {RULE}",
            tuple(dict.fromkeys([EXTRACT, *latest.extracts])), comparator_value=indicator.baseline,
            comparator_numerator=indicator.baseline_count, comparator_period=indicator.baseline_period,
            verdict=one.judgement.verdict, disclosure=latest.disclosure, label=indicator.name,
            rows=latest.rows + indicator.used(), rests_on=latest.rests_on,
        )  # fmt: skip

    def _overdue(self) -> str:
        """How many actions are overdue, at risk or off track, as a sentence; blank where no actions were supplied."""
        if self.actions.lacking or self.actions.rows.empty:
            return ""
        late, behind, every = len(self.actions.overdue), len(self.actions.in_doubt), len(self.actions.rows)
        told = f"{_some(late)} of {every} action{'' if every == 1 else 's'} {'are' if late > 1 else 'is'} overdue"
        return f"{told}; {_some(behind).lower()} {'are' if behind > 1 else 'is'} at risk or off track."


def open_performance(evidence: Evidence, theme: str = "") -> Performance:
    """What the page is made from; `theme` is a key of THEMES, or blank for all. Raises AuditError for any other."""
    if theme and theme not in THEMES:
        raise AuditError(f"There is no theme '{theme}': it is {wording.listed(list(THEMES), 'or')}, or blank for all.")
    year, ledger = of_twelve_months(evidence), open_ledger(evidence)
    yearly = ledger if year is evidence else open_ledger(evidence, year.period.code)
    return Performance(evidence, year, ledger, yearly, theme)


def _reasons(caption: str, every: Sequence[Judged]) -> Table:
    """Why each verdict is what it is."""
    rows = tuple((one.indicator.name, wording.marked(one.judgement.verdict), reason(one)) for one in every)
    return Table(caption, ("Indicator", "Verdict", "Why"), rows)


def _some(number: int) -> str:
    return wording.whole(number) if number else "None"
