"""Board: the headline of a quarter's report, over the pages of the themes' leads. It repeats what those pages tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from srp_lib import wording
from srp_lib.display import DASH, Notice, Stack, Table
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE, ON_COURSE, TARGETS

Fact = Mapping[str, Any]
TITLE = "Quarterly report to the board"
NEITHER = "Neither indicators nor actions were supplied (extracts indicators and actions), so no target and no action is told of."
SAID = {
    MET: "met", ON_COURSE: "on course", NOT_ON_COURSE: "not on course", NOT_MET: "missed", CANT_TELL: "can't be judged",
}  # fmt: skip


def headline(
    facts: Sequence[Fact], titles: Mapping[str, str], summaries: Mapping[str, Mapping[str, Any]], span: str
) -> Stack:
    """A sentence on all targets and actions, a table of them by theme, and what is behind.

    `titles` maps each page to its heading and `summaries` to what it says of itself, where "behind" lists actions
    that are at risk, off track or overdue.
    """
    own = [fact for fact in facts if ".performance." in str(fact["id"])]
    if not own:
        return Stack((Notice(NEITHER, "missing"),))
    rows = tuple((title, *_tally([one for one in own if one["notebook"] == name])) for name, title in titles.items())
    hrefs = tuple((f"{name}.html", *("",) * (len(TARGETS) + 2)) for name in titles)
    columns = ("Theme", *map(wording.upper_first, TARGETS), "Actions overdue", "At risk or off track")
    table = Table(f"Targets and actions, {span}", columns, rows, hrefs=hrefs)
    return Stack((Notice(_sentence(own)), table, *_behind(own), *_late(titles, summaries)))


def _sentence(facts: Sequence[Fact]) -> str:
    """How many targets have each verdict and how many actions are behind, over all themes."""
    verdicts = [fact["verdict"] for fact in facts if fact["verdict"] in TARGETS]
    told = [f"{verdicts.count(one)} {SAID[one]}" for one in TARGETS if one in verdicts]
    targets = f"Of {len(verdicts)} targets {wording.listed(told)}." if told else ""
    every, late, behind = (_sum(facts, name) for name in ("actions", "actions_overdue", "actions_behind"))
    if not every:
        return targets
    are = [f"{number:.0f} {'is' if number == 1 else 'are'}" for number in (late, behind)]
    return f"{targets} Of {every:.0f} actions {are[0]} overdue and {are[1]} at risk or off track.".strip()


def _sum(facts: Sequence[Fact], name: str) -> float:
    return sum(fact["value"] or 0 for fact in facts if str(fact["id"]).endswith(f".performance.{name}"))


def _tally(facts: Sequence[Fact]) -> tuple[str, ...]:
    """How many indicators of a theme have each verdict, and how many of its actions are behind."""
    verdicts = [fact["verdict"] for fact in facts]
    numbers = [verdicts.count(verdict) for verdict in TARGETS]
    judged = [wording.whole(number) if any(numbers) else DASH for number in numbers]
    every = _sum(facts, "actions")
    told = [
        f"{_sum(facts, name):.0f} of {every:.0f}" if every else DASH for name in ("actions_overdue", "actions_behind")
    ]
    return (*judged, *told)


def _behind(facts: Sequence[Fact]) -> tuple[Table, ...]:
    """The indicators that missed their target or are not on course, each a link to its figure."""
    behind = [fact for fact in facts if fact["verdict"] in (NOT_MET, NOT_ON_COURSE)]
    if not behind:
        return ()
    rows = tuple((str(fact["label"]), wording.marked(fact["verdict"])) for fact in behind)
    hrefs = tuple((f"{fact['notebook']}.html#{fact['anchor']}", "") for fact in behind)
    return (Table("Targets missed or not on course", ("Indicator", "Verdict"), rows, hrefs=hrefs),)


def _late(titles: Mapping[str, str], summaries: Mapping[str, Mapping[str, Any]]) -> tuple[Table, ...]:
    """The actions that are at risk, off track or overdue."""
    rows = tuple(tuple(map(str, one)) for name in titles for one in summaries.get(name, {}).get("behind", ()))
    columns = ("Action", "Lead partner", "Due", "Status")
    return (Table("Actions at risk, off track or overdue", columns, rows),) if rows else ()
