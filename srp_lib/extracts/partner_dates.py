"""Dates and months in a partner's file: year first or UK day first, one form in a file, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from .model import FaultError

YEAR_FIRST, SLASHES, REAL = "year first", "slashes", "real"
REMEDY = "save all its dates as YYYY-MM-DD and add it again."
MONTH_REMEDY = "save all its months as YYYY-MM and add it again."
# a time of day says nothing that a date needs
_TIME = r"(?:[T ]((?:[01]?[0-9]|2[0-3]):[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?)?"
_MIDNIGHTS = ("", "0:00", "00:00")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME)
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
_UK = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})" + _TIME)


@dataclass(frozen=True)
class Written:
    """A date as a file has it: its form and its numbers in the order written; `where` gives its row and column.

    A real date of a spreadsheet has year, month and day in `numbers`. `time` is the hour and minute, "" for none.
    """

    form: str
    numbers: tuple[int, int, int]
    where: Callable[[], str]
    time: str = ""


def written(value: object, where: Callable[[], str]) -> Written | None:
    """A cell as a date whose numbers aren't judged yet; None where blank. Raises FaultError (dates)."""
    if isinstance(value, date):  # a datetime too
        time = f"{value:%H:%M}" if isinstance(value, datetime) else ""
        return Written(REAL, (value.year, value.month, value.day), where, time)
    if isinstance(value, str):
        bare = value.strip()
        if not bare:
            return None
        for form, pattern in ((YEAR_FIRST, _ISO), (SLASHES, _UK)):
            if found := pattern.fullmatch(bare):
                first, second, third = map(int, found.groups()[:3])
                return Written(form, (first, second, third), where, found[4] or "")
    what = "a number" if isinstance(value, (int, float)) else "a value"
    raise FaultError("dates", f"has {what} in {where()} that is not a date as YYYY-MM-DD or DD/MM/YYYY: {REMEDY}")


def settle(found: Sequence[Written | None]) -> list[datetime | None]:
    """The dates of a whole file, at midnight. Raises FaultError (dates) where day and month could be swapped.

    Dates with slashes are read day first, and only where one has a day after the 12th in the first place and
    none has it in the second.
    """
    dates = [one for one in found if one is not None]
    _refuse_mixed(dates)
    _refuse_clock(dates)
    slashes = [one for one in dates if one.form == SLASHES]
    if slashes:
        _refuse_unproven(slashes)
    return [None if one is None else _made(one) for one in found]


def _refuse_mixed(dates: Sequence[Written]) -> None:
    first: dict[str, Written] = {}
    for one in dates:
        first.setdefault(one.form, one)
    if SLASHES not in first or len(first) == 1:
        return
    where = first[SLASHES].where()
    if REAL in first:
        sentence = (
            f"has cells that are dates and dates with slashes that are text, as in {where}; a spreadsheet that has "
            f"swapped days and months leaves it so: take the file from its source again and {REMEDY}"
        )
    else:
        sentence = f"has dates in two forms, year first and, as in {where}, with slashes: {REMEDY}"
    raise FaultError("dates", sentence)


def _refuse_clock(dates: Sequence[Written]) -> None:
    """Raise FaultError where the times are midnight and the hour before it: dates that summer time has moved a day."""
    moved = next((one for one in dates if one.time == "23:00"), None)
    if moved and all(one.time in (*_MIDNIGHTS, "23:00") for one in dates):
        raise FaultError(
            "dates",
            f"has times that are all midnight or, as in {moved.where()}, 23:00 of the day before, which is what summer "
            f"time makes of dates: {REMEDY}",
        )


def _refuse_unproven(slashes: Sequence[Written]) -> None:
    """Raise FaultError unless a date shows that the day comes first, and none that the month does."""
    day_first = next((one for one in slashes if 12 < one.numbers[0] <= 31), None)
    month_first = next((one for one in slashes if one.numbers[0] <= 12 < one.numbers[1] <= 31), None)
    if month_first and day_first:
        sentence = f"has dates with the month first, as in {month_first.where()}, and others with the day first"
    elif month_first:
        sentence = f"has dates with the month first, as in {month_first.where()}, where the UK's order is expected"
    elif not day_first:
        sentence = (
            f"has dates whose day and month cannot be told apart, as in {slashes[0].where()}, "
            "because no day is after the 12th"
        )
    else:
        return
    raise FaultError("dates", f"{sentence}: {REMEDY}")


def _made(one: Written) -> datetime:
    year, month, day = reversed(one.numbers) if one.form == SLASHES else one.numbers
    try:
        return datetime(year, month, day)
    except ValueError:
        raise FaultError("dates", f"has a date in {one.where()} that no calendar has: correct it.") from None


def month(value: object, where: Callable[[], str]) -> str | None:
    """A cell as the month "YYYY-MM"; None where blank. Raises FaultError (dates).

    A real date of a spreadsheet, and a text YYYY-MM-DD, is a month where it is the first of one: that is how a
    spreadsheet keeps 2020-04 that was typed into it. Slashes and names of months are refused.
    """
    if isinstance(value, str):
        bare = value.strip()
        if not bare or _MONTH.fullmatch(bare):
            return bare or None
        found = _ISO.fullmatch(bare)
        day = tuple(map(int, found.groups()[:3])) if found else ()
    else:
        day = (value.year, value.month, value.day) if isinstance(value, date) else ()
    if day and day[2] == 1 and 1 <= day[1] <= 12:
        return f"{day[0]:04d}-{day[1]:02d}"
    why = "is not the first of a month" if day else "is not a month as YYYY-MM"
    raise FaultError("dates", f"has a {'date' if day else 'value'} in {where()} that {why}: {MONTH_REMEDY}")


def months(dates: Iterable[datetime | str | None]) -> list[str]:
    """The months "YYYY-MM" that dates lie in, or that are given as such, each once, first to last."""
    given = (one for one in dates if one is not None)
    return sorted({one if isinstance(one, str) else f"{one.year:04d}-{one.month:02d}" for one in given})
