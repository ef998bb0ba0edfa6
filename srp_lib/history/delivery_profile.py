"""Profile: what an extract looks like as delivered - rows, blanks and shares of categories - without any row of it.

Free text, identifiers and names of people are never looked into: only columns with a closed list of values, or those
named here, are counted by value, and a value outside a closed list is named only where it reads as a category and
stands on several rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from srp_lib.codelists import measures, outcome_group
from srp_lib.disclosure import Policy
from srp_lib.extracts import PARTNER, RECORDS, Extract, columns
from srp_lib.periods import MONTH

MADE = 2  # goes up when a profile of the same rows is made otherwise
DIGITS = 4  # of a share, those that say something
MARKED = 16  # letters of a digest that are kept: enough to tell one file or state from another
# The column that says which month a row belongs to, for extracts of many rows a month.
MONTHLY = {
    "street_crime": "month", "offences": "recorded_date", "asb_incidents": "date", "missing_children": "date",
    "fire_incidents": "date",
}  # fmt: skip
# Columns counted by value besides the partners' columns with a list of allowed values.
BY_VALUE = {
    "street_crime": ("crime_type", "outcome", "reported_by"), "population": ("sex", "geography"),
    "lsoa11_lsoa21": ("change",), "boundaries": ("layer",), "recorded_crime_csp": ("level",),
    "neighbours": ("source",), "rural_urban": ("class_name",), "ward_groups": ("grouping",),
    "victims": ("ethnicity", "exploitation_type"), "asb_incidents": ("subcategory",), "surveys": ("survey",),
}  # fmt: skip
# What the police fill in as a case goes on: the newest months always differ from older ones in these, so that months
# are not set beside each other by them.
RIPENING = ("outcome", "outcome_code", "outcome_date", "suspect_count")
ADDED = ("file", "lad_code", "vintage", "lsoa_known")  # columns of street-level rows that the audit adds
NAME = re.compile(r"[A-Za-z][A-Za-z ,:;'()/&-]{2,79}")
FEWEST = 8  # rows that a value outside a closed list must stand on to be named
UNNAMED = "values not named here"
MOST_VALUES = 40
SHORT = re.compile(r"\b(?:asb|cce|cse|csp|id|lad|lsoa|ocg|pfa)\b")


@dataclass(frozen=True)
class Profile:
    """What an extract looks like as delivered. Shares are in %; a number that disclosure control withholds is None.

    `files` has path, the start of the SHA-256 and rows of each file. `blanks` has the columns with any blank and the share of rows,
    `shares` the share of each value of each column counted by value. `periods` are months, or quarters where `step`
    says so, and `counts` the rows of each; `blank_counts` and `value_counts` are rows by period, and are empty where
    the extract has no months or its counts are protected. The end of `key` says to what protected counts are rounded.
    """

    key: str
    rows: int | None
    columns: int
    protected: bool
    files: list[list[Any]]
    blanks: dict[str, float | None] = field(default_factory=dict)
    shares: dict[str, dict[str, float | None]] = field(default_factory=dict)
    step: str = "none"
    periods: list[str] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)
    blank_counts: dict[str, list[int]] = field(default_factory=dict)
    value_counts: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    made: int = MADE

    def tree(self) -> dict[str, Any]:
        """The profile as plain values that JSON can hold, without what is as it would be if nothing were said."""
        told = {one.name: (getattr(self, one.name), _unsaid(one)) for one in fields(self)}
        return {name: value for name, (value, usual) in told.items() if name == "made" or value != usual}

    @property
    def half(self) -> int:
        """By how many rows a count shown may differ from the true one, where counts are protected by rounding."""
        return int(self.key.rpartition(":")[2]) // 2 if self.protected else 0

    def by_period(self) -> pd.Series:
        """Rows by month or quarter, as floating point numbers in order of time."""
        return pd.Series(self.counts, index=self.periods, dtype=float)


def from_tree(tree: Mapping[str, Any]) -> Profile:
    """The profile that `Profile.tree` told. Raises TypeError for another shape."""
    whole = Profile(**tree)
    return replace(whole, files=[[path, sha[:MARKED], rows] for path, sha, rows in whole.files])


def _unsaid(one: Field[Any]) -> object:
    """What a part of a profile is where nothing is said of it; MISSING for one that is always said."""
    return one.default if one.default_factory is MISSING else one.default_factory()


def profile(extract: Extract, policy: Policy) -> Profile:
    """The profile of an extract; counts of a protecting `policy` are protected before any share is made from them.

    Raises ExtractError where the processed file has gone.
    """
    frame = extract.frame()
    if extract.name == "street_crime":
        frame = frame.drop(columns=[name for name in ADDED if name in frame])
    frame = frame.drop(columns=["file"], errors="ignore")
    blank = {name: frame[name].isna().to_numpy() for name in frame.columns}
    blank = {name: flags for name, flags in blank.items() if flags.any()}
    values = {name: _values(extract.name, name, frame[name]) for name in _by_value(extract.name, frame)}
    whole = {
        "key": key(extract, policy),
        "rows": policy.count(len(frame)).value,
        "columns": len(frame.columns),
        "protected": policy.protects,
        "files": _files(extract, policy),
        "blanks": {name: _share(int(flags.sum()), len(frame), policy) for name, flags in blank.items()},
        "shares": {name: _shares(column, policy) for name, column in values.items()},
    }
    return Profile(**whole, **_by_month(extract.name, frame, blank, values, policy))


def key(extract: Extract, policy: Policy) -> str:
    """What tells a profile from that of another state of the extract, or under another policy."""
    short = extract.key[:MARKED]
    return f"{short}:{policy.smallest}:{policy.base}" if policy.protects else short


def protects(name: str, policy: Policy) -> Policy:
    """The policy for one extract: only counts of the partners' records of people are protected."""
    return policy if name in RECORDS else Policy(False, policy.smallest, policy.base)


