"""Standing: where the audited area lies among the partnerships it is compared with, and what of it is more than chance.

Two questions are kept apart. Whether its rate differs from that of others is judged by the exact conditional interval,
with few false alarms over all types of offence. Whether it stands out is judged by over-dispersed funnel limits, since
areas differ for many reasons and most differ from the average by more than chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from srp_lib import estimates, places, rates
from srp_lib.change import ratio_verdicts
from srp_lib.comparators import OFFENCES, Similar
from srp_lib.estimates import Estimate

INSIDE = "within the limits"
BEYOND = {
    ("upper", "998"): "above the 99.8% limits",
    ("upper", "95"): "above the 95% limits, within the 99.8% limits",
    ("lower", "95"): "below the 95% limits, within the 99.8% limits",
    ("lower", "998"): "below the 99.8% limits",
}


@dataclass(frozen=True)
class Standing:
    """One type of offence in the audited area: its rate, and that rate over the others' and over the group's.

    `funnel` is laid out by `places.funnel`, a row a partnership, and `position` says where in it the area lies. The
    verdicts are of the two ratios. Where the area's count was not published the Estimates say so.
    """

    offence: str
    rate: Estimate
    to_all: Estimate
    to_group: Estimate
    all_rate: Estimate
    group_rate: Estimate
    verdict_all: str
    verdict_group: str
    funnel: pd.DataFrame
    position: str


def standings(similar: Similar) -> dict[str, Standing]:
    """The area's standing for each type of offence, worked out once; each family of verdicts, against all and against
    the group, by Benjamini-Hochberg at 5%.
    """
    return similar.kept("standings", lambda: _standings(similar))


def _standings(similar: Similar) -> dict[str, Standing]:
    sides = {name: _sides(similar, name) for name in OFFENCES}
    config, per = similar.evidence.config, similar.evidence.config.per
    verdicts = {
        which: ratio_verdicts([side[which] for side in sides.values()], config.smallest_base, config.confidence)
        for which in ("all", "group")
    }
    found = {}
    for place, (name, side) in enumerate(sides.items()):
        own, funnel = side["own"], funnel_of(similar, name)
        ratios = {which: ratio(*side[which], config.confidence) for which in ("all", "group")}
        others = {which: _rate(side[which][2:], per, config.confidence) for which in ("all", "group")}
        found[name] = Standing(
            name, _rate(own, per, config.confidence), ratios["all"], ratios["group"], others["all"], others["group"],
            verdicts["all"][place], verdicts["group"][place], funnel, position(funnel, similar.own),
        )  # fmt: skip
    return found


def funnel_of(similar: Similar, offence: str) -> pd.DataFrame:
    """`places.funnel`, restored, of an offence over all partnerships that can be compared, at the rate of them all."""
    counted = similar.counted(offence)
    rate = counted["count"].sum() / max(counted["residents"].sum(), 1)
    return places.funnel(counted["count"], counted["residents"] * rate, restore=True)


def position(funnel: pd.DataFrame, code: str) -> str:
    """Where an area lies in a funnel, in words; "" where it is not in it.

    Beyond the 99.8% limits only where `places.funnel` says that it stands out.
    """
    if code not in funnel.index:
        return ""
    row = funnel.loc[code]
    if row["verdict"] in (places.ABOVE, places.BELOW):
        return BEYOND["upper" if row["verdict"] == places.ABOVE else "lower", "998"]
    if row["ratio"] > row["upper95"]:
        return BEYOND["upper", "95"]
    return BEYOND["lower", "95"] if row["ratio"] < row["lower95"] else INSIDE


def ratio(count: float, people: float, others: float, their_people: float, confidence: float) -> Estimate:
    """The area's rate over the others', as `rates.rate_ratio`; without a value where a count was not published."""
    if np.isnan(count) or np.isnan(others):
        return estimates.absent(
            "times", "ratio of rates", "A count was not published, or there is none to compare with."
        )
    return rates.rate_ratio(count, people, others, their_people, confidence)


def members(similar: Similar, codes: Sequence[str], offence: str) -> pd.DataFrame:
    """Each partnership's rate and its ratio to the audited area's, one row each in the order given.

    Columns: rate and ratio (Estimates) and verdict, over the family of those given; the area itself has a ratio of
    None and no verdict. One whose count was not published is left out.
    """
    config, counted = similar.evidence.config, similar.counted(offence)
    codes = [code for code in codes if code in counted.index]
    if similar.own not in counted.index:
        return pd.DataFrame(columns=["rate", "ratio", "verdict"])
    own = tuple(counted.loc[similar.own])
    sides = {code: (*counted.loc[code], *own) for code in codes if code != similar.own}
    verdicts = dict(zip(sides, ratio_verdicts(sides.values(), config.smallest_base, config.confidence)))
    rows = [
        (
            rates.crude_rate(*counted.loc[code], config.per, config.confidence),
            ratio(*sides[code], config.confidence) if code in sides else None,
            verdicts.get(code, ""),
        )
        for code in codes
    ]
    return pd.DataFrame(rows, index=codes, columns=["rate", "ratio", "verdict"], dtype=object)


def ranks(similar: Similar, offence: str, codes: Sequence[str]) -> pd.DataFrame:
    """`places.rank_ranges` of the partnerships given, less those whose count was not published."""
    counted = similar.counted(offence)
    known = [code for code in codes if code in counted.index]
    return places.rank_ranges(counted.loc[known, "count"], counted.loc[known, "residents"])


def _sides(similar: Similar, offence: str) -> dict[str, tuple[float, ...]]:
    """The area's count and residents, then those of all others and of the group; NaN where they were not published."""
    counted = similar.counted(offence)
    absent = (float("nan"), float("nan"))
    own = tuple(counted.loc[similar.own]) if similar.own in counted.index else absent
    group = [code for code in similar.group.codes if code in counted.index]
    rest = counted.drop(index=similar.own, errors="ignore").sum()
    chosen = tuple(counted.loc[group].sum()) if group else absent
    return {"own": own, "all": (*own, *rest), "group": (*own, *chosen)}


def _rate(side: Sequence[float], per: int, confidence: float) -> Estimate:
    if np.isnan(side[0]):
        return estimates.absent(f"per {per:,}", "crude rate", "The count was not published.")
    return rates.crude_rate(side[0], side[1], per, confidence)
