"""The chart of how many rows each month of an extract brought: bars from zero, the usual range as two lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from srp_lib import periods, wording
from srp_lib.display import DASH, Table
from srp_lib.drawing import INK, NOW, QUIET, Chart, Key
from srp_lib.history.delivery_changes import Finding, nearest
from srp_lib.history.delivery_limits import ABOVE, Limits
from srp_lib.history.delivery_profile import Profile

EARLIER = "#9db7d1"
WIDE, NARROW = (800, 190, 12), (320, 170, 11)  # width, height and size of text
TOP, FOOT = 22, 20
LEAST = 0.1  # %, the least share that one decimal shows
DASHES = 'stroke-dasharray="6 4"'


def rows_chart(name: str, title: str, profile: Profile, wanted: Sequence[str], found: Mapping[str, Finding]) -> Chart:
    """The rows of each month or quarter of `profile`, those of `wanted` dark, with the limits of the last of them.

    `title` is the extract's in words and `found` what was judged of the rows, by month. Missing months are gaps.
    """
    counts = profile.by_period()
    drawn = _spread(counts, profile.step)
    limits = found[wanted[-1]].limits if wanted[-1] in found else None
    finding = _finding(counts, wanted, found)
    usual = f" From {_range(limits)} is usual for {period_name(wanted[-1])}." if limits else ""
    most, least = counts.idxmax(), counts.idxmin()
    alt = (
        f"{finding}.{usual} The most rows are of {period_name(most)} ({wording.whole(counts[most])}), the fewest of "
        f"{period_name(least)} ({wording.whole(counts[least])})."
    )
    span = f"{period_name(counts.index[0])} to {period_name(counts.index[-1])}"
    rows = tuple((period_name(period), wording.whole(number)) for period, number in counts.items())
    table = Table(f"{title}: rows by {profile.step}, {span}", (profile.step.capitalize(), "Rows"), rows)
    wide, narrow = (_svg(drawn, wanted, limits, size) for size in (WIDE, NARROW))
    legend = (Key(f"Judged: {listed(wanted)}", NOW), Key(f"The other {profile.step}s", EARLIER))
    if limits:
        legend += (Key(f"Usual range for {period_name(wanted[-1])}", line="dashed"),)
    note = "A gap is a month that no file holds." if drawn.isna().any() else ""
    subtitle = f"Rows by {profile.step}, whole files as delivered, {span}"
    ident = f"rows-{name.replace('_', '-')}"
    return Chart(ident, f"{title}: {finding}", subtitle, alt, wide, narrow, table, note, legend=legend)


def listed(wanted: Sequence[str]) -> str:
    """Months or quarters in words."""
    return periods.list_months(wanted) if len(wanted[0]) == 7 and "Q" not in wanted[0] else wording.listed(list(wanted))


def period_name(period: str) -> str:
    """A month by its name, a quarter by its own label."""
    return period if "Q" in period else periods.month_name(period)


def _finding(counts: pd.Series, wanted: Sequence[str], found: Mapping[str, Finding]) -> str:
    """What the rows of the months judged are, in words."""
    if not found:
        return f"{wording.whole(counts[wanted[-1]])} rows in {period_name(wanted[-1])}, the first there are"
    odd = [one for one in found.values() if one.verdict]
    if not odd:
        return f"as many rows as usual in {listed(wanted)}"
    most = max(odd, key=lambda one: abs(one.value - one.limits.mean))
    more = "more" if most.verdict == ABOVE else "fewer"
    rest = f", and {wording.number_word(len(odd) - 1)} more out of the usual" if len(odd) > 1 else ""
    return f"{more} rows than usual in {period_name(most.period)} ({wording.whole(most.value)}){rest}"


def _range(limits: Limits) -> str:
    return f"{wording.whole(limits.lower)} to {wording.whole(limits.upper)} rows"


def _spread(counts: pd.Series, step: str) -> pd.Series:
    """The counts with a gap for each missing month; quarters stand as they come."""
    if step != "month":
        return counts
    return counts.reindex(list(periods.month_range(counts.index[0], counts.index[-1])))


def _reach(counts: pd.Series, wanted: Sequence[str]) -> tuple[int, int]:
    """Places of the first and last month over which the usual range of the latest month judged is drawn.

    They are the month itself and those of the months that it is held against that join it without a gap.
    """
    latest = wanted[-1]
    known = [str(period) for period in counts.dropna().index]
    joined = {*nearest(known, latest, wanted), *wanted}
    first = last = counts.index.get_loc(latest)
    while first > 0 and counts.index[first - 1] in joined and pd.notna(counts.iloc[first - 1]):
        first -= 1
    while last < len(counts) - 1 and counts.index[last + 1] in joined and pd.notna(counts.iloc[last + 1]):
        last += 1
    return first, last


def _svg(counts: pd.Series, wanted: Sequence[str], limits: Limits | None, size: tuple[int, int, int]) -> str:
    """One drawing, with the scale and the ends of the span as text."""
    width, height, text = size
    top = max(counts.max(), limits.upper if limits else 0) or 1
    room, step = height - TOP - FOOT, width / len(counts)
    bars = "".join(
        f'<rect x="{at * step:.1f}" y="{TOP + room * (1 - number / top):.1f}" width="{max(step * 0.8, 1):.1f}" '
        f'height="{room * number / top:.1f}" fill="{NOW if period in wanted else EARLIER}"/>'
        for at, (period, number) in enumerate(counts.items())
        if pd.notna(number)
    )
    ends = (limits.lower, limits.upper) if limits else ()
    first, last = _reach(counts, wanted) if limits else (0, 0)
    lines = "".join(
        f'<line x1="{first * step:.1f}" x2="{(last + 1) * step:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{INK}" {DASHES}/>'
        for y in (TOP + room * (1 - end / top) for end in ends)
    )
    base = f'<line x1="0" x2="{width}" y1="{TOP + room}" y2="{TOP + room}" stroke="{QUIET}"/>'
    words = [
        (0, TOP - 8, "start", f"{wording.whole(top)} rows"),
        (0, height - 4, "start", period_name(counts.index[0])),
        (width, height - 4, "end", period_name(counts.index[-1])),
    ]
    told = "".join(
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{text}" fill="{INK}">{escape(said)}</text>'
        for x, y, anchor, said in words
    )
    return f'<svg viewBox="0 0 {width} {height}">{bars}{base}{lines}{told}</svg>'


def cells(value: float, limits: Limits, unit: str) -> tuple[str, str]:
    """A number and the range that it is held against, for a table."""
    if unit == "rows":
        return wording.whole(value), f"{wording.whole(limits.lower)} to {wording.whole(limits.upper)}"
    ends = limits.lower, limits.upper
    usual = DASH if ends == (0, 100) else f"{_percent(ends[0])} to {_percent(ends[1])}"
    return _percent(value), usual


def verdict(value: float, limits: Limits, unit: str) -> str:
    """How a number lies to what is usual, in words, for a table: one that rounding sets on a limit is just beyond it."""
    found = limits.judge(value)
    if not found:
        return "As usual"
    end = limits.upper if found == ABOVE else limits.lower
    near = wording.whole(value) == wording.whole(end) if unit == "rows" else _percent(value) == _percent(end)
    return f"Just {found} the usual" if near else f"{wording.upper_first(found)} the usual"


def _percent(share: float) -> str:
    """A share to one decimal; one so small that this would be nought says so."""
    return "0%" if not share else f"{wording.decimal(share)}%" if share >= LEAST else f"under {LEAST}%"
