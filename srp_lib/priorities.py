"""Priorities: what the notebook shows of issues, their evidence and their risk as the partners scored it.

Each function is one part of the page, made from a `Scored`; where nothing can be ranked `lead` says why and the parts
on scores show nothing. Checks of the scores against the evidence are in `score_checks`.
"""

from __future__ import annotations

import pandas as pd

from srp_lib import disclosure, risk, risk_charts, wording
from srp_lib.checks import read_checks
from srp_lib.display import DASH, NOTHING, Notice, Table
from srp_lib.drawing import Chart
from srp_lib.estimates import Estimate
from srp_lib.facts import KeyFact, Lead
from srp_lib.issues import NONE, NOT_GIVEN
from srp_lib.risk import DRAWS, SEED, TOP, Dimension, Scale
from srp_lib.score_checks import contrary, uncited
from srp_lib.scored import SCALE, SCORES, Scored
from srp_lib.used import NUMERATOR, in_files

FIRM = 0.95  # an issue that is among the highest in this share of the draws stays there
JUDGED = "judgement of partners: no count of people"
LEVEL = wording.number_word(TOP)
EVIDENCE = (
    "Issue", "Volume", "Harm score", "Trend", "Next twelve months", "Repeat victims", "Vulnerable victims",
    "Public raised it", "File checks",
)  # fmt: skip
NO_EVIDENCE = Notice(
    "No page of this audit has a key fact on any of the issues: the partners' extracts were not supplied.", "missing"
)
RANKING = (
    "Issue", "Rank", "Risk", "Harm", "Likelihood", "Rank when scores move", f"In the top {LEVEL}", "If all err alike",
    "Leaving one scorer out",
)  # fmt: skip
READING = (
    "This page decides nothing. It shows what a decision on priorities would rest on: first the evidence on each issue, then how "
    "partners scored it, then where the two do not fit."
)
NOT_NATIONAL = (
    "The scales that are used nationally for such rankings are not public, and nothing here claims to reproduce them."
)


def lead(scored: Scored) -> Lead | Notice:
    """The issues of the highest risk as scored, how sure that is, and what speaks against it; why there is none."""
    if scored.lacking:
        return Notice(f"{scored.lacking} The evidence on each issue is below.", "missing")
    names = [scored.said(slug) for slug in scored.highest]
    verb = "risks are" if len(names) > 1 else "risk is"
    text = [
        f"As scored by {_by(scored)}, the highest {verb} {wording.listed(names)}.",
        _sure(scored),
        *_against(scored),
    ]
    return Lead(" ".join(filter(None, text)), READING, {})


def evidence_table(scored: Scored) -> Table | Notice:
    """What each issue has by way of key facts, one row each, every figure a link to its fact; why there is none."""
    if not scored.ledger.entries:
        return Notice(f"The evidence on each issue can't be shown. {scored.ledger.why}", "missing")
    checks, rows, hrefs = read_checks(scored.evidence.processed), [], []
    for issue in scored.issues.values():
        cells = issue.cells(checks)
        name = issue.label + ("\nNo evidence" if issue.bare else "" if issue.area else "\nEmerging issue")
        rows.append((name, *(text for text, _ in cells)))
        hrefs.append(("", *(href for _, href in cells)))
    evidence = scored.evidence
    policy = disclosure.policy(evidence.config, evidence.edition)
    note = (
        "Every figure is a key fact of another page and leads to it; of emerging issues those that scorers point to. Issues count different things "
        f"(offences, incidents, referrals), so volumes are not all alike. A harm score has no unit; it serves to compare issues. "
        f"File checks are of the files' form, not of how well things were recorded. {policy.note}"
    )
    caption = f"The evidence on each issue, {evidence.area_name}, {evidence.period.label}"
    blurred = (
        " Rounding can hide a change: a verdict can be firmer in the partners' edition." if policy.protects else ""
    )
    table = Table(caption, EVIDENCE, tuple(rows), f"{note.strip()}{blurred}", hrefs=tuple(hrefs))
    return table.without({NONE, NOT_GIVEN}) if any(not issue.bare for issue in scored.issues.values()) else NO_EVIDENCE


