"""The partners' synthetic reports of anti-social behaviour, missing children and deliberate fires."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import partner_plan as plan
from .counts import ASB, CRIME_TYPES, SEASON, Counts
from .draws import Draws, Ints, apportion
from .partner_draws import Bools, chance, names_of, percent_of, some
from .partner_offences import BLANK, NO_PLACE_PER_MILLE, day_of_month
from .spread import pick_by_year

# Reports to the council: first month (counted from April 2018), months, total. Like those to the
# police they rise by 22% in 2020-21 and fall by 24% from April to December 2021.
COUNCIL_TOTALS = ((12, 12, 2_500), (24, 9, 2_455), (33, 3, 595), (36, 9, 1_866))
FROM_MONTH = 12

# Category, subcategory, and weights of reports to the police and to the council.
KINDS: tuple[tuple[str, str, int, int], ...] = (
    ("personal", "nuisance neighbour", 90, 30),
    ("personal", "intimidation or threats", 60, 0),
    ("personal", "malicious communication", 25, 0),
    ("nuisance", "rowdy behaviour", 400, 40),
    ("nuisance", "nuisance neighbour", 170, 170),
    ("nuisance", "vehicle nuisance", 150, 20),
    ("nuisance", "noise nuisance", 30, 230),
    ("nuisance", "street drinking", 25, 10),
    ("nuisance", "fireworks", 20, 5),
    ("environmental", "fly-tipping", 10, 340),
    ("environmental", "graffiti", 8, 45),
    ("environmental", "abandoned vehicles", 12, 110),
)
POLICE, COUNCIL = 0, 1
REPORTED_TO = ("police", "council")
NEIGHBOURS_RISE = 350  # per mille: more complaints about neighbours from April 2020

# Children who went missing in each year, and the published shares of 2020-21 in per cent.
CHILDREN: plan.ByYear = (430, 400, 320)
MISSING_CCE: plan.ByYear = (8, 9, 10)
MISSING_CSE: plan.ByYear = (14, 13, 12)
KNOWN_BEFORE = 25  # per cent who went missing in the year before too
EPISODES = (0, 580, 170, 80, 50, 30, 25, 18, 14, 10, 8, 6, 4, 3, 2)  # weights of 0, 1, 2, ... episodes

# Fires by month in a usual year, and per mille of the types.
FIRE_TYPES = ("deliberate primary", "deliberate secondary", "hoax call")
FIRE_WEIGHTS, FIRES_OF_A_MONTH = (130, 770, 100), 78


@dataclass(frozen=True)
class Incidents:
    """Incidents in order of time: the day, the place (-1: blank), what it was, to whom it was reported."""

    day: Ints
    place: Ints
    kind: Ints
    reported_to: Ints


def _reports(counts: Counts) -> tuple[Ints, Ints]:
    """Month and receiver of every report; those to the police are as many as the street-level files have."""
    police = counts.placed[:, 0, list(CRIME_TYPES).index(ASB)].copy()
    police[:FROM_MONTH] = 0
    council = np.zeros_like(police)
    for first, length, total in COUNCIL_TOTALS:
        part = slice(first, first + length)
        council[part] = apportion(total, police[part])
    every = np.arange(len(police))
    month = np.concatenate([np.repeat(every, police), np.repeat(every, council)])
    return month, np.repeat([POLICE, COUNCIL], [police.sum(), council.sum()])


def _kinds(month: Ints, reported_to: Ints, draws: Draws) -> Ints:
    """The kind of each report, a position in KINDS."""
    found = np.zeros(len(month), dtype=np.int64)
    late = month >= FROM_MONTH + 12
    for receiver in (POLICE, COUNCIL):
        for recent in (False, True):
            own = np.flatnonzero((reported_to == receiver) & (late == recent))
            weights = [
                kind[2 + receiver] * (1000 + NEIGHBOURS_RISE * (recent and kind[1] == "nuisance neighbour"))
                for kind in KINDS
            ]
            found[own] = draws.pick(weights, len(own))
    return found


def _placed(draws: Draws, weights: Ints, month: Ints) -> Ints:
    """A place for each of some months by the weights of the year, some blank."""
    unknown = chance(draws, NO_PLACE_PER_MILLE, len(month))
    return np.where(unknown, BLANK, pick_by_year(draws, weights, month // 12))


def anti_social(counts: Counts, weights: Ints, seed: int) -> Incidents:
    """Reports of anti-social behaviour; `weights` (years, places) say how much there is in each place."""
    draws = Draws(seed, "partners: anti-social behaviour")
    month, reported_to = _reports(counts)
    day, place = day_of_month(draws, month), _placed(draws, weights, month)
    kind = _kinds(month, reported_to, draws)
    order = np.argsort(day, kind="stable")
    return Incidents(day[order], place[order], kind[order], reported_to[order])


def fires(counts: Counts, weights: Ints, seed: int) -> Incidents:
    """Deliberate fires and hoax calls."""
    draws = Draws(seed, "partners: fires")
    every = np.arange(FROM_MONTH, len(counts.months))
    season = np.array(SEASON["asb"])[(every + 3) % 12]
    numbers = FIRES_OF_A_MONTH * season * draws.around(150, len(every)) // 1_000_000
    month = np.repeat(every, numbers)
    day = np.sort(day_of_month(draws, month))
    kind = draws.pick(FIRE_WEIGHTS, len(day))
    return Incidents(day, _placed(draws, weights, month), kind, np.zeros(len(day), dtype=np.int64))


@dataclass(frozen=True)
class Episodes:
    """Episodes of missing children in order of time: day, child, and whether linked to exploitation."""

    day: Ints
    child: Ints
    cce: Bools
    cse: Bools


def _linked(child: Ints, percent: int, draws: Draws) -> Bools:
    """Episodes so that `percent` of the children have a linked one: the first of theirs, most later ones."""
    first = np.unique(child, return_index=True)[1]
    chosen = some(draws, child[first], percent_of(percent, len(first)))
    found = np.isin(child, chosen) & chance(draws, 650, len(child))
    found[first[np.isin(child[first], chosen)]] = True
    return found


def missing_children(counts: Counts, seed: int) -> Episodes:
    """Episodes of children who went missing, some of them many times and in several years."""
    draws = Draws(seed, "partners: missing children")
    parts: list[tuple[Ints, ...]] = []
    last, known = 0, np.zeros(0, dtype=np.int64)
    for year, number in enumerate(CHILDREN):
        again = some(draws, known, number * KNOWN_BEFORE // 100)
        children = np.concatenate([again, last + np.arange(number - len(again))])
        last, known = last + number - len(again), children
        child = np.repeat(children, draws.pick(EPISODES, number))
        start = FROM_MONTH + 12 * year
        month = start + draws.below(min(12, len(counts.months) - start), len(child))
        day = day_of_month(draws, month)
        order = np.argsort(day, kind="stable")
        day, child = day[order], child[order]
        parts.append((day, child, _linked(child, MISSING_CCE[year], draws), _linked(child, MISSING_CSE[year], draws)))
    return Episodes(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def kind_names(incidents: Incidents) -> tuple[list[str], list[str]]:
    """Category and subcategory of each report."""
    return tuple(names_of(incidents.kind, [kind[at] for kind in KINDS]) for at in (0, 1))
