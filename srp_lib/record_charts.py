"""Charts of records: age and sex, categories, report lag and months, from plain counts.

They know no extract and no evidence. What they say and draw is computed from the counts that they are given and from
nothing else, so counts that are protected before they come here stay protected in every figure of the chart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from srp_lib import periods, wording
from srp_lib.codelists import EVERY_SERIES
from srp_lib.display import Notice, Table
from srp_lib.drawing import INK, NOW, QUIET, THEN, Chart, bar_values, fold, make_chart, names_up, percent, row_height
from srp_lib.lag import COARSE_DELAYS, DELAYS, NO_DATE, NON_RECENT_DAYS
from srp_lib.periods import Period
from srp_lib.series_charts import MONTH, QUARTER, Subject, control_chart, months_of, whole_quarters

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.container import BarContainer

FEMALES, MALES = "Females", "Males"
PEOPLE = {  # children, adults, both; where the ages can't be read, the column's own name is used
    FEMALES: ("girls", "women", "girls and women"),
    MALES: ("boys", "men", "boys and men"),
}
ADULT = 18
RECENT, NON_RECENT, UNDATED = "recent", "non-recent", "no date"
LAGS = {
    name: RECENT if last <= NON_RECENT_DAYS else NON_RECENT for name, last in {**DELAYS, **COARSE_DELAYS}.items()
} | {NO_DATE: UNDATED}
LONGEST_LAG = list(DELAYS)[-1]
UNNAMED = ("other", "not known", "not recorded", "not stated", "unknown", "no date")
PUT_TOGETHER = ("other,", "all other")  # how categories begin that hold several
NAMES_WIDE, NAMES_NARROW = 30, 17  # characters in a line of a row's name


@dataclass(frozen=True)
class Scope:
    """What a chart of records covers.

    `noun` is the plural counted ("victims of domestic abuse"); `rounded` says that counts were rounded to protect people, so
    that near ones can look alike; `note` is added to the chart's note and `id` begins the
    chart's id, so that two charts of a page differ.
    """

    area_name: str
    period: Period
    noun: str
    note: str = ""
    rounded: bool = False
    id: str = field(kw_only=True)

    @property
    def where(self) -> str:
        """Area and period, as a subtitle ends."""
        return f"{self.area_name}, {self.period.label}"


def pyramid(scope: Scope, counts: pd.DataFrame) -> Chart | Notice:
    """Bars by age, females to the left of zero and males to the right; youngest at the foot.

    `counts` has a row for each age band, youngest first ("Under 10", "10 to 17", "65 and over"), and the columns
    "Females" and "Males". The title has the share of the larger sex, and the ages that most are of. A notice where
    nothing is counted or a count is missing. Raises ValueError for what can't be a count.
    """
    pair = counts[[FEMALES, MALES]]
    nothing = _nothing(scope.noun, "age and sex", scope, pair.to_numpy().ravel())
    if nothing:
        return nothing
    ages = [str(age) for age in counts.index]
    females, males = ([int(count) for count in pair[name]] for name in (FEMALES, MALES))
    both = [one + two for one, two in zip(females, males)]
    title = _sexes_and_ages(scope.noun, ages, females, males)
    rows = tuple((age, wording.whole(female), wording.whole(male)) for age, female, male in zip(ages, females, males))
    table = Table(f"{_upper(scope.noun)} by age and sex, {scope.where}", ("Age", FEMALES, MALES), rows)
    told = "; ".join(f"{age}: {female} females and {male} males" for age, female, male in rows)
    alt = f"Bars by age, females to the left and males to the right. {title}. {told}."

    def draw(axes: Axes, narrow: bool) -> None:
        _draw_pyramid(axes, narrow, ages, females, males)

    known = "age and sex where both are known" if all(_band(age) for age in ages) else "age and sex where sex is known"
    subtitle = f"{_upper(scope.noun)}, count by {known}, {scope.where}"
    return make_chart(f"{scope.id}-ages", title, subtitle, alt, draw, table, scope.note, row_height(len(both)))


def bars(scope: Scope, counts: pd.Series, what: str, of: str, total: int = 0) -> Chart | Notice:
    """Bars of counts by category, most first and "other" last, each with its share of their sum.

    `counts` is indexed by category; `what` names the categories in the singular ("relationship") and `of` what they
    are of in the plural ("victims of domestic abuse"). The title names the most common category that has a name of
    its own. A notice where nothing is counted or a count is missing. Raises ValueError for what can't be a count.
    """
    nothing = _nothing(of, what, scope, counts)
    if nothing:
        return nothing
    # Python's sort is stable: categories with one and the same count stay in the caller's order.
    pairs = ((str(name), int(count)) for name, count in counts.items())
    shown = sorted(pairs, key=lambda pair: (_unnamed(pair[0]), -pair[1]))
    total = total or sum(count for _, count in shown)
    rows = tuple((name, wording.whole(count), percent(count, total)) for name, count in shown)
    table = Table(f"{_upper(of)} by {what}, {scope.where}", (_upper(what), "Count", f"Share of {of}"), rows)
    title = _most_common(shown, what, of, total, scope.rounded)
    alt = f"Bars by {what}. {title}. {'; '.join(f'{name} {count}' for name, count, _ in rows)}."
    names = [name for name, _ in shown]

    def draw(axes: Axes, narrow: bool) -> None:
        texts = [f"{wording.whole(count)} ({_share(count, total)})" for _, count in shown]
        _draw_rows(axes, narrow, names, [count for _, count in shown], texts)

    subtitle = f"{_upper(of)}, count and share by {what}, {scope.where}"
    identity, height = f"{scope.id}-{_slug(what)}", row_height(len(shown), _lines(names))
    return make_chart(identity, title, subtitle, alt, draw, table, scope.note, height)


def lag(scope: Scope, counts: pd.Series) -> Chart | Notice:
    """Bars of how long after it can last have happened each was recorded; the non-recent are hatched and named so.

    `counts` is indexed by labels of LAGS, in their order. Shares are of those with a date. A notice where nothing is
    counted or a count is missing. Raises ValueError for a label that LAGS lacks or what can't be a count.
    """
    unknown = [str(name) for name in counts.index if name not in LAGS]
    if unknown:
        raise ValueError(f"{wording.listed(unknown)} is no report lag. The lags are {wording.listed(list(LAGS))}.")
    nothing = _nothing(scope.noun, "report lag", scope, counts)
    if nothing:
        return nothing
    shown = [(str(name), int(count)) for name, count in counts.items()]
    dated = sum(count for name, count in shown if LAGS[name] != UNDATED)
    shares = ["" if LAGS[name] == UNDATED or not dated else _share(count, dated) for name, count in shown]
    rows = tuple(
        (name, wording.whole(count), percent(count, 0 if LAGS[name] == UNDATED else dated), LAGS[name])
        for name, count in shown
    )
    columns = ("Recorded after", "Count", "Share of those with a date", "Recent or not")
    table = Table(f"{_upper(scope.noun)} by report lag, {scope.where}", columns, rows)
    title = _lag_title(scope.noun, dict(shown))
    told = "; ".join(
        f"{name} {count} ({kind})" if kind != UNDATED else f"{name} {count}" for name, count, _, kind in rows
    )
    alt = f"Bars by report lag. {title}. {told}."

    def draw(axes: Axes, narrow: bool) -> None:
        texts = [wording.whole(count) + (f" ({share})" if share else "") for (_, count), share in zip(shown, shares)]
        drawn = _draw_rows(axes, narrow, _lag_names(shown), [count for _, count in shown], texts)
        _mark_lags(drawn, [LAGS[name] for name, _ in shown])

    measure = "count by time from the last date they can have happened to being recorded"
    note = f"Non-recent is more than {NON_RECENT_DAYS} days; such bars are hatched. Shares are of those with a date."
    height = row_height(len(shown), _lines(_lag_names(shown)))
    subtitle = f"{_upper(scope.noun)}, {measure}, {scope.where}"
    note = f"{note} {scope.note}".strip()
    return make_chart(f"{scope.id}-lag", title, subtitle, alt, draw, table, note, height)


def months(
    scope: Scope, counts: pd.Series, available: Iterable[str], step: str = MONTH, series: str = ""
) -> Chart | Notice:
    """A count by month, or by quarter, as a control chart: `series_charts.control_chart`, which the open data share.

    `counts` is indexed by month ("2020-04") or, where `step` is "quarter", by quarter ("2020-21Q1"). `available` has
    the months that the extracts hold: one that `counts` lacks is a zero, and any other month is a gap, as is a quarter
    not wholly available. `series` is the name in the register of breaks; without one, only breaks of every series are
    drawn. A notice where the period isn't covered, nothing is counted, a count is missing, or `step` is "none".
    """
    held = sorted(set(available))
    labels = tuple(held) if step == MONTH else whole_quarters(held) if step == QUARTER else ()
    if not labels:
        return Notice(f"Too few {scope.noun}, or too few months, to show by month or quarter.", "missing")
    if not any(set(months_of(one)) <= set(scope.period.months) for one in labels):
        return Notice(f"There is no whole {step} of {scope.period.label} in the extracts of {scope.noun}.", "missing")
    kept = counts.reindex(labels, fill_value=0)
    nothing = _nothing(scope.noun, step, scope, kept)
    if nothing:
        covered = periods.month_span(months_of(labels[0])[0], months_of(labels[-1])[-1])
        return nothing if kept.isna().any() else Notice(f"There were no {scope.noun} in {covered}.", "missing")
    about = (f"{scope.id}-months", _upper(scope.noun), scope.noun, scope.area_name, scope.period)
    subject = Subject(*about, series or EVERY_SERIES, kept.astype(int), step, scope.rounded, brief=True)
    return control_chart(subject, added=scope.note)


# --- drawing --------------------------------------------------------------------------------------------------


def _draw_pyramid(axes: Axes, narrow: bool, ages: Sequence[str], females: Sequence[int], males: Sequence[int]) -> None:
    """Both sides from zero to one scale, each named above its bars and each bar with its count at its end."""
    places, above = range(len(ages)), len(ages) - 0.35
    for name, side, counts, colour, align in ((FEMALES, -1, females, THEN, "right"), (MALES, 1, males, NOW, "left")):
        axes.barh(places, [side * count for count in counts], color=colour)
        beside = {"xytext": (side * 4, 0), "textcoords": "offset points", "ha": align, "annotation_clip": False}
        for place, count in zip(places, counts):
            axes.annotate(wording.whole(count), (side * count, place), **beside, va="center", color=INK)
        axes.annotate(name, (0, above), **beside, va="bottom", color=colour, fontweight="bold")
    names_up(axes, list(ages), 10 if narrow else NAMES_WIDE)
    axes.axvline(0, color=INK, linewidth=1)
    room = (0.32 if narrow else 0.14) * (max(females) + max(males))
    axes.set(xlim=(-max(females) - room, max(males) + room), xticks=[], ylim=(-0.6, len(ages) + 0.15))
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(visible=False)


def _draw_rows(
    axes: Axes, narrow: bool, names: Sequence[str], counts: Sequence[int], texts: Sequence[str]
) -> BarContainer:
    """Bars from zero, the first at the top, each with its text at its end."""
    places = range(len(names) - 1, -1, -1)
    drawn = axes.barh(places, counts, color=NOW)
    names_up(axes, list(reversed(names)), NAMES_NARROW if narrow else NAMES_WIDE)
    bar_values(axes, list(zip(places, counts, texts)), *((1.75, 0.03) if narrow else (1.25, 0.01)))
    return drawn


def _mark_lags(drawn: BarContainer, kinds: Sequence[str]) -> None:
    """Non-recent bars are hatched and those without a date are empty, so that none is told by its colour alone."""
    for bar, kind in zip(drawn, kinds):
        if kind != RECENT:
            bar.set(facecolor="white", edgecolor=THEN if kind == NON_RECENT else QUIET, linewidth=1)
        if kind == NON_RECENT:
            bar.set_hatch("////")


def _lag_names(shown: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{name}\n({NON_RECENT})" if LAGS[name] == NON_RECENT else name for name, _ in shown]


def _lines(names: Iterable[str]) -> int:
    """The most lines that a name takes on a narrow page."""
    return max(fold(name, NAMES_NARROW).count("\n") + 1 for name in names)


# --- findings -------------------------------------------------------------------------------------------------


def _nothing(noun: str, by: str, scope: Scope, counts: Iterable[object]) -> Notice | None:
    """Why there is nothing to draw: a count is withheld, or all are zero. None where there is something."""
    import pandas as pd

    values = pd.Series(list(counts), dtype="Float64")
    if values.isna().any():
        return Notice(f"Some counts of {noun} by {by} are too small to be shown, so none is drawn.", "missing")
    if (values < 0).any() or (values % 1 != 0).any():
        raise ValueError(f"A count of {noun} by {by} is not a whole number of zero or more.")
    return None if values.sum() else Notice(f"No {noun} to show by {by} in {scope.period.label}.", "missing")


def _share(part: int, whole: int) -> str:
    """A share to whole percent that is never rounded to none or to all."""
    exact = 100 * part / whole
    if 0 < exact < 0.5:
        return "under 1%"
    return "over 99%" if 99.5 <= exact < 100 else f"{wording.whole(exact)}%"


def _sexes_and_ages(noun: str, ages: Sequence[str], females: Sequence[int], males: Sequence[int]) -> str:
    """Which sex had more, with its share, and which ages most were of."""
    totals = {FEMALES: sum(females), MALES: sum(males)}
    women, men = (_people(sex, ages, counts) for sex, counts in ((FEMALES, females), (MALES, males)))
    both = [one + two for one, two in zip(females, males)]
    if totals[FEMALES] == totals[MALES]:
        return f"Half of {noun} were {women} and half {men}{_mostly(noun, ages, both, both)}"
    first, words, own = (FEMALES, women, females) if totals[FEMALES] > totals[MALES] else (MALES, men, males)
    part, whole = totals[first], sum(both)
    sex = f"All {noun} were {words}" if part == whole else f"{_upper(words)} were {_share(part, whole)} of {noun}"
    return sex + _mostly(noun, ages, both, own)


def _people(sex: str, ages: Sequence[str], counts: Sequence[int]) -> str:
    """What people of a sex and of the ages counted are called: girls, women, or both."""
    bands = [_band(age) for age, count in zip(ages, counts) if count]
    if not all(bands):
        return sex.lower()
    children, adults, everyone = PEOPLE[sex]
    if bands and all(band[1] < ADULT for band in bands):
        return children
    return adults if bands and all(band[0] >= ADULT for band in bands) else everyone


def _mostly(noun: str, ages: Sequence[str], both: Sequence[int], own: Sequence[int]) -> str:
    """The fewest neighbouring ages that hold more than half, as the end of the title.

    Where they would be more than half of the bands, the most common age. "Most" is of everybody; where it isn't true of
    the sex that the title begins with too, whom it is of is said. Nothing with a single age, or none that is known.
    """
    known = [(age, all_, some) for age, all_, some in zip(ages, both, own) if _band(age)]
    total = sum(all_ for _, all_, _ in known)
    if len(known) < 2 or not total:
        return ""
    first, last = _narrowest([all_ for _, all_, _ in known])
    part = sum(all_ for _, all_, _ in known[first:last])
    words = _span(known[first][0], known[last - 1][0])
    if part == total:
        return f"; all were {words}" if last - first < len(known) else ""
    if 2 * (last - first) > len(known) + 1:
        top = max(range(len(known)), key=lambda place: known[place][1])
        alike = [age for age, all_, _ in known if all_ == known[top][1]]
        share = _share(known[top][1], total)
        return f"; the most common age was {_span(alike[0], alike[0])} ({share})" if len(alike) == 1 else ""
    whose = sum(some for *_, some in known[first:last]), sum(some for *_, some in known)
    return f"; most were {words}" if 2 * whose[0] > whose[1] else f"; most {noun} were {words}"


def _narrowest(counts: Sequence[int]) -> tuple[int, int]:
    """The fewest neighbours that hold more than half, those with most where several do, as a slice's ends."""
    size = len(counts)
    slices = ((first, last) for first in range(size) for last in range(first + 1, size + 1))
    held = [(last - first, -sum(counts[first:last]), first, last) for first, last in slices]
    return min(one for one in held if -2 * one[1] > sum(counts))[2:]


