"""Periods: which months a figure covers, what it is compared with, and which months both sides have.

Months are text, "YYYY-MM", so that they sort as time does and nothing depends on a time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from srp_lib.errors import AuditError

NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MONTH = r"(\d{4})-(0[1-9]|1[0-2])"
FORMS = "2020-21 (financial year), 2024-25Q2 (quarter of it), ye-2025-12 (twelve months ending) or ytd-2025-12 (financial year to date)"


class PeriodError(AuditError):
    """A period that cannot be read or cannot be audited; the text is a sentence for the person at the keyboard."""


@dataclass(frozen=True)
class Period:
    """A run of consecutive months with the code that names it."""

    code: str
    kind: str  # year, quarter, ending, to_date
    months: tuple[str, ...]

    @property
    def label(self) -> str:
        """The period as a heading or a sentence names it, such as "2020-21" or "year ending December 2025"."""
        if self.kind == "year":
            return self.code
        if self.kind == "ending":
            return f"year ending {month_name(self.months[-1])}"
        return self.span

    @property
    def short(self) -> str:
        """The period where room is scarce, as on a line of a chart: "2020-21", "Apr-Sep 2021", "Year to Jun 2025"."""
        if self.kind == "year":
            return self.code
        first, last = (month_name(self.months[place]).split() for place in (0, -1))
        if self.kind == "ending":
            return f"Year to {last[0][:3]} {last[1]}"
        if len(self.months) == 1:
            return f"{last[0][:3]} {last[1]}"
        start = first[0][:3] if first[1] == last[1] else f"{first[0][:3]} {first[1]}"
        return f"{start}\N{EN DASH}{last[0][:3]} {last[1]}"

    @property
    def span(self) -> str:
        """First and last month in words, such as "April 2020 to March 2021"; the year once where both share it."""
        return month_span(self.months[0], self.months[-1])

    @property
    def middle(self) -> date:
        """The day halfway through the period: a month's first day, or its 16th when the months are odd in number."""
        whole, half = divmod(len(self.months), 2)
        year, month = split_month(self.months[whole])
        return date(year, month, 16 if half else 1)

    def twelve_months(self) -> Period:
        """The twelve months that end with the period; itself where it has twelve."""
        return self if len(self.months) == 12 else parse_period(f"ye-{self.months[-1]}")

    def comparator(self) -> Period:
        """The same period one year before."""
        months = tuple(shift_month(month, -12) for month in self.months)
        return Period(_code(self.kind, months), self.kind, months)


@dataclass(frozen=True)
class Comparison:
    """The months on which two periods are compared, like for like.

    `now` and `then` are equally long and pair month with month. `left_out` has the months dropped from
    either side because the extracts lack them or their partner. `reason` says why there is no comparison
    and is empty where there is one; `now` and `then` are empty where there is none.
    """

    period: Period
    comparator: Period
    now: tuple[str, ...]
    then: tuple[str, ...]
    left_out: tuple[str, ...]
    missing: tuple[str, ...]
    reason: str = ""

    @property
    def possible(self) -> bool:
        """Whether a change can be stated at all."""
        return not self.reason

    @property
    def whole(self) -> bool:
        """Whether every month of both periods takes part."""
        return self.possible and len(self.now) == len(self.period.months)

    @property
    def basis(self) -> str:
        """What is compared with what, for a sentence, such as "2019-20" or "the same 11 months of 2019-20"."""
        if self.whole:
            return self.comparator.label
        return f"the same {len(self.then)} months of {self.comparator.label}"

    @property
    def caveat(self) -> str:
        """The sentence a page prints when months are left out or nothing can be compared; empty otherwise."""
        if self.reason:
            return self.reason
        if self.whole:
            return ""
        start = f"Every comparison with {self.comparator.label} is over the same {len(self.now)} months of both years: "
        partners = [month for month in self.left_out if month not in self.missing]
        verb = "is" if len(self.missing) == 1 else "are"
        gap = f"{list_months(self.missing)} {verb} missing from the extracts"
        return f"{start}{gap}, so {list_months(partners)} {verb} left out as well." if partners else f"{start}{gap}."


