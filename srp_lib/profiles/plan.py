"""Views of what the partnership says of its plan: surveys, calls, consultation, indicators, actions, risk scores.

A row of these extracts is no person's, so most views keep their rows apart and a detail may name the question, the
indicator, the issue, the offence code or the month. Who scored is named nowhere: only the partners may know that.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import pandas as pd

from srp_lib import periods
from srp_lib.codelists.offences import CODE_SHOWN, area_named, canonical_code, offence_codes
from srp_lib.profiles.common import MONTH, Context, as_text, numbers, of_another_area
from srp_lib.profiles.partner import MEASURE_SHOWN, after_today, alike, identified, is_yes, other, phrased, repeated

FEWEST_ANSWERS = 30  # a share of fewer answers is left out of every page
MOST_APART = 0.01  # two rates whose populations differ by more were not worked out in the same way
RISK_PARTS = ("harm", "likelihood")  # of the parts of a scale, those that make the risk
EVERYBODY = "all"
# Shapes of what may be named; another text could be anything and is shown nowhere.
ACTION_SHOWN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]{0,29}")
ISSUE_SHOWN = re.compile(r"[A-Za-z][A-Za-z0-9 ,&'()/-]{1,79}")
FACT_ID = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
WARD = re.compile(r"[EW]05[0-9A-Z]*", re.IGNORECASE)
# What is wrong where a column of a view fails, to follow what it is about.
PHRASES = {
    "after_today": "a date has not come yet",
    "date_missing": "a row has no date",
    # surveys
    "survey_missing": "a row does not name its survey",
    "question_id_missing": "a row has no question_id",
    "question_id": "a question_id is not in small letters, digits and underscores",
    "question_missing": "a row does not have the question in words",
    "wave_missing": "a row has no wave",
    "answer_repeated": "the same survey, wave and group are there more than once",
    "positive": "a positive is blank or below zero",
    "base": "a base is blank or not above zero",
    "positive_above_base": "a positive is above its base",
    "positive_is_share": "a positive is between 0 and 1, as a share is and a number of people is not",
    "base_small": f"a base is under {FEWEST_ANSWERS}, so its share is left out",
    "design_effect": "a design_effect is below 1",
    "group_unknown": "a group is written as a ward's code, and no lookup has a ward of that code in the area audited",
    "reworded": "the question is there in more than one wording",
    "of_several_surveys": "more than one survey has this question_id",
    # calls to 101
    "month_missing": "a row has no month",
    "month": "a month is not written as YYYY-MM",
    "month_repeated": "the month is there more than once",
    "month_not_over": "the month is not over yet",
    "offered": "offered is blank or below zero",
    "answered": "answered is blank or below zero",
    "abandoned": "abandoned is blank or below zero",
    "mean_wait_seconds": "mean_wait_seconds is blank or below zero",
    "answered_above_offered": "more calls were answered than offered",
    "more_abandoned": "more calls were abandoned than answered",
    "parts_above_offered": "answered and abandoned calls together are more than those offered",
    # consultation
    "id_missing": "a row has no identifier",
    "id_repeated": "an identifier is on more than one row",
    "method": "a method is blank or not in the list",
    "group_missing": "a row does not say who was consulted",
    "participants": "a number of participants is blank or below zero",
    "public_meeting": "public_meeting is neither Y nor N",
    "public_without_meeting": "public_meeting is Y and the method is no meeting",
    # indicators
    "indicator_id": "an indicator_id is not in small letters, digits and underscores",
    "theme": "a theme is blank or not in the list",
    "objective_missing": "a row has no objective",
    "name_missing": "a row has no name",
    "fact_missing": "a row has no fact_id",
    "fact_id": "a fact_id is not written as the id of a key fact or a measure_id of services",
    "good": "good is neither up nor down",
    "baseline_missing": "a row has no baseline",
    "baseline_period_missing": "a row has no baseline_period",
    "period_unreadable": "a period is not written as the data dictionary says",
    "target_worse": "the target is worse than the baseline",
    "target_without_period": "a target has no target_period",
    "target_not_later": "the target_period does not end after the baseline_period",
    "unit": "a unit is not in the list",
    "count_without_rate": "a baseline_count or target_count is given and the unit is not %, per 1,000 or per 100,000",
    "percent_small": "a baseline or target in % is below 1, as a share of one is and a percentage seldom",
    "baseline_count": "a baseline_count is below zero",
    "target_count": "a target_count is below zero",
    "populations_differ": "the populations of baseline and target, each its count over its rate, differ by over 1%",
    # actions
    "status": "a status is blank or not in the list",
    "commitment_missing": "a row has no commitment",
    "activity_missing": "a row has no activity",
    "lead_missing": "a row has no lead_partner",
    "measure_missing": "no measure of success was agreed",
    "start_missing": "a row has no start",
    "due_missing": "a row has no due date",
    "updated_missing": "a row does not say when it was last updated",
    "due_before_start": "the due date is before the start",
    "complete_before_start": "the action is complete and was last updated before its start",
    # risk scores and their scale
    "issue_missing": "a row has no issue",
    "organisation_missing": "a row does not say who scored",
    "dimension_missing": "a row has no dimension",
    "dimension": "a dimension is not one of the nine of the plan",
    "score_missing": "a row has no score",
    "off_scale": "a score is not on the scale of risk_scale.toml",
    "unused": "a dimension was scored that risk_scale.toml says nothing of",
    "score_repeated": "an organisation has more than one score of a dimension on one day",
    "evidence_missing": "a score names no evidence",
    "evidence_ill": "the evidence of a score is not written as the id of a key fact",
    "part": "a part is blank or not harm, likelihood or shown",
    "weight_of_dimension": "a weight is blank or below zero",
    "weight_of_offence": "a weight is blank or below zero",
    "level_repeated": "a dimension has the same score twice",
    "within": "within_part is neither mean nor highest",
    "across": "across_parts is neither product nor sum",
    "several_scales": "more than one file says what the scores mean",
    # harm weights
    "version_missing": "a row has no version",
    "code_missing": "a row has no ho_code",
    "code_repeated": "a code has more than one weight in a version",
    "code_unknown": "the code is not in the code list",
}  # fmt: skip


# --- what all have in common --------------------------------------------------------------------------------


def _about(frame: pd.DataFrame, column: str, shown: re.Pattern[str], otherwise: str) -> pd.Series:
    """The file of each row and what the row is about, by its name or id where that has the shape of one."""
    named = as_text(frame[column])
    return frame["file"].astype(str) + ", " + named.where(named.str.fullmatch(shown), otherwise)


def _spelt(values: pd.Series) -> pd.Series:
    """Text without what does not tell names and sentences apart: capitals, spaces, a closing mark."""
    return as_text(values).str.casefold().str.split().str.join(" ").str.rstrip(" .?!")


def _only_file(frame: pd.DataFrame) -> str:
    """The file that all rows come from; blank where there are several."""
    names = frame["file"].astype(str).unique()
    return names[0] if len(names) == 1 else ""


# --- surveys ------------------------------------------------------------------------------------------------


def survey_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The answers of surveys: their keys, their numbers, and groups that are wards' codes."""
    view = pd.DataFrame({"file": frame["file"].astype(str), "question_id": frame["question_id"].astype(object)})
    for name in ("survey", "question_id", "question", "wave"):
        view[f"{name}_missing"] = frame[name].isna()
    view["after_today"] = after_today(frame, ["wave"], context)
    group = _spelt(frame["group"]).replace("", EVERYBODY)
    keys = ["survey", "wave", "question_id"]
    view["answer_repeated"] = repeated(frame[keys].assign(group=group), [*keys, "group"])
    view = view.join(numbers(frame, ["positive", "base", "design_effect"]))
    view["positive_above_base"] = view["positive"] > view["base"]
    view["positive_is_share"] = (view["positive"] > 0) & (view["positive"] < 1)
    view["base_small"] = (view["base"] > 0) & (view["base"] < FEWEST_ANSWERS)
    view["group_unknown"] = _group_unknown(frame["group"], context)
    return phrased(view, _about(frame, "question_id", MEASURE_SHOWN, "a question"), PHRASES)


