"""Synthetic lists of the local authorities that are most alike, in the layouts of two publishers.

Who is alike is made up: those of much the same invented size, with some chance.
"""

from __future__ import annotations

from .authorities import NEW_CODES, Authority, authorities
from .draws import Draws
from .geography import MARK, Table

DISTRICT = "E07"
OTHER_KIND = 120  # how much further off a council of another kind is; the size counts for up to 1,000
CHANCE = 90
IN_ONS, IN_DFE = 20, 10
CLOSENESS = ("Extremely Close",) * 2 + ("Very Close",) * 4 + ("Close",) * 2 + ("Somewhat close",) * 2

# Regions as the Department for Education numbers them, and names that it writes in its own way.
REGIONS: dict[str, tuple[str, str]] = {
    "Merseyside": ("5", "North West"),
    "Greater Manchester": ("5", "North West"),
    "Northumbria": ("4", "North East"),
    "Durham": ("4", "North East"),
    "Cleveland": ("4", "North East"),
    "West Yorkshire": ("9", "Yorkshire and the Humber"),
    "South Yorkshire": ("9", "Yorkshire and the Humber"),
    "Humberside": ("9", "Yorkshire and the Humber"),
    "West Midlands": ("8", "West Midlands"),
    "Staffordshire": ("8", "West Midlands"),
    "Derbyshire": ("1", "East Midlands"),
    "Nottinghamshire": ("1", "East Midlands"),
    "London, City of": ("3", "London (Inner)"),
}
OTHER_NAMES = {"County Durham": "Durham", "Kingston upon Hull, City of": "Kingston Upon Hull, City of"}


def _alike(among: list[Authority], number: int, draws: Draws) -> dict[str, list[Authority]]:
    """The `number` authorities that are most like each of `among`, by its code, the most alike first."""
    found = {}
    for own in among:
        chance = draws.below(CHANCE, len(among)).tolist()
        distance = {}
        for other, extra in zip(among, chance, strict=True):
            size = 1000 * abs(own.residents - other.residents) // (own.residents + other.residents)
            kind = OTHER_KIND * (own.code.startswith(DISTRICT) != other.code.startswith(DISTRICT))
            distance[other] = size + kind + extra
        others = sorted((o for o in among if o != own), key=lambda o: (distance[o], o.code))
        found[own.code] = others[:number]
    return found


def _ons(seed: int) -> Table:
    """Codes only, some of them newer than those of the lookups."""
    alike = _alike(list(authorities()), IN_ONS, Draws(seed, "neighbours ONS"))
    rows = []
    for code, others in alike.items():
        codes = (code, *(other.code for other in others))
        rows.append((*(NEW_CODES.get(each, each) for each in codes), MARK))
    return Table(("AREACD", *map(str, range(1, IN_ONS + 1)), "SYNTHETIC"), sorted(rows), mark=True)


def _dfe(seed: int) -> Table:
    """Numbers of authorities, with words for how close they are and a column without a name or a value."""
    known = sorted((a for a in authorities() if a.number), key=lambda a: a.number)
    alike = _alike(known, IN_DFE, Draws(seed, "neighbours DfE"))
    header = ["LA num", "LA Name", "LA number", "GOInd", "GOReg"]
    header += [name for rank in range(1, IN_DFE + 1) for name in (f"SN{rank}", "SNP")]
    rows = []
    for own in known:
        others = zip(alike[own.code], CLOSENESS, strict=True)
        pairs = [cell for other, closeness in others for cell in (other.number, closeness)]
        name = OTHER_NAMES.get(own.name, own.name)
        rows.append((own.number, name, own.number, *REGIONS[own.force], *pairs, "", MARK))
    return Table((*header, "", "SYNTHETIC"), rows, mark=True)


def tables(seed: int) -> dict[str, Table]:
    """The two lists by file name."""
    return {
        "ons_els_demographic-neighbours_synthetic.csv": _ons(seed),
        "dfe_statistical_neighbours_2021_synthetic.csv": _dfe(seed),
    }
