"""What the views of all extracts share: the run's context, the view of raw files, and columns as plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

AGES = [f"age_{age}" for age in range(91)]
SEXES = ("persons", "females", "males")
MONTH = r"[0-9]{4}-(?:0[1-9]|1[0-2])"


@dataclass(frozen=True)
class Context:
    """What the views need from outside their extract.

    `lsoas` maps "2011" and "2021" to every code in the lookups, and "ward2011" and "ward2021" to those in the ward
    lookups alone; `area_lsoas` maps "2011" and "2021" to the codes of the audited area; `area_wards` maps a ward
    year to the area's ward codes. `expected` has "wards", "lsoa11" and "lsoa21". `others` has columns of other
    extracts by name, those that srp_lib/gate.py gives as NEEDS. What is absent was not supplied, and what depends on
    it is not judged.
    """

    area_code: str
    today: date
    expected: Mapping[str, int] = field(default_factory=dict)
    lsoas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    area_lsoas: Mapping[str, frozenset[str]] = field(default_factory=dict)
    area_wards: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def month(self) -> str:
        """The current month, "YYYY-MM"."""
        return f"{self.today:%Y-%m}"


View = Callable[[pd.DataFrame, pd.DataFrame, Context], pd.DataFrame]


def files_view(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per raw file: its fault if any, how often its content was delivered, whether it gave no rows."""
    view = files.assign(file=files["path"])
    view["problem"] = [_sentence(file, text) for file, text in zip(view["file"], as_text(view["problem"]), strict=True)]
    view["fault_detail"] = view["problem"]
    content = view["sha256"].where(
        as_text(view["sha256"]) != "", view["file"]
    )  # a file that couldn't be hashed is like no other
    first = view.groupby(content)["file"].transform("first")
    view["copies"] = view.groupby(content)["file"].transform("size")
    view["copies_detail"] = np.where(
        view["file"] == first, "", view["file"] + " has the same content as " + first + "."
    )
    view["no_rows"] = (view["fault"] == "none") & (view["rows"] == 0)
    view["no_rows_detail"] = view["file"] + " was read but holds no rows."
    view["open_end"] = view["open_end"].astype(bool) if "open_end" in view else False
    view["open_end_detail"] = view["file"] + " has no end of its last line."
    blank = as_text(view["blank_columns"]) if "blank_columns" in view else pd.Series("", view.index)
    view["columns_blank"] = blank != ""
    view["columns_blank_detail"] = view["file"] + " has nothing in " + blank.str.replace(";", ", ") + "."
    return view


def _sentence(file: str, problem: str) -> str:
    """A file's problem as a sentence that names the file; readers write it to follow the file's path."""
    return problem if file in problem or not problem else f"{file} {problem}"


def area_lsoas(frame: pd.DataFrame, by: str, context: Context) -> pd.DataFrame:
    """One row per file, vintage and value of `by` (vintage itself too): the area's LSOAs less the number expected.

    Columns file, vintage, <by>, area_difference and its detail. Null where no lookup of the vintage was supplied.
    """
    keys, rows = list(dict.fromkeys(("file", "vintage", by))), []
    for key, group in frame.groupby(keys, observed=True):
        file, vintage = str(key[0]), str(key[1])
        area, expected = context.area_lsoas.get(vintage), context.expected.get(f"lsoa{vintage[2:]}")
        found = len(area & set(group["lsoa_code"])) if area is not None else 0
        difference = np.nan if area is None or expected is None else found - expected
        sentence = f"{file} has {found} of the area's {expected} LSOAs of {vintage}."
        rows.append((*map(str, key), difference, sentence))
    view = pd.DataFrame(rows, columns=[*keys, "area_difference", "area_difference_detail"])
    return view.astype(dict.fromkeys(keys, str) | {"area_difference": float})


def lsoas_known(frame: pd.DataFrame, context: Context) -> np.ndarray:
    """Whether the lookup of its vintage has each row's LSOA; true where there is no lookup of more than the area."""
    lookups = {vintage: codes for vintage, codes in context.lsoas.items() if codes != context.area_lsoas.get(vintage)}
    pairs = zip(frame["vintage"].tolist(), frame["lsoa_code"].tolist(), strict=True)
    return np.array([vintage not in lookups or code in lookups[vintage] for vintage, code in pairs], dtype=bool)


