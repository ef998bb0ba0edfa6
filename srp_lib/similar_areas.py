"""Similar areas: what the notebook shows of the audited area beside similar partnerships and all others.

Each function is one part of the page, made from a `Similar`; where there is nothing to compare `lead` says why and
the others show nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from srp_lib import estimates, facts, place_charts, places, rates, verdicts, wording
from srp_lib.comparators import (
    FEW_RESIDENTS,
    LARGE_UNASSIGNED,
    LOOKUP,
    NEIGHBOURS,
    OFFENCES,
    PEOPLE,
    TABLE,
    TOTAL,
    Neighbour,
    Similar,
)
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import Estimate
from srp_lib.facts import KeyFact, Lead
from srp_lib.standing import BEYOND, INSIDE, Standing, funnel_of, members, position, ranks, standings
from srp_lib.used import DENOMINATOR, NUMERATOR

THEME = "similar"
ALL = "the partnerships of England and Wales"
USED = (TABLE, PEOPLE, LOOKUP, NEIGHBOURS)
UNCLEAR = "No clear difference"
OUTER = {"above": BEYOND["upper", "998"], "below": BEYOND["lower", "998"]}
EDGES = (BEYOND["upper", "95"], BEYOND["lower", "95"])
SHOWN_FORCES = 3  # how many of the forces with the largest share unassigned are listed besides those flagged
HEADLINES = tuple(name for name in OFFENCES if name != TOTAL)


def lead(similar: Similar) -> Lead | Notice:
    """Where the area stands for all recorded crime, in a few sentences; why nothing can be compared where it cannot."""
    if similar.reason:
        return Notice(similar.reason, "missing")
    found, config = standings(similar)[TOTAL], similar.evidence.config
    area, many = similar.evidence.area_name, len(similar.group.codes)
    rate = f"{wording.decimal(found.rate.value)} recorded crimes for every {config.per:,} residents"
    against = (
        [_against(found.to_group, found.verdict_group, f"the {_areas(many)} of its group taken together")]
        if many
        else []
    )
    against.append(_against(found.to_all, found.verdict_all, "all other partnerships of England and Wales"))
    text = [
        _other_year(similar),
        f"{area} had {rate} in {_when(similar)}: {wording.listed(against)}.",
        _rank_sentence(similar),
        _stands(found),
        _types_beyond(similar),
    ]
    return Lead(" ".join(filter(None, text)), _reading(similar), facts.headings(similar.evidence))


def caveats(similar: Similar) -> Notice:
    """What to bear in mind before comparing places."""
    if similar.reason:
        return NOTHING
    items = (
        (
            "Police forces do not record alike. A force that records more of what it is told has a higher rate, and "
            "nothing here can tell that from more crime."
        ),
        (
            "Rates are over those who live in a place. Where many come to work, shop or go out, a rate by residents "
            "overstates the risk."
        ),
        _denominators(similar),
        _list_caveat(similar),
        similar.group.lacking and f"{similar.group.lacking} {wording.upper_first(similar.group.label)} stand in.",
        (
            "Table C2 counts the crimes that the police recorded, without fraud. How many were never reported, nobody "
            "can "
            "tell from it."
        ),
    )
    return Notice("Before comparing, bear in mind:", "caveat", tuple(filter(None, items)))


def total_funnel(similar: Similar) -> Chart | Notice:
    """All partnerships by population and rate of recorded crime, with the limits, the area and its group marked."""
    if similar.reason:
        return NOTHING
    found, area = standings(similar)[TOTAL], similar.evidence.area_name
    beyond, far = _outside(found.funnel)
    title = f"{area}’s rate of recorded crime is {found.position}"
    per = similar.evidence.config.per
    subtitle = f"Recorded crimes per {per:,} residents by population, {ALL}, {similar.period.label}"
    alt = (
        f"Funnel plot of {len(found.funnel):,} partnerships. {area}: {_figure(found.rate)}, {found.position}. "
        f"{wording.upper_first(_beyond_counts(found.funnel))}."
    )
    note = (
        "Each dot is a partnership. The limits allow for chance and for how much areas differ anyway. Of the "
        f"{len(found.funnel):,} drawn, {_number(beyond)} {'lies' if beyond == 1 else 'lie'} beyond the 95% limits and, of "
        f"those, {_number(far)} beyond the 99.8% limits. {_few_sentence(similar)}"
    ).strip()
    counted = similar.counted(TOTAL)
    return place_charts.funnel(
        "similar-total", title, subtitle, alt, found.funnel, similar.rows["name"], similar.own,
        set(similar.group.codes), counted["residents"], _rate_of_all(similar, TOTAL), _all_of_them(similar), note, per,
    )  # fmt: skip


def small_funnels(similar: Similar) -> Chart | Notice:
    """The same for each headline type of offence, small."""
    if similar.reason:
        return NOTHING
    found, area = standings(similar), similar.evidence.area_name
    per, shown = similar.evidence.config.per, [name for name in HEADLINES if found[name].position]
    if not shown:
        return NOTHING
    beyond = [
        f"{OFFENCES[name][0].lower()} ({found[name].position})" for name in shown if found[name].position != INSIDE
    ]
    title = f"{area} is within the limits for each of these types of crime"
    if beyond:
        title = f"{area} is beyond limits for {wording.listed(beyond)}"
    subtitle = f"Offences per {per:,} residents by population, {ALL}, {similar.period.label}"
    table = _limits_table(similar, shown)
    alt = f"{len(shown)} small funnel plots. {title}."
    note = (
        "Each panel has its own scale. The table tells how many of the partnerships drawn lie beyond the 95% limits, and "
        "how many of those beyond the 99.8% limits too. Its other figures are the area’s own; those of every partnership are in table C2."
    )
    points = {
        OFFENCES[name][0]: (found[name].funnel, similar.counted(name)["residents"], _rate_of_all(similar, name))
        for name in shown
    }
    return place_charts.funnels(
        "similar-types", title, subtitle, alt, points, similar.own, set(similar.group.codes), area, table, note, per
    )


def by_offence(similar: Similar) -> Table | Notice:
    """Each type's count, rate, ratios to the group's and to all others' rate and place; carries the key facts."""
    if similar.reason:
        return NOTHING
    found, per = standings(similar), similar.evidence.config.per
    columns = ("Type", "Crimes", f"Per {per:,}", "Times the group’s rate", "Times all others’ rate", "Among all")
    made = [_facts(similar, one) for one in found.values()]
    rows = tuple(_offence_row(one) for one in found.values())
    anchors = tuple(("", "", rate.anchor, group.anchor, others.anchor, "") for rate, group, others in made)
    note = (
        f"Below each figure is its {similar.evidence.config.confidence:.0%} interval. Higher and lower mean more than "
        "chance would explain, with at most 5% false alarms "
        f"over the types of a column. {_stricter('types')} Most areas differ from an average by more than chance, so the last column says "
        "whether the area stands out. "
        "Violence with injury and stalking and harassment are parts of violence against the person. "
        "Residential burglary per household cannot be given: the estimates supplied have no households of other areas."
    )
    caption = (
        f"Types of crime in {similar.evidence.area_name} beside similar areas and all others, {similar.period.label}"
    )
    return Table(caption, columns, rows, note, tuple(fact for trio in made for fact in trio), anchors)


