"""How the synthetic wards and small areas are grouped: localities, former assembly areas, urban or rural.

The groups' names and the classes are real; which ward or small area is in which is made up.
"""

from __future__ import annotations

from . import spread
from .geography import MARK, Table
from .places import WARDS_2024, links, share_out

# From the north to the south of the synthetic map, five rows of five wards.
LOCALITIES = ("North", "North", "Central", "South", "South")
ASSEMBLIES = (
    "Wentworth North",
    "Wentworth South",
    "Rotherham North",
    "Rotherham South",
    "Wentworth Valley",
    "Rother Valley West",
    "Rother Valley South",
)
GROUPINGS = {"Policing locality": LOCALITIES, "Former Area Assembly": ASSEMBLIES}

# The wards of the least crime, and a few districts, are rural; all else is urban.
CLASSES: dict[str, tuple[str, str]] = {
    "UN1": ("Urban: Nearer to a major town or city", "Urban"),
    "RLN1": ("Larger rural: Nearer to a major town or city", "Rural"),
    "RLF1": ("Larger rural: Further from a major town or city", "Rural"),
    "RSN1": ("Smaller rural: Nearer to a major town or city", "Rural"),
}
RURAL_WARDS = ("RLN1", "RSN1", "RLN1", "RSN1")
RURAL_DISTRICTS = ("Bassetlaw", "North East Derbyshire", "Bolsover")


def ward_groups() -> Table:
    """One row a ward and grouping."""
    rows = []
    for grouping, groups in GROUPINGS.items():
        of_ward = share_out(len(WARDS_2024), len(groups))
        rows += [(*ward, grouping, groups[at], MARK) for ward, at in zip(WARDS_2024, of_ward, strict=True)]
    return Table(("ward_code", "ward_name", "grouping", "group", "SYNTHETIC"), sorted(rows))


def rural_urban(seed: int) -> Table:
    """The class of each LSOA of 2021, in the layout of the ONS."""
    rural = dict(zip(spread.by_intensity(seed), RURAL_WARDS, strict=False))
    rows = set()
    for link in links():
        code = rural.get(link.ward24[0], "RLF1" if link.district in RURAL_DISTRICTS else "UN1")
        rows.add((link.lsoa21, link.name21, code, *CLASSES[code], MARK))
    header = ("LSOA21CD", "LSOA21NM", "RUC21CD", "RUC21NM", "Urban_rural_flag", "SYNTHETIC")
    return Table(header, sorted(rows), mark=True)