def matrix(scored: Scored) -> Chart | Notice:
    """Every issue that is ranked, by harm and likelihood."""
    if scored.lacking or scored.scale is None:
        return NOTHING
    ranked, scale = scored.ranked, scored.scale
    points = ranked.assign(name=[scored.label(slug) for slug in ranked.index], top=ranked.index.isin(scored.highest))
    told = [
        f"{row.name}: harm {wording.decimal(row.harm)}, likelihood {wording.decimal(row.likelihood)}, risk {wording.decimal(row.risk)}"
        for row in points[["name", "harm", "likelihood", "risk"]].itertuples(index=False)
    ]
    title = f"{points['name'].iloc[0]} {'ranks' if not ranked['tied'].iloc[0] else 'is among those that rank'} highest by risk as scored"
    subtitle = f"Harm by likelihood, mean scores of {_by(scored)} from {scale.lowest} ({scale.scores[scale.lowest].lower()}) to {scale.highest} ({scale.scores[scale.highest].lower()}), {scored.evidence.area_name}"
    rows = tuple((row.name, *map(wording.decimal, (row.harm, row.likelihood, row.risk))) for row in points.itertuples())
    return risk_charts.matrix(
        "matrix", title, subtitle, f"Matrix of harm and likelihood, highest risk first. {title}. {'; '.join(told)}.",
        points, scale, Table("Harm, likelihood and risk as scored", ("Issue", "Harm", "Likelihood", "Risk"), rows),
        note="Further right is likelier, further up does more harm.", top=f"The {LEVEL} highest risks",
    )  # fmt: skip


def ranking(scored: Scored) -> Table | Notice:
    """Harm, likelihood, risk, rank and how the rank holds; carries the key facts of risk and of being among the highest."""
    if scored.lacking or scored.scale is None:
        return NOTHING
    ranked, alone = scored.ranked, len(scored.scorers) == 1
    made = {slug: _facts(scored, slug) for slug in ranked.index}
    shown = len(RANKING) - 2 if alone else len(RANKING)
    rows = [(_named(scored, slug), *_ranking_cells(row))[:shown] for slug, row in ranked.iterrows()]
    anchors = [("", "", first.anchor, "", "", "", second.anchor, "", "")[:shown] for first, second in made.values()]
    gone = scored.unranked
    rows += [(_named(scored, slug), f"Not ranked: nobody scored {_words(row['lacking'])}", *[DASH] * (shown - 2)) for slug, row in gone.iterrows()]  # fmt: skip
    anchors += [("",) * shown] * len(gone)
    facts = tuple(fact for pair in made.values() for fact in pair)
    caption = f"Issues by risk as scored, {scored.evidence.area_name}, {scored.evidence.period.label}"
    return Table(caption, RANKING[:shown], tuple(rows), _ranking_note(scored), facts, tuple(anchors))


def beside(scored: Scored) -> Table | Notice:
    """The spread between scorers and the dimensions that are told beside the risk."""
    if scored.lacking or scored.scale is None:
        return NOTHING
    several, scale, means = len(scored.scorers) > 1, scored.scale, scored.means
    heads = [f"{_word(one.name)}{' (high is good)' if one.reversed else ''}" for one in scored.shown]
    columns = ("Issue", *(("Risk by single scorers", "Furthest apart on") if several else ()), *heads)
    rows = []
    for slug in [*scored.ranked.index, *scored.unranked.index]:
        shown = [_score(means.at[slug, one.name]) for one in scored.shown]
        rows.append((scored.label(slug), *(_apart_cells(scored, slug) if several else ()), *shown))
    if len(columns) == 1:
        return NOTHING
    note = (
        f"Mean scores from {scale.lowest} to {scale.highest}. They are shown beside the risk and are not in it."
        if heads
        else ""
    )
    whole = "Risk by single scorers is that of each who scored every dimension of it."
    apart = f"{_widest(scored)} {whole}" if several else ""
    return Table("What stands beside the risk", columns, tuple(rows), f"{apart} {note}".strip())


