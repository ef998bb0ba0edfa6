"""The victims of the partners' synthetic offences: who they are, and what was recorded about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import partner_plan as plan
from .draws import Draws, Ints
from .partner_draws import AgeBands, Bools, banded, chance
from .partner_offences import BLANK, LONG_AGO, Offences
from .partner_people import Pool, alone, first_rows, persons

FEMALE, MALE, UNKNOWN, OTHER_SEX = range(4)
SEXES = ("F", "M", "U", "X")

# Offences with 0, 1, 2 and 3 victims, by line of table C2.
HOW_MANY: dict[str, tuple[int, int, int, int]] = {
    plan.HOMICIDE: (0, 1, 0, 0),
    plan.DRIVING: (0, 80, 15, 5),
    plan.INJURY: (10, 945, 40, 5),
    plan.NO_INJURY: (25, 930, 40, 5),
    plan.HARASSMENT: (10, 980, 10, 0),
    plan.SEXUAL: (4, 986, 10, 0),
    plan.ROBBERY: (80, 850, 60, 10),
    plan.HOMES: (40, 800, 150, 10),
    plan.OTHER_BUILDINGS: (820, 175, 5, 0),
    plan.VEHICLES: (90, 900, 10, 0),
    plan.PERSON: (0, 1000, 0, 0),
    plan.BICYCLE: (30, 970, 0, 0),
    plan.SHOPS: (970, 30, 0, 0),
    plan.OTHER_THEFT: (330, 660, 10, 0),
    plan.DAMAGE: (240, 740, 20, 0),
    plan.DRUGS: (1000, 0, 0, 0),
    plan.WEAPONS: (960, 40, 0, 0),
    plan.DISORDER: (280, 690, 25, 5),
    plan.OTHER: (690, 300, 10, 0),
}

ADULTS: AgeBands = ((18, 24, 19), (25, 34, 27), (35, 49, 31), (50, 64, 17), (65, 90, 6))
OWNERS: AgeBands = ((18, 29, 18), (30, 44, 32), (45, 64, 35), (65, 95, 15))
PARTNERS: AgeBands = ((16, 17, 3), (18, 24, 19), (25, 34, 32), (35, 44, 24), (45, 59, 16), (60, 88, 6))
WOMEN: AgeBands = ((16, 17, 13), (18, 24, 33), (25, 34, 27), (35, 49, 19), (50, 80, 8))
CHILDREN: AgeBands = ((1, 9, 15), (10, 13, 35), (14, 17, 50))
TEENAGERS: AgeBands = ((12, 13, 25), (14, 15, 45), (16, 17, 30))
YOUNG: AgeBands = ((12, 17, 32), (18, 24, 33), (25, 39, 27), (40, 70, 8))
CHILD_PER_MILLE = 125  # of the people hurt, threatened or harassed by others than their family

RELATIONSHIPS = ("family member", "partner or ex-partner", "acquaintance", "stranger", "other")
FAMILY, PARTNER, ACQUAINTANCE, STRANGER, OTHERS = range(5)
ETHNICITIES = (
    "White",
    "Asian, Asian British or Asian Welsh",
    "Black, Black British, Black Welsh, Caribbean or African",
    "Mixed or Multiple ethnic groups",
    "Other ethnic group",
    "Not stated",
)
ETHNICITY_WEIGHTS = (790, 42, 12, 15, 11, 130)
TARGETED_WEIGHTS = (260, 400, 150, 60, 90, 40)  # of those who suffer racist offences


@dataclass
class Victims:
    """One entry per record of a victim, ordered by offence; `sex` and what follows one per person.

    `age` and `relationship` are -1 where blank, `exploitation` is "" where blank.
    """

    offence: Ints
    person: Ints
    age: Ints
    relationship: Ints
    mental: Bools
    missing: Bools
    exploitation: list[str]
    first: Ints
    alone: Bools
    sex: Ints
    vulnerable: Bools
    ethnicity: Ints
    nationality: list[str]

    def people(self, records: Bools) -> Ints:
        """The distinct persons of some records."""
        return np.unique(self.person[records])

    def sexes(self) -> Ints:
        """The sex of each record's person."""
        return self.sex[self.person]

    def with_any(self, records: Bools, size: int) -> Bools:
        """Whether each of `size` offences has one of the records."""
        found = np.zeros(size, dtype=bool)
        found[self.offence[records]] = True
        return found