def group_table(similar: Similar) -> Table | Notice:
    """The area and those it is compared with, the highest rate of recorded crime first."""
    if similar.reason or not similar.group.codes:
        return NOTHING
    known = {one.partnership: one for one in similar.group.neighbours if one.partnership}
    rows = _member_rows(similar, (similar.own, *similar.group.codes), known)
    note = (
        f"The group is {similar.group.label}. The ratio is of each area’s rate to that of "
        f"{similar.evidence.area_name}; below each figure is its interval. "
        f"{_stricter('areas')} "
        "The rank counts the highest rate as 1, and its range is what chance alone leaves open. A flag marks an area "
        "of a force "
        f"that leaves over {LARGE_UNASSIGNED:g}% of its crime to no partnership."
    )
    caption = f"Recorded crime in {similar.evidence.area_name} and similar areas, {similar.period.label}"
    return Table(caption, _member_columns(similar), rows, note)


def group_left_out(similar: Similar) -> Table | Notice:
    """Those of the list that cannot be compared, and why."""
    gone = () if similar.reason else tuple(one for one in similar.group.neighbours if not one.partnership)
    if not gone:
        return NOTHING
    rows = tuple((one.name, _listing(one), wording.upper_first(one.reason)) for one in gone)
    return Table("Areas of the list that are not compared", ("Area", "Likeness, 1 = most", "Why"), rows)