def rule(scored: Scored) -> Notice:
    """How scores make a risk, in words, and what this scale is not."""
    if scored.scale is None:
        return Notice(
            f"No scale (extract {SCALE}) was supplied: it would say what each score means. {NOT_NATIONAL}", "missing"
        )
    return Notice(f"{_rule(scored.scale)} {NOT_NATIONAL}")


def scale_table(scored: Scored) -> Table | Notice:
    """What each dimension judges, where it counts, and what its scores mean."""
    if scored.scale is None:
        return NOTHING
    scale = scored.scale
    told = [one for one in scale.dimensions if one.scores]
    columns = ("Dimension", "Counts in", "What it judges", *(("What scores mean",) if told else ()))
    rows = tuple(
        (_word(one.name), _counts_in(one), one.meaning, *((_meanings(one, scale),) if told else ()))
        for one in scale.dimensions
    )
    labels = wording.listed([f"{score} {label.lower()}" for score, label in sorted(scale.scores.items())])
    return Table(f"The scale: {scale.title}", columns, rows, f"Scores: {labels}.")


def unused(scored: Scored) -> Notice:
    """Scores of dimensions that the scale does not define, and scores dated after the period."""
    known = {one.name for one in scored.scale.dimensions} if scored.scale else set(scored.rows["dimension"])
    gone = sorted(set(scored.rows["dimension"]) - known)
    parts = [f"The scale does not say what {wording.listed([_word(name).lower() for name in gone])} is for, so scores of it are left out." if gone else ""]  # fmt: skip
    if scored.later:
        parts.append(
            f"Scores dated after {scored.evidence.period.label}, which are left out: {wording.whole(scored.later)}."
        )
    return Notice(" ".join(filter(None, parts)))


# --- words ----------------------------------------------------------------------------------------------------


def _by(scored: Scored) -> str:
    return "one partner" if len(scored.scorers) == 1 else f"{wording.number_word(len(scored.scorers))} partners"


def _sure(scored: Scored) -> str:
    """How often the highest stay so when every score moves by up to one, and which others could be there."""
    ranked, many = scored.ranked, len(scored.ranked)
    if len(scored.highest) == many:
        number = f"{wording.number_word(many)} {'issue' if many == 1 else 'issues'}"
        if many > TOP:
            return f"All {number} ranked are among the {LEVEL} highest, as the last of them are equal."
        return f"Only {number} {'is' if many == 1 else 'are'} ranked, so all are among the {LEVEL} highest."
    firm = [scored.said(slug) for slug in scored.highest if ranked.at[slug, "top"] >= FIRM]
    loose = [
        f"{scored.said(slug)} ({_percent(ranked.at[slug, 'top'])})"
        for slug in scored.highest
        if ranked.at[slug, "top"] < FIRM
    ]
    tries = "of tries in which every score moves by up to one"
    stay = "stays" if len(firm) == 1 else "stay"
    held = f"{wording.listed(firm)} {stay} in the top {LEVEL} in at least {100 * FIRM:.0f}% {tries}." if firm else ""
    rest = f"Less firm: {wording.listed(loose)}{'' if firm else f', {tries}'}." if loose else ""
    near = ranked.drop(index=scored.highest)["top"]
    others = f"Nearest of the others: {scored.said(near.idxmax())} ({_percent(near.max())})."
    return " ".join(filter(None, [wording.upper_first(held), rest, others]))


def _against(scored: Scored) -> list[str]:
    """What speaks against the scores, in short."""
    said = []
    slugs = contrary(scored)
    if slugs:
        names = wording.listed([scored.said(slug) for slug in slugs])
        said.append(f"Scores and evidence point different ways on {names}.")
    without, total = uncited(scored)
    if without:
        said.append(f"{wording.whole(without)} of {wording.whole(total)} scores cite no evidence.")
    if len(scored.unranked):
        names = wording.listed([scored.said(slug) for slug in scored.unranked.index])
        said.append(f"Not ranked, as nobody scored a part of it: {names}.")
    return said


