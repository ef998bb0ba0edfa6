"""Where the synthetic crime is: how it is spread over the small areas, and how that changes over the years.

All of it is made up and drawn from the seed: wards and neighbourhoods that have more or less than others, a town
centre, hot spots that stay, two that emerge and two that cool, and a few wards that change from year to year.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from .draws import Draws, Ints
from .places import TOWN_CENTRE, WARDS_2024, links

# Intensities are per mille of an ordinary LSOA. Financial years 2018-19 to 2021-22.
YEARS = 4
WARD_LEAST, WARD_MOST = 650, 1450
TOWN: dict[str, int] = {"spread": 9_000, "flat": 4_000, "shops": 60_000}
HOT_SPOTS: tuple[tuple[int, ...], ...] = (
    (7_000, 7_000, 7_000, 7_000),
    (6_000, 6_300, 6_000, 6_300),
    (6_400, 6_600, 6_400, 6_600),
    (900, 2_200, 5_200, 6_600),  # emerging
    (800, 1_900, 4_900, 6_200),
    (6_600, 5_600, 3_200, 2_000),  # cooling
    (6_200, 5_400, 2_800, 1_700),
)
# Wards that change: per mille of their usual intensity.
WARD_CHANGES: tuple[tuple[int, ...], ...] = (
    (1000, 1000, 1350, 1350),
    (1000, 1000, 700, 700),
    (1000, 1000, 1000, 1400),
    (1000, 1000, 1000, 680),
)


def in_rotherham() -> Ints:
    """1 for each link of Rotherham, 0 for those of other districts."""
    return np.array([int(link.district == "Rotherham") for link in links()])


@cache
def wards(seed: int) -> dict[str, int]:
    """The usual intensity of each of Rotherham's wards, by code."""
    order = Draws(seed, "wards").shuffled(len(WARDS_2024)).tolist()
    step = (WARD_MOST - WARD_LEAST) // (len(order) - 1)
    return {WARDS_2024[ward][0]: WARD_LEAST + step * at for at, ward in enumerate(order)}


def by_intensity(seed: int) -> list[str]:
    """The wards, the one of the least crime first, without the town centre's."""
    town = next(link.ward24[0] for link in links() if link.lsoa11 == TOWN_CENTRE)
    return [code for code in sorted(wards(seed), key=wards(seed).__getitem__) if code != town]


def _ward_changes(seed: int) -> dict[str, tuple[int, ...]]:
    """The changes of the wards that have one, which are neither of the most nor of the least crime."""
    middle = by_intensity(seed)[5:-5]
    return dict(zip(middle[:: len(middle) // len(WARD_CHANGES)], WARD_CHANGES, strict=False))


def _hot_spots(seed: int) -> dict[int, tuple[int, ...]]:
    """The intensity of the hot spots but the town centre, by link: each in another ward, and in none that changes."""
    left = set(by_intensity(seed)[5:]) - set(_ward_changes(seed))
    found: dict[int, tuple[int, ...]] = {}
    for at in Draws(seed, "hot spots").shuffled(len(links())).tolist():
        link = links()[at]
        if link.change == "U" and link.ward24[0] in left and len(found) < len(HOT_SPOTS):
            found[at] = HOT_SPOTS[len(found)]
            left.remove(link.ward24[0])
    return found


@cache
def usual(seed: int) -> Ints:
    """The intensity of each link without hot spots and changes: a few have much, most have less."""
    rank = Draws(seed, "ranks").shuffled(len(links()))
    own = 400 + 260_000 // (1000 * rank // len(rank) + 150)
    ward = np.array([wards(seed).get(link.ward24[0], 1000) for link in links()])
    return own * ward // 1000


@cache
def intensities(seed: int) -> Ints:
    """The intensity of each link but the town centre, shape (years, links)."""
    changes = _ward_changes(seed)
    factors = np.array([changes.get(link.ward24[0], (1000,) * YEARS) for link in links()]).T
    found = usual(seed) * factors // 1000
    for at, values in _hot_spots(seed).items():
        found[:, at] = values
    return found


@cache
def weights(seed: int) -> Mapping[str, Ints]:
    """The weight of each link in each financial year, shape (years, links), by pattern.

    "spread" is most crime, "flat" is more even, and "shops" has much in the town centre.
    """
    # The parts of a split or merged LSOA are smaller than an LSOA.
    size = np.array([10 if link.change == "U" else 6 for link in links()])
    town = np.array([link.lsoa11 == TOWN_CENTRE for link in links()])
    spread = intensities(seed)
    patterns = {"spread": spread, "flat": (spread + 1000) // 2, "shops": spread}
    return {name: size * np.where(town, TOWN[name], pattern) for name, pattern in patterns.items()}


def pick_by_year(draws: Draws, weights: Ints, year: Ints) -> Ints:
    """A position for each entry of `year`, as likely as its weight in that row of `weights`."""
    found = np.zeros(len(year), dtype=np.int64)
    for row, of_year in enumerate(weights):
        own = year == row
        found[own] = draws.pick(of_year, int(own.sum()))
    return found