def wards_in_force(context: Context) -> frozenset[str] | None:
    """The area's wards by the latest lookup of 2021 LSOAs; None where none was supplied."""
    years = [year for year in context.area_wards if year.startswith("2021 ")]
    return context.area_wards[max(years)] if years else None


def of_another_area(codes: Iterable[object], wards: Collection[str] | None, context: Context) -> bool:
    """Whether a table with these wards holds none of the audited area's, where that area isn't the one of audit.toml.

    Tables of wards are supplied for the audit's own area; an audit of another one doesn't judge or use them.
    """
    return "wards" not in context.expected and wards is not None and not set(wards) & set(codes)


def misnamed(codes: pd.Series, names: pd.Series) -> pd.Series:
    """Which rows have a code that has another name too, or a name that another code has too; blanks are left out.

    Where one of two columns has slipped by a row, nearly every row is such a one.
    """
    pairs = pd.DataFrame({"code": as_text(codes), "name": as_text(names)})
    given = pairs[(pairs["code"] != "") & (pairs["name"] != "")]
    once = given.drop_duplicates()
    several = [once[name].value_counts().loc[lambda counts: counts > 1].index for name in once]
    return (pairs["code"].isin(several[0]) | pairs["name"].isin(several[1])).set_axis(codes.index)


def nameless(codes: pd.Series, names: pd.Series) -> pd.Series:
    """Which rows have a code and no name, or a name without any letter."""
    return (as_text(codes) != "") & ~as_text(names).str.contains("[A-Za-z]", regex=True)


def named_otherwise(codes: pd.Series, names: pd.Series, known: Mapping[str, str]) -> pd.Series:
    """Which rows give a code another name than `known` does, but for capitals, spaces and "&"; blanks are left out."""
    told, given = as_text(as_text(codes).map(known)), as_text(names)
    return (told != "") & (given != "") & (_spelt(told) != _spelt(given))


def _spelt(names: pd.Series) -> pd.Series:
    """Names without what does not tell them apart: capitals, spaces, the sign for and."""
    return names.str.casefold().str.replace("&", " and ").str.split().str.join(" ")


def names_of(frame: pd.DataFrame | None, code: str, name: str) -> dict[str, str]:
    """The names of codes in another extract; empty where it was not supplied."""
    if frame is None or not {code, name} <= set(frame):
        return {}
    return dict(zip(as_text(frame[code]), as_text(frame[name]), strict=True))


def lsoa_named_otherwise(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows give an LSOA of their vintage another name than the lookup from 2011 to 2021 LSOAs does."""
    found = pd.Series(False, index=frame.index)
    for vintage, lsoa in (("2011", "lsoa11"), ("2021", "lsoa21")):
        known = names_of(context.others.get("lsoa11_lsoa21"), f"{lsoa}_code", f"{lsoa}_name")
        found |= named_otherwise(frame["lsoa_code"], frame["lsoa_name"], known) & (frame["vintage"] == vintage)
    return found


def ward_named_otherwise(frame: pd.DataFrame, context: Context) -> pd.Series:
    """Which rows give a ward another name than the lookup of 2021 LSOAs does."""
    known = names_of(context.others.get("lsoa21_ward"), "ward_code", "ward_name")
    return named_otherwise(frame["ward_code"], frame["ward_name"], known)


def tally(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Rows per file and value of a column (columns file, <column>, weight); blanks are left out."""
    view = frame.groupby(["file", column], observed=True).size().rename("weight").reset_index()
    return view.astype({"file": str, column: str})


def numbers(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Columns as floating point numbers, with NaN where they are null."""
    values = [frame[column].to_numpy(dtype=float, na_value=np.nan) for column in columns]
    return pd.DataFrame(np.column_stack(values), frame.index, columns)


def lowest(values: np.ndarray) -> np.ndarray:
    """Each row's least number, null where a row has none."""
    return np.where(np.isnan(values), np.inf, values).min(axis=1, initial=np.inf)


def as_text(values: pd.Series) -> pd.Series:
    """A column as text, blank where it is null."""
    return values.astype(object).where(values.notna(), "").astype(str)