def group_ranges(similar: Similar) -> Chart | Notice:
    """The rates of the area and its group with their intervals, and the group's own rate as a line."""
    if similar.reason or not similar.group.codes:
        return NOTHING
    found = members(similar, (similar.own, *similar.group.codes), TOTAL)
    ordered = sorted(found.index, key=lambda code: found.at[code, "rate"].value)
    own_rates = [found.at[code, "rate"] for code in ordered]
    rows = pd.DataFrame(
        {
            "name": [similar.name(code) for code in ordered],
            "value": [rate.value for rate in own_rates],
            "lower": [rate.lower for rate in own_rates],
            "upper": [rate.upper for rate in own_rates],
            "highlight": [code == similar.own for code in ordered],
        }
    )
    area, per, all_of_it = similar.evidence.area_name, similar.evidence.config.per, standings(similar)[TOTAL].group_rate
    level = f"{similar.evidence.config.confidence:.0%} interval"
    columns = ("Area", f"Per {per:,}", level)
    cells = tuple(
        (similar.name(code), wording.decimal(rate.value), _limits(rate))
        for code, rate in zip(ordered[::-1], own_rates[::-1], strict=True)
    )
    title = f"{area} has the {_place_in_group(similar)} highest rate of the {_areas(len(rows))} of its group"
    subtitle = f"Recorded crimes per {per:,} residents, {similar.period.label}; the bars are {level}s"
    alt = (
        f"Rates from {rows['name'].iloc[-1]} ({wording.decimal(own_rates[-1].value)}) down to {rows['name'].iloc[0]} "
        f"({wording.decimal(own_rates[0].value)}). {_rank_sentence(similar)}"
    )
    note = f"The upright line is the group's rate without {area}: {wording.decimal(all_of_it.value)}."
    table = Table(f"Recorded crime for every {per:,} residents, {similar.period.label}", columns, cells)
    return place_charts.ranges("similar-group", title, subtitle, alt, rows, table, note=note, reference=all_of_it.value)


def force_table(similar: Similar) -> Table | Notice:
    """The partnerships of the area's own force, compared as the group is."""
    if similar.reason or len(similar.of_force) < 2:
        return NOTHING
    rows = tuple(row[:1] + row[2:] for row in _member_rows(similar, similar.of_force, {}))
    columns = _member_columns(similar)[:1] + _member_columns(similar)[2:]
    caption = f"Recorded crime in the partnerships of {similar.force}, {similar.period.label}"
    note = (
        "One force records them all, so its ways of recording are less likely to explain a difference. "
        f"{_stricter('areas')}"
    )
    return Table(caption, columns, rows, note)


def left_out(similar: Similar) -> Table | Notice:
    """The partnerships that are in table C2 and not compared, and why."""
    if similar.reason:
        return NOTHING
    if not similar.left_out:
        return Notice("Every partnership of table C2 is compared.")
    gathered: dict[str, list[str]] = {}
    for one in similar.left_out:
        gathered.setdefault(one.reason, []).append(f"{one.name} ({one.force})")
    rows = tuple((wording.upper_first(why), str(len(names)), wording.listed(names)) for why, names in gathered.items())
    note = f"{len(similar.rows):,} partnerships are compared and {len(similar.left_out)} are not."
    return Table(
        f"Partnerships that are not compared, {similar.period.label}",
        ("Why", "How many", "Partnerships (force)"),
        rows,
        note,
    )


