"""Who appears again: records are linked to earlier ones of the same kind, so that few people have many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .draws import Draws, Ints
from .partner_draws import Bools, chance


@dataclass(frozen=True)
class Pool:
    """How records of a kind repeat people.

    `rows` are the pool's records in order of time; `again` the chance in thousandths that a record is
    of somebody seen before, among the last `reach` records of the pool; `same_year` keeps a person
    within a financial year, so that nobody grows out of being a child.
    """

    rows: Ints
    again: int
    reach: int
    same_year: bool = False


def _earlier(pool: Pool, year: Ints, offence: Ints, draws: Draws) -> Ints:
    """For each record of the pool an earlier one of the same person, or -1."""
    size = len(pool.rows)
    place = np.arange(size)
    back = 1 + ((draws.below(1 << 20, size) * np.minimum(np.maximum(place, 1), pool.reach)) >> 20)
    repeated = chance(draws, pool.again, size) & (place > 0)
    earlier = pool.rows[np.maximum(place - back, 0)]
    if pool.same_year:
        repeated &= year[earlier] == year[pool.rows]
    repeated &= offence[earlier] != offence[pool.rows]
    return np.where(repeated, earlier, -1)


def persons(pools: list[Pool], year: Ints, offence: Ints, draws: Draws) -> Ints:
    """The person of each record: numbers from 0 in order of first record; who is in no pool is new.

    Nobody has two records of one offence.
    """
    earlier = np.full(len(year), -1)
    for pool in pools:
        earlier[pool.rows] = _earlier(pool, year, offence, draws)
    found, seen, taken = [], 0, set()
    for row, before in enumerate(earlier.tolist()):
        person = found[before] if before >= 0 else seen
        if (person, offence[row]) in taken:
            person = seen
        seen += person == seen
        taken.add((person, offence[row]))
        found.append(person)
    return np.array(found, dtype=np.int64)


def first_rows(person: Ints) -> Ints:
    """The first record of each person, by person."""
    return np.unique(person, return_index=True)[1]


def alone(person: Ints, offence: Ints) -> Bools:
    """Whether each person has one record, of an offence with no other person's record."""
    single = np.bincount(person) == 1
    only = np.bincount(offence)[offence[first_rows(person)]] == 1
    return single & only