def child_victims(offences: Offences) -> Bools:
    """Whether every victim of an offence is a child."""
    flags = offences.flags
    return flags["child_abuse"] | flags["cce"] | flags["cse"] | offences.coded(*plan.CHILD_CODES)


def _numbers(offences: Offences, draws: Draws) -> Ints:
    """How many victims each offence has."""
    found = np.zeros(len(offences), dtype=np.int64)
    for line, weights in HOW_MANY.items():
        own = np.flatnonzero(offences.lined(line))
        found[own] = draws.pick(weights, len(own))
    needed = child_victims(offences) | (offences.strands > 0) | offences.flags["domestic_abuse"]
    found = np.where(needed, np.maximum(found, 1), found)
    return np.where(offences.flags["modern_slavery"] | offences.flags["cse"] | offences.coded("2"), 1, found)


def _pools(offences: Offences, offence: Ints) -> list[Pool]:
    """The kinds of records among which the same people appear again."""
    flags = offences.flags
    first = np.concatenate([[True], offence[1:] != offence[:-1]])
    old = (offences.lag > LONG_AGO) | offences.flags["modern_slavery"]
    sexed = offences.coded(*plan.FEMALE_CODES, *plan.MALE_CODES) | offences.lined(plan.SEXUAL)
    usable = first & ~old[offence]
    child, home = child_victims(offences), flags["domestic_abuse"]
    violent = offences.violent | offences.lined(plan.DISORDER)

    def rows(kind: Bools) -> Ints:
        return np.flatnonzero(usable & kind[offence])

    alike = [("11A",), ("8N", "105A", "8L", "13"), ("86", "71"), ("88A", "22B"), ("19D",), ("20B",)]
    return [
        Pool(rows(home & ~sexed), 560, 2800),
        *(Pool(rows(child & offences.coded(*codes)), 150, 200, same_year=True) for codes in alike),
        Pool(rows(violent & ~home & ~child & ~sexed), 110, 4000),
        Pool(rows(~violent & ~home & ~child & ~sexed), 60, 9000),
    ]


def _bands(offences: Offences) -> list[tuple[Bools, AgeBands]]:
    """Offences and the ages of their victims; a later entry overrides an earlier one."""
    flags = offences.flags
    special = [
        (np.ones(len(offences), dtype=bool), ADULTS),
        (offences.lined(plan.HOMES, plan.VEHICLES, plan.OTHER_BUILDINGS, plan.OTHER_THEFT), OWNERS),
        (flags["domestic_abuse"], PARTNERS),
        (offences.coded("20A", "19C", "22A", "88E") & ~flags["domestic_abuse"], WOMEN),
        (offences.coded("34B", "5D") & ~flags["domestic_abuse"], YOUNG),
        (flags["child_abuse"], CHILDREN),
        (flags["cse"] | flags["cce"], TEENAGERS),
    ]
    by_code = [(offences.coded(code), ((*ages, 1),)) for code, ages in plan.CHILD_CODES.items()]
    return special + by_code


def _ages(offences: Offences, offence: Ints, draws: Draws) -> Ints:
    """An age for each record, as if it were the person's first."""
    band = np.zeros(len(offences), dtype=np.int64)
    bands = _bands(offences)
    for at, (own, _) in enumerate(bands):
        band[own] = at
    found = np.zeros(len(offence), dtype=np.int64)
    for at, (_, ages) in enumerate(bands):
        rows = np.flatnonzero(band[offence] == at)
        found[rows] = banded(draws, ages, len(rows))
    adult_code = (offences.coded("19C", "19F") & ~offences.flags["child_abuse"])[offence]
    others = (offences.violent & ~offences.flags["domestic_abuse"] & ~child_victims(offences))[offence]
    child = np.flatnonzero(others & chance(draws, CHILD_PER_MILLE, len(offence)))
    found[child] = banded(draws, CHILDREN, len(child))
    return np.where(adult_code, np.maximum(found, 16), found)


def _aged(first_age: Ints, person: Ints, year: Ints, first: Ints) -> Ints:
    """Ages of all records: everybody grows a year older each April."""
    return first_age[first][person] + year - year[first][person]