def unassigned(similar: Similar) -> Table | Notice:
    """What share of each force's crime has no partnership: the area's force, those flagged and the largest others."""
    if similar.reason:
        return NOTHING
    forces = similar.forces.sort_values(["share"], ascending=False, kind="stable")
    flagged = forces.index[forces["share"] > LARGE_UNASSIGNED]
    shown = list(dict.fromkeys([similar.force, *flagged, *forces.index[:SHOWN_FORCES]]))
    rows = tuple(
        (
            name,
            wording.whole(forces.at[name, "crimes"]),
            wording.whole(forces.at[name, "unassigned"]),
            f"{wording.decimal(forces.at[name, 'share'])}%",
            "Flagged" if name in flagged else "",
        )
        for name in shown
    )
    own, count = forces.loc[similar.force], int(similar.rows.at[similar.own, TOTAL])
    note = (
        "Table C2 gives these crimes to a force and to no partnership; they are in no rate here. If all "
        f"{wording.whole(own['unassigned'])} of {similar.force} were of {similar.evidence.area_name}, "
        f"its {wording.whole(count)} would rise by {wording.decimal(100 * own['unassigned'] / count)}% at most. Over "
        f"{LARGE_UNASSIGNED:g}% flags a force, as the rates of its partnerships are too low. "
        f"{len(forces) - len(shown)} other forces have smaller shares."
    )
    columns = ("Force", "Recorded crimes", "Unassigned", "Share", "Remark")
    return Table(f"Crimes assigned to no partnership, {similar.period.label}", columns, rows, note)


def _stricter(what: str) -> str:
    """Why an interval that leaves out 1 can stand beside a verdict of no clear difference."""
    return f"Among several {what} some intervals leave out no difference (1) by luck, so a verdict asks for more than that."


def _facts(similar: Similar, found: Standing) -> tuple[KeyFact, KeyFact, KeyFact]:
    """The rate, its ratio to the group's and its ratio to all others' as key facts."""
    label, noun = OFFENCES[found.offence]
    people = f"{wording.whole(similar.rows.at[similar.own, 'residents'])} residents"
    base = f"{people}, mid-{similar.rows.at[similar.own, 'year']}"
    line = f"the area's line of table C2 of {similar.period.label}"
    basis = f"{wording.upper_first(noun)} in {line}, over its residents ({base})"
    per = f"{noun} for every {similar.evidence.config.per:,} residents in {_when(similar)}"
    said = f"{similar.evidence.area_name} had {_figure(found.rate)} {per} ({base})."
    absent = f"No rate of {noun} can be given. {found.rate.note}"
    stem = f"{THEME}.{found.offence}"
    return (
        KeyFact(
            f"{stem}.rate", absent if found.rate.value is None else said, found.rate, similar.period.code, basis,
            (TABLE, PEOPLE), label=label, rows=similar.used(found.offence, [similar.own], NUMERATOR, DENOMINATOR),
        ),
        _ratio_fact(similar, found, f"{stem}.ratio_to_group", "group", basis),
        _ratio_fact(similar, found, f"{stem}.ratio_to_all", "all", basis),
    )  # fmt: skip


def _ratio_fact(similar: Similar, found: Standing, id: str, which: str, basis: str) -> KeyFact:
    """One ratio of the area's rate to that of the group or of all others."""
    label, noun = OFFENCES[found.offence]
    if which == "group":
        estimate, others, verdict = found.to_group, found.group_rate, found.verdict_group
        codes = similar.group.codes
        whom = f"the {_areas(len(similar.group.codes))} compared ({similar.group.label})"
    else:
        estimate, others, verdict = found.to_all, found.all_rate, found.verdict_all
        codes = tuple(code for code in similar.rows.index if code != similar.own)
        whom = f"the other {len(found.funnel) - 1:,} of {ALL} that can be compared"
    if estimate.value is None:
        statement = f"No ratio of {noun} to {whom} can be given. {estimate.note}"
    else:
        own = f"The rate of {noun} in {similar.evidence.area_name}"
        statement = f"{own} was {_times(estimate)} that of {whom}, taken together."
    return KeyFact(
        id, statement, estimate, similar.period.code, f"{basis}; over the same of {whom}, counts and residents summed",
        _used(similar), others.value, others.numerator, "" if others.value is None else similar.period.code, verdict,
        label=label,
        rows=similar.used(found.offence, [similar.own], NUMERATOR, NUMERATOR) + similar.used(found.offence, codes, DENOMINATOR, DENOMINATOR),
    )  # fmt: skip


