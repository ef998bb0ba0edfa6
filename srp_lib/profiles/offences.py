"""Views of the offences that the police record: what is wrong in them, their people, their codes, and table C2."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from srp_lib import periods
from srp_lib.codelists.offences import CODE_SHOWN, STRANDS, UNLISTED, canonical_code, classify
from srp_lib.profiles.common import Context, as_text, numbers, tally
from srp_lib.profiles.partner import (
    FEWEST_RECORDS,
    after_today,
    alike,
    blanks,
    calendar,
    flags,
    identified,
    is_yes,
    other,
)

DATES = ("recorded_date", "committed_from", "committed_to", "outcome_date")
CHILD_FLAGS = ("child_abuse", "cce", "cse")
ADULT = 18
SEXUAL, RAPE, FRAUD = "Sexual offences", "Rape offences", "Fraud offences"
MODERN_SLAVERY = "106"
FAR_FEWER = "far fewer"
# What table C2 and the code list call the same offences: label -> columns of C2, "group" or "subgroup", its names.
# C2 leaves fraud out, and counts deaths and injuries by driving apart from other violence.
SAME_OFFENCES: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "Violence against the person": (("violence_against_the_person",), "group", ("Violence against the person",)),
    "Violence with injury": (
        ("violence_with_injury", "death_or_serious_injury_driving"),
        "subgroup",
        ("Violence with injury",),
    ),
    "Violence without injury": (("violence_without_injury",), "subgroup", ("Violence without injury",)),
    "Stalking and harassment": (("stalking_and_harassment",), "subgroup", ("Stalking and harassment",)),
    "Sexual offences": (("sexual_offences",), "group", (SEXUAL,)),
    "Robbery": (("robbery",), "group", ("Robbery",)),
    "Theft offences": (("theft_offences",), "group", ("Theft offences",)),
    "Burglary": (("burglary",), "subgroup", ("Domestic burglary", "Non-domestic burglary")),
    "Vehicle offences": (
        ("vehicle_offences",),
        "subgroup",
        ("Theft of a motor vehicle", "Theft from a vehicle", "Vehicle interference"),
    ),
    "Theft from the person": (("theft_from_the_person",), "subgroup", ("Theft from the person",)),
    "Bicycle theft": (("bicycle_theft",), "subgroup", ("Bicycle theft",)),
    "Shoplifting": (("shoplifting",), "subgroup", ("Shoplifting",)),
    "All other theft": (("all_other_theft",), "subgroup", ("Other theft offences",)),
    "Criminal damage and arson": (("criminal_damage_and_arson",), "group", ("Criminal damage and arson",)),
    "Drug offences": (("drug_offences",), "group", ("Drug offences",)),
    "Possession of weapons": (("possession_of_weapons",), "group", ("Possession of weapons offences",)),
    "Public order offences": (("public_order_offences",), "group", ("Public order offences",)),
    "Miscellaneous crimes": (("miscellaneous_crimes",), "group", ("Miscellaneous crimes",)),
}


def offence_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Offences that are alike in what is wrong with their keys, dates, code, victims and suspects."""
    view = identified(frame, "offence_id").assign(after_today=after_today(frame, DATES, context))
    view["date_missing"] = frame["recorded_date"].isna()
    view["code_missing"], view["description_missing"] = frame["ho_code"].isna(), frame["offence"].isna()
    recorded = frame["recorded_date"]
    view["from_after_to"] = frame["committed_from"] > frame["committed_to"]
    view["committed_after_recorded"] = (frame["committed_from"] > recorded) | (frame["committed_to"] > recorded)
    view["outcome_before_recorded"] = frame["outcome_date"] < recorded
    view["outcome_without_code"] = frame["outcome_date"].notna() & frame["outcome_code"].isna()
    view["rape_elsewhere"] = _rape_elsewhere(frame)
    return alike(view.join(_of_victims(frame, context)).join(_of_suspects(frame, context)))


def _rape_elsewhere(frame: pd.DataFrame) -> pd.Series:
    """Which offences are rape by their description or their code's subgroup and no sexual offence by its group."""
    listed = classify(frame["ho_code"], frame["recorded_date"])
    words = frame["offence"].astype("category")
    saying = [name for name in words.cat.categories if "rape" in str(name).lower().split()]
    return (words.isin(saying) | (listed["subgroup"] == RAPE)) & (listed["group"] != SEXUAL)


