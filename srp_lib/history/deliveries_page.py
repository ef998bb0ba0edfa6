"""The page of two deliveries of the same months set beside each other: what was added, withdrawn, moved or changed."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from srp_lib import periods, wording
from srp_lib.disclosure import MARK, Policy, Shown, policy
from srp_lib.display import DASH, Notice, Table
from srp_lib.extracts import LOOKUPS
from srp_lib.files import write_text
from srp_lib.history import history_page
from srp_lib.history.deliveries import CHANGES, STREET, Deliveries
from srp_lib.profiles.street import ASB

if TYPE_CHECKING:
    from srp_lib.subject import Subject

TITLE = "Two deliveries of the same months"
HEADS = (
    "Month", "Earlier", "Later", "Added", "Withdrawn", "Moved in", "Moved out", "Moved within", "New outcome", "New type",
)  # fmt: skip
FLOWS, JOINED = ("added", "withdrawn", "entered", "left"), ("came", "went")
NAMES = {
    "earlier": "Earlier", "later": "Later", "added": "Added", "withdrawn": "Withdrawn", "entered": "Moved in",
    "left": "Moved out", "came": "Added or moved in", "went": "Withdrawn or moved out", "within": "Moved within",
    "outcome": "New outcome", "crime_type": "New type",
}  # fmt: skip
ALL = "All months"
STEPS_SHOWN = 15
HARDLY = 0.01  # the share by which a total may move and still be said to have hardly changed
NO_VALUE = "none given"


def summary_rows(found: Deliveries, rule: Policy) -> list[tuple[str, ...]]:
    """A row for each month and one for all under HEADS, for the terminal, as `rule` shows counts.

    Numbers that this edition puts together stand in the first of their columns, and the others have a dash.
    """
    table = by_month(found, rule)
    at = {"came": "added", "went": "withdrawn"}
    rows = []
    for row in table.rows:
        cells = dict(zip(table.columns, row))
        told = {at.get(name, name): cells[head] for name, head in NAMES.items() if head in cells}
        names = ("earlier", "later", *FLOWS, "within", "outcome", "crime_type")
        rows.append((row[0], *(told.get(name, DASH) for name in names)))
    return rows


def record(folder: Path, found: Deliveries, subject: Subject) -> Path:
    """Write the page into the folder of the checks kept, whose own page then leads to it; returns its path.

    Raises AuditError where no check is kept there and RenderError where the page fails a check.
    """
    page = folder / history_page.DELIVERIES
    write_text(page, deliveries_page(found, subject))
    history_page.refresh(folder, subject)
    return page


def deliveries_page(found: Deliveries, subject: Subject) -> str:
    """The page, in the shell that every page shares. Raises RenderError where it fails a check."""
    from srp_lib import render

    rule = policy(subject.config, subject.edition)
    parts = [
        ("", _lead(found, rule, subject.place)),
        ("Month by month", _unchanged(found) + by_month(found, rule, subject.place).html() + _meanings()),
        ("What it does to the counts", _by_type(found, rule, subject.place).html()),
        ("Outcomes that changed", _steps(found, rule, "outcome", "outcome")),
        ("Types that changed", _steps(found, rule, "crime_type", "type")),
        ("The whole of the files", _whole(found, rule)),
        ("How the two were compared", _method(found)),
    ]
    content = "".join(
        (f'<h2 id="part-{number}">{escape(heading)}</h2>' if heading else "") + html
        for number, (heading, html) in enumerate(parts)
    )
    months = periods.list_months(found.months)
    short = _many(len(found.months))
    page = history_page.shell_page(
        TITLE, subject, (short, months), history_page.links_of(history_page.DELIVERIES), {STREET, *LOOKUPS}
    )
    return render.shell(content, page)


def by_month(found: Deliveries, rule: Policy, place: str = "") -> Table:
    """What changed in each month with a change and in all, in the area audited, as `rule` shows counts.

    Where a protecting rule would withhold a count of some month, that column is told for all months together alone, and
    withheld where it is small even so. Flows into and out of the area are put together before that, because a small
    one could be worked out from the other and from the two counts of rows.
    """
    counts = found.counts()
    counts["within"] = counts["lsoa"] + counts["point"]
    counts["came"], counts["went"] = counts["added"] + counts["entered"], counts["withdrawn"] + counts["left"]
    total = counts.sum()
    flows = JOINED if any(_small(counts, name, rule) for name in FLOWS) else FLOWS
    shown = ["earlier", "later", *flows, "within", "outcome", "crime_type"]
    unsafe = {name for name in shown[2:] if _small(counts, name, rule)}
    if unsafe & set(flows):
        unsafe |= set(flows)
    withheld = {name for name in unsafe if rule.small(total[name])}
    if withheld & set(flows):
        withheld |= {name for name in flows if total[name]}
    rows = [
        (
            periods.month_name(month),
            *(DASH if name in unsafe else rule.count(row[name]).text for name in shown),
        )
        for month, row in counts.iterrows()
        if row[[*FLOWS, "within", "outcome", "crime_type"]].any()
    ]
    rows.append((ALL, *(MARK if name in withheld else rule.count(total[name]).text for name in shown)))
    caption = f"Records of the earlier and of the later delivery{f', {place}' if place else ''}"
    more = f"A dash is a count that is given for all months together, as some month's is small; {MARK} is a small count, or one that would give a small one away."
    return Table(
        caption,
        ("Month", *(NAMES[name] for name in shown)),
        tuple(rows),
        f"{rule.note} {more}" if rule.protects else "",
    )


def _small(counts: pd.DataFrame, name: str, rule: Policy) -> bool:
    """Whether a count of some month would be withheld."""
    return any(rule.small(number) for number in counts[name])


def _lead(found: Deliveries, rule: Policy, place: str) -> str:
    """The verdict in a sentence, the totals, and what a reader must know first."""
    cautions = "".join(Notice(text).html() for text in _cautions(found, rule))
    said = " ".join(filter(None, (_size(found, rule, place), _commonest(found, rule))))
    return f'<p class="lead">{escape(_verdict(found, rule, place))}</p><p>{escape(said)}</p>{cautions}'


def _verdict(found: Deliveries, rule: Policy, place: str) -> str:
    """How many months changed and whether the totals did, in one sentence."""
    counts = found.counts()
    changed, many = int(counts[list(CHANGES)].any(axis=1).sum()), len(found.months)
    if not changed:
        return f"Nothing changed: both deliveries hold the same records of {place} in {_all(many)}."
    number = wording.upper_first(wording.number_word(changed))
    which = "The one month" if many == 1 else "All months" if changed == many else f"{number} of {many} months"
    pairs = _totals(found, rule).values()
    if any(one.value is None for pair in pairs for one in pair):
        return f"{which} changed in {place}."
    steps = [abs(two.value - one.value) / one.value if one.value else float(two.value > 0) for one, two in pairs]
    much = max(steps, default=0.0)
    totals = "are the same" if not much and not rule.protects else "hardly did" if much < HARDLY else "did too"
    return f"{which} changed; {place}'s totals {totals}."


def _commonest(found: Deliveries, rule: Policy) -> str:
    """Which kind of change is the commonest, where its count may be told."""
    total = found.counts().sum()
    kinds = {
        "records were added or came to lie in it": total["added"] + total["entered"],
        "records were withdrawn or no longer lie in it": total["withdrawn"] + total["left"],
        "records moved within it": total["lsoa"] + total["point"],
        "records have another outcome": total["outcome"],
        "records are under another type of crime": total["crime_type"],
    }
    shown = {words: rule.count(int(number)).value for words, number in kinds.items()}
    if any(number is None for number in shown.values()) or not any(shown.values()):
        return ""
    most = max(shown, key=lambda words: shown[words])
    return f"The commonest change is that {most}."


def _size(found: Deliveries, rule: Policy, place: str) -> str:
    """What the later delivery does to recorded crime and to anti-social behaviour, in words."""
    told = []
    for noun, (then, now) in _totals(found, rule).items():
        if then.protected or now.protected or not then.value:
            continue
        one, two = then.value, now.value
        about = "about " if rule.protects else ""
        if one == two:
            told.append(f"as many {noun} as the earlier one ({about}{wording.whole(two)})")
            continue
        more = f"{wording.decimal(100 * abs(two - one) / one)}% {'more' if two > one else 'fewer'}"
        told.append(f"{more} {noun} than the earlier one ({about}{wording.whole(two)} and {wording.whole(one)})")
    return f"In {place}, the later delivery has {wording.listed(told)}." if told else ""


def _totals(found: Deliveries, rule: Policy) -> dict[str, tuple[Shown, Shown]]:
    """Recorded crimes and incidents of anti-social behaviour in the earlier and in the later delivery, as shown."""
    sides = _types(found)
    return {
        noun: tuple(
            rule.count(sum(number for name, number in side.items() if (name != ASB) == crime)) for side in sides
        )
        for noun, crime in (("recorded crimes", True), ("incidents of anti-social behaviour", False))
    }


def _many(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"


def _all(months: int) -> str:
    return "the one month" if months == 1 else f"all {months} months"


def _types(found: Deliveries) -> tuple[dict[str, int], dict[str, int]]:
    """Records of the area by type, in the earlier and in the later delivery."""
    rows = found.here
    then = rows.loc[rows["here_then"], "crime_type_then"].value_counts()
    now = rows.loc[rows["here_now"], "crime_type_now"].value_counts()
    return {str(name): int(n) for name, n in then.items()}, {str(name): int(n) for name, n in now.items()}


def _cautions(found: Deliveries, rule: Policy) -> list[str]:
    """What keeps the two from being held against each other in full."""
    said = []
    for months, which in ((found.only_then, "earlier"), (found.only_now, "later")):
        if months:
            said.append(f"Only the {which} delivery holds {periods.list_months(months)}: left out of everything here.")
    if found.renamed:
        said.append(
            f"In {periods.list_months(found.renamed)} fewer than half of the earlier Crime IDs come back, so the publisher has made "
            "them anew. Records of those months are counted by type and place, and what moved or changed type counts as withdrawn and added."
        )
    if found.recoded:
        said.append(
            f"In {periods.list_months(found.recoded)} the two use LSOAs of different censuses, so a move from one LSOA to another can't be told."
        )
    if found.redated:
        shown = rule.count(found.redated).words("Crime IDs", "Crime ID")
        said.append(
            f"{wording.upper_first(shown)} left one month for another, in all of the files: counted as withdrawn there and as added here."
        )
    return said


def _unchanged(found: Deliveries) -> str:
    """The months that are the same in both deliveries, which the table leaves out."""
    counts = found.counts()
    same = [str(month) for month in counts.index[~counts[list(CHANGES)].any(axis=1)]]
    if not same:
        return ""
    if len(same) == len(counts):
        return "<p>No month of the area has changed, so the table has the sums alone.</p>"
    text = f"{'One month that is' if len(same) == 1 else f'{len(same)} months that are'} the same in both for the area {'is' if len(same) == 1 else 'are'} left out of the table."
    return f"<p>{escape(text)}</p>"


def _meanings() -> str:
    """What each column means."""
    texts = {
        "Added": "in the later delivery alone",
        "Withdrawn": "in the earlier delivery alone",
        "Moved in, moved out": "in both, but only one of them places it in the area (the other has it elsewhere, or without a place)",
        "Moved within": "in both and in the area in both, at another LSOA or map point",
        "New outcome, new type": "in both, with another outcome or under another type of crime",
    }
    items = "".join(f"<li><strong>{name}</strong>: {escape(text)}.</li>" for name, text in texts.items())
    return f"<p>Earlier plus added and moved in, less withdrawn and moved out, is later.</p><ul>{items}</ul>"


def _by_type(found: Deliveries, rule: Policy, place: str) -> Table:
    """Counts by type in either delivery; protected ones in the public edition, as their difference is a count of few."""
    then, now = _types(found)
    pairs = [(name or NO_VALUE, then.get(name, 0), now.get(name, 0)) for name in sorted({*then, *now})]
    rows = tuple((name, *_step(rule.count(one), rule.count(two))) for name, one, two in pairs)
    caption = f"Records by type in either delivery, {place}"
    asb = "Anti-social behaviour is not crime; it is here because the files hold it."
    return Table(caption, ("Type", "Earlier", "Later", "Difference", "Change"), rows, f"{rule.note} {asb}".strip())


def _step(then: Shown, now: Shown) -> tuple[str, ...]:
    """Two counts, their difference and that in %, as far as they may be told."""
    if then.value is None or now.value is None:
        return then.text, now.text, DASH, DASH
    moved = now.value - then.value
    return (
        then.text,
        now.text,
        wording.signed(moved, 0),
        f"{wording.signed(100 * moved / then.value)}%" if then.value else DASH,
    )


def _steps(found: Deliveries, rule: Policy, column: str, noun: str) -> str:
    """The commonest changes from one value to another."""
    steps = found.steps(column)
    if not len(steps):
        return Notice(f"No record of the area has another {noun}.").html()
    most, rest = steps.iloc[:STEPS_SHOWN], int(steps.iloc[STEPS_SHOWN:].sum())
    counts = pd.Series(most.to_numpy(), index=[f"{then or NO_VALUE}\n{now or NO_VALUE}" for then, now in most.index])
    if rest:
        counts[_OTHER] = rest
    shown = rule.collapse(counts, _OTHER) if rule.protects else counts
    if not len(shown):
        return Notice(f"So few records have another {noun} that this edition does not say from which to which.").html()
    rows = tuple((*label.split("\n"), wording.whole(number)) for label, number in shown.items() if number)
    caption = f"Records with another {noun}, by what it was and is"
    return Table(caption, ("Earlier", "Later", "Records"), rows, rule.note).html()


_OTHER = "Any other\nAny other"


def _whole(found: Deliveries, rule: Policy) -> str:
    """The same over all records of the files, wherever they lie."""
    total = found.counts(whole=True).sum()
    names = {"earlier": "Earlier", "later": "Later", "added": "Added", "withdrawn": "Withdrawn", "lsoa": "At another LSOA",
             "point": "At another map point of the same LSOA", "outcome": "New outcome", "crime_type": "New type"}  # fmt: skip
    pair = any(rule.small(total[name]) for name in ("added", "withdrawn"))
    rows = tuple(
        (label, MARK if pair and name in ("added", "withdrawn") and total[name] else rule.count(total[name]).text)
        for name, label in names.items()
    )
    caption = "All records of the files, wherever they lie"
    return Table(caption, ("What", "Records"), rows, rule.note).html()


def _method(found: Deliveries) -> str:
    """How records were held against each other."""
    told = (
        "A record with a Crime ID is held against the records with that ID in the same month. One ID can stand on several rows; they "
        "are paired so that those that agree in most come together.",
        "Incidents of anti-social behaviour have no ID, so nobody can follow one. They are counted by month, LSOA and map point: one "
        "that moved counts as withdrawn here and added there.",
        "Map points are anonymous places near the true one. The publisher moves records when it revises them, and an outcome is added "
        "when a case goes on: a change is not an error.",
    )
    return "".join(f"<p>{escape(text)}</p>" for text in told)