def _by_month(
    name: str, frame: pd.DataFrame, blank: Mapping[str, np.ndarray], values: Mapping[str, pd.Series], policy: Policy
) -> dict[str, Any]:
    """The parts of a profile by month; nothing for an extract without months. Rows without a month are in none."""
    if name not in MONTHLY:
        return {}
    months, place = _months(frame[MONTHLY[name]])
    dated = place >= 0
    at, number = place[dated], len(months)
    shown, step = policy.months(pd.Series(np.bincount(at, minlength=number), index=months))
    found = {"step": step, "periods": list(map(str, shown.index)), "counts": [int(count) for count in shown]}
    if policy.protects:
        return found
    return found | {
        "blank_counts": {
            column: np.bincount(at[flags[dated]], minlength=number).tolist()
            for column, flags in blank.items()
            if column not in RIPENING
        },
        "value_counts": {
            column: _tallies(series[dated], at, number) for column, series in values.items() if column not in RIPENING
        },
    }


def _months(column: pd.Series) -> tuple[list[str], np.ndarray]:
    """The months of a column as "YYYY-MM", in order, and the place of each row's among them; -1 where it has none."""
    if column.dtype.kind == "M":
        column = pd.Series(column.to_numpy().astype("datetime64[M]"))
    coded = column.astype("category").cat
    texts = [str(value)[:7] for value in coded.categories]
    months = sorted({text for text in texts if re.fullmatch(MONTH, text)})
    to = np.array([months.index(text) if text in months else -1 for text in texts] + [-1])
    return months, to[coded.codes.to_numpy()]


def _tallies(column: pd.Series, place: np.ndarray, number: int) -> dict[str, list[int]]:
    """Rows of each value by period."""
    values = column.cat.categories
    told = column.notna().to_numpy()
    cells = place[told] * len(values) + column.cat.codes.to_numpy()[told]
    table = np.bincount(cells, minlength=number * len(values)).reshape(number, len(values))
    return {str(value): table[:, at].tolist() for at, value in enumerate(values)}


def _by_value(name: str, frame: pd.DataFrame) -> list[str]:
    """The columns of an extract that are counted by value."""
    listed = [one.name for one in columns(name) if one.values and not one.several] if name in PARTNER else []
    flags = [one.name for one in columns(name) if one.kind == "flag"] if name in PARTNER else []
    return [column for column in frame.columns if column in {*listed, *flags, *BY_VALUE.get(name, ())}]


def _values(name: str, column: str, rows: pd.Series) -> pd.Series:
    """A column as categories that may be named; all others become one. Blanks stay blank."""
    named = rows.astype("category").cat.remove_unused_categories()
    counts = named.value_counts()
    closed = _closed(name, column)
    told = {str(value) for value in counts.index if str(value) in closed}
    told |= {str(value) for value, rows in counts.items() if rows >= FEWEST and NAME.fullmatch(str(value))}
    told = set(sorted(told, key=lambda value: (value not in closed, -counts.get(value, 0), value))[:MOST_VALUES])
    texts = [str(value) for value in named.cat.categories]
    labels = sorted({text if text in told else UNNAMED for text in texts})
    to = np.array([labels.index(text if text in told else UNNAMED) for text in texts] + [-1])
    return pd.Series(pd.Categorical.from_codes(to[named.cat.codes.to_numpy()], labels), index=rows.index)


def _closed(name: str, column: str) -> set[str]:
    """The values that a column may have by a list of this audit; none where there is no such list."""
    if name == "lsoa11_lsoa21":
        return set("USMX")
    if name == "street_crime":
        types = {kind for measure in measures().values() for kind in measure.crime_types}
        return {"crime_type": types, "outcome": set(outcome_group())}.get(column, set())
    found = [one for one in columns(name) if one.name == column] if name in PARTNER else []
    return {value for one in found for value in (one.values or (("Y", "N") if one.kind == "flag" else ()))}


def _share(part: int, whole: int, policy: Policy) -> float | None:
    """A share in %; None where it is withheld or there is no whole."""
    if not policy.protects:  # asking the policy would load the statistics for the interval, which nobody reads here
        return _rounded(100 * part / whole) if whole else None
    value = policy.share(part, whole).value if whole else None
    return None if value is None else _rounded(value)


def _rounded(share: float) -> float:
    """A share to as many digits as say something."""
    return float(f"{share:.{DIGITS}g}")


def _shares(column: pd.Series, policy: Policy) -> dict[str, float | None]:
    """The share of each value in the rows that have one."""
    counts = column.value_counts(sort=False)
    counts = counts[counts > 0]
    if not policy.protects:
        return {str(value): _share(int(rows), int(counts.sum()), policy) for value, rows in counts.items()}
    found = policy.shares(counts) if len(counts) else {}
    return {str(value): None if one.value is None else _rounded(one.value) for value, one in found.items()}


def _files(extract: Extract, policy: Policy) -> list[list[Any]]:
    """Path, start of the SHA-256 and rows of each file in order of path; where one's rows are withheld those of all are."""
    listed = [
        (str(row["path"]), str(row["sha256"])[:MARKED], int(row["rows"])) for row in extract.files.to_dict("records")
    ]
    hidden = any(policy.small(rows) for _, _, rows in listed)
    return [[path, sha, None if hidden else policy.count(rows).value] for path, sha, rows in sorted(listed)]


def in_words(column: str) -> str:
    """A column in words: "LSOA code", "Outcome date"."""
    words = re.sub(r"\blsoa(?=\d)", "LSOA ", column.replace("_", " "))
    words = SHORT.sub(lambda found: found[0].upper(), words)
    return words[:1].upper() + words[1:]
