"""Tables from the partners' records. Counts are protected first; what is computed comes from the protected ones."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from srp_lib import change, disclosure, lag, rates, wording
from srp_lib.codelists import offences as codes
from srp_lib.disclosure import Policy
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.estimates import Estimate
from srp_lib.record_changes import change_of
from srp_lib.record_facts import Context
from srp_lib.records import CURRENT, NON_RECENT, UNDATED, Records, Rows

OTHER = "Other, put together because few"
REST = "All other kinds"
NOT_SHOWN = "There are too few {noun} to show {what} without telling of single people."
CHARGED, OPEN = "charged", "open"
SHOWN_PLACES = 10


def breakdown(context: Context, rows: Rows, counts: pd.Series, what: str, noun: str) -> Table | Notice:
    """Counts and shares of categories, most first; the small ones put together where they must be protected.

    `what` heads the column of categories and `noun` says what is counted.
    """
    policy = context.policy(rows)
    shown = shown_counts(policy, counts)
    if not len(shown):
        return Notice(NOT_SHOWN.format(noun=noun, what=what.lower()), "missing") if counts.sum() else NOTHING
    whole = policy.count(int(counts.sum())).value or int(shown.sum())
    lines = tuple(
        (str(name), wording.whole(number), *_share_cells(context, policy, int(number), whole))
        for name, number in shown.items()
    )
    caption = (
        f"{wording.upper_first(noun)} by {what.lower()}, {context.evidence.area_name}, {context.evidence.period.label}"
    )
    return Table(caption, (what, "Count", "Share", _level(context)), lines, _note(policy, lines))


def shown_counts(policy: Policy, counts: pd.Series) -> pd.Series:
    """Categories as they may be shown, most first, the collected rest last; empty where nothing may be."""
    shown = policy.collapse(counts, OTHER)
    order = sorted(shown.index, key=lambda name: (name == OTHER, -int(shown[name]), str(name)))
    return shown.loc[order]


def recency(context: Context, rows: Rows, noun: str) -> Table | Notice:
    """Current offences beside non-recent ones, each with the year before and its verdict.

    Where a count would be withheld, offences without a usable date stand with the non-recent ones.
    """
    if rows.lacking or not rows.total:
        return NOTHING
    policy = context.policy(rows)
    parts = _recency_parts(policy, rows)
    # A count of the year before that is withheld could be worked out from the other and their total.
    possible = rows.cover.comparison.possible and not any(
        policy.small(part.both_years()[1].sum()) for part in parts.values()
    )
    if not parts:
        return Notice(NOT_SHOWN.format(noun=noun, what="current and non-recent offences apart"), "missing")
    lines = []
    for name, part in parts.items():
        share = policy.share(part.total, rows.total, context.confidence)
        lines.append(
            (name, policy.count(part.total).text, _percent(share, policy), *_moved_cells(context, part, possible))
        )
    days = lag.NON_RECENT_DAYS
    columns = ("When it happened", "Count", "Share", "Change on the year before", _level(context), "Verdict")
    note = (
        f"{CURRENT}: recorded within {days} days of the last date on which it can have happened. {NON_RECENT}: later than that. "
        f"An offence without a usable date is neither. {_note(policy, lines)}"
    )
    caption = f"{wording.upper_first(noun)}, current and non-recent, {context.evidence.area_name}, {context.evidence.period.label}"
    wide = len(columns) if possible else 3
    return Table(caption, columns[:wide], tuple(line[:wide] for line in lines), note.strip())


def _recency_parts(policy: Policy, rows: Rows) -> dict[str, Rows]:
    """The classes of the table, none of them withheld; empty where that cannot be."""
    fine = {name: rows.where(recency=name) for name in (CURRENT, NON_RECENT, UNDATED)}
    coarse = {
        CURRENT: fine[CURRENT],
        f"{NON_RECENT} or without a usable date": rows.where(recency=(NON_RECENT, UNDATED)),
    }
    for parts in (fine, coarse):
        if not any(policy.small(part.total) for part in parts.values()):
            return parts
    return {}


def outcomes(context: Context, rows: Rows, noun: str) -> Table | Notice:
    """The share charged or summonsed and the share still open, by offence group, with the interval of the first.

    In a protected table a group stands alone only where none of its cells is withheld; the others are put together.
    """
    if rows.lacking or not rows.total:
        return NOTHING
    policy = context.policy(rows)
    cells = policy.collapse_rows(outcome_cells(rows), "Other offences", "All groups together")
    if cells is None:
        return Notice(NOT_SHOWN.format(noun=noun, what="how they ended"), "missing")
    lines = tuple(_outcome_line(context, policy, str(name), cell) for name, cell in cells.iterrows())
    columns = ("Offence group", "Offences", "Charged or summonsed", _level(context), "No outcome yet")
    caption = f"How {noun} ended by offence group, {context.evidence.area_name}, {context.evidence.period.label}"
    note = (
        "Outcomes as they stood in the extract. The rest ended otherwise, most often without a "
        f"suspect or without enough evidence. Newer offences have had less time to reach an outcome. {_note(policy, lines)}"
    )
    return Table(caption, columns, lines, note.strip())


def outcome_cells(rows: Rows) -> pd.DataFrame:
    """Offences of the period by group (index, most first): all, charged, open and the rest, a column each."""
    now = rows.now
    types = codes.outcome_types()
    names = {code: one.group for code, one in types.items()}
    group = now["outcome_code"].map(lambda code: OPEN if pd.isna(code) else names.get(int(code), OTHER))
    table = pd.DataFrame(
        {
            "all": 1,
            CHARGED: (group == CHARGED).astype(int),
            OPEN: (group == OPEN).astype(int),
            "name": now["group"].astype(str),
        }
    )
    cells = table.groupby("name").sum()
    cells["rest"] = cells["all"] - cells[CHARGED] - cells[OPEN]
    return cells.sort_values("all", ascending=False, kind="stable")


def priority_places(context: Context, records: Records, rows: Rows, noun: str) -> Table | Notice:
    """The neighbourhoods with the most in the period, with the year before, always protected: they are within the area."""
    if rows.lacking:
        return NOTHING
    now, then = place_counts(rows)
    policy = disclosure.policy(context.evidence.config, context.evidence.edition)
    names = place_names(records)
    shown = policy.counts(now).dropna().sort_index().sort_values(ascending=False, kind="stable").head(SHOWN_PLACES)
    if not len(shown):
        return NOTHING
    lines = tuple(
        (
            names.get(code, str(code)),
            wording.whole(number),
            "" if then is None else policy.count(int(then.get(code, 0))).text,
        )
        for code, number in shown.items()
    )
    comparison = rows.cover.comparison
    columns = (
        "Neighbourhood",
        context.evidence.period.label,
        *([comparison.comparator.label] if then is not None else []),
    )
    note = (
        f"Neighbourhoods are 2021 LSOAs of some 1,500 residents. Those at the head of one year's list tend to have fewer in "
        f"the next by chance alone. {_note(policy, lines)}"
    )
    caption = f"The {len(lines)} neighbourhoods with the most {noun} in {context.evidence.period.label}, {context.evidence.area_name}"
    return Table(caption, columns, tuple(line[: len(columns)] for line in lines), note.strip())


def place_counts(rows: Rows) -> tuple[pd.Series, pd.Series | None]:
    """Counts by 2021 LSOA in the period and in the year before; None for that where the two are not whole."""
    now, then = rows.now["lsoa21"].dropna().astype(str).value_counts(), rows.then
    return now, None if then is None else then["lsoa21"].dropna().astype(str).value_counts()


def place_names(records: Records) -> dict[str, str]:
    """What a 2021 LSOA is called: its name, with its ward's where the lookups have it."""
    supplied = records.evidence.intake.extracts
    names: dict[str, str] = {}
    if "lsoa11_lsoa21" in supplied:
        frame = supplied["lsoa11_lsoa21"].frame(["lsoa21_code", "lsoa21_name"]).dropna()
        names = dict(zip(frame["lsoa21_code"].astype(str), frame["lsoa21_name"].astype(str)))
    if "lsoa21_ward" in supplied:
        frame = (
            supplied["lsoa21_ward"].frame(["lsoa21_code", "ward_name", "ward_year"]).dropna().sort_values("ward_year")
        )
        wards = dict(zip(frame["lsoa21_code"].astype(str), frame["ward_name"].astype(str)))
        names = {code: f"{name} ({wards[code]})" if code in wards else name for code, name in names.items()}
    return names


