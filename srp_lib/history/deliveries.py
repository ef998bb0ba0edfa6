"""Deliveries: two deliveries of the same months of street-level crime, row by row: what was added, withdrawn, changed.

A row with a Crime ID is held against the rows of that month with the same Crime ID; where several stand on one, rows
are paired so that those that agree in most come together. Rows without one, which are those of anti-social behaviour,
can only be counted: by month, type, LSOA and map point, so that one that moved is withdrawn here and added there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from srp_lib.extracts import LOOKUPS, ExtractError, Intake, list_files, read_all
from srp_lib.geography import place

STREET = "street_crime"
COLUMNS = (
    "month", "reported_by", "crime_id", "longitude", "latitude", "lsoa_code", "crime_type", "outcome",
)  # fmt: skip
CHANGES = ("added", "withdrawn", "entered", "left", "lsoa", "point", "outcome", "crime_type")
# What rows of one record must agree in to be paired: everything first, then all but what changes most often.
ROUNDS = (
    ("crime_type", "lsoa", "point", "outcome"), ("crime_type", "lsoa", "point"), ("crime_type", "lsoa", "outcome"),
    ("crime_type", "outcome"), ("lsoa", "point", "outcome"), ("crime_type", "lsoa"), ("crime_type",), ("lsoa", "point"),
    ("outcome",), (),
)  # fmt: skip
DEGREES = 5  # decimals of a coordinate: about a metre
SAME_IDS = 0.5  # the least share of a month's Crime IDs that must come back for rows to be paired by them
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Deliveries:
    """What differs between two deliveries of the months that both hold.

    `rows` has one row a record of either delivery, in no order of meaning: month, crime_type_then, crime_type_now,
    outcome_then, outcome_now, here_then, here_now (in the area audited), and a flag for each of CHANGES but `entered`
    and `left`. `then` and `now` tell whether it is in the delivery. `only_then` and `only_now` are months that one
    delivery alone holds; `renamed` those whose Crime IDs were made anew and `recoded` those whose LSOA codes are of
    another census. `redated` counts Crime IDs that left one month for another.
    """

    area: str
    rows: pd.DataFrame
    months: tuple[str, ...]
    only_then: tuple[str, ...]
    only_now: tuple[str, ...]
    renamed: tuple[str, ...] = ()
    recoded: tuple[str, ...] = ()
    redated: int = 0

    @cached_property
    def here(self) -> pd.DataFrame:
        """The records that are or were in the area audited."""
        return self.rows[self.rows["here_then"] | self.rows["here_now"]]

    def counts(self, by: Sequence[str] = ("month",), whole: bool = False) -> pd.DataFrame:
        """Counts by month: earlier, later, and each of CHANGES; of the area audited, or of the whole files.

        In every row later = earlier + added - withdrawn + entered - left. `entered` and `left` are records that came
        to lie in the area, or no longer do; they count under neither `lsoa` nor `point`.
        """
        rows = self.rows if whole else self.here
        then, now = (rows["then"], rows["now"]) if whole else (rows["here_then"], rows["here_now"])
        both = rows["then"] & rows["now"]
        table = pd.DataFrame({name: rows[name] for name in by})
        table = table.assign(earlier=then, later=now, added=rows["added"], withdrawn=rows["withdrawn"])
        table = table.assign(entered=both & ~then & now, left=both & then & ~now)
        stayed = then & now
        table = table.assign(lsoa=rows["lsoa"] & stayed, point=rows["point"] & stayed)
        table = table.assign(outcome=rows["outcome"], crime_type=rows["crime_type"])
        return table.groupby(list(by), observed=True).sum().astype(int)

    def steps(self, column: str) -> pd.Series:
        """How many records of the area went from one value to another in `column` (crime_type or outcome), most first.

        Indexed by the pair (then, now); a blank value is "".
        """
        rows = self.here[self.here[column]]
        found = rows.groupby([f"{column}_then", f"{column}_now"], observed=True).size()
        return found.sort_index().sort_values(ascending=False, kind="stable")


def read_earlier(raw: Path, intake: Intake, processed: Path, progress: Progress | None = None) -> pd.DataFrame:
    """The street-level rows of an earlier delivery in the folder `raw`, placed by the lookups of `intake`.

    What is read is stored in `processed`, so that it is read once. Raises ExtractError where the folder has no
    street-level file that can be read.
    """
    found = read_all(raw, processed, False, progress, list_files(raw)).extracts.get(STREET)
    if found is None:
        raise ExtractError(
            f"The earlier delivery {raw} holds no street-level file: give --earlier the folder with its monthly files."
        )
    unread = found.files.loc[found.files["fault"] != "none", "problem"]
    if len(unread):
        raise ExtractError(f"The earlier delivery cannot be read whole: {unread.iloc[0]}")
    rows = found.frame(list(COLUMNS))
    return with_places(rows, intake)


def with_places(rows: pd.DataFrame, intake: Intake) -> pd.DataFrame:
    """Rows with the columns lad_code, vintage and lsoa_known by the lookups of `intake`, whichever they had."""
    lookups = {name: intake.extracts[name].frame() for name in LOOKUPS if name in intake.extracts}
    placed = place(rows["lsoa_code"], rows["month"], lookups)
    return rows.drop(columns=list(placed.columns), errors="ignore").join(placed)


def later_rows(intake: Intake) -> pd.DataFrame:
    """The street-level rows of the delivery being checked. Raises ExtractError where there are none."""
    if STREET not in intake.extracts:
        raise ExtractError(
            "The raw folder holds no street-level file, so there is nothing to set beside the earlier delivery."
        )
    return intake.extracts[STREET].frame([*COLUMNS, "lad_code", "vintage"])


def compare(earlier: pd.DataFrame, later: pd.DataFrame, area: str) -> Deliveries:
    """What differs between two deliveries in the months of each force that both hold.

    Frames have COLUMNS, lad_code and vintage, one row a record; `area` is a local authority's code.
    Raises ExtractError where no month is in both.
    """
    held = [_held(frame) for frame in (earlier, later)]
    common = held[0] & held[1]
    if not common:
        raise ExtractError(
            "No month of the same force is in both deliveries, so nothing can be compared: give --earlier a delivery of "
            "months that the raw folder holds too."
        )
    then, now = (_of(frame, common) for frame in (earlier, later))
    both = pd.concat([then, now], ignore_index=True)
    side = np.arange(len(both)) >= len(then)
    recoded = _recoded(both, side)
    renamed = _renamed(both, side)
    codes = _codes(both, side, recoded, renamed)
    left, right = _pairs(codes, side)
    months = [{month for month, _ in one} for one in held]
    return Deliveries(
        area=area,
        rows=_told(both, codes, side, left, right, area),
        months=tuple(sorted({month for month, _ in common})),
        only_then=tuple(sorted(months[0] - months[1])),
        only_now=tuple(sorted(months[1] - months[0])),
        renamed=renamed,
        recoded=recoded,
        redated=_redated(both, side, left, right),
    )


def _of(frame: pd.DataFrame, common: set[tuple[str, str]]) -> pd.DataFrame:
    """The rows of the months and forces given, blanks as empty text, in columns that two frames can share."""
    keys = frame[["month", "reported_by"]].astype("str")
    wanted = pd.MultiIndex.from_frame(keys).isin(pd.MultiIndex.from_tuples(sorted(common)))
    rows = frame[wanted]
    text = ("month", "crime_id", "lsoa_code", "crime_type", "outcome", "lad_code", "vintage")
    plain = {name: rows[name].astype("str").fillna("") for name in text}
    return rows.assign(**plain)[[*text, "longitude", "latitude"]].reset_index(drop=True)


def _held(frame: pd.DataFrame) -> set[tuple[str, str]]:
    """The months of each force that a delivery holds."""
    pairs = frame[["month", "reported_by"]].drop_duplicates().astype("str")
    return set(pairs.itertuples(index=False, name=None))


def _recoded(both: pd.DataFrame, side: np.ndarray) -> tuple[str, ...]:
    """Months whose LSOA codes are of one census in one delivery and of another in the other."""
    known = both["vintage"] != ""
    kinds = both[known].groupby(["month", side[known.to_numpy()]])["vintage"].agg(lambda some: some.mode().iloc[0])
    table = kinds.unstack()
    return tuple(table.index[table.nunique(axis=1) > 1]) if table.shape[1] == 2 else ()


def _renamed(both: pd.DataFrame, side: np.ndarray) -> tuple[str, ...]:
    """Months of whose earlier Crime IDs less than half come back: the publisher has made them anew."""
    given = both["crime_id"] != ""
    ids = [both.loc[given & (side == which), ["month", "crime_id"]].drop_duplicates() for which in (False, True)]
    back = ids[0].merge(ids[1], on=["month", "crime_id"]).groupby("month").size()
    shares = back.reindex(ids[0]["month"].unique(), fill_value=0) / ids[0].groupby("month").size()
    return tuple(sorted(shares.index[shares < SAME_IDS]))


def _codes(both: pd.DataFrame, side: np.ndarray, recoded: Sequence[str], renamed: Sequence[str]) -> pd.DataFrame:
    """Each row's record, type, LSOA, point and outcome as whole numbers that both deliveries share.

    Rows without a usable Crime ID are of one record where they agree in everything but the outcome.
    """
    codes = pd.DataFrame({name: pd.factorize(both[name])[0] for name in ("month", "crime_type", "outcome")})
    codes["lsoa"] = np.where(both["month"].isin(recoded), 0, pd.factorize(both["lsoa_code"])[0])
    place_of = both[["longitude", "latitude"]].round(DEGREES).fillna(999.0)
    codes["point"] = _joint([pd.factorize(place_of[name])[0] for name in place_of])
    nameless = ((both["crime_id"] == "") | both["month"].isin(renamed)).to_numpy()
    named = _joint([codes["month"].to_numpy(), pd.factorize(both["crime_id"])[0]])
    alike = _joint([codes[name].to_numpy() for name in ("month", "crime_type", "lsoa", "point")])
    codes["record"] = np.where(nameless, alike + named.max(initial=0) + 1, named)
    return codes


def _joint(parts: Sequence[np.ndarray]) -> np.ndarray:
    """One whole number for each combination of the numbers of several columns."""
    whole = parts[0].astype(np.int64)
    for part in parts[1:]:
        whole = pd.factorize(whole * (int(part.max(initial=0)) + 1) + part)[0]
    return whole


def _pairs(codes: pd.DataFrame, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the rows of both deliveries that are taken for one record, those of the earlier first."""
    left, right = [], []
    rest = np.arange(len(codes))
    for agree in ROUNDS:
        key = _joint([codes[name].to_numpy()[rest] for name in ("record", *agree)])
        number = pd.Series(key).groupby(key * 2 + side[rest]).cumcount().to_numpy()
        slot = _joint([key, number])
        order = np.argsort(slot, kind="stable")
        met = np.flatnonzero(slot[order][1:] == slot[order][:-1])
        left.append(rest[order[met]])
        right.append(rest[order[met + 1]])
        rest = np.setdiff1d(rest, np.concatenate([left[-1], right[-1]]), assume_unique=True)
    return np.concatenate(left), np.concatenate(right)