def _used(similar: Similar) -> tuple[str, ...]:
    """Those of the extracts that are supplied."""
    return tuple(name for name in USED if name in similar.evidence.intake.extracts)


def _offence_row(found: Standing) -> tuple[str, ...]:
    label, rate = OFFENCES[found.offence][0], found.rate
    if rate.value is None:
        return (label, DASH, DASH, DASH, DASH, "Not published")
    group, others = (
        f"{_stacked(estimate, 2)}\n{_marked(verdict)}" if estimate.value is not None else DASH
        for estimate, verdict in ((found.to_group, found.verdict_group), (found.to_all, found.verdict_all))
    )
    return (label, wording.whole(rate.numerator), _stacked(rate), group, others, wording.upper_first(found.position))


def _member_columns(similar: Similar) -> tuple[str, ...]:
    per, own = similar.evidence.config.per, similar.evidence.area_name
    return ("Area", "Likeness, 1 = most", f"Per {per:,}", f"Times {own}’s", "Verdict", "Rank", "Residents")


def _member_rows(similar: Similar, codes: Sequence[str], listed: dict[str, Neighbour]) -> tuple[tuple[str, ...], ...]:
    """A row each, in the columns of `_member_columns`, the highest rate first."""
    found, placed = members(similar, codes, TOTAL), ranks(similar, TOTAL, codes)
    ordered = sorted(found.index, key=lambda code: -found.at[code, "rate"].value)
    return tuple(
        (
            _member_name(similar, code),
            _listing(listed[code]) if code in listed else DASH,
            _stacked(found.at[code, "rate"]),
            _stacked(found.at[code, "ratio"], 2) if code != similar.own else "1",
            _marked(found.at[code, "verdict"]) if code != similar.own else DASH,
            _range(placed.loc[code]),
            f"{wording.whole(similar.rows.at[code, 'residents'])}\nmid-{similar.rows.at[code, 'year']}",
        )
        for code in ordered
    )


def _member_name(similar: Similar, code: str) -> str:
    flagged = similar.forces.at[similar.rows.at[code, "force"], "share"] > LARGE_UNASSIGNED
    own = " (the audited area)" if code == similar.own else ""
    return f"{similar.name(code)}{own}{' (flagged)' if flagged else ''}"


def _listing(one: Neighbour) -> str:
    """An area's place in the list, and how close the list says it is."""
    return f"{one.rank}{f', {one.closeness.lower()}' if one.closeness else ''}"


def _all_of_them(similar: Similar) -> Table:
    """Every partnership that is compared, the highest rate of recorded crime first: the data of the funnel."""
    counted, found, config = similar.counted(TOTAL), standings(similar)[TOTAL].funnel, similar.evidence.config
    rated = rates.rate_table(counted["count"], counted["residents"], config.per, config.confidence)
    rows = tuple(
        (
            similar.name(code),
            wording.whole(counted.at[code, "count"]),
            wording.whole(counted.at[code, "residents"]),
            _stacked(estimates.from_row(row)),
            wording.upper_first(position(found, code)),
        )
        for code, row in rated.sort_values("value", ascending=False, kind="stable").iterrows()
    )
    columns = ("Partnership", "Recorded crimes", "Residents", f"Per {config.per:,}", "Among all")
    caption = f"Recorded crime in {ALL}, {similar.period.label}"
    return Table(caption, columns, rows, f"Of the {len(found):,} partnerships, {_beyond_counts(found)}.")


def _rate_of_all(similar: Similar, offence: str) -> float:
    """The rate of all partnerships together, by person."""
    counted = similar.counted(offence)
    return float(counted["count"].sum() / counted["residents"].sum())