def unknowns(context: Context, parts: Sequence[tuple[str, Rows, Rows]], said: Sequence[str] = ()) -> Notice:
    """What a reader must bear in mind: for each (what, rows, rows in which it is known) the share not known; and `said`."""
    items = [text for what, rows, known in parts if (text := _unknown(context, what, rows, known))]
    kept = (*items, *filter(None, said))
    return Notice("Bear in mind:" if kept else "", "caveat", kept)


def unlisted(records: Records) -> Notice:
    """The codes that no list knows; their offences are counted in all and in no group."""
    found = records.unlisted()
    if not found:
        return NOTHING
    named = [code for code in found if codes.CODE_SHOWN.fullmatch(code)]
    rest = [] if len(named) == len(found) else ["some texts that are no code"]
    return Notice(
        f"No code list knows {wording.listed([*named, *rest])}: those offences are counted among all offences and by their "
        "flags, and in no offence group."
    )


def _unknown(context: Context, what: str, rows: Rows, known: Rows) -> str:
    """The share not known; nothing where none or too few to show are, so that the two can't be told apart."""
    if rows.lacking or rows.total - known.total < (
        context.policy(rows).smallest if context.policy(rows).protects else 1
    ):
        return ""
    estimate = context.policy(rows).share(rows.total - known.total, rows.total, context.confidence)
    told = (
        f"{wording.decimal(estimate.value, context.policy(rows).places)}%"
        if estimate.value is not None
        else disclosure.band(estimate) or "some"
    )
    return f"{wording.upper_first(what)} was not recorded for {told} of them; shares are of the rest."


