"""How many offences the police recorded, by month and offence code: those of table C2 where it covers them."""

from __future__ import annotations

import numpy as np

from .counts import CRIME_TYPES, Counts
from .draws import Draws, Ints, apportion
from .partner_draws import percent_of
from .partner_plan import (
    AFTER,
    BEFORE,
    NO_INJURY,
    NUMBERS,
    OTHER_SEXUAL,
    PUBLISHED,
    RAPE_FALL,
    RAPE_SHARE,
    RAPES,
    SEXUAL,
    SEXUAL_FALL,
    WEIGHTS,
    YEARS,
)
from .recorded_crime import LEAF_NAMES, SAME, SPLIT, rotherham_leaves

LINES = LEAF_NAMES
CODES: tuple[str, ...] = tuple(
    dict.fromkeys(
        code
        for table in (
            *NUMBERS.values(),
            *WEIGHTS.values(),
            *RAPES.values(),
            *OTHER_SEXUAL.values(),
            {"19C": 0, "20A": 0},
        )
        for code in table
    )
)


def months_of(year: int) -> tuple[str, str]:
    """First and last month of a year (a position in YEARS) in the sample, as YYYY-MM."""
    start = YEARS[year]
    return f"{start}-04", f"{start}-12" if year == AFTER else f"{start + 1}-03"


def _type_of(line: str) -> int:
    """The street-level crime type, a position in CRIME_TYPES, whose months a line follows."""
    holders = {name: kind for kind, (names, _) in SPLIT.items() for name in names}
    holders.update({name: kind for kind, name in SAME.items()})
    return list(CRIME_TYPES).index(holders[line])


def totals(counts: Counts) -> list[dict[str, int]]:
    """Offences by line of table C2, for each year.

    In 2019-20 sexual offences are as many as the published fall needs, and other violence fewer.
    """
    found = [dict(zip(LINES, rotherham_leaves(counts, *months_of(year)).tolist(), strict=True)) for year in range(3)]
    wanted = round_up_from(found[PUBLISHED][SEXUAL], SEXUAL_FALL)
    found[BEFORE][NO_INJURY] -= wanted - found[BEFORE][SEXUAL]
    found[BEFORE][SEXUAL] = wanted
    return found


def round_up_from(now: int, fall: int) -> int:
    """The earlier number of which `now` is `fall` per cent less."""
    return (200 * now + (100 - fall)) // (2 * (100 - fall))


def _sexual(total: int, year: int, rapes: int) -> dict[str, int]:
    """Sexual offences by code, `rapes` of them rape; the two published shares in their year."""
    exact = {"19C": percent_of(19, total), "20A": percent_of(21, total)} if year == PUBLISHED else {}
    left = {True: rapes - exact.get("19C", 0), False: total - rapes - exact.get("20A", 0)}
    found = dict(exact)
    for rape, weights in ((True, RAPES[year]), (False, OTHER_SEXUAL[year])):
        found.update(zip(weights, apportion(left[rape], [*weights.values()]).tolist(), strict=True))
    return found


def _by_code(line: str, total: int, year: int) -> dict[str, int]:
    """The offences of a line by code; what is counted out comes first."""
    found = {code: numbers[year] for code, numbers in NUMBERS.get(line, {}).items()}
    weights = WEIGHTS[line]
    rest = apportion(max(total - sum(found.values()), 0), [*weights.values()])
    return found | dict(zip(weights, rest.tolist(), strict=True))


def offences_by_code(counts: Counts) -> list[dict[str, dict[str, int]]]:
    """For each year, line and code the number of offences."""
    found = []
    wholes = totals(counts)
    rapes = (RAPE_SHARE * wholes[PUBLISHED][SEXUAL] + 500) // 1000
    for year, lines in enumerate(wholes):
        mine = {PUBLISHED: rapes, BEFORE: round_up_from(rapes, RAPE_FALL)}.get(year, RAPE_SHARE * lines[SEXUAL] // 1000)
        tables = {line: _by_code(line, total, year) for line, total in lines.items() if line != SEXUAL}
        found.append({**tables, SEXUAL: _sexual(lines[SEXUAL], year, mine)})
    return found


def rows(counts: Counts, draws: Draws) -> tuple[Ints, Ints, Ints, Ints]:
    """Year, month, line and code of every offence, as positions in YEARS, months, LINES and CODES."""
    parts: list[list[Ints]] = [[], [], [], []]
    for year, lines in enumerate(offences_by_code(counts)):
        first, last = (counts.months.index(month) for month in months_of(year))
        for line, numbers in lines.items():
            total = sum(numbers.values())
            shape = counts.placed[first : last + 1, 0, _type_of(line)]
            month = np.repeat(np.arange(first, last + 1), apportion(total, shape))
            code = np.repeat([CODES.index(code) for code in numbers], [*numbers.values()])
            for part, values in zip(parts, (year, month, LINES.index(line), code[draws.shuffled(total)]), strict=True):
                part.append(np.broadcast_to(values, total))
    year, month, line, code = (np.concatenate(part) for part in parts)
    order = np.argsort(month, kind="stable")
    return year[order], month[order], line[order], code[order]