def _told(
    both: pd.DataFrame, codes: pd.DataFrame, side: np.ndarray, left: np.ndarray, right: np.ndarray, area: str
) -> pd.DataFrame:
    """The table `Deliveries.rows`."""
    alone = np.setdiff1d(np.arange(len(both)), np.concatenate([left, right]), assume_unique=True)
    gone, new = alone[~side[alone]], alone[side[alone]]
    then = np.concatenate([left, gone, np.full(len(new), -1)])
    now = np.concatenate([right, np.full(len(gone), -1), new])
    met = (then >= 0) & (now >= 0)
    here = np.append((both["lad_code"] == area).to_numpy(), False)
    told = {"month": both["month"].to_numpy()[np.where(then >= 0, then, now)], "then": then >= 0, "now": now >= 0}
    told |= {"here_then": here[then], "here_now": here[now], "added": then < 0, "withdrawn": now < 0}
    for name in ("lsoa", "point", "outcome", "crime_type"):
        told[name] = met & (codes[name].to_numpy()[then] != codes[name].to_numpy()[now])
    told["point"] &= ~told["lsoa"]
    for name in ("crime_type", "outcome"):
        texts = np.append(both[name].to_numpy(dtype=object), "")
        told |= {f"{name}_then": texts[then], f"{name}_now": texts[now]}
    return pd.DataFrame(told)


def _redated(both: pd.DataFrame, side: np.ndarray, left: np.ndarray, right: np.ndarray) -> int:
    """How many Crime IDs were withdrawn from one month and added to another."""
    alone = np.ones(len(both), dtype=bool)
    alone[np.concatenate([left, right])] = False
    alone &= (both["crime_id"] != "").to_numpy()
    gone, new = (set(both.loc[alone & (side == which), "crime_id"]) for which in (False, True))
    return len(gone & new)
