"""The page on the attack, what it says on a terminal, the rules that releases were made by, and searches given up."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.optimize import OptimizeResult

from srp_lib.config import load_config
from srp_lib.disclosure import Policy
from srp_lib.earlier import protection_of
from srp_lib.errors import AuditError
from srp_lib.page_tables import page_text
from srp_lib.release import attack as arithmetic
from srp_lib.release.attack import Count, Relation, contradicted, feasible
from srp_lib.release.attack_book import COMPLEMENT, WITHHELD
from srp_lib.release.disclosure_page import NOT_SAFE, SAFE, UNTOLD, Attack, Leak, attack, attack_figures
from srp_lib.release.released import DISCLOSURE, release_files
from srp_lib.release.released_numbers import COUNT, Figure
from tests.test_release_files import BANNER, Files, fact, facts_csv

CONFIG = load_config()
LEAK = Leak("page.html, A table", "Dalton, Count", WITHHELD)
PASSED = Attack((), (), {WITHHELD: 3, COMPLEMENT: 9}, 4, {}, {}, {}, 20, 2, 5, 8, 5)


def count(number: int, group: str, period: str = "2020-21", protected: bool = True) -> Figure:
    shown = Policy(protected).count(number)
    return Figure("page.html, A table", group, shown.text, COUNT, "violence.hate_crime", f"strand: {group}" if group else "", "", period, shown.low, shown.high, shown.value is None, protected)  # fmt: skip


# --- what it says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({}, SAFE),
        ({"leaks": (LEAK,)}, NOT_SAFE),
        ({"leaks": (LEAK,), "unread": ("a.html",)}, NOT_SAFE),
        ({"unread": ("a.html",)}, UNTOLD),
        ({"unfinished": (LEAK,)}, UNTOLD),
    ],
)
def test_the_word_comes_first_and_nothing_is_said_of_a_run(changed: dict[str, object], word: str) -> None:
    found = replace(PASSED, **changed)
    text = found.text()
    assert text.startswith(f"{word}. ") and found.result == word and found.passed == (word == SAFE)
    assert "refused" not in text and "none of its other pages" not in text and "was not written" not in text
    assert text.count("\n- ") == len(changed)
    if word != SAFE:
        assert "refused and not written" in found.refusal and "was refused" in found.verdict
        assert "What must be mended" in found.html() or "could not be" in found.html()


def test_the_first_paragraph_says_that_nothing_could_be_worked_out_and_why() -> None:
    lead = page_text(PASSED.html())[0]
    assert "It tried 12 counts. None could be worked out. For each, at least five numbers remain possible" in lead


def test_kinds_of_counts_are_explained_by_examples_and_nothing_empty_is_said() -> None:
    page = PASSED.html()
    assert "wards add up to the borough, so what is in no ward is left over" in page
    assert (
        "2 can be worked out exactly" in page
        and "That is safe" in page
        and "linear programming (a calculation that finds both extremes)" in page
    )
    bare = replace(PASSED, attacked={COMPLEMENT: 9}, cells=0, rounded=0, exact=0).html()
    assert not re.search(r"\b0 cells|Of the 0|may stand in several places|worked out exactly", bare)
    assert "none to work out" in replace(PASSED, attacked={}, cells=0).verdict


# --- searches given up --------------------------------------------------------------------------------------------


def given_up(point: Sequence[float] | None) -> object:
    """A solver that reaches its limit of nodes, with or without numbers that fit."""
    return lambda *told, **more: OptimizeResult(status=1, x=point, fun=None, mip_dual_bound=None)


TIED = ([Count("a", 1, 7), Count("b", 1, 7)], [Relation((("a", 1.0), ("b", 1.0)), 9, 9, "sum")])


@pytest.mark.parametrize(("point", "ranges"), [(None, {"a": (2, 7)}), ([3.0, 6.0], {"a": (3, 3)})])
def test_a_search_given_up_is_told_and_taken_no_wider_than_was_found(
    monkeypatch: pytest.MonkeyPatch, point: Sequence[float] | None, ranges: dict[str, tuple[int, int]]
) -> None:
    assert feasible(*TIED, "a") == {"a": (2, 7)} and feasible(*TIED, "a").unfinished == frozenset()
    monkeypatch.setattr(arithmetic, "milp", given_up(point))
    found = feasible(*TIED, "a")
    assert found == ranges and found.unfinished == {"a"}
    assert contradicted(*TIED) == ()


def test_an_end_without_a_bound_is_the_best_that_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    true = arithmetic.milp

    def without(*told: object, **more: object) -> OptimizeResult:
        found = true(*told, **more)
        found.mip_dual_bound = None
        return found

    monkeypatch.setattr(arithmetic, "milp", without)
    assert feasible(*TIED, "ab") == {"a": (2, 7), "b": (2, 7)}


def test_a_contradiction_of_which_the_solver_gives_up_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    true = arithmetic.milp

    def weighing_fails(aim: Sequence[float], **more: object) -> OptimizeResult:
        return given_up(None)() if max(aim) > 0 else true(aim, **more)

    wrong = (TIED[0], [Relation((("a", 1.0), ("b", 1.0)), 20, 20, "too much")])
    monkeypatch.setattr(arithmetic, "milp", weighing_fails)
    assert contradicted(*wrong) == () and feasible(*wrong, "a") == {"a": None}


def test_a_release_of_which_a_search_is_given_up_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = [count(40, "Race"), count(3, "Faith"), count(4, "Other strands"), count(47, "")]
    assert attack_figures(figures, CONFIG).result == SAFE
    monkeypatch.setattr(arithmetic, "milp", given_up(None))
    found = attack_figures(figures, CONFIG)
    assert (
        found.result == UNTOLD
        and found.leaks == ()
        and {one.cell for one in found.unfinished} == {"Faith", "Other strands"}
    )
    assert (
        "What could not be searched to the end" in found.html() and "not searched to the end: page.html" in found.text()
    )


# --- earlier releases, each by its own rule -------------------------------------------------------------------------


def release(numerator: object, period: str, **protection: int) -> Files:
    """A release of one figure, protected by a rule of its own."""
    told = {"parameters": {"edition": "public"}, "outputs": {"key_facts.csv": "0" * 64}}
    line = fact(value=numerator, numerator=numerator, period=period, statement="", disclosure="protected: computed from rounded counts")  # fmt: skip
    return {
        "key_facts.csv": facts_csv(line),
        "run.json": json.dumps({**told, **({"protection": protection} if protection else {})}),
    }


FIVE = {"smallest_count": 8, "rounding_base": 5, "narrowest_range": 5}
TEN = {"smallest_count": 8, "rounding_base": 10, "narrowest_range": 5}


def test_an_earlier_release_is_read_by_its_own_rule() -> None:
    found = attack(release(45, "2020-21", **FIVE), CONFIG, release(50, "2020-21", **TEN))
    assert found.unused == {} and found.earlier and found.exact == 0  # 43 to 47, and 45 to 54
    found = attack(
        release(45, "2020-21", **FIVE), CONFIG, [release(40, "2020-21", **TEN), release(50, "2020-21", **TEN)]
    )
    assert found.unused != {}  # 35 to 44 and 45 to 54: one of the two was revised


def test_one_earlier_release_or_several_may_be_given() -> None:
    now, then = release(45, "2020-21", **FIVE), release(50, "2019-20", **TEN)
    one, same, two = (attack(now, CONFIG, given) for given in (then, [then], [then, release(60, "2018-19", **TEN)]))
    assert one == same and one.rounded == 2 and two.rounded == 3
    assert not attack(now, CONFIG, []).earlier and not attack(now, CONFIG).earlier


def test_an_earlier_release_that_does_not_say_its_rule_is_refused() -> None:
    silent, now = release(50, "2020-21"), release(45, "2020-21", **FIVE)
    with pytest.raises(AuditError, match="by what rule counts are protected"):
        attack(now, CONFIG, silent)
    assert attack(silent, CONFIG).base == CONFIG.rounding_base  # of the report itself the settings are taken
    said = {**silent, "index.html": f"<p>{BANNER.replace('nearest 5', 'nearest 10')}</p>"}
    assert attack(now, CONFIG, said).unused == {}
    with pytest.raises(AuditError, match="damaged"):
        attack(now, CONFIG, release(50, "2020-21", smallest_count=8))


def test_the_rule_is_taken_from_the_record_and_else_from_the_front_page() -> None:
    found = protection_of({"protection": TEN}, BANNER)
    assert found is not None and (found.smallest, found.base, found.narrowest) == (8, 10, 5)
    found = protection_of({}, BANNER)
    assert found is not None and (found.smallest, found.base, found.narrowest) == (8, 5, None)
    assert protection_of({}, "Counts are as they are.") is None


# --- the sample's own report ---------------------------------------------------------------------------------------


def test_a_finished_report_gives_the_numbers_of_its_own_page(sample_report: Path) -> None:
    files = release_files(sample_report)
    assert json.loads(str(files["run.json"]))["protection"] == FIVE
    found = attack(files, CONFIG)
    assert found.result == SAFE and found.text().startswith("SAFE. ")
    assert numbers(found.html()) == numbers(str(files[DISCLOSURE])) and found.attacked[COMPLEMENT] > 500


def numbers(html: str) -> list[str]:
    """The cells of a page that are numbers."""
    return [text for text in page_text(html) if re.fullmatch(r"[\d,]+", text)]