def _limits_table(similar: Similar, offences: Sequence[str]) -> Table:
    """Each type's rate in the area and in all, between which rates the limits of an area of its size lie, and how many
    partnerships lie beyond their own.
    """
    found, per = standings(similar), similar.evidence.config.per
    rows = []
    for name in offences:
        funnel, rate = found[name].funnel.loc[similar.own], per * _rate_of_all(similar, name)
        ends = ([rate * funnel[side + level] for side in ("lower", "upper")] for level in ("95", "998"))
        limits = (f"{wording.decimal(low, 2)} to {wording.decimal(high, 2)}" for low, high in ends)
        own = wording.decimal(found[name].rate.value, 2)
        beyond = (f"{number} of {len(found[name].funnel)}" for number in _outside(found[name].funnel))
        rows.append((OFFENCES[name][0], own, wording.decimal(rate, 2), *limits, *beyond))
    columns = (
        "Type", similar.evidence.area_name, "All", "95% limits", "99.8% limits", "Beyond the 95% limits",
        "Beyond the 99.8% limits",
    )  # fmt: skip
    caption = f"Rates per {per:,} residents and the limits for an area of this size, {similar.period.label}"
    return Table(caption, columns, tuple(rows))


def _outside(found: pd.DataFrame) -> tuple[int, int]:
    """How many lie beyond the 95% limits, and how many of them beyond the 99.8% limits, as `position` says it."""
    told = [position(found, code) for code in found.index]
    return sum(one != INSIDE for one in told), sum(one in OUTER.values() for one in told)


def _number(number: int) -> str:
    return wording.number_word(number) if number else "none"


def _beyond_counts(found: pd.DataFrame) -> str:
    """How many lie beyond the outer limits, in words."""
    above, below = (int((found["verdict"] == word).sum()) for word in (places.ABOVE, places.BELOW))
    verb = "lies" if above == 1 else "lie"
    return f"{wording.number_word(above)} {verb} above the 99.8% limits and {wording.number_word(below)} below"


def _few_sentence(similar: Similar) -> str:
    """Which of the partnerships beyond the limits have few residents and many visitors; empty where none is."""
    found = funnel_of(similar, TOTAL)
    beyond = found.index[found["verdict"].isin((places.ABOVE, places.BELOW))]
    few = [code for code in beyond if similar.rows.at[code, "residents"] < FEW_RESIDENTS]
    told = [
        f"{similar.name(code)} ({wording.whole(found.at[code, 'observed'])} crimes, "
        f"{wording.whole(similar.rows.at[code, 'residents'])} residents)"
        for code in few
    ]
    if not told:
        return ""
    return (
        "Some of those beyond the limits have so few residents that a rate over them says little, and visitors count "
        f"for much: {wording.listed(told)}."
    )


def _denominators(similar: Similar) -> str:
    """Which mid-year estimates the rates are over, and that they are old where they are."""
    oldest = similar.evidence.config.oldest_denominator_months
    years, away = similar.rows["year"].value_counts(), similar.rows["months_away"]
    main = int(years.index[0])
    others = similar.rows.index[similar.rows["year"] != main]
    text, late = f"Rates are over the mid-{main} population estimates", int(away[similar.rows["year"] == main].iloc[0])
    if late > oldest:
        text += f", {late} months from the middle of the twelve months, because no nearer estimate was supplied"
    if not len(others):
        return f"{text}."
    used = wording.listed([f"mid-{year}" for year in sorted(set(similar.rows.loc[others, "year"]))])
    names = wording.listed([similar.name(code) for code in others])
    return f"{text}. Only workbooks of other years have the authorities of {names}, whose rates are over {used}."


def _list_caveat(similar: Similar) -> str:
    if not similar.group.codes:
        return ""
    return (
        f"The group is {similar.group.label}. Such lists are made of who lives in a place (ages, incomes, work), not "
        "of its crime or its town centres."
    )


def _against(estimate: Estimate, verdict: str, whom: str) -> str:
    """How the rate compares with that of `whom`, as a part of a sentence; its interval is in the table."""
    if estimate.value is None:
        return f"it cannot be set beside {whom}"
    if verdict in (verdicts.HIGHER, verdicts.LOWER):
        return f"{wording.decimal(abs(100 * (estimate.value - 1)))}% {verdict} than in {whom}"
    return f"not clearly different from {whom}"


