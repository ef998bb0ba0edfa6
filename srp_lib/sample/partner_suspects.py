"""The suspects of the partners' synthetic offences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import partner_plan as plan
from .draws import Draws, Ints
from .partner_draws import AgeBands, Bools, banded, chance, percent_of, some
from .partner_offences import BLANK, Offences
from .partner_outcomes import Results
from .partner_people import Pool, first_rows, persons
from .partner_settle import take
from .partner_victims import FAMILY, FEMALE, MALE, UNKNOWN, Victims

ROLES = ("member", "associate", "")
MEMBER, ASSOCIATE, NO_ROLE = range(3)

ANYBODY: AgeBands = ((10, 14, 8), (15, 17, 11), (18, 24, 24), (25, 34, 28), (35, 49, 22), (50, 80, 7))
GROWN: AgeBands = ((20, 24, 20), (25, 34, 36), (35, 44, 25), (45, 59, 16), (60, 82, 3))
TEENAGERS: AgeBands = ((13, 14, 25), (15, 17, 50), (18, 19, 25))
YOUNG_MEMBERS: AgeBands = ((14, 15, 35), (16, 17, 65))
MEMBERS: AgeBands = ((18, 24, 40), (25, 34, 37), (35, 62, 23))

# People linked to mapped groups, by year, and the published figures about them in per cent. The first
# three shares, of people whose sex, age and part in the group are recorded, are made up.
GROUPED: plan.ByYear = (172, 208, 140)
SEX_KNOWN, AGE_KNOWN, ROLE_KNOWN = 96, 96, 84
GROUP_MALE, GROUP_YOUNG, GROUP_MEMBER, GROUP_DRUGS = 91, 13, 16, 88
PROMOTED = 3  # members who are recorded as associates at first


@dataclass
class Suspects:
    """One entry per record of a suspect, ordered by offence; `sex` and `drugs` one per person."""

    offence: Ints
    person: Ints
    age: Ints
    role: Ints
    sex: Ints
    drugs: Bools


def _teenage_to_adult(offences: Offences, victims: Victims, results: Results, draws: Draws) -> Bools:
    """Offences of domestic abuse in which a teenager was violent to a grown relative."""
    single = np.bincount(victims.offence, minlength=len(offences)) == 1
    grown = victims.with_any(victims.age >= 32, len(offences)) & single
    able = offences.flags["domestic_abuse"] & offences.violent & ~offences.serious & grown & (results.suspects > 0)
    chosen = np.zeros(len(offences), dtype=bool)
    for year, number in enumerate(plan.TEENAGE_TO_ADULT):
        chosen[take(draws, np.flatnonzero(able & (offences.year == year)), number)] = True
    victims.relationship[chosen[victims.offence]] = FAMILY
    return chosen


def _pools(offences: Offences, offence: Ints, first: Bools, teenage: Bools) -> list[Pool]:
    """Teenagers violent at home, others violent at home, and everybody else but mapped groups."""
    home = offences.flags["domestic_abuse"] & ~teenage
    rest = ~home & ~teenage & ~offences.flags["organised_crime"]
    kinds = ((teenage, 220, 60), (home, 330, 1500), (rest, 270, 2500))
    return [
        Pool(np.flatnonzero(first & own[offence]), again, reach, same_year=own is teenage)
        for own, again, reach in kinds
    ]


def _group_persons(offences: Offences, offence: Ints, person: Ints, draws: Draws) -> None:
    """Let people linked to mapped groups appear in several offences of a year, in place."""
    for year, number in enumerate(GROUPED):
        own = np.flatnonzero((offences.flags["organised_crime"] & (offences.year == year))[offence])
        order = take(draws, own, len(own))
        people = order[:number]
        for row in order[number:].tolist():
            others = people[offence[people] != offence[row]]
            person[row] = person[others[int(draws.below(len(others), 1)[0])]]
    pairs = person * (len(offences) + 1) + offence
    again = np.setdiff1d(np.arange(len(pairs)), np.unique(pairs, return_index=True)[1])
    person[again] = person.max() + 1 + np.arange(len(again))


def _sexes(offences: Offences, offence: Ints, first: Ints, draws: Draws) -> Ints:
    """The sex of each person, by the kind of the first offence."""
    female = np.full(len(offences), 190)
    for own, share in (
        (offences.lined(plan.SHOPS), 330),
        (offences.lined(plan.HARASSMENT), 300),
        (offences.flags["domestic_abuse"], 230),
        (offences.lined(plan.SEXUAL), 40),
        (offences.flags["cce"] | offences.flags["cse"], 90),
    ):
        female[own] = share
    sex = np.where(chance(draws, female[offence[first]], len(first)), FEMALE, MALE)
    return np.where(chance(draws, 15, len(first)), UNKNOWN, sex)


def _ages(offences: Offences, offence: Ints, person: Ints, first: Ints, teenage: Bools, draws: Draws) -> Ints:
    """Ages: nobody violent at home is a teenager but those chosen for it; blank for some."""
    size = len(offence)
    grown = (offences.flags["domestic_abuse"] | offences.flags["child_abuse"])[offence]
    found = np.where(grown, banded(draws, GROWN, size), banded(draws, ANYBODY, size))
    found = np.where(teenage, banded(draws, TEENAGERS, size), found)
    year = offences.year[offence]
    aged = np.minimum(found[first][person] + year - year[first][person], 100)
    return np.where(chance(draws, 55, size) & ~teenage, BLANK, aged)


def _settle_groups(offences: Offences, suspects: Suspects, draws: Draws) -> None:
    """The published figures about suspects linked to mapped groups, in place."""
    for year in range(len(plan.YEARS)):
        own = (offences.flags["organised_crime"] & (offences.year == year))[suspects.offence]
        people = some(draws, np.unique(suspects.person[own]), len(suspects.sex))
        size = len(people)
        known = percent_of(SEX_KNOWN, size)
        sex = np.where(np.arange(size) < percent_of(GROUP_MALE, known), MALE, FEMALE)
        suspects.sex[people] = np.where(np.arange(size) < known, sex, UNKNOWN)
        suspects.drugs[people[draws.shuffled(size)]] = np.arange(size) < percent_of(GROUP_DRUGS, size)
        _group_ages(suspects, own, people[draws.shuffled(size)], draws)
        _group_roles(suspects, own, people[draws.shuffled(size)])


def _group_ages(suspects: Suspects, own: Bools, people: Ints, draws: Draws) -> None:
    """Ages of people in groups, the same in all their offences of the year; some unknown."""
    known = percent_of(AGE_KNOWN, len(people))
    young = percent_of(GROUP_YOUNG, known)
    age = np.full(len(suspects.sex), BLANK)
    age[people[:young]] = banded(draws, YOUNG_MEMBERS, young)
    age[people[young:known]] = banded(draws, MEMBERS, known - young)
    suspects.age[own] = age[suspects.person[own]]


def _group_roles(suspects: Suspects, own: Bools, people: Ints) -> None:
    """Members and associates; a few members were associates in their first offence."""
    known = percent_of(ROLE_KNOWN, len(people))
    members = percent_of(GROUP_MEMBER, known)
    role = np.full(len(suspects.sex), NO_ROLE)
    role[people[:members]], role[people[members:known]] = MEMBER, ASSOCIATE
    suspects.role[own] = role[suspects.person[own]]
    left = PROMOTED
    for person in people[:members].tolist():
        rows = np.flatnonzero(own & (suspects.person == person))
        if left and len(rows) > 1:
            suspects.role[rows[0]] = ASSOCIATE
            left -= 1


def make(offences: Offences, victims: Victims, results: Results, seed: int) -> Suspects:
    """Every record of a suspect, as many as `results` says; marks victims of teenage relatives as family."""
    draws = Draws(seed, "partners: suspects")
    teenage = _teenage_to_adult(offences, victims, results, draws)
    offence = np.repeat(np.arange(len(offences)), np.maximum(results.suspects, 0))
    first = np.concatenate([[True], offence[1:] != offence[:-1]])
    person = persons(_pools(offences, offence, first, teenage), offences.year[offence], offence, draws)
    _group_persons(offences, offence, person, draws)
    person = np.unique(person, return_inverse=True)[1]
    start = first_rows(person)
    age = _ages(offences, offence, person, start, teenage[offence] & first, draws)
    likely = np.where(offences.lined(plan.DRUGS), 450, 60)[offence[start]]
    sex, drugs = _sexes(offences, offence, start, draws), chance(draws, likely, len(start))
    suspects = Suspects(offence, person, age, np.full(len(offence), NO_ROLE), sex, drugs)
    _settle_groups(offences, suspects, draws)
    return suspects
