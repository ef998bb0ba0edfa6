"""Performance words: an indicator, its target and its verdict as sentences and as the cells of a table."""

from __future__ import annotations

from collections.abc import Sequence

from srp_lib import periods, targets, wording
from srp_lib.disclosure import MARK
from srp_lib.display import DASH
from srp_lib.estimates import Estimate
from srp_lib.indicators import Judged
from srp_lib.periods import Period
from srp_lib.targets import COUNT, RATE, SHARE, UP
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE, TARGETS

TOLD = {
    MET: ("met its target", "met their targets"),
    ON_COURSE: ("is on course", "are on course"),
    NOT_ON_COURSE: ("is not on course", "are not on course"),
    NOT_MET: ("missed its target", "missed their targets"),
    CANT_TELL: ("can't be judged", "can't be judged"),
}


def reading(one: Judged) -> str:
    """How far the latest figure alone is from the target: "At the target", "40 above the target (worse)"."""
    found, target = one.latest.estimate, one.indicator.target
    if target is None:
        return "No target"
    if one.latest.why or found is None or found.value is None:
        return DASH
    places = _places(one)
    gap = found.value - target
    if round(gap, places) == 0:
        return "At the target"
    unit = {COUNT: "", SHARE: " percentage points"}.get(one.unit, f" {one.unit}")
    worse = targets.shortfall(found.value, target, one.indicator.good) > 0
    side = f"{'above' if gap > 0 else 'below'} the target ({'worse' if worse else 'better'})"
    return f"{wording.decimal(abs(gap), places)}{unit} {side}"


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
        targets.NO_LINE: _no_line(one),
    }
    if held in said:
        return said[held] + warning
    return (_held_to_target(one) if held == targets.AT_TARGET else _held_to_line(one)) + warning


def _whole(one: Judged) -> str:
    """What lies wholly on one side of a target: the interval, or a count of what services did, which has none."""
    return "the figure" if exact(one.latest.estimate) else f"the whole interval ({_limits(one)})"


def _held_to_target(one: Judged) -> str:
    if one.judgement.verdict == MET:
        return f"{wording.upper_first(_whole(one))} is at the target or better."
    if one.judgement.verdict == NOT_MET:
        return f"The target's time is over, and {_whole(one)} is worse than the target."
    return f"The target's time is over, and the interval ({_limits(one)}) reaches across the target."


def _held_to_line(one: Judged) -> str:
    ending = {
        ON_COURSE: f"{_whole(one)} is at that or better",
        NOT_ON_COURSE: f"{_whole(one)} is worse than that",
    }.get(one.judgement.verdict, f"the interval ({_limits(one)}) reaches across that")
    point = _figure(one.judgement.point, one.unit, _places(one))
    period = one.latest.period
    when = f"At the middle of {named(period)}"
    if one.indicator.adds_up:
        when = f"At the end of {periods.month_name(period.months[-1])}"
    return (
        f"The target is for {one.indicator.target_period}. {when} the straight line from baseline to target "
        f"is at {point}, and {ending}."
    )


def _no_line(one: Judged) -> str:
    goal = one.indicator.goal
    if goal.due is None:
        return "No line leads to the target: it has no period that can be read."
    if goal.since is None:
        return "No line leads to the target: the baseline has no period that can be read."
    if goal.due.middle <= goal.since.middle:
        return "No line leads to the target: its period is not later than the baseline's."
    return "There is no later figure than the baseline's, so nothing tells which way it has gone."


def statement(one: Judged) -> str:
    """The indicator's fact as a sentence."""
    found, indicator = one.latest.estimate, one.indicator
    if found is None or found.value is None:
        return f"{indicator.name}: no figure can be given. {one.latest.why}"
    about = "about " if one.latest.disclosure.startswith("protected") else ""
    known = found.lower is not None and not exact(found)
    limits = f" ({found.confidence:.0%} interval {_limits(one)})" if known else ""
    told = f"{indicator.name}: {about}{_own_figure(one)} in {named(one.latest.period)}{limits}."
    if indicator.target is None:
        return f"{told} No target was set."
    when = f" for {indicator.target_period}" if indicator.target_period else ""
    return f"{told} The target is {_figure(indicator.target, one.unit, _places(one))}{when}: {one.judgement.verdict}."


def indicator_row(one: Judged) -> tuple[str, ...]:
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
        limits = (
            "As supplied" if exact(found) else _unbroken(_limits(one)) if found.lower is not None else "No interval"
        )
        told = [limits, _base(found)]
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


def exact(found: Estimate) -> bool:
    """Whether chance has no part in a figure, which is then its own interval."""
    return found.value is not None and found.lower == found.upper == found.value


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


def population_row(one: Judged) -> tuple[str, ...]:
    told = one.populations
    base, aim, now = told["baseline"], told["target"], told.get("latest")
    flag = " flagged" if targets.differ(base, aim) else ""
    behind = DASH if now is None else f"{wording.whole(now)} ({_percent(base, now)})"
    return one.indicator.name, wording.whole(base), wording.whole(aim), f"{_percent(base, aim)}{flag}", behind


def differing(one: Judged) -> str:
    base, aim = (one.populations[name] for name in ("baseline", "target"))
    return f"{one.indicator.name}: {wording.whole(base)} people at the baseline and {wording.whole(aim)} at the target ({_percent(base, aim)})."


def _percent(one: float, other: float) -> str:
    return f"{wording.signed(100 * (other / one - 1))}%"


def tally(every: Sequence[Judged]) -> str:
    """How many indicators have each verdict, as a sentence; blank where there is none."""
    if not every:
        return ""
    found, number = [one.judgement.verdict for one in every], len(every)
    if number == 1:
        return f"The one indicator {TOLD[found[0]][0]}."
    if len(set(found)) == 1:
        none = f"None of the {number} indicators can be judged."
        return none if found[0] == CANT_TELL else f"All {number} indicators {TOLD[found[0]][1]}."
    told = [f"{wording.whole(own)} {TOLD[verdict][own > 1]}" for verdict in TARGETS if (own := found.count(verdict))]
    return f"Of {number} indicators {wording.listed(told)}."


def named(period: Period) -> str:
    """A period in a sentence: "2020-21", "the year ending December 2020", "April to June 2020"."""
    return f"the {period.label}" if period.kind == "ending" else period.label