def _stands(found: Standing) -> str:
    """Whether the area stands out among all."""
    start = "It stands out"
    if found.position in (INSIDE, *EDGES):
        start = "It does not stand out" if found.position == INSIDE else "It is at the edge"
    return f"{start}: among {len(found.funnel):,} partnerships, which differ for many reasons, it is {found.position}."


def _types_beyond(similar: Similar) -> str:
    """Which types of crime lie beyond the 99.8% limits."""
    found, told = standings(similar), []
    for side, place in OUTER.items():
        names = [OFFENCES[name][0] for name in HEADLINES if found[name].position == place]
        if names:
            told.append(f"{wording.listed(names).lower()} {'is' if len(names) == 1 else 'are'} {side}")
    if not told:
        return (
            f"None of the {wording.number_word(len(HEADLINES))} types of crime compared lies beyond the 99.8% limits."
        )
    return f"Of the types of crime compared, {wording.listed(told)} the 99.8% limits."


def _rank_sentence(similar: Similar) -> str:
    """The area's place in its group by rate, as a sentence; empty where there is no group."""
    if not similar.group.codes:
        return ""
    number = _areas(1 + len(similar.group.codes))
    return f"Among the {number} of its group, itself included, it has the {_place_in_group(similar)} highest rate."


def _place_in_group(similar: Similar) -> str:
    """The area's rank by rate in its group, as the range that chance leaves open: "8th or 9th"."""
    placed = ranks(similar, TOTAL, (similar.own, *similar.group.codes))
    low, high = int(placed.at[similar.own, "low"]), int(placed.at[similar.own, "high"])
    joiner = "or" if high - low == 1 else "to"
    return _ordinal(low) if low == high else f"{_ordinal(low)} {joiner} {_ordinal(high)}"


def _range(row: pd.Series) -> str:
    low, high = int(row["low"]), int(row["high"])
    return f"{low}" if low == high else _unbroken(f"{low} to {high}")


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _other_year(similar: Similar) -> str:
    """That the table is of another year than the audited one; empty where it is of the same."""
    audited = similar.evidence.period
    if audited.months == similar.period.months:
        return ""
    return f"No table of {audited.label}, the period audited, was supplied: what follows is of {_when(similar)}."


def _reading(similar: Similar) -> str:
    level = f"{similar.evidence.config.confidence:.0%}"
    return (
        f"Higher and lower mean that a rate differs by more than chance would explain; the tables give the {level} "
        "intervals. Most areas differ from an average, so limits that allow for how much they usually do tell whether "
        "a place stands out."
    )


def _when(similar: Similar) -> str:
    return similar.period.label if similar.period.kind == "year" else f"the {similar.period.label}"


def _areas(number: int) -> str:
    return "one area" if number == 1 else f"{wording.number_word(number)} areas"


def _figure(estimate: Estimate) -> str:
    """A rate with its interval, or why there is none."""
    if estimate.value is None:
        return estimate.note
    return f"{wording.decimal(estimate.value, _places(estimate))} ({wording.interval(estimate, _places(estimate))})"


def _times(estimate: Estimate) -> str:
    return f"{wording.decimal(estimate.value, 2)} times ({wording.interval(estimate, 2)})"


def _stacked(estimate: Estimate, places: int = 0) -> str:
    """A figure over its interval, for a table's cell."""
    if estimate.value is None:
        return DASH
    return f"{wording.decimal(estimate.value, places or _places(estimate))}\n{_limits(estimate)}"


def _limits(estimate: Estimate) -> str:
    places = 2 if estimate.unit == "times" else _places(estimate)
    return _unbroken(f"{wording.decimal(estimate.lower, places)} to {wording.decimal(estimate.upper, places)}")


def _unbroken(text: str) -> str:
    """Text that no line break falls into."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _places(estimate: Estimate) -> int:
    """Decimals enough to tell small rates apart."""
    return 1 if estimate.value is None or estimate.value >= 10 else 2


def _marked(verdict: str) -> str:
    """A verdict on a comparison of places, which is no change."""
    return f"{wording.MARKS[verdict]} {UNCLEAR}" if verdict == verdicts.UNCLEAR else wording.marked(verdict)