def _ranking_cells(row: pd.Series) -> tuple[str, ...]:
    rank = f"{row['rank']:.0f}" + (" equal" if row["tied"] else "")
    ranks = f"{row['low']:.0f}" if row["low"] == row["high"] else f"{row['low']:.0f} to {row['high']:.0f}"
    figures = map(wording.decimal, (row["risk"], row["harm"], row["likelihood"]))
    kept = f"{row['kept']:.0f} of {row['lists']:.0f}"
    return rank, *figures, ranks, _percent(row["top"]), _percent(row["together"]), kept


def _ranking_note(scored: Scored) -> str:
    scale = scored.scale or Scale("", {}, ())
    low, high = scale.bounds
    parts = [f"Risk can be from {wording.whole(low)} to {wording.whole(high)}. Where scores move, each is one lower, the same or one higher at random, {DRAWS:,} times; the range of rank holds 95% of these."]  # fmt: skip
    if len(scored.scorers) == 1:
        parts.append("One partner scored, so there is no spread between scorers and nobody to leave out: how far others would agree is not known.")  # fmt: skip
    else:
        parts.append(
            f"“If all err alike” moves the scores of all partners on a dimension together, which is the harder test. The last column counts the lists made without one of the partners in which the issue is in the top {LEVEL}."
        )
    partly = {slug: row["partly"] for slug, row in scored.combined.iterrows() if row["partly"]}
    if partly:
        told = wording.listed([f"{scored.said(slug)} ({_words(names)})" for slug, names in partly.items()])
        parts.append(f"Some partners left out a dimension, and the mean is of the others: {told}.")
    return " ".join(parts)


def _named(scored: Scored, slug: str) -> str:
    """An issue's name with a flag where some scorers left out a dimension of it."""
    return scored.label(slug) + ("\nScores incomplete" if scored.combined.at[slug, "partly"] else "")


def _apart_cells(scored: Scored, slug: str) -> tuple[str, str]:
    row = scored.spread.loc[slug]
    risks = DASH
    if row["lowest"] == row["lowest"]:
        risks = f"{wording.decimal(row['lowest'])} to {wording.decimal(row['highest'])}"
    if not row["dimension"]:
        return risks, DASH
    gap = f"{row['low']:.0f} to {row['high']:.0f}".replace(" ", "\N{NO-BREAK SPACE}")
    return risks, f"{_word(row['dimension'])}: {gap}" if row["low"] < row["high"] else "Nothing"


def _widest(scored: Scored) -> str:
    """The greatest disagreement of all."""
    apart = (scored.spread["high"] - scored.spread["low"]).dropna()
    if apart.empty or not apart.max():
        return ""
    slug = apart.idxmax()
    row = scored.spread.loc[slug]
    others = int((apart == apart.max()).sum()) - 1
    more = (
        f" ({wording.number_word(others)} other {'issue has' if others == 1 else 'issues have'} as wide a gap)"
        if others
        else ""
    )
    return f"Scorers are furthest apart on {_word(row['dimension']).lower()} of {scored.said(slug)}: from {row['low']:.0f} to {row['high']:.0f}{more}."


