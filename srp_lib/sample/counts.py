"""How many rows each month holds, by district and crime type: season, trend, Covid, calibration.

All factors are per mille. Rotherham's anti-social behaviour is calibrated, not drawn: it rises by
exactly 22.0% in 2020-21, and falls by exactly 24.0% from April to December 2020 to the same months
of 2021, the two changes that the partnership printed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .draws import Draws, Ints, apportion
from .places import DISTRICTS

FIRST, LAST = (2018, 4), (2021, 12)
MISSING_MONTH = "2018-11"
ASB = "Anti-social behaviour"
VIOLENCE = "Violence and sexual offences"

# Crime type: usual monthly count in Rotherham, family, rows without a location (per mille).
CRIME_TYPES: dict[str, tuple[int, str, int]] = {
    ASB: (0, "asb", 0),
    "Bicycle theft": (8, "theft", 46),
    "Burglary": (188, "theft", 59),
    "Criminal damage and arson": (240, "steady", 35),
    "Drugs": (40, "police", 96),
    "Other crime": (58, "violence", 53),
    "Other theft": (195, "theft", 44),
    "Possession of weapons": (21, "police", 75),
    "Public order": (218, "violence", 41),
    "Robbery": (22, "theft", 93),
    "Shoplifting": (148, "shops", 51),
    "Theft from the person": (14, "shops", 64),
    "Vehicle crime": (185, "theft", 34),
    VIOLENCE: (800, "violence", 45),
}

# January to December.
SEASON: dict[str, tuple[int, ...]] = {
    "asb": (860, 830, 970, 1060, 1140, 1090, 1140, 1110, 1040, 1090, 910, 860),
    "theft": (1010, 920, 980, 970, 980, 970, 1000, 1010, 1010, 1060, 1050, 1040),
    "shops": (980, 930, 990, 980, 990, 990, 1000, 1000, 1010, 1030, 1050, 1050),
    "steady": (970, 920, 1000, 1020, 1030, 1010, 1030, 1010, 1010, 1040, 990, 970),
    "police": (990, 950, 1030, 990, 1020, 1000, 1010, 980, 1000, 1030, 1010, 990),
    "violence": (970, 910, 1000, 990, 1040, 1030, 1070, 1040, 1010, 1010, 970, 960),
}

# Financial years 2018-19 to 2021-22: the trend that would have been without Covid.
TREND: dict[str, tuple[int, ...]] = {
    "asb": (1000, 1000, 1000, 1000),
    "theft": (1040, 1000, 970, 950),
    "shops": (1010, 1000, 990, 980),
    "steady": (1020, 1000, 990, 990),
    "police": (880, 1000, 1150, 1080),
    "violence": (950, 1000, 1050, 1120),
}

# March 2020 to December 2021: the months of Covid and its restrictions.
COVID: dict[str, tuple[int, ...]] = {
    "asb": (1050, 1420, 1580, 1300, 1210, 1240, 1050, 920, 980, 1000, 1080, 1120, 1190,
            1040, 960, 1000, 1000, 1000, 1000, 1000, 1000, 1000),
    "theft": (900, 600, 640, 690, 730, 720, 760, 800, 720, 750, 640, 660, 720,
              750, 760, 780, 800, 820, 850, 880, 900, 900),
    "shops": (850, 340, 360, 400, 540, 560, 620, 640, 520, 500, 380, 430, 520,
              660, 620, 640, 680, 720, 760, 800, 830, 850),
    "steady": (920, 740, 830, 860, 880, 900, 940, 960, 930, 900, 870, 860, 920,
               980, 960, 980, 990, 1000, 1000, 1010, 1010, 1000),
    "police": (1020, 1150, 1250, 1130, 1060, 960, 980, 1080, 1180, 1150, 1120, 1060, 1040,
               1020, 1000, 980, 960, 980, 990, 1000, 1000, 1000),
    "violence": (970, 860, 930, 980, 1090, 1050, 1040, 980, 910, 900, 890, 910, 1000,
                 1010, 1020, 1030, 1050, 1020, 1040, 1050, 1030, 1000),
}  # fmt: skip
COVID_FROM = 23  # March 2020, counted from April 2018

# Calibrated totals of anti-social behaviour in Rotherham: first month, months, total.
ASB_TOTALS: tuple[tuple[int, int, int], ...] = (
    (0, 12, 7_040),  # 2018-19
    (12, 12, 5_600),  # 2019-20
    (24, 9, 5_500),  # April to December 2020
    (33, 3, 1_332),  # January to March 2021: 6,832 in 2020-21, 22.0% more than 5,600
    (36, 9, 4_180),  # April to December 2021: 24.0% fewer than 5,500
)

# Rows of each district for a thousand of Rotherham's: the neighbours' files are thinned.
SIZE: dict[str, int] = {"Rotherham": 1000, "Barnsley": 60, "Doncaster": 80, "Sheffield": 110}


@dataclass(frozen=True)
class Counts:
    """Rows by month, district and crime type.

    `placed` has shape (months, districts, crime types), `unplaced` (rows without a location) and
    `outside` (rows outside South Yorkshire) have shape (months, crime types).
    """

    months: tuple[str, ...]
    placed: Ints
    unplaced: Ints
    outside: Ints


def months() -> tuple[str, ...]:
    """Every month from April 2018 to December 2021 as YYYY-MM, the missing one included."""
    first, last = (year * 12 + month - 1 for year, month in (FIRST, LAST))
    return tuple(f"{month // 12}-{month % 12 + 1:02d}" for month in range(first, last + 1))


def _shape(family: str) -> Ints:
    """Season, trend and Covid together, in millionths of a usual month, one per month."""
    count = len(months())
    calendar = (np.arange(count) + FIRST[1] - 1) % 12
    season = np.array(SEASON[family])[calendar]
    trend = np.array(TREND[family])[np.arange(count) // 12]
    covid = np.full(count, 1000)
    covid[COVID_FROM:] = COVID[family]
    return season * trend * covid // 1000


def _rotherham(draws: Draws) -> Ints:
    """Rotherham's rows with a location, shape (months, crime types)."""
    table = np.zeros((len(months()), len(CRIME_TYPES)), dtype=np.int64)
    for column, (usual, family, _) in enumerate(CRIME_TYPES.values()):
        noise = draws.around(40 if usual > 100 else 110, len(table))
        if family == "asb":
            weights = _shape(family) * noise // 1000
            for first, length, total in ASB_TOTALS:
                part = slice(first, first + length)
                table[part, column] = apportion(total, weights[part])
        else:
            table[:, column] = usual * _shape(family) * noise // 1_000_000_000
    return table


def _unplaced(placed: Ints) -> Ints:
    """Rows without a location, shape (months, crime types), in proportion to those with one."""
    rates = np.array([rate for *_, rate in CRIME_TYPES.values()])
    return (placed.sum(axis=1) * rates + 500) // (1000 - rates)


def counts(seed: int) -> Counts:
    """The number of rows to write for `seed`, the missing month's included."""
    draws = Draws(seed, "counts")
    rotherham = _rotherham(draws)
    placed = np.empty((len(rotherham), len(DISTRICTS), len(CRIME_TYPES)), dtype=np.int64)
    for position, district in enumerate(DISTRICTS):
        spread = 0 if district == "Rotherham" else 150
        noise = draws.around(spread, rotherham.size).reshape(rotherham.shape)
        placed[:, position] = (rotherham * noise * SIZE[district] + 500_000) // 1_000_000
    outside = np.zeros_like(rotherham)
    names = list(CRIME_TYPES)
    outside[:, names.index(ASB)] = 2 + draws.below(3, len(outside))
    outside[:, names.index(VIOLENCE)] = 3 + draws.below(4, len(outside))
    outside[:, names.index("Vehicle crime")] = 1 + draws.below(3, len(outside))
    return Counts(months(), placed, _unplaced(placed), outside)