def read_period(text: str) -> Period | None:
    """The period that a text is, as people write them in tables; None for anything else.

    A period's code, a calendar year ("2008"), a month, a day (its month), or two months with "to" between them; a
    slash is read as a dash. What is a code and a month both ("2008-09") is the code's financial year.
    """
    plain = text.strip().replace("/", "-")
    whole = re.fullmatch(r"\d{4}", plain)
    span = re.fullmatch(rf"({MONTH}) to ({MONTH})", plain)
    day = re.fullmatch(rf"({MONTH})-\d{{2}}", plain)
    try:
        if whole or span or day:
            ends = (f"{plain}-01", f"{plain}-12") if whole else (span[1], span[4]) if span else (day[1], day[1])
            months = month_range(*ends)
            return Period(plain if whole or span else day[1], "span", months) if months else None
        return parse_period(plain)
    except PeriodError:
        return Period(plain, "span", (plain,)) if re.fullmatch(MONTH, plain) else None


def split_month(month: str) -> tuple[int, int]:
    """("2020-04") -> (2020, 4). Raises PeriodError for anything that isn't a month."""
    found = re.fullmatch(MONTH, month)
    if not found:
        raise PeriodError(f"'{month}' is not a month: write it as YYYY-MM, such as 2021-03.")
    return int(found[1]), int(found[2])


def shift_month(month: str, by: int) -> str:
    """The month `by` months later (earlier when negative)."""
    year, number = split_month(month)
    years, zero_based = divmod(year * 12 + number - 1 + by, 12)
    return f"{years:04d}-{zero_based + 1:02d}"


def month_range(first: str, last: str) -> tuple[str, ...]:
    """All months from first to last, both included; empty when last is before first."""
    (year1, month1), (year2, month2) = split_month(first), split_month(last)
    return tuple(shift_month(first, step) for step in range((year2 - year1) * 12 + month2 - month1 + 1))


def month_name(month: str) -> str:
    """("2020-04") -> "April 2020"."""
    year, number = split_month(month)
    return f"{NAMES[number - 1]} {year}"


def month_span(first: str, last: str) -> str:
    """Two months in words, such as "July to September 2024"; one month when they are the same."""
    if first == last:
        return month_name(first)
    (year1, month1), (year2, _) = split_month(first), split_month(last)
    return (
        f"{NAMES[month1 - 1]} to {month_name(last)}" if year1 == year2 else f"{month_name(first)} to {month_name(last)}"
    )


def runs(months: Iterable[str]) -> list[tuple[str, str]]:
    """Months gathered into unbroken runs, each as (first, last), in order of time."""
    found: list[tuple[str, str]] = []
    for month in sorted(set(months)):
        if found and shift_month(found[-1][1], 1) == month:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found


def months_in(text: str) -> list[str]:
    """The months in a text of months parted by semicolons; anything else in it is passed over."""
    return [part for part in text.split(";") if re.fullmatch(MONTH, part)]


def list_months(months: Iterable[str]) -> str:
    """Months in words, unbroken runs as spans: "July 2019" or "October 2021 to March 2024 and May 2024"."""
    parts = [month_span(first, last) for first, last in runs(months)]
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else "no month"


def parse_period(text: str) -> Period:
    """Read a period's code. Raises PeriodError with the forms that are understood."""
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:Q([1-4]))?", text)
    if found and (int(found[1]) + 1) % 100 == int(found[2]):
        start = shift_month(f"{found[1]}-04", 3 * (int(found[3]) - 1) if found[3] else 0)
        length = 3 if found[3] else 12
        return Period(text, "quarter" if found[3] else "year", month_range(start, shift_month(start, length - 1)))
    found = re.fullmatch(r"(ye|ytd)-(\d{4}-(?:0[1-9]|1[0-2]))", text)
    if found and found[1] == "ye":
        return Period(text, "ending", month_range(shift_month(found[2], -11), found[2]))
    if found:
        return Period(text, "to_date", month_range(_april_before(found[2]), found[2]))
    raise PeriodError(f"'{text}' is not a period. Write {FORMS}.")