def _facts(scored: Scored, slug: str) -> tuple[KeyFact, KeyFact]:
    """The risk of an issue and its probability of being among the highest, as key facts."""
    row, label, scale, evidence = scored.ranked.loc[slug], scored.label(slug), scored.scale, scored.evidence
    rule_, by = _rule(scale) if scale else "", _by(scored)
    place = f"{'equal ' if row['tied'] else ''}{row['rank']:.0f} of {len(scored.ranked)}"
    scores = Estimate(float(row["risk"]), None, None, None, None, "risk score", f"{scale.within} of scores, {scale.across} of harm and likelihood" if scale else "")  # fmt: skip
    every = scored.rows
    shared = {
        "period": evidence.period.code, "extracts": (SCORES, SCALE), "disclosure": JUDGED, "label": label,
        "rows": in_files(NUMERATOR, SCORES, every.loc[every["issue"] == slug, "file"]),
        "rests_on": tuple(one for one in scored.issues[slug].cited if scored.ledger.get(one)),
    }  # fmt: skip
    first = KeyFact(
        f"priorities.{slug}.risk", f"{label}: risk {wording.decimal(row['risk'])} as scored by {by}, rank {place}.", scores,
        definition=rule_.rstrip("."), **shared,
    )  # fmt: skip
    moved = Estimate(100 * float(row["top"]), None, None, None, None, "%", f"{DRAWS:,} draws, seed {SEED}")
    second = KeyFact(
        f"priorities.{slug}.top_probability",
        f"{label} is in the top {LEVEL} in {_percent(row['top'])} of rankings with every score moved at random by up to one.", moved,
        definition=f"Share of rankings in which the issue is among the {TOP} highest, each single score moved by -1, 0 or +1 and kept on the scale; issues equal in the last place share it",
        **{**shared, "rows": in_files(NUMERATOR, SCORES, every["file"])},
    )  # fmt: skip
    return first, second


def _rule(scale: Scale) -> str:
    """How scores make a risk, in sentences."""
    parts = [f"{wording.upper_first(part)} is the {_within(scale, part)}." for part in (risk.HARM, risk.LIKELIHOOD)]
    across = "harm times likelihood" if scale.across == risk.PRODUCT else "harm plus likelihood"
    turned = [_word(one.name).lower() for one in scale.counted if one.reversed]
    beside_ = wording.listed([_word(one.name).lower() for one in scale.of(risk.SHOWN)])
    parts.append(f"Risk is {across}.")
    parts.append(
        f"A high score of {wording.listed(turned)} means less risk, so it is turned round first." if turned else ""
    )
    parts.append(f"{wording.upper_first(beside_)} {'is' if len(scale.of(risk.SHOWN)) == 1 else 'are'} shown beside the risk and not in it." if beside_ else "")  # fmt: skip
    return " ".join(filter(None, ["Scores are first averaged over the partners who gave one.", *parts]))


def _within(scale: Scale, part: str) -> str:
    own = scale.of(part)
    weighted = scale.within == risk.MEAN and len({one.weight for one in own}) > 1
    names = wording.listed([_word(one.name).lower() + (f" (weight {one.weight:g})" if weighted else "") for one in own])
    if len(own) == 1:
        return f"score of {names}"
    return (
        f"highest of {names}" if scale.within == risk.HIGHEST else f"{'weighted ' if weighted else ''}mean of {names}"
    )


def _counts_in(one: Dimension) -> str:
    where = {risk.HARM: "Harm", risk.LIKELIHOOD: "Likelihood"}.get(one.part, "Shown beside")
    weight = f", weight {one.weight:g}" if one.part != risk.SHOWN and one.weight != 1 else ""
    return f"{where}{weight}{', high is less risk' if one.reversed else ''}"


def _meanings(one: Dimension, scale: Scale) -> str:
    return "\n".join(f"{score} {one.scores.get(score, scale.scores[score])}" for score in sorted(scale.scores))


def _words(names: tuple[str, ...]) -> str:
    return wording.listed([_word(name).lower() for name in names])


def _word(name: str) -> str:
    """The name of a dimension as it is said."""
    return wording.upper_first(name.replace("_", " "))


def _score(mean: float) -> str:
    return DASH if mean != mean else wording.decimal(mean)


def _percent(share: float) -> str:
    """A share of draws; to a tenth of a percent where it is nearly none or nearly all, which draws can't tell from none."""
    if share < 0.0005:
        return "under 0.1%"
    close = 0.0005 <= share < 0.005 or 0.995 < share < 1
    return f"{100 * share:.{1 if close else 0}f}%"
