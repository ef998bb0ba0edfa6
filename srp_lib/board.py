"""Board: the headline of a quarter's report, over the pages of the themes' leads. It repeats their key facts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from srp_lib import wording
from srp_lib.display import DASH, Stack, Table
from srp_lib.verdicts import NOT_MET, NOT_ON_COURSE, TARGETS

Fact = Mapping[str, Any]
TITLE = "Quarterly report to the board"
ACTIONS, OVERDUE = "actions", "actions_overdue"


def headline(facts: Sequence[Fact], titles: Mapping[str, str], span: str) -> Stack:
    """Targets and actions of each theme, and which indicators are behind; `titles` maps each page to its heading."""
    held = {name: [fact for fact in facts if fact["notebook"] == name] for name in titles}
    rows = tuple((title, *_tally(held[name])) for name, title in titles.items())
    hrefs = tuple((f"{name}.html", *("",) * (len(TARGETS) + 1)) for name in titles)
    columns = ("Theme", *map(wording.upper_first, TARGETS), "Actions overdue")
    return Stack((Table(f"Targets and actions, {span}", columns, rows, hrefs=hrefs), *_behind(held)))


def _tally(facts: Sequence[Fact]) -> tuple[str, ...]:
    """How many indicators have each verdict, and how many of the actions are overdue."""
    verdicts = [fact["verdict"] for fact in facts]
    numbers = [verdicts.count(verdict) for verdict in TARGETS]
    actions = {fact["id"].rpartition(".")[2]: fact["value"] for fact in facts if ".performance.action" in fact["id"]}
    late, every = actions.get(OVERDUE), actions.get(ACTIONS)
    judged = [wording.whole(number) if any(numbers) else DASH for number in numbers]
    return (*judged, DASH if late is None or not every else f"{wording.whole(late)} of {wording.whole(every)}")


def _behind(held: Mapping[str, Sequence[Fact]]) -> tuple[Table, ...]:
    """The indicators that missed their target or are not on course, each a link to its figure."""
    behind = [fact for facts in held.values() for fact in facts if fact["verdict"] in (NOT_MET, NOT_ON_COURSE)]
    if not behind:
        return ()
    rows = tuple((fact["label"], wording.marked(fact["verdict"]), fact["statement"]) for fact in behind)
    hrefs = tuple((f"{fact['notebook']}.html#{fact['anchor']}", "", "") for fact in behind)
    return (
        Table(
            "Indicators that missed their target or are not on course",
            ("Indicator", "Verdict", "Figure"),
            rows,
            hrefs=hrefs,
        ),
    )