def financial_year(month: str) -> str:
    """The financial year (April to March) that a month is in: "2021-03" -> "2020-21"."""
    start, _ = split_month(_april_before(month))
    return f"{start}-{(start + 1) % 100:02d}"


def latest_complete_year(available: Iterable[str]) -> Period:
    """The latest financial year with all twelve months present. Raises PeriodError when there is none."""
    present = set(available)
    for code in sorted({financial_year(month) for month in present}, reverse=True):
        period = parse_period(code)
        if present.issuperset(period.months):
            return period
    spans = list_months(present)
    raise PeriodError(
        f"No financial year is complete in the extracts, which have {spans}. Name a period with --year: {FORMS}."
    )


def require_period(period: Period, available: Iterable[str], share: float) -> tuple[str, ...]:
    """The period's months that the extracts have. Raises PeriodError where too few are there to audit it.

    `share` is the least share of months wanted; the last month must be present, because a period whose end
    has not arrived would read as a fall.
    """
    present = set(available)
    have = tuple(month for month in period.months if month in present)
    absent = [month for month in period.months if month not in present]
    if have and period.months[-1] in present and len(have) >= share * len(period.months):
        return have
    text = f"{period.label} cannot be audited: the extracts have {len(have)} of its {len(period.months)} months, and {list_months(absent)} {'is' if len(absent) == 1 else 'are'} missing."
    remedy = f" Add the missing months to the raw folder{_instead(period, have)}."
    raise PeriodError(text + remedy)


def compare(period: Period, available: Iterable[str], share: float) -> Comparison:
    """Pair the months of a period with those one year before, dropping from both sides what either lacks.

    `share` is the least share of months that must remain; below it the Comparison carries the reason.
    """
    present, comparator = set(available), period.comparator()
    pairs = [(now, then) for now, then in zip(period.months, comparator.months) if now in present and then in present]
    kept = {month for pair in pairs for month in pair}
    everything = (*comparator.months, *period.months)
    missing = tuple(month for month in everything if month not in present)
    reason = _no_comparison(comparator, present) if len(pairs) < share * len(period.months) else ""
    pairs = [] if reason else pairs
    now, then = (tuple(side) for side in zip(*pairs)) if pairs else ((), ())
    return Comparison(
        period, comparator, now, then, tuple(month for month in everything if month not in kept), missing, reason
    )


def _no_comparison(comparator: Period, present: set[str]) -> str:
    have = sum(month in present for month in comparator.months)
    many = "none" if have == 0 else f"only {have}"
    return f"There is no comparison with the year before: the extracts have {many} of the {len(comparator.months)} months of {comparator.label} ({comparator.span})."


def _instead(period: Period, have: Sequence[str]) -> str:
    """The nearest period that could be audited: the year up to the last month before the first gap."""
    unbroken = runs(have)
    start = _april_before(period.months[-1])
    if unbroken and unbroken[0][0] == start:
        return f", or audit the year to date with --year ytd-{unbroken[0][1]}"
    return ""


def _april_before(month: str) -> str:
    year, number = split_month(month)
    return f"{year if number >= 4 else year - 1}-04"


def _code(kind: str, months: Sequence[str]) -> str:
    if kind == "ending":
        return f"ye-{months[-1]}"
    if kind == "to_date":
        return f"ytd-{months[-1]}"
    year = financial_year(months[0])
    return year if kind == "year" else f"{year}Q{(split_month(months[0])[1] - 4) // 3 % 4 + 1}"
