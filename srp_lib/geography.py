"""Place LSOA codes: their local authority and their vintage, by the ONS lookups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import ArrayLike

_VINTAGES = ("", "2011", "2021")
# The least share of an area's rows that makes a force one of the area's own: British Transport
# Police and neighbours report a few rows a month in it, well under one in a hundred.
AREA_FORCE_SHARE = 0.05


def place(lsoa: pd.Series, month: pd.Series, lookups: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The local authority and vintage of each row's LSOA code, one row for each given.

    `lookups` holds the tidy frames lsoa11_lsoa21, lsoa11_ward and lsoa21_ward, any that exist.
    Columns: lad_code (category, null where blank or unknown), vintage (category "2011", "2021"
    or ""), lsoa_known (bool, True where the code is blank). A code that both vintages have takes
    the vintage of the month's other codes; it stays "" where those are of both or of neither.
    """
    import pandas as pd

    codes = lsoa.astype("category").cat
    months = month.astype("category").cat
    known11, known21 = lsoa_codes(lookups, "2011"), lsoa_codes(lookups, "2021")
    names = list(codes.categories)
    authority = authorities(lookups)
    found = pd.Categorical([authority.get(name) for name in names])
    blank = (codes.codes == -1).to_numpy()
    known = _spread([name in known11 or name in known21 for name in names], codes.codes, True, bool)
    lad = pd.Categorical.from_codes(_spread(found.codes, codes.codes, -1, int), found.categories)
    kinds = _spread([_kind(name, known11, known21) for name in names], codes.codes, 0, int)
    vintage = _month_vintages(kinds, months.codes.to_numpy(), known & ~blank)
    return pd.DataFrame(
        {
            "lad_code": lad,
            "vintage": pd.Categorical.from_codes(vintage, list(_VINTAGES)),
            "lsoa_known": known,
        },
        index=lsoa.index,
    )


def area_forces(rows: pd.DataFrame, area: str) -> tuple[str, ...]:
    """The forces that record the area's crime, the one with the most rows first.

    `rows` has the columns reported_by and lad_code, one row an incident; `area` is a local
    authority code. A force counts with at least `AREA_FORCE_SHARE` of the area's rows. Where no
    row is in the area, every force of `rows` is given, in alphabetical order.
    """
    counts = rows.loc[rows["lad_code"] == area, "reported_by"].value_counts()
    counts = counts[counts > 0]
    if counts.empty:
        return tuple(sorted(map(str, rows["reported_by"].dropna().unique())))
    own = counts[counts >= AREA_FORCE_SHARE * counts.sum()]
    found = zip(own.index, own, strict=True)
    return tuple(str(force) for force, _ in sorted(found, key=lambda pair: (-pair[1], pair[0])))


def lsoa_codes(lookups: Mapping[str, pd.DataFrame], vintage: str) -> set[str]:
    """All LSOA codes of one vintage, "2011" or "2021", that the lookups hold."""
    column = f"lsoa{vintage[-2:]}_code"
    held = (frame[column].tolist() for frame in lookups.values() if column in frame)
    return {code for codes in held for code in codes if isinstance(code, str)}


def authorities(lookups: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """LSOA code of either vintage to local authority code, the latest authorities first.

    A 2011 code takes the authority of its 2021 successors where they share one, so that a
    series over both vintages keeps one set of authorities.
    """
    tables: list[tuple[int, dict[str, str]]] = []
    for _, frame in sorted(lookups.items()):
        for year, rows in frame.groupby("lad_year"):
            # sorted last to first, so that a code given twice keeps the same authority always
            rows = rows.sort_values("lad_code", ascending=False)
            for column in (name for name in ("lsoa11_code", "lsoa21_code") if name in rows):
                pairs = zip(rows[column].tolist(), rows["lad_code"].tolist(), strict=True)
                tables.append(
                    (int(year), {code: lad for code, lad in pairs if isinstance(code, str) and isinstance(lad, str)})
                )
    found: dict[str, str] = {}
    for _, table in sorted(tables, key=lambda pair: pair[0]):
        found |= table
    return found | _through_successors(lookups.get("lsoa11_lsoa21"), found)


def _through_successors(changes: pd.DataFrame | None, found: Mapping[str, str]) -> dict[str, str]:
    if changes is None:
        return {}
    held: dict[str, set[str]] = {}
    for old, new in zip(changes["lsoa11_code"].tolist(), changes["lsoa21_code"].tolist(), strict=True):
        held.setdefault(old, set()).add(found.get(new, ""))
    return {old: next(iter(lads)) for old, lads in held.items() if len(lads) == 1 and "" not in lads}


def _kind(code: str, known11: set[str], known21: set[str]) -> int:
    """1 for a code only of 2011, 2 only of 2021, 0 for both, for neither or when untold."""
    if not known11 or not known21 or (code in known11) == (code in known21):
        return 0
    return 1 if code in known11 else 2


def _month_vintages(kinds: np.ndarray, months: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Each row's vintage as a position in `_VINTAGES`, shared codes filled from their month."""
    import numpy as np

    count = int(months.max(initial=-1)) + 2  # the last place takes rows without a month
    old, new = (_months_with(months, kinds == kind, count) for kind in (1, 2))
    verdict = np.select([old & ~new, new & ~old], [1, 2], 0)
    shared = usable & (kinds == 0)
    return np.where(shared, verdict[months], kinds)


def _months_with(months: np.ndarray, chosen: np.ndarray, count: int) -> np.ndarray:
    import numpy as np

    has = np.zeros(count, dtype=bool)
    has[months[chosen]] = True
    has[-1] = False
    return has


def _spread(values: ArrayLike, codes: pd.Series, blank: bool | int, kind: type[bool] | type[int]) -> np.ndarray:
    """A value for each category spread over the rows; `blank` where the category is null."""
    import numpy as np

    return np.append(np.asarray(values, dtype=kind), np.asarray([blank], dtype=kind))[codes]
