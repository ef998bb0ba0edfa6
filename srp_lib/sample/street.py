"""Synthetic street-level files in the layout of data.police.uk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import spread
from .counts import ASB, CRIME_TYPES, MISSING_MONTH, Counts
from .draws import Draws, Ints
from .geography import OTHER_BOXES, tiling
from .places import DISTRICTS, FORCE, FORCE_SLUG, OUTSIDE, links

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
CONTEXT = "Synthetic"
FIRST_MONTH_OF_2021_CODES = "2021-10"
LF_FROM = "2021-01"
REPEATED_ASB_PERCENT = 28
POINTS_PER_LSOA = 20

CHARGED = "charged"  # stands for a name that depends on the month's age
NO_SUSPECT = "Investigation complete; no suspect identified"
UNABLE = "Unable to prosecute suspect"
UNAVAILABLE = "Status update unavailable"
LOCAL = "Local resolution"
CAUTION = "Offender given a caution"
NOT_IN_INTEREST = "Further investigation is not in the public interest"
NO_FURTHER = "Further action is not in the public interest"
FORMAL = "Formal action is not in the public interest"
OTHER_BODY = "Action to be taken by another organisation"
WARNING = "Offender given a drugs possession warning"
PENALTY = "Offender given penalty notice"
UNDER_WAY = "Under investigation"
OUTCOMES = (NO_SUSPECT, UNABLE, UNAVAILABLE, CHARGED, LOCAL, CAUTION, NOT_IN_INTEREST,
            NO_FURTHER, FORMAL, OTHER_BODY, WARNING, PENALTY)  # fmt: skip

# Per mille of each crime type, in the order of OUTCOMES.
OUTCOME_SHARES: dict[str, tuple[int, ...]] = {
    "Bicycle theft": (820, 126, 32, 10, 8, 2, 1, 1, 0, 0, 0, 0),
    "Burglary": (829, 82, 38, 42, 3, 2, 2, 2, 0, 0, 0, 0),
    "Criminal damage and arson": (628, 190, 50, 48, 42, 19, 3, 14, 2, 3, 0, 1),
    "Drugs": (70, 130, 100, 220, 220, 104, 27, 10, 8, 5, 90, 16),
    "Other crime": (155, 422, 130, 100, 45, 18, 60, 40, 4, 24, 0, 2),
    "Other theft": (720, 186, 46, 18, 18, 3, 4, 3, 1, 1, 0, 0),
    "Possession of weapons": (152, 358, 78, 310, 28, 38, 14, 16, 3, 3, 0, 0),
    "Public order": (280, 452, 78, 62, 68, 14, 26, 12, 2, 5, 0, 1),
    "Robbery": (400, 302, 105, 172, 12, 1, 1, 7, 0, 0, 0, 0),
    "Shoplifting": (594, 116, 29, 196, 38, 3, 12, 2, 2, 2, 0, 6),
    "Theft from the person": (676, 208, 76, 32, 4, 1, 1, 2, 0, 0, 0, 0),
    "Vehicle crime": (888, 66, 20, 20, 3, 1, 1, 1, 0, 0, 0, 0),
    "Violence and sexual offences": (133, 515, 99, 80, 61, 25, 10, 58, 2, 17, 0, 0),
}

# What a charge has become by the time of the download: old ones have a sentence, recent ones wait.
CHARGE_RESULTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("2018-12", ("Court result unavailable", "Court result unavailable", "Offender sent to prison",
                 "Offender given community sentence", "Offender fined",
                 "Offender given suspended prison sentence", "Defendant found not guilty",
                 "Offender given conditional discharge")),
    ("2020-12", ("Court result unavailable",)),
    ("2021-06", ("Court result unavailable", "Awaiting court outcome")),
    ("9999-12", ("Awaiting court outcome",)),
)  # fmt: skip

# Share of the latest months' crimes still under investigation, per mille.
STILL_OPEN: dict[str, int] = {"2021-09": 60, "2021-10": 110, "2021-11": 190, "2021-12": 330}


@dataclass(frozen=True)
class Points:
    """Anonymous map points: the district and the link of each, and its text for either vintage."""

    district: Ints
    link: Ints
    old_text: list[str]
    new_text: list[str]

    def weights(self, per_link: Ints, district: int) -> Ints:
        """The weight of each point in each year, of `per_link` (years, links); 0 outside the district."""
        return np.where(self.district == district, per_link[:, self.link], 0)


@dataclass(frozen=True)
class Rows:
    """One entry per row: positions of month, crime type, point (-1: none) and outcome name (-1)."""

    month: Ints
    crime_type: Ints
    point: Ints
    outcome: Ints


def _position(seed: int, link: int, draw: tuple[int, int]) -> tuple[int, int]:
    """Where a point lies: in a Rotherham LSOA's cell, or in the box of another district."""
    tiles = tiling(seed)
    if link < len(tiles.parts):
        # A little beyond the cell on each side, as about 13% of real points are.
        across, up = (value * 1072 // 1000 - 36 for value in draw)
        return tiles.place(tiles.parts[link], across, up)
    west, south, east, north = (edge * 10 for edge in OTHER_BOXES[links()[link].district])
    return west + (east - west) * draw[0] // 1000, south + (north - south) * draw[1] // 1000


def map_points(seed: int) -> Points:
    """The map points of every LSOA that the files use."""
    owner = np.repeat(np.arange(len(links())), POINTS_PER_LSOA)
    shifts = Draws(seed, "points").below(1000, 2 * len(owner)).reshape(-1, 2).tolist()
    names = [link.district for link in links()]
    district = np.array([DISTRICTS.index(n) if n in DISTRICTS else OUTSIDE for n in names])[owner]
    old, new = [], []
    for at, (position, shift) in enumerate(zip(owner.tolist(), shifts, strict=True), start=1):
        link = links()[position]
        x, y = _position(seed, position, tuple(shift))
        start = f"{x / 1e7:.6f},{y / 1e7:.6f},On or near Synthetic Street {at}"
        old.append(f"{start},{link.lsoa11},{link.name11}")
        new.append(f"{start},{link.lsoa21},{link.name21}")
    return Points(district, owner, old, new)


def _pattern(family: str) -> str:
    return {"theft": "flat", "shops": "shops"}.get(family, "spread")


def _crimes(counts: Counts, points: Points, seed: int) -> tuple[Ints, Ints, Ints]:
    """Month, crime type and point of every row but anti-social behaviour in the four districts."""
    draws, patterns = Draws(seed, "crimes"), spread.weights(seed)
    months, types, places = [], [], []
    for column, (name, (_, family, _)) in enumerate(CRIME_TYPES.items()):
        for district in range(len(DISTRICTS) + 1):
            inside = district < len(DISTRICTS)
            if name == ASB and inside:
                continue
            table = counts.placed[:, district, column] if inside else counts.outside[:, column]
            month = np.repeat(np.arange(len(table)), table)
            weights = points.weights(patterns[_pattern(family)], district)
            months.append(month)
            places.append(spread.pick_by_year(draws, weights, month // 12))
            types.append(np.full(len(month), column))
        month = np.repeat(np.arange(len(counts.months)), counts.unplaced[:, column])
        months.append(month)
        places.append(np.full(len(month), -1))
        types.append(np.full(len(month), column))
    return np.concatenate(months), np.concatenate(types), np.concatenate(places)


def _asb_places(count: int, weights: Ints, draws: Draws) -> Ints:
    """Points of `count` incidents of a month, of which 28% repeat the point of another."""
    distinct = count - count * REPEATED_ASB_PERCENT // 100
    drawn = draws.pick(weights, 5 * distinct)
    kept = drawn[np.sort(np.unique(drawn, return_index=True)[1])[:distinct]]
    again = kept[draws.below(len(kept), count - len(kept))]
    return np.concatenate([kept, again])


def _asb(counts: Counts, points: Points, seed: int) -> tuple[Ints, Ints, Ints]:
    """Month, crime type and point of anti-social behaviour in the four districts."""
    draws, pattern = Draws(seed, "asb"), spread.weights(seed)["spread"]
    column = list(CRIME_TYPES).index(ASB)
    months, places = [], []
    for district in range(len(DISTRICTS)):
        weights = points.weights(pattern, district)
        for month, count in enumerate(counts.placed[:, district, column].tolist()):
            if count:
                places.append(_asb_places(count, weights[month // 12], draws))
                months.append(np.full(count, month))
    place = np.concatenate(places)
    return np.concatenate(months), np.full(len(place), column), place


def outcome_names() -> list[str]:
    """Every outcome name that the files use."""
    results = [name for _, group in CHARGE_RESULTS for name in group]
    return list(dict.fromkeys([*(n for n in OUTCOMES if n != CHARGED), UNDER_WAY, *results]))


def _charge_results(months: tuple[str, ...], month: Ints, draws: Draws) -> Ints:
    """For each row, the position in `outcome_names()` of what a charge has become by then."""
    names = outcome_names()
    groups = [next(group for last, group in CHARGE_RESULTS if m <= last) for m in months]
    widest = max(map(len, groups))
    table = np.array([[names.index(g[at % len(g)]) for at in range(widest)] for g in groups])
    return table[month, draws.below(widest, len(month))]


def _outcomes(months: tuple[str, ...], month: Ints, crime_type: Ints, draws: Draws) -> Ints:
    """The position in `outcome_names()` of each row's outcome; -1 for anti-social behaviour."""
    names = outcome_names()
    charged = _charge_results(months, month, draws)
    settled = np.array([names.index(n) if n != CHARGED else -2 for n in OUTCOMES])
    outcome = np.full(len(month), -1)
    for column, name in enumerate(CRIME_TYPES):
        rows = np.flatnonzero(crime_type == column)
        if name != ASB:
            outcome[rows] = settled[draws.pick(OUTCOME_SHARES[name], len(rows))]
    outcome = np.where(outcome == -2, charged, outcome)
    still_open = np.array([STILL_OPEN.get(m, 0) for m in months])[month]
    waiting = draws.below(1000, len(month)) < still_open
    return np.where(waiting & (outcome >= 0), names.index(UNDER_WAY), outcome)


def _in_order(months: tuple[str, ...], points: Points, rows: Rows) -> Rows:
    """Rows as the publisher orders them: by LSOA name (blank last), ASB first, then crime type."""
    names = [(link.name11, link.name21) for link in links()]
    ranks = [np.argsort(np.argsort([pair[v] for pair in names], kind="stable")) for v in (0, 1)]
    new = np.array([m >= FIRST_MONTH_OF_2021_CODES for m in months])[rows.month]
    area = np.where(new, ranks[1][points.link[rows.point]], ranks[0][points.link[rows.point]])
    area = np.where(rows.point < 0, len(names), area)
    order = np.lexsort((rows.point, rows.crime_type, area, rows.month))
    return Rows(*(column[order] for column in vars(rows).values()))


def make_rows(counts: Counts, points: Points, seed: int) -> Rows:
    """Every row of every month, in the publisher's order."""
    crimes, asb = _crimes(counts, points, seed), _asb(counts, points, seed)
    month, crime_type, point = (np.concatenate(pair) for pair in zip(crimes, asb, strict=True))
    outcome = _outcomes(counts.months, month, crime_type, Draws(seed, "outcomes"))
    return _in_order(counts.months, points, Rows(month, crime_type, point, outcome))


def _texts(counts: Counts, points: Points, rows: Rows, seed: int) -> tuple[list[str], ...]:
    """The three parts of each line: crime id, place, and what it was."""
    identified = (rows.outcome >= 0).tolist()
    ids = iter(Draws(seed, "ids").hexadecimal(sum(identified)))
    new = np.array([m >= FIRST_MONTH_OF_2021_CODES for m in counts.months])[rows.month]
    # A point of -1 takes the last text, which is the blank one.
    every = np.array([*points.old_text, *points.new_text, ",,No Location,,"], dtype=object)
    at = np.where(rows.point < 0, -1, rows.point + new * len(points.old_text))
    kinds, outcomes = list(CRIME_TYPES), [*outcome_names(), ""]
    width = len(outcomes)
    ends = np.array([f",{k},{o},{CONTEXT}" for k in kinds for o in outcomes], dtype=object)
    which = rows.crime_type * width + np.where(rows.outcome < 0, width - 1, rows.outcome)
    starts = [next(ids) if known else "" for known in identified]
    return starts, every[at].tolist(), ends[which].tolist()


def street_files(counts: Counts, seed: int) -> Iterator[tuple[str, str]]:
    """(path, text) of each month's file but the missing one's."""
    points = map_points(seed)
    rows = make_rows(counts, points, seed)
    ids, places, ends = _texts(counts, points, rows, seed)
    bounds = np.searchsorted(rows.month, np.arange(len(counts.months) + 1)).tolist()
    for position, month in enumerate(counts.months):
        if month == MISSING_MONTH:
            continue
        line_end = "\n" if month >= LF_FROM else "\r\n"
        part = slice(bounds[position], bounds[position + 1])
        middle = f",{month},{FORCE},{FORCE},"
        lines = [
            f"{crime_id}{middle}{place}{end}"
            for crime_id, place, end in zip(ids[part], places[part], ends[part], strict=True)
        ]
        text = line_end.join([HEADER, *lines, ""])
        yield f"police_uk/{month}/{month}-{FORCE_SLUG}-street.csv", text