def _group_unknown(groups: pd.Series, context: Context) -> pd.Series:
    """Which groups are written as a ward's code that no ward lookup has in the area; none where there is no lookup."""
    wards = frozenset().union(*context.area_wards.values()) if context.area_wards else None
    if wards is None or of_another_area(groups.dropna(), wards, context):
        return pd.Series(False, groups.index)
    return as_text(groups).str.fullmatch(WARD) & ~groups.isin(wards)


def survey_questions(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per question_id: whether it is there in several wordings, or in several surveys."""
    asked = frame.assign(
        question=_spelt(frame["question"]).replace("", np.nan), survey=_spelt(frame["survey"]).replace("", np.nan)
    )
    rows = [
        (_only_file(group), name, group["question"].nunique() > 1, group["survey"].nunique() > 1)
        for name, group in asked.groupby("question_id", observed=True)
    ]
    view = pd.DataFrame(rows, columns=["file", "question_id", "reworded", "of_several_surveys"])
    named = as_text(view["question_id"])
    view = view.astype({"file": str, "reworded": bool, "of_several_surveys": bool})
    return phrased(view, named.where(named.str.fullmatch(MEASURE_SHOWN), "a question"), PHRASES)


# --- calls to 101 -------------------------------------------------------------------------------------------


def call_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The months of calls: their numbers, and whether the parts are within the whole."""
    view = pd.DataFrame({"file": frame["file"].astype(str), "month": frame["month"].astype(object)})
    view["month_missing"], view["month_repeated"] = frame["month"].isna(), repeated(frame, ["month"])
    whole = _is_month(frame["month"])
    last_days = pd.to_datetime(frame["month"].where(whole), format="%Y-%m") + pd.offsets.MonthEnd(0)
    view["month_not_over"] = after_today(pd.DataFrame({"end": last_days}), ["end"], context)
    view = view.join(numbers(frame, ["offered", "answered", "abandoned", "mean_wait_seconds"]))
    view["answered_above_offered"] = view["answered"] > view["offered"]
    view["more_abandoned"] = (view["abandoned"] > view["answered"]) & (view["answered"] >= 0)
    together = view["answered"] + view["abandoned"] > view["offered"]
    view["parts_above_offered"] = together & ~view["answered_above_offered"]
    names = frame["month"].where(whole).map(periods.month_name, na_action="ignore")
    return phrased(view, view["file"] + ", " + as_text(names).where(whole, "a month"), PHRASES)


def _is_month(values: pd.Series) -> pd.Series:
    """Which rows hold a month as YYYY-MM."""
    return as_text(values).str.fullmatch(MONTH)


def call_calendar(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per month from the first to the last: whether it is present, and its calls over those a year before."""
    sound = frame[_is_month(frame["month"])].drop_duplicates("month")
    offered = dict(zip(sound["month"], numbers(sound, ["offered"])["offered"], strict=True))
    wanted = periods.month_range(min(offered), max(offered)) if offered else ()
    gaps = periods.list_months(month for month in wanted if month not in offered)
    rows = [(month, month in offered, f"{gaps} missing.", *_calls_year_before(month, offered)) for month in wanted]
    view = pd.DataFrame(rows, columns=["month", "present", "present_detail", "ratio", "ratio_detail"]).assign(file="")
    return view.astype({"present": bool, "ratio": float})


def _calls_year_before(month: str, offered: dict[str, float]) -> tuple[float, str]:
    """A month's calls over those of the same month a year before, null where either has none, and a sentence."""
    before = periods.shift_month(month, -12)
    now, then = offered.get(month, 0), offered.get(before, 0)
    if not (now > 0 and then > 0):
        return np.nan, ""
    size = "far fewer" if now < then else "far more"
    return now / then, f"{periods.month_name(month)} has {size} calls offered than {periods.month_name(before)}."


# --- consultation -------------------------------------------------------------------------------------------


def consultation_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Events of consultation that are alike."""
    view = identified(frame, "event_id").assign(method=frame["method"], public_meeting=frame["public_meeting"])
    view["date_missing"], view["after_today"] = frame["date"].isna(), after_today(frame, ["date"], context)
    view["group_missing"] = frame["group"].isna()
    view["participants"] = numbers(frame, ["participants"])["participants"]
    view["public_without_meeting"] = is_yes(frame["public_meeting"]) & frame["method"].notna()
    view["public_without_meeting"] &= as_text(frame["method"]) != "meeting"
    return alike(view, PHRASES)


# --- indicators ---------------------------------------------------------------------------------------------


def indicator_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The indicators of the plan: their keys, baselines, targets, periods, and the populations that they imply."""
    view = pd.DataFrame({"file": frame["file"].astype(str)})
    for name in ("indicator_id", "theme", "fact_id", "good", "unit"):
        view[name] = frame[name].astype(object)
    view["id_missing"], view["id_repeated"] = frame["indicator_id"].isna(), repeated(frame, ["indicator_id"])
    for column, name in {"objective": "objective", "name": "name", "fact_id": "fact"}.items():
        view[f"{name}_missing"] = frame[column].isna()
    counts = numbers(frame, ["baseline", "target", "baseline_count", "target_count"])
    view["baseline_missing"], view["baseline_period_missing"] = (
        frame["baseline"].isna(),
        frame["baseline_period"].isna(),
    )
    view = view.join(counts[["baseline_count", "target_count"]]).join(_periods_of(frame))
    gain = (counts["target"] - counts["baseline"]) * frame["good"].astype(object).map({"up": 1, "down": -1}).astype(
        float
    )
    view["target_worse"] = gain < 0
    view["target_without_period"] = frame["target"].notna() & frame["target_period"].isna()
    counted = frame["baseline_count"].notna() | frame["target_count"].notna()
    rate = as_text(frame["unit"]).isin(["%", "per 1,000", "per 100,000"])
    view["count_without_rate"] = counted & ~rate
    small = (counts[["baseline", "target"]] > 0) & (counts[["baseline", "target"]] < 1)
    view["percent_small"] = (as_text(frame["unit"]) == "%") & small.any(axis=1)
    view["populations_differ"] = rate & _populations_differ(counts)
    return phrased(view, _about(frame, "indicator_id", MEASURE_SHOWN, "an indicator"), PHRASES)


def _populations_differ(values: pd.DataFrame) -> pd.Series:
    """Where count over rate, the population that a rate implies, is not the same of baseline and target."""
    implied = [values[f"{name}_count"] / values[name].where(values[name] > 0) for name in ("baseline", "target")]
    first, second = (one.where(one > 0) for one in implied)
    return (second / first - 1).abs() > MOST_APART


def _periods_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Whether a period can't be read, and whether the target's ends no later than the baseline's."""
    ends = {name: frame[name].map(_last_month, na_action="ignore") for name in ("baseline_period", "target_period")}
    unreadable = pd.concat([one == "" for one in ends.values()], axis=1).any(axis=1)
    first, last = (as_text(one) for one in ends.values())
    return pd.DataFrame(
        {"period_unreadable": unreadable, "target_not_later": (first != "") & (last != "") & (last <= first)}
    )


def _last_month(text: object) -> str:
    """The last month of a period as an indicator writes it, a calendar year among them; "" where it can't be read."""
    found = periods.read_period(str(text))
    return found.months[-1] if found else ""


# --- actions ------------------------------------------------------------------------------------------------


def action_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The actions of the plan: their keys, words, dates and status."""
    view = pd.DataFrame({"file": frame["file"].astype(str)})
    view["theme"], view["status"] = frame["theme"].astype(object), frame["status"].astype(object)
    view["id_missing"], view["id_repeated"] = frame["action_id"].isna(), repeated(frame, ["action_id"])
    columns = {"lead_partner": "lead", "measure_of_success": "measure"}
    for column in (*columns, "objective", "commitment", "activity", "start", "due", "updated"):
        view[f"{columns.get(column, column)}_missing"] = frame[column].isna()
    view["after_today"] = after_today(frame, ["updated"], context)
    view["due_before_start"] = frame["due"] < frame["start"]
    complete = as_text(frame["status"]) == "complete"
    view["complete_before_start"] = complete & (frame["updated"] < frame["start"])
    return phrased(view, _about(frame, "action_id", ACTION_SHOWN, "an action"), PHRASES)


# --- risk scores --------------------------------------------------------------------------------------------


def score_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The partners' scores: their keys, whether they are on the scale, and what they rest on."""
    view = pd.DataFrame({"file": frame["file"].astype(str), "dimension": frame["dimension"].astype(object)})
    for name in ("issue", "organisation", "dimension", "score", "evidence"):
        view[f"{name}_missing"] = frame[name].isna()
    view["date_missing"], view["after_today"] = frame["scored_on"].isna(), after_today(frame, ["scored_on"], context)
    # The page takes names that mean one objective area for one issue, so that is what must not be scored twice.
    named = {name: (area_named(str(name)) or name) for name in frame["issue"].dropna().unique()}
    issues = frame.assign(issue=frame["issue"].astype(object).map({k: getattr(v, "slug", v) for k, v in named.items()}))
    view["score_repeated"] = repeated(issues, ["issue", "organisation", "dimension", "scored_on"])
    scale = other(context, "risk_scale")
    view["off_scale"], view["unused"] = False, False
    if scale is not None:
        view["off_scale"] = frame["score"].notna() & ~frame["score"].isin(scale["score"])
        view["unused"] = frame["dimension"].notna() & ~frame["dimension"].isin(scale["dimension"])
    view["evidence_ill"] = frame["evidence"].notna() & ~as_text(frame["evidence"]).str.fullmatch(FACT_ID)
    return phrased(view, _about(frame, "issue", ISSUE_SHOWN, "an issue"), PHRASES)


def score_issues(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per issue: whether a scale was supplied, all that makes its risk was scored, and by more than one."""
    scale = other(context, "risk_scale")
    scored = frame[frame["score"].notna()].astype({"issue": object, "dimension": object})
    alone = scored["organisation"].nunique() == 1
    rows = []
    for issue, group in scored.groupby("issue"):
        named = issue if ISSUE_SHOWN.fullmatch(str(issue)) else "an issue"
        lacking = _lacking(scale, set(group["dimension"]))
        said = "Only one organisation scored" + ("." if alone else f" {named}.")
        rows.append(
            (_only_file(group), bool(lacking), f"{named}: nobody scored {', '.join(lacking)}.",
             group["organisation"].nunique() == 1, said)
        )  # fmt: skip
    names = ["file", "unscored", "unscored_detail", "one_scorer", "one_scorer_detail"]
    view = pd.DataFrame(rows, columns=names).astype({"unscored": bool, "one_scorer": bool})
    return view.assign(scale_missing=scale is None, scale_missing_detail="No file risk_scale.toml was supplied.")


def _lacking(scale: pd.DataFrame | None, scored: Collection[str]) -> list[str]:
    """The dimensions that the scale makes the risk of and that were not scored, in its order."""
    if scale is None:
        return []
    making = scale.loc[scale["part"].isin(RISK_PARTS), "dimension"].astype(str).unique()
    return [name for name in making if name not in scored]


def score_names(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per issue and per organisation: whether it is written in more than one way."""
    rows = []
    for column in ("issue", "organisation"):
        given = frame[column].dropna()
        for written in given.groupby(_spelt(given)).agg(set):
            rows.append((column, len(written) > 1, f"{column}: a name is written in more than one way."))
    view = pd.DataFrame(rows, columns=["column", "spelt_twice", "spelt_twice_detail"]).assign(file="")
    return view.astype({"spelt_twice": bool})


def scale_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The scale: each dimension's part and weight, each of its scores, and how they are put together."""
    view = pd.DataFrame({"file": frame["file"].astype(str)})
    for name in ("dimension", "part", "within", "across"):
        view[name] = frame[name].astype(object)
    view["weight_of_dimension"] = numbers(frame, ["weight"])["weight"]
    view["score_missing"] = frame["score"].isna()
    view["level_repeated"] = repeated(frame, ["file", "dimension", "score"])
    return phrased(view, _about(frame, "dimension", MEASURE_SHOWN, "a dimension"), PHRASES)


def scale_parts(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per file and part of the risk: whether the scale makes it of anything, and whether there is one scale."""
    several = frame["file"].nunique() > 1
    weighed = numbers(frame, ["weight"])["weight"] > 0
    rows = [
        (file, part, bool(weighed[mine & (frame["part"] == part)].any()), several)
        for file, mine in ((name, frame["file"] == name) for name in dict.fromkeys(frame["file"].astype(str)))
        for part in RISK_PARTS
    ]
    view = pd.DataFrame(rows, columns=["file", "part", "made", "several_scales"])
    view["made_detail"] = view["file"] + ": no dimension with a weight above zero is in the part " + view["part"] + "."
    view = view.astype({"file": str, "made": bool, "several_scales": bool})
    return phrased(view.drop(columns="part"), None, PHRASES)


# --- harm weights -------------------------------------------------------------------------------------------


def weight_rows(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The weights by version and offence code; codes that are written in two ways are one."""
    view = pd.DataFrame({"file": frame["file"].astype(str), "weight_of_offence": numbers(frame, ["weight"])["weight"]})
    view["version_missing"], view["code_missing"] = frame["version"].isna(), frame["ho_code"].isna()
    codes = as_text(frame["ho_code"]).map(canonical_code)
    given = frame[["version"]].assign(code=codes.where(~view["code_missing"]))
    view["code_repeated"] = repeated(given, ["version", "code"])
    view["code_unknown"] = ~view["code_missing"] & ~codes.isin({canonical_code(one.code) for one in offence_codes()})
    return phrased(view, _about(frame.assign(code=codes), "code", CODE_SHOWN, "a code"), PHRASES)


def weight_cover(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per offence code supplied: whether the version that is used, the last in order, has a weight for it."""
    versions = sorted(frame["version"].dropna().unique())
    offences = other(context, "offences")
    used = frame.loc[frame["version"] == versions[-1], "ho_code"] if versions else frame["ho_code"]
    weighed = set(as_text(used).map(canonical_code))
    supplied = [] if offences is None or not versions else sorted(set(as_text(offences["ho_code"]).map(canonical_code)))
    rows = [(code in weighed, f"{_code(code)} is among the offences and has no weight.") for code in supplied if code]
    return pd.DataFrame(rows, columns=["weighed", "weighed_detail"]).astype({"weighed": bool}).assign(file="")


def weight_versions(frame: pd.DataFrame, files: pd.DataFrame, context: Context) -> pd.DataFrame:
    """One row per version of the weights: whether it is the one that is used, the last in order."""
    versions = sorted(frame["version"].dropna().unique())
    view = pd.DataFrame({"used": [name == versions[-1] for name in versions]}, dtype=bool).assign(file="")
    return view.assign(used_detail="More than one version was supplied: the last in order is used.")


def _code(code: str) -> str:
    """An offence code to begin a sentence with; a text of another shape is not repeated."""
    return f"Code {code}" if CODE_SHOWN.fullmatch(code) else "A code"