def _sexes(offences: Offences, offence: Ints, first: Ints, draws: Draws) -> Ints:
    """The sex of each person, by the kind of the first offence."""
    flags = offences.flags
    female = np.full(len(offences), 485)
    for own, share in (
        (offences.violent, 560),
        (offences.coded("8N"), 450),
        (offences.lined(plan.HARASSMENT), 660),
        (offences.lined(plan.ROBBERY), 280),
        (flags["child_abuse"], 520),
        (flags["child_abuse"] & offences.coded("8N"), 370),
        (flags["cce"], 190),
        (flags["domestic_abuse"], 760),
        (offences.serious, 330),
        (offences.serious & (offences.year == plan.BEFORE), 270),
        (offences.lined(plan.SEXUAL), 900),
        (flags["cse"], 930),
        (offences.coded(*plan.FEMALE_CODES), 1000),
        (offences.coded(*plan.MALE_CODES), 0),
    ):
        female[own] = share
    return np.where(chance(draws, female[offence[first]], len(first)), FEMALE, MALE)


def _vulnerable(offences: Offences, offence: Ints, first: Ints, age: Ints, draws: Draws) -> Bools:
    """Whether each person is vulnerable, by the kind of the first offence."""
    flags = offences.flags
    likely = np.full(len(offences), 110)
    for own, share in (
        (offences.violent, 310),
        (offences.lined(plan.DISORDER), 220),
        (offences.lined(plan.HARASSMENT), 400),
        (flags["domestic_abuse"], 470),
        (offences.strands > 0, 390),
        (flags["knife"], 350),
        (offences.lined(plan.SEXUAL), 690),
        (child_victims(offences), 700),
    ):
        likely[own] = share
    return chance(draws, likely[offence[first]] + 150 * (age[first] < 18), len(first))


def _ethnicities(offences: Offences, offence: Ints, first: Ints, draws: Draws) -> Ints:
    """The ethnic group of each person."""
    racist = (offences.strands > 0) & (offences.strands <= plan.WITH_RACE)
    usual = draws.pick(ETHNICITY_WEIGHTS, len(first))
    return np.where(racist[offence[first]], draws.pick(TARGETED_WEIGHTS, len(first)), usual)


def _relationships(offences: Offences, offence: Ints, draws: Draws) -> Ints:
    """What the suspect is to each victim, before the figures on abuse of children are settled."""
    home = offences.flags["domestic_abuse"][offence]
    personal = (offences.violent | offences.lined(plan.SEXUAL, plan.DISORDER, plan.ROBBERY))[offence]
    found = np.full(len(offence), BLANK)
    for own, weights in (
        (home, (250, 720, 0, 0, 0, 30)),
        (~home & personal, (0, 0, 430, 250, 90, 230)),
        (~home & ~personal, (0, 0, 60, 90, 30, 820)),
    ):
        rows = np.flatnonzero(own)
        found[rows] = np.array([FAMILY, PARTNER, ACQUAINTANCE, STRANGER, OTHERS, BLANK])[draws.pick(weights, len(rows))]
    return found


def make(offences: Offences, seed: int) -> Victims:
    """Every record of a victim, near to the published figures; `partner_settle` makes them exact."""
    draws = Draws(seed, "partners: victims")
    offence = np.repeat(np.arange(len(offences)), _numbers(offences, draws))
    year = offences.year[offence]
    person = persons(_pools(offences, offence), year, offence, draws)
    first = first_rows(person)
    age = np.minimum(_aged(_ages(offences, offence, draws), person, year, first), 100)
    sex = _sexes(offences, offence, first, draws)
    single = alone(person, offence)
    vulnerable = _vulnerable(offences, offence, first, age, draws)
    nothing = np.zeros(len(offence), dtype=bool)
    victims = Victims(offence, person, age, _relationships(offences, offence, draws), nothing, nothing.copy(),
                      [""] * len(offence), first, single, sex, vulnerable,
                      _ethnicities(offences, offence, first, draws), [""] * len(first))  # fmt: skip
    _leave_blanks(offences, victims, draws)
    return victims


def _leave_blanks(offences: Offences, victims: Victims, draws: Draws) -> None:
    """Some unknown ages and sexes, of people whom no published figure is about."""
    flags = offences.flags
    counted = child_victims(offences) | offences.lined(plan.SEXUAL) | flags["modern_slavery"] | offences.serious
    plain = ~counted[victims.offence]
    victims.age[plain & chance(draws, 25, len(plain))] = BLANK
    free = victims.alone & plain[victims.first]
    victims.sex[free & chance(draws, 12, len(free))] = UNKNOWN
    victims.sex[free & chance(draws, 1, len(free))] = OTHER_SEX
