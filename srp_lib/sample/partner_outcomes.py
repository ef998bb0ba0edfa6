"""What became of the partners' synthetic offences, and how many suspects each had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from . import partner_plan as plan
from .draws import Draws, Ints
from .partner_draws import banded, percent_of, some
from .partner_offences import BLANK, Offences

LAST_DAY = date(2021, 12, 31).toordinal()
CHARGED = 1
NOBODY_FOUND = (14, 18)  # outcomes without a suspect

# Home Office outcome types of each line of table C2, and how often each is given.
OUTCOMES: dict[str, dict[int, int]] = {
    plan.HOMICIDE: {1: 1},
    plan.DRIVING: {1: 350, 5: 60, 15: 420, 18: 60, 21: 110},
    plan.INJURY: {1: 95, 2: 6, 3: 24, 5: 2, 8: 48, 9: 4, 10: 20, 11: 4, 12: 2, 13: 2, 14: 70, 15: 130, 16: 440, 17: 6,
                  18: 85, 20: 22, 21: 24, 22: 8},
    plan.NO_INJURY: {1: 70, 2: 5, 3: 18, 8: 45, 9: 3, 10: 22, 11: 6, 12: 3, 14: 80, 15: 140, 16: 450, 17: 12, 18: 90,
                     20: 30, 21: 20, 22: 6},
    plan.HARASSMENT: {1: 45, 3: 10, 8: 32, 10: 18, 14: 110, 15: 190, 16: 430, 17: 10, 18: 85, 20: 14, 21: 45, 22: 6},
    plan.SEXUAL: {1: 65, 3: 4, 5: 4, 8: 4, 9: 4, 10: 8, 11: 8, 12: 2, 13: 2, 14: 120, 15: 330, 16: 290, 18: 115,
                  20: 20, 21: 14},
    plan.ROBBERY: {1: 145, 14: 65, 15: 160, 16: 140, 18: 485},
    plan.HOMES: {1: 46, 8: 3, 14: 14, 15: 60, 16: 24, 18: 850, 21: 3},
    plan.OTHER_BUILDINGS: {1: 52, 8: 4, 15: 66, 16: 18, 18: 857, 21: 3},
    plan.VEHICLES: {1: 22, 3: 2, 8: 4, 14: 16, 15: 38, 16: 20, 18: 898},
    plan.PERSON: {1: 32, 14: 70, 15: 72, 16: 50, 18: 776},
    plan.BICYCLE: {1: 12, 8: 10, 14: 20, 15: 54, 16: 34, 18: 870},
    plan.SHOPS: {1: 190, 2: 3, 3: 6, 4: 2, 6: 5, 8: 52, 10: 8, 15: 82, 16: 64, 18: 580, 22: 8},
    plan.OTHER_THEFT: {1: 22, 3: 4, 8: 22, 14: 46, 15: 86, 16: 96, 18: 706, 21: 12, 17: 6},
    plan.DAMAGE: {1: 52, 2: 4, 3: 16, 8: 46, 10: 10, 11: 10, 14: 84, 15: 120, 16: 122, 18: 528, 22: 8},
    plan.DRUGS: {1: 235, 2: 12, 3: 84, 6: 16, 7: 88, 8: 180, 9: 8, 10: 16, 15: 155, 18: 92, 21: 26, 22: 44},
    plan.WEAPONS: {1: 335, 2: 16, 3: 42, 8: 32, 10: 26, 11: 8, 15: 210, 16: 32, 18: 160, 22: 24},
    plan.DISORDER: {1: 66, 3: 15, 6: 5, 8: 62, 10: 22, 14: 112, 15: 122, 16: 252, 18: 272, 20: 9, 21: 14, 22: 8},
    plan.OTHER: {1: 122, 3: 20, 8: 42, 10: 42, 14: 44, 15: 230, 16: 150, 18: 190, 20: 22, 21: 40},
}  # fmt: skip
# Days from the report to the outcome, and weights.
CHARGE_DAYS = ((0, 2, 42), (3, 60, 42), (61, 210, 16))
NOBODY_DAYS = ((0, 14, 72), (15, 45, 22), (46, 150, 6))
OTHER_DAYS = ((2, 25, 66), (26, 75, 28), (76, 210, 6))
# Days since the report, and per mille of the offences that have no outcome yet.
STILL_OPEN = ((30, 380), (90, 180), (180, 90), (365, 50), (100_000, 24))

COUNTS = (BLANK, 0, 1, 2, 3, 4)
OPEN_WEIGHTS, NOBODY_WEIGHTS, KNOWN_WEIGHTS = (
    (600, 210, 170, 20, 0, 0),
    (80, 920, 0, 0, 0, 0),
    (40, 0, 800, 110, 35, 15),
)


@dataclass
class Results:
    """One entry per offence: outcome type (0: none yet), its day (0: blank), suspects (-1: not recorded)."""

    outcome: Ints
    decided: Ints
    suspects: Ints


def _outcomes(offences: Offences, draws: Draws) -> tuple[Ints, Ints]:
    """Outcome types and days; blank where the case is open at the end of the sample."""
    outcome = np.zeros(len(offences), dtype=np.int64)
    for line, weights in OUTCOMES.items():
        own = np.flatnonzero(offences.lined(line))
        outcome[own] = np.array([*weights])[draws.pick([*weights.values()], len(own))]
    group = offences.flags["organised_crime"] & np.isin(outcome, NOBODY_FOUND)
    outcome[group] = 15
    size = len(offences)
    days = np.where(
        outcome == CHARGED,
        banded(draws, CHARGE_DAYS, size),
        np.where(outcome == 18, banded(draws, NOBODY_DAYS, size), banded(draws, OTHER_DAYS, size)),
    )
    age = LAST_DAY - offences.recorded
    limits, shares = (np.array(column) for column in zip(*STILL_OPEN, strict=True))
    likely = shares[np.searchsorted(limits, age)] * np.where(offences.lined(plan.SEXUAL), 2, 1)
    waiting = (draws.below(1000, size) < likely) | (days > age)
    return np.where(waiting, 0, outcome), np.where(waiting, 0, offences.recorded + days)


def _suspects(offences: Offences, outcome: Ints, draws: Draws) -> Ints:
    """How many suspects each offence has; mapped groups always have one."""
    found = np.zeros(len(offences), dtype=np.int64)
    nobody = np.isin(outcome, NOBODY_FOUND)
    for own, weights in (
        (outcome == 0, OPEN_WEIGHTS),
        (nobody, NOBODY_WEIGHTS),
        (~nobody & (outcome > 0), KNOWN_WEIGHTS),
    ):
        rows = np.flatnonzero(own)
        found[rows] = np.array(COUNTS)[draws.pick(weights, len(rows))]
    group = offences.flags["organised_crime"]
    return np.where(group, np.maximum(found, 1), found)


def _settle_multiple(offences: Offences, suspects: Ints, draws: Draws) -> None:
    """Give serious violence its published share of offences with more than one suspect, in place."""
    own = offences.serious & (offences.year == plan.PUBLISHED) & (suspects != BLANK)
    several = own & (suspects > 1)
    more = percent_of(plan.MULTIPLE_SUSPECTS_PERCENT, int(own.sum())) - int(several.sum())
    free = own & (suspects == 1) if more > 0 else several
    suspects[some(draws, np.flatnonzero(free), abs(more))] = 2 if more > 0 else 1


def make(offences: Offences, seed: int) -> Results:
    """Outcomes and numbers of suspects."""
    draws = Draws(seed, "partners: outcomes")
    outcome, decided = _outcomes(offences, draws)
    suspects = _suspects(offences, outcome, draws)
    _settle_multiple(offences, suspects, draws)
    return Results(outcome, decided, suspects)