def _band(age: str) -> tuple[int, float] | None:
    """First and last year of age in a band's label; None for a label that isn't of years, such as "Not known"."""
    numbers = [int(number) for number in re.findall(r"\d+", age)]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    if len(numbers) != 1:
        return None
    if age.lower().startswith("under"):
        return 0, numbers[0] - 1
    open_ended = re.search(r"(and|or) (over|older|above)|\+", age.lower())
    return numbers[0], float("inf") if open_ended else numbers[0]


def _span(first: str, last: str) -> str:
    """Two bands and all between them as one: "25 to 44", "under 18", "65 or over"."""
    low, high = _band(first)[0], _band(last)[1]
    if high == float("inf"):
        return f"{low} or over"
    return f"under {high + 1}" if low == 0 else f"{low} to {high}" if high > low else f"{low}"


def _most_common(shown: Sequence[tuple[str, int]], what: str, of: str, total: int, rounded: bool) -> str:
    """The most common category that has a name of its own, or those that share the first place, as far as can be told."""
    largest = max(shown, key=lambda pair: pair[1])
    named = [pair for pair in shown if not _unnamed(pair[0])]
    top = max(count for _, count in named or shown) or largest[1]
    names = [name for name, count in (named or shown) if count == top] or [largest[0]]
    if top == total:
        return f"{names[0]}: the only {what} among {of}"
    share = f"{'about ' if rounded else ''}{_share(top, total)} of {of}"
    if len(names) > 1 and rounded:
        return f"{wording.listed(names[:3])}{' and others' if len(names) > 3 else ''}: most common by {what}, too close to rank after rounding"
    if len(names) > 2:
        return f"{wording.upper_first(wording.number_word(len(names)))} share the first place by {what}, each {share}"
    if len(names) == 2:
        return f"{wording.listed(names)}: equally common by {what}, each {share}"
    rest = "" if top == largest[1] else " that is named"
    return f"{names[0]}: the most common {what}{rest}, {share}"


def _unnamed(category: str) -> bool:
    """Whether a category is no kind of its own; "Other sexual offences" is one."""
    return category.lower() in UNNAMED or category.lower().startswith(PUT_TOGETHER)


def _lag_title(noun: str, counts: dict[str, int]) -> str:
    """The share that is non-recent, and how much of it is over a year old."""
    dated = sum(count for name, count in counts.items() if LAGS[name] != UNDATED)
    late = sum(count for name, count in counts.items() if LAGS[name] == NON_RECENT)
    longest = counts.get(LONGEST_LAG, 0)
    if not dated:
        return f"No report lag is known: none of the {noun} has a date"
    base = f"{noun} with a date" if dated < sum(counts.values()) else noun
    if not late:
        return f"All {base} were recorded within {NON_RECENT_DAYS} days"
    after = "more than a year" if longest == late else f"more than {NON_RECENT_DAYS} days"
    many = f"All {base}" if late == dated else f"{_share(late, dated)} of {base}"
    tail = f"; {_share(longest, dated)} more than a year after" if 0 < longest < late else ""
    return f"{_upper(many)} were non-recent, recorded {after} after they happened{tail}"


def _upper(text: str) -> str:
    return wording.upper_first(text)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
