"""Synthetic table C2: crimes recorded in the year to March 2021, by partnership."""

from __future__ import annotations

import csv
import io

import numpy as np

from .authorities import COMBINED, Authority, authorities
from .counts import ASB, CRIME_TYPES, VIOLENCE, Counts
from .draws import Draws, Ints, apportion
from .population import NOTICE

FIRST_MONTH, LAST_MONTH = "2020-04", "2021-03"

TITLE = (
    "Table C2: Number of police recorded crimes for headline offences by Community Safety "
    "Partnership area, England and Wales, year ending March 2021 [note 1][note 2][note 3]"
)
PREAMBLE = (
    TITLE,
    "Police recorded crime statistics are published as official statistics, not accredited official statistics",
    NOTICE,
    "This worksheet contains one table. Some cells refer to notes which can be found on the notes worksheet.",
    "Some shorthand is used in this table.  [x] indicates data are unavailable.",
    "Link to Notes page",
    "Link to Table of contents",
    "Source: Police recorded crime from the Home Office",
)
HEADER = (
    "Police Force\nArea code",
    "Police Force\nArea name",
    "Community Safety\nPartnership code",
    "Community Safety\nPartnership name",
    "Local Authority code",
    "Local Authority name",
    "Total recorded crime\n (excluding fraud)",
    "Violence against the person",
    "Homicide",
    "Death or serious injury caused by illegal driving",
    "Violence with injury",
    "Violence without injury",
    "Stalking and harassment",
    "Sexual offences",
    "Robbery",
    "Theft offences",
    "Burglary",
    "Residential burglary",
    "Non-residential burglary",
    "Vehicle offences",
    "Theft from the person",
    "Bicycle theft",
    "Shoplifting",
    "All other theft offences",
    "Criminal damage and arson",
    "Drug offences",
    "Possession of weapons offences",
    "Public order offences",
    "Miscellaneous crimes against society",
)

# The columns that are counted; the others are sums of these.
LEAVES = (2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22)
LEAF_NAMES = tuple(HEADER[6 + leaf] for leaf in LEAVES)

# Leaves that street-level data don't tell apart, with their shares per mille of the crime type.
SPLIT: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    VIOLENCE: (
        (
            "Violence with injury",
            "Violence without injury",
            "Stalking and harassment",
            "Sexual offences",
            "Death or serious injury caused by illegal driving",
            "Homicide",
        ),
        (263, 342, 304, 90, 1, 0),
    ),
    "Burglary": (("Residential burglary", "Non-residential burglary"), (715, 285)),
}
SAME: dict[str, str] = {
    "Bicycle theft": "Bicycle theft",
    "Criminal damage and arson": "Criminal damage and arson",
    "Drugs": "Drug offences",
    "Other crime": "Miscellaneous crimes against society",
    "Other theft": "All other theft offences",
    "Possession of weapons": "Possession of weapons offences",
    "Public order": "Public order offences",
    "Robbery": "Robbery",
    "Shoplifting": "Shoplifting",
    "Theft from the person": "Theft from the person",
    "Vehicle crime": "Vehicle offences",
}

# What is not assigned to a partnership, in per cent of what is: a made-up share of each force.
UNASSIGNED_PERCENT, UNASSIGNED_OF = 1, {"Humberside": 9, "Derbyshire": 6}
NOT_COMPARABLE = "Humberside"  # the force that the table's notes mark
NOT_AVAILABLE = ("Residential burglary", "Non-residential burglary")  # in the City of London
_LONDON = "City of London"


def rotherham_leaves(counts: Counts, first_month: str = FIRST_MONTH, last_month: str = LAST_MONTH) -> Ints:
    """Rotherham's counts by leaf of some months (the table's year unless told otherwise).

    The street-level counts are 4% fewer, as they are in reality.
    """
    first, last = (counts.months.index(month) for month in (first_month, last_month))
    street = counts.placed[first : last + 1, 0].sum(axis=0)
    leaves = dict.fromkeys(LEAF_NAMES, 0)
    for name, placed in zip(CRIME_TYPES, street.tolist(), strict=True):
        recorded = (placed * 25 + 12) // 24
        if name in SPLIT:
            names, shares = SPLIT[name]
            leaves.update(zip(names, apportion(recorded, shares).tolist(), strict=True))
        elif name != ASB:
            leaves[SAME[name]] = recorded
    leaves["Violence without injury"] -= 2
    leaves["Homicide"] += 2
    return np.array(list(leaves.values()))


