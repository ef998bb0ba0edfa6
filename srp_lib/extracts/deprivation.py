"""English Indices of Deprivation by LSOA: overall (IMD) and crime domain, of 2019 and of 2025.

The publisher's "File 7" and shorter tables with some of its columns are accepted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import open_tables, text
from .lookups import MARK
from .model import FaultError, RawFile, Reading

if TYPE_CHECKING:
    import pyarrow as pa

_IMD = r"(indexofmultipledeprivation(imd)?|imd)(20\d\d)?"
_KINDS = {"score": r"score", "rank": r"rank(where1is.*)?", "decile": r"decile(where1is.*)?"}
SPELLINGS = {
    "lsoa_code": r"(lowerlayersuperoutputarea|lsoa)(20)?(11|21)?(code|cd)(20)?(11|21)?",
    **{f"imd_{kind}": _IMD + spelling for kind, spelling in _KINDS.items()},
    **{f"crime_{kind}": "crime(domain)?" + spelling for kind, spelling in _KINDS.items()},
}
_NEEDED = {
    "lsoa_code": "LSOA code",
    "imd_rank": "Index of Multiple Deprivation (IMD) Rank",
    "imd_decile": "Index of Multiple Deprivation (IMD) Decile",
}
# the Indices that were made for the LSOAs of a census, and those whose tables name districts as of a year
EDITIONS = {"2011": "2019", "2021": "2025"}
ENGLISH_LSOAS = {"2011": 32_844, "2021": 33_755}  # how many those of each vintage rank
_DISTRICTS = {"2013": "2015", "2019": "2019", "2024": "2025"}
_SAID = re.compile(r"(?<![a-z])(?:io?d|imd|(?:indices|index)[ _-]of[ _-](?:multiple[ _-])?deprivation)[ _-]*(20\d\d)")
_DISTRICT = re.compile(r"district (?:code|name) \((20\d\d)\)")
_NAME = re.compile(r"deprivation|(?<![a-z])(iod|imd)(?![a-z])")


def recognise(names: Sequence[str]) -> bool:
    """Whether a column is the overall score, rank or decile of an area."""
    return any(name.startswith("imd_") for name in open_tables.found(names, SPELLINGS))


def recognise_name(name: str) -> bool:
    """Whether the file's name speaks of deprivation."""
    return name.lower().endswith((".csv", ".txt")) and bool(_NAME.search(name.lower()))


def read(data: bytes, file: RawFile) -> Reading:
    """One row an LSOA; scores, and the crime domain, are null where the file has none.

    Raises FaultError: as all text files, and columns when its LSOAs' year can't be told or isn't its Indices' own.
    """
    data = text.checked(data)
    names = text.header(data)
    given = open_tables.found(names, SPELLINGS)
    text.refuse_missing([spelt for tidy, spelt in _NEEDED.items() if tidy not in given])
    vintage = _vintage(names, given["lsoa_code"], file.path)
    cells = open_tables.read(data, names, given)
    tidy = {"lsoa_code": cells.words("lsoa_code")}
    for name in [name for name in given if name != "lsoa_code"]:
        tidy[name] = cells.numbers(name, whole=not name.endswith("_score"), blanks=name not in _NEEDED)
    reference = f"IoD {EDITIONS[vintage]}"
    constants = {"file": file.path, "vintage": vintage, "reference": reference}
    return Reading(open_tables.filled(tidy, constants, schema()), {"vintage": reference, "synthetic": MARK in names})


def schema() -> pa.Schema:
    """The tidy columns: the overall rank and decile are never null."""
    import pyarrow as pa

    fields = [pa.field(name, pa.string()) for name in ("file", "vintage", "reference", "lsoa_code")]
    for index in ("imd", "crime"):
        fields.append(pa.field(f"{index}_score", pa.float64()))
        fields += [pa.field(f"{index}_{kind}", pa.int64(), index != "imd") for kind in ("rank", "decile")]
    return pa.schema(fields)


def _vintage(names: Sequence[str], column: str, path: str) -> str:
    """The census year of the LSOAs, which is that of the Indices that the file's name or its districts say."""
    edition = _edition(names, path)
    of_edition = {held: vintage for vintage, held in EDITIONS.items()}.get(edition, "")
    vintage = open_tables.said_vintage(column, path) or of_edition or open_tables.vintage(column, path)
    if edition not in ("", EDITIONS[vintage]):
        raise FaultError(
            "columns",
            f"is of the Indices of Deprivation {edition} by LSOAs of {vintage}, and this audit uses those of 2019 by "
            "LSOAs of 2011 and those of 2025 by LSOAs of 2021: download one of these and add it as it is.",
        )
    return vintage


def _edition(names: Sequence[str], path: str) -> str:
    district = _DISTRICT.search(" ".join(names).lower())
    if district and district[1] in _DISTRICTS:
        return _DISTRICTS[district[1]]
    said = _SAID.search(path.lower())
    return said[1] if said else ""