def _of_victims(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Which offences flagged as against children have no victim known to be one, or are of slavery by the flag alone."""
    names = [f"{flag}_without_child" for flag in CHILD_FLAGS]
    victims = other(context, "victims")
    if victims is None:
        return pd.DataFrame(False, index=frame.index, columns=[*names, "slavery_unsupported"])
    child = frame["offence_id"].isin(victims.loc[numbers(victims, ["age"])["age"] < ADULT, "offence_id"])
    view = pd.DataFrame({name: is_yes(frame[flag]) & ~child for name, flag in zip(names, CHILD_FLAGS, strict=True)})
    exploited = frame["offence_id"].isin(victims.loc[victims["exploitation_type"].notna(), "offence_id"])
    codes = frame["ho_code"].astype("category")
    slavery = codes.isin([code for code in codes.cat.categories if canonical_code(str(code)) == MODERN_SLAVERY])
    return view.assign(slavery_unsupported=is_yes(frame["modern_slavery"]) & ~slavery & ~exploited)


def _of_suspects(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The number of suspects that each offence states, and whether more are supplied."""
    stated = numbers(frame, ["suspect_count"])
    suspects = other(context, "suspects")
    if suspects is None:
        return stated.assign(suspects_above_count=False)
    supplied = frame["offence_id"].map(suspects["offence_id"].value_counts()).fillna(0).astype(float)
    return stated.assign(suspects_above_count=supplied > stated["suspect_count"].clip(lower=0))


def offence_flags(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The flags of offences; see flags."""
    return flags(frame, "offences")


def offence_codes(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file, offence code and whether the code list holds it on the recorded date."""
    listed = classify(frame["ho_code"], frame["recorded_date"])["group"] != UNLISTED
    view = frame[["file", "ho_code"]].assign(listed=listed)
    view = view.groupby(["file", "ho_code", "listed"], observed=True).size().rename("weight").reset_index()
    view = view.astype({"file": str, "ho_code": str, "listed": bool})
    view["listed_detail"] = [
        f"{row.file}: {_code_shown(row.ho_code)} is not in the code list for the date recorded."
        for row in view.itertuples()
    ]
    return view


def _code_shown(code: str) -> str:
    """An offence code in a sentence, unless it could be something else than a code."""
    return f"code {code}" if CODE_SHOWN.fullmatch(code) else "a code of another shape than the Home Office's"


def offence_outcomes(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and outcome code."""
    view = tally(frame.assign(outcome_code=numbers(frame, ["outcome_code"])["outcome_code"]), "outcome_code")
    view = view.astype({"outcome_code": float})
    view["outcome_code_detail"] = [
        f"{row.file}: outcome code {row.outcome_code:.0f} is not in the list." for row in view.itertuples()
    ]
    return view


def offence_strands(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and hate strand; an offence with several is in several rows."""
    given = tally(frame, "hate_strands")
    view = given.assign(strand=given["hate_strands"].str.split(";")).explode("strand", ignore_index=True)
    view["strand"] = view["strand"].astype(str).str.strip()
    view = view.groupby(["file", "strand"])["weight"].sum().reset_index().astype({"file": str, "strand": str})
    view["strand_detail"] = view["file"] + f": hate_strands holds something else than {', '.join(STRANDS)}."
    return view


def offence_blanks(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Shares of offences without an LSOA, a committed date or an outcome; see blanks."""
    dated = frame["committed_from"].notna() | frame["committed_to"].notna()
    return blanks(
        frame, {"lsoa21": frame["lsoa21"].isna(), "committed": ~dated, "outcome": frame["outcome_code"].isna()}
    )


def offence_calendar(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The months of offences, and those that have no victim or suspect though others do; see calendar."""
    people = {name: other(context, name) for name in ("victims", "suspects")}
    found = {
        name: pd.Series(False, index=frame.index) if rows is None else frame["offence_id"].isin(rows["offence_id"])
        for name, rows in people.items()
    }
    return calendar(frame["recorded_date"], found)


# --- against table C2 ---------------------------------------------------------------------------------------


def offence_groups(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per year of table C2 that the offences cover and what both count: difference as a share of C2's count.

    `group_difference` is of a group of offences, `total_difference` of all but fraud, which C2 leaves out. Null
    where C2 has few. A year is covered when each of its twelve months has offences.
    """
    table = other(context, "recorded_crime_csp")
    rows = [] if table is None else list(_compared(frame, table[table["lad_code"] == context.area_code]))
    columns = ["period_end", "offences", "supplied", "published"]
    view = pd.DataFrame(rows, columns=columns).astype({"supplied": float, "published": float})
    enough = view["published"] >= FEWEST_RECORDS
    gap = ((view["supplied"] - view["published"]) / view["published"]).abs().where(enough)
    whole = view["offences"] == "All offences"
    view["group_difference"], view["total_difference"] = gap.mask(whole), gap.where(whole)
    sentences = [_against(row) for row in view.itertuples()]
    view["group_difference_detail"] = view["total_difference_detail"] = pd.Series(sentences, dtype=object)
    return view.drop(columns=["supplied", "published"]).assign(file="")


def _compared(frame: pd.DataFrame, table: pd.DataFrame) -> Iterator[tuple[str, str, int, float]]:
    """Each year's end, what is counted, the offences supplied and those of table C2."""
    months = frame["recorded_date"].dt.to_period("M").astype("category")
    present = set(map(str, months.cat.categories))
    listed = classify(frame["ho_code"], frame["recorded_date"])
    for row in table[as_text(table["level"]) == "partnership"].to_dict("records"):
        end = str(row["period_end"])
        year = periods.month_range(periods.shift_month(end, -11), end)
        if not set(year) <= present:
            continue
        own = listed[months.isin([month for month in months.cat.categories if str(month) in year])]
        for label, (columns, level, names) in SAME_OFFENCES.items():
            yield end, label, int(own[level].isin(names).sum()), _published(row, columns)
        yield end, "All offences", int((own["group"] != FRAUD).sum()), _published(row, ("total",))


def _published(row: dict[str, object], columns: tuple[str, ...]) -> float:
    """The sum of some counts of table C2; null where one is not given."""
    return float(np.sum([np.nan if pd.isna(row[name]) else float(row[name]) for name in columns]))


def _against(row: object) -> str:
    """A comparison with table C2 in words; where few offences were supplied, without a figure that gives them back."""
    supplied, published = row.supplied, row.published  # type: ignore[attr-defined]
    year = f"{row.offences}, year ending {periods.month_name(row.period_end)}"  # type: ignore[attr-defined]
    if np.isnan(published) or published < FEWEST_RECORDS:
        return ""
    if supplied < FEWEST_RECORDS:
        return f"{year}: {FAR_FEWER} offences were supplied than the {published:,.0f} of table C2."
    gap = supplied - published
    tens = round(abs(gap), -1)
    size = f"about {abs(gap) / published:.0%}{f', some {tens:,.0f},' if tens else ''} {'fewer' if gap < 0 else 'more'}"
    return f"{year}: {size} offences were supplied than the {published:,.0f} of table C2."
