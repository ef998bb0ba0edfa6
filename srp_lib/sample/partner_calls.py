"""The synthetic calls to 101 by month: usual months, half a year of poor performance, and recovery. All made up."""

from __future__ import annotations

from .counts import SEASON
from .draws import Draws

Row = tuple[str, int, int, int, str]

FIRST = 2019 * 12 + 3  # April 2019
USUAL_CALLS = 9_600
# Of the calls offered, abandoned per mille, and the wait in tenths of a second: usual, poor, recovering.
ABANDONED = (*(90,) * 15, 158, 181, 190, 184, 176, 161, 116, 97, 91, *(82,) * 9)
WAITS = (*(1_020,) * 15, 1_880, 2_210, 2_340, 2_270, 2_120, 1_900, 1_370, 1_130, 1_040, *(930,) * 9)
ELSEWHERE = 6  # per mille that were neither answered nor abandoned: they went to another service


def rows(seed: int) -> list[Row]:
    """The rows of the extract: month, calls offered, answered and abandoned, mean wait in seconds."""
    draws = Draws(seed, "partners: 101")
    size, gave_up, waited = (draws.around(spread, len(ABANDONED)).tolist() for spread in (45, 160, 150))
    found = []
    for at, (share, wait) in enumerate(zip(ABANDONED, WAITS, strict=True)):
        year, month = divmod(FIRST + at, 12)
        offered = USUAL_CALLS * SEASON["violence"][month] * size[at] // 1_000_000
        abandoned = offered * share * gave_up[at] // 1_000_000
        answered = offered - abandoned - offered * ELSEWHERE // 1000
        tenths = wait * waited[at] // 1000
        found.append((f"{year}-{month + 1:02d}", offered, answered, abandoned, f"{tenths // 10}.{tenths % 10}"))
    return found