def _outcome_line(context: Context, policy: Policy, name: str, cell: pd.Series) -> tuple[str, ...]:
    whole = int(cell["all"])
    charged, still = (policy.share(int(cell[column]), whole, context.confidence) for column in (CHARGED, OPEN))
    return name, policy.count(whole).text, _percent(charged, policy), _limits(charged, policy), _percent(still, policy)


def _share_cells(context: Context, policy: Policy, part: int, whole: int) -> tuple[str, str]:
    estimate = rates.proportion(part, whole, context.confidence)
    return _percent(estimate, policy), _limits(estimate, policy)


def _moved_cells(context: Context, rows: Rows, possible: bool) -> tuple[str, str, str]:
    if not possible:
        return "", "", ""
    estimate, counts = change_of(context, rows, context.policy(rows))
    verdict = wording.marked(change.verdict(estimate))
    if estimate.value is None:
        return counts, DASH, verdict
    places = context.policy(rows).places
    limits = f"{wording.signed(estimate.lower, places)}% to {wording.signed(estimate.upper, places)}%"
    return f"{wording.signed(estimate.value, places)}%", limits, verdict


def _note(policy: Policy, lines: Sequence[tuple[str, ...]]) -> str:
    """What a table says of its counts: all of the rule where one is withheld, else that they are rounded."""
    return policy.note if any(disclosure.MARK in cell for line in lines for cell in line) else policy.brief


def _percent(estimate: Estimate, policy: Policy) -> str:
    if estimate.value is None:
        return disclosure.band(estimate) or (disclosure.MARK if estimate.denominator != 0 else DASH)
    return f"{wording.decimal(estimate.value, policy.places)}%"


def _limits(estimate: Estimate, policy: Policy) -> str:
    if estimate.value is None:
        return DASH
    return f"{wording.decimal(estimate.lower, policy.places)}% to {wording.decimal(estimate.upper, policy.places)}%"


def _level(context: Context) -> str:
    return f"{context.confidence:.0%} interval"
