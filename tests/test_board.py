"""The board's headline: a sentence over all themes, a line for each, and what is behind."""

from __future__ import annotations

from typing import Any

from srp_lib import board
from srp_lib.display import Notice, Table
from srp_lib.verdicts import CANT_TELL, MET, NOT_MET, NOT_ON_COURSE

TITLES = {"p_children": "Protecting vulnerable children", "p_adults": "Protecting vulnerable adults"}
LATE = ["Train staff", "Council", "31 December 2020", "Off track"]


def fact(theme: str, measure: str, verdict: str = "", value: float = 1.0) -> dict[str, Any]:
    ident = f"{theme}.performance.{measure}"
    return {
        "id": ident, "notebook": f"p_{theme}", "verdict": verdict, "value": value, "label": measure.title(), "anchor": f"fact-{ident}",
    }  # fmt: skip


FACTS = [
    fact("children", "reached", MET), fact("children", "missing", NOT_ON_COURSE), fact("children", "actions", value=6),
    fact("children", "actions_overdue", value=1), fact("children", "actions_behind", value=2),
    fact("adults", "treated", CANT_TELL), fact("adults", "offending", NOT_MET), fact("adults", "actions", value=4),
    fact("adults", "actions_overdue", value=0), fact("adults", "actions_behind", value=0),
]  # fmt: skip


def parts(facts: list[dict[str, Any]] = FACTS) -> tuple[Notice | Table, ...]:
    return board.headline(facts, TITLES, {"p_children": {"behind": [LATE]}}, "October to December 2020").parts


def test_the_sentence_sums_up_all_themes() -> None:
    assert parts()[0].text == (
        "Of 4 targets 1 met, 1 not on course, 1 missed and 1 can't be judged. "
        "Of 10 actions 1 is overdue and 2 are at risk or off track."
    )
    assert parts([one for one in FACTS if ".actions" not in one["id"]])[0].text.endswith("1 can't be judged.")


def test_each_theme_has_a_line_that_leads_to_its_page() -> None:
    table = parts()[1]
    assert table.columns[-2:] == ("Actions overdue", "At risk or off track")
    assert table.rows[0] == ("Protecting vulnerable children", "1", "0", "1", "0", "0", "1 of 6", "2 of 6")
    assert table.rows[1] == ("Protecting vulnerable adults", "0", "0", "0", "1", "1", "0 of 4", "0 of 4")
    assert [row[0] for row in table.hrefs] == ["p_children.html", "p_adults.html"]


def test_targets_and_actions_that_are_behind_are_listed() -> None:
    _, _, targets, actions = parts()
    assert [row[0] for row in targets.rows] == ["Missing", "Offending"]
    assert targets.hrefs[0][0] == "p_children.html#fact-children.performance.missing"
    assert actions.rows == (tuple(LATE),)
    fine = [one for one in FACTS if one["verdict"] not in (NOT_ON_COURSE, NOT_MET)]
    assert len(board.headline(fine, TITLES, {}, "the quarter").parts) == 2


def test_without_indicators_and_actions_it_says_which_extracts_are_missing() -> None:
    (notice,) = board.headline([{"id": "adults.drugs.count"}], TITLES, {}, "the quarter").parts
    assert notice.kind == "missing" and "indicators and actions" in notice.text