def _other_leaves(total: int, like: Ints, draws: Draws) -> Ints:
    """`total` crimes spread over the leaves much as in Rotherham."""
    return apportion(total, like * draws.around(180, len(like)))


def _row_values(leaves: Ints) -> list[int]:
    """The 23 numbers of a row: the leaves and the sums of them."""
    values = dict(zip(LEAVES, leaves.tolist(), strict=True))
    values[1] = sum(values[at] for at in range(2, 7))
    values[10] = values[11] + values[12]
    values[9] = values[10] + sum(values[at] for at in range(13, 18))
    values[0] = sum(values[at] for at in (1, 7, 8, 9, 18, 19, 20, 21, 22))
    return [values[at] for at in range(len(HEADER) - 6)]


def _cells(values: list[int]) -> list[str]:
    """Numbers as the publisher writes them: thousands commas and a space after."""
    return [f"{value:,} " for value in values]


def _partnership_leaves(counts: Counts, draws: Draws) -> dict[str, Ints]:
    """The leaves of each partnership, by its code."""
    rotherham = rotherham_leaves(counts)
    totals: dict[str, int] = {}
    for authority in authorities():
        totals[authority.csp] = totals.get(authority.csp, 0) + authority.crimes
    return {csp: _other_leaves(total, rotherham, draws) if total else rotherham.copy() for csp, total in totals.items()}


def _place(authority: Authority) -> list[str]:
    """The cells that say which area a partnership's row is of."""
    if authority.csp in COMBINED:
        return [authority.pfa, authority.force, authority.csp, authority.csp_name, "Combined Local Authorities", ""]
    return [authority.pfa, authority.force, authority.csp, authority.csp_name, authority.code, authority.name]


def _force_rows(code: str, leaves: dict[str, Ints], draws: Draws) -> list[list[str]]:
    """A force's total, its partnerships by name, and what is not assigned to one."""
    members = {authority.csp: authority for authority in authorities() if authority.pfa == code}
    force = next(iter(members.values())).force
    placed = sum(leaves[csp] for csp in members)
    loose = _other_leaves(int(placed.sum()) * UNASSIGNED_OF.get(force, UNASSIGNED_PERCENT) // 100, placed, draws)
    marked = f"{force} [note 4]" if force == NOT_COMPARABLE else force
    rows = [[code, marked, "", "", "", "", *_cells(_row_values(placed + loose))]]
    for csp, authority in sorted(members.items(), key=lambda member: member[1].csp_name):
        rows.append([*_place(authority), *_cells(_row_values(leaves[csp]))])
    return [*rows, [code, force, "", f"Unassigned {force}", "", "", *_cells(_row_values(loose))]]


def _london(leaves: dict[str, Ints]) -> list[str]:
    """The City of London, a force and a partnership in one row, with two cells not available."""
    city = next(authority for authority in authorities() if authority.name == _LONDON)
    cells = _cells(_row_values(leaves[city.csp]))
    for column in NOT_AVAILABLE:
        cells[HEADER.index(column) - 6] = "[x]"
    return [city.pfa, city.name, city.csp, city.csp_name, city.code, city.name, *cells]


def table_c2(counts: Counts, seed: int) -> str:
    """The CSV export of table C2, with the publisher's preamble, header and number style."""
    draws = Draws(seed, "recorded crime")
    leaves = _partnership_leaves(counts, draws)
    forces = {authority.pfa: authority.force for authority in authorities() if authority.name != _LONDON}
    rows = [_london(leaves)]
    for code in sorted(forces, key=forces.__getitem__):
        rows += _force_rows(code, leaves, draws)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([line, *[""] * (len(HEADER) - 1)] for line in PREAMBLE)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue()
