"""Disclosure control: its laws, and an attacker who tries to get withheld counts back from what is published."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from srp_lib import disclosure, rates
from srp_lib.config import load_config
from srp_lib.disclosure import MARK, Policy, Shown

PUBLIC, PARTNERSHIP = Policy(True), Policy(False)
counts = st.integers(0, 3000)
cells = st.one_of(st.integers(0, 12), st.integers(0, 60))
tables = st.lists(cells, min_size=2, max_size=6).map(
    lambda numbers: pd.Series(numbers, index=list("abcdef")[: len(numbers)])
)
policies = st.builds(Policy, st.just(True), st.integers(2, 15), st.integers(1, 12))


# The attacker: knows only what is printed, and solves for the least and the most that each cell can be.


def reach(size: int, known: Iterable[tuple[Sequence[int], int, int]], cell: int) -> tuple[int, int]:
    """The least and the most that `cell` of `size` can be, given sums of cells (places, low, high)."""
    known = list(known)
    rows = np.array([[place in places for place in range(size)] for places, _, _ in known], dtype=float)
    rule = LinearConstraint(rows, [low for _, low, _ in known], [high for _, _, high in known])
    ends = []
    for sign in (1, -1):
        goal = np.zeros(size)
        goal[cell] = sign
        found = milp(goal, constraints=rule, bounds=Bounds(0, 10_000), integrality=np.ones(size))
        assert found.success, found.message
        ends.append(round(sign * found.fun))
    return ends[0], ends[1]


def told(shown: Shown, places: Sequence[int]) -> tuple[Sequence[int], int, int]:
    return places, shown.low, shown.high


def read(value: float) -> Shown:
    """A printed, protected count as a reader understands it."""
    return PUBLIC.count(int(value))


def narrow(truth: Sequence[int], known: list[tuple[Sequence[int], int, int]], policy: Policy = PUBLIC) -> list[int]:
    """The cells from 1 to 7 of which the attacker learns more than that they are so."""
    found = []
    for place in (place for place, number in enumerate(truth) if policy.small(number)):
        low, high = reach(len(truth), known, place)
        assert low <= truth[place] <= high
        if low > 1 or high < policy.smallest - 1:
            found.append(place)
    return found


def members(label: str, index: pd.Index, shown: pd.Series) -> list[int]:
    """The places of the cells that a label of a collapsed table stands for."""
    if label != "other":
        named = [index.get_loc(name) for name in label.replace(" and ", ", ").split(", ")]
        return named
    return [place for place, name in enumerate(index) if name not in shown.index]


def of_collapsed(table: pd.Series, shown: pd.Series) -> list[tuple[Sequence[int], int, int]]:
    """What a collapsed table says, with its protected total beside it and zeros known to be all named."""
    known = [told(PUBLIC.count(int(table.sum())), range(len(table)))]
    for label, value in shown.items():
        places = members(label, table.index, shown)
        known.append(told(read(value), places))
        if label == "other":
            known += [((place,), 1, 10_000) for place in places]
    return known


def test_the_attacker_finds_a_planted_leak() -> None:
    """One withheld cell beside its total comes back: this is what collapsing is for."""
    truth = [4, 12, 27]
    naive = [told(PUBLIC.count(number), (place,)) for place, number in enumerate(truth)]
    assert narrow(truth, [*naive, told(PUBLIC.count(43), range(3))]) == [0]
    exact_total = [*naive[:1], ((1,), 12, 12), ((2,), 27, 27), (range(3), 43, 43)]
    assert reach(3, exact_total, 0) == (4, 4)


@settings(max_examples=150, deadline=None)
@given(tables, st.booleans())
def test_no_cell_of_a_collapsed_table_comes_back(table: pd.Series, ordered: bool) -> None:
    shown = PUBLIC.collapse(table, "other", ordered=ordered)
    if len(shown):
        assert narrow(list(table), of_collapsed(table, shown)) == []


@settings(max_examples=100, deadline=None)
@given(tables)
def test_no_part_of_a_whole_comes_back_from_the_shares(table: pd.Series) -> None:
    """Every share's counts, the whole's and the bands are known to the attacker, and which parts are none."""
    whole = PUBLIC.count(int(table.sum()))
    known = [told(whole, range(len(table)))]
    shares = PUBLIC.shares(table).values()
    some_told = any(share.value is not None for share in shares)
    for place, share in enumerate(shares):
        if share.numerator is not None:
            known.append(told(read(share.numerator), (place,)))
        elif some_told:
            known.append(((place,), 1, 10_000))
    assert narrow(list(table), known) == []


@pytest.mark.parametrize("ordered", [False, True])
def test_knowing_how_tables_are_collapsed_does_not_help(ordered: bool) -> None:
    """All tables of three cells are collapsed: one who could do the same still can't tell a small cell's number."""
    policy, top = Policy(True, 4, 3), 18
    sources: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for table in itertools.product(range(top), repeat=3):
        shown = policy.collapse(pd.Series(table, index=list("abc")), "other", ordered=ordered)
        if len(shown) and shown.max() + 2 * policy.base < top:  # larger ones have sources beyond the tables tried
            sources[(*shown.items(), policy.count(sum(table)))].append(table)
    assert len(sources) > 40
    for found in sources.values():
        for column in zip(*found):
            if any(policy.small(number) for number in column):
                assert max(column) - min(column) >= policy.smallest - 2


@pytest.mark.parametrize("policy", [PUBLIC, Policy(True, 4, 3), Policy(True, 5, 7)])
def test_shares_of_a_part_and_of_the_rest_together_do_not_give_back_a_small_count(policy: Policy) -> None:
    """Every part of every whole up to 60, grouped by all that is printed of both shares."""
    sources: dict[tuple[object, ...], list[tuple[int, int, int]]] = defaultdict(list)
    for whole in range(60):
        for part in range(whole + 1):
            sources[policy.share(part, whole), policy.share(whole - part, whole)].append((part, whole - part, whole))
    for printed, found in sources.items():
        if max(whole for _, _, whole in found) < 60 - policy.smallest - policy.base:
            for numbers in zip(*found):
                if any(policy.small(number) for number in numbers):
                    assert max(numbers) - min(numbers) >= policy.smallest - 2, printed


# The laws.


@given(policies, counts)
def test_a_protected_count_says_no_more_than_it_should(policy: Policy, number: int) -> None:
    shown = policy.count(number)
    assert shown.protected == (1 <= number < policy.smallest)
    assert shown.low <= number <= shown.high
    assert (shown.value == 0) == (number == 0)
    if shown.value:
        assert shown.value % policy.base == 0 and shown.value >= policy.smallest
        assert policy.count(shown.value).value == shown.value
        assert policy.count(shown.low).value == policy.count(shown.high).value == shown.value
        assert policy.count(shown.high + 1).value > shown.value
        assert shown.low == policy.smallest or policy.count(shown.low - 1).value < shown.value


@given(policies, counts, counts)
def test_protected_counts_keep_their_order(policy: Policy, one: int, two: int) -> None:
    low, high = (policy.count(number) for number in sorted((one, two)))
    assert low.low <= high.low and low.high <= high.high
    if not low.protected and not high.protected:
        assert low.value <= high.value


def test_the_default_rounds_as_the_rule_says() -> None:
    texts = [PUBLIC.count(number).text for number in (0, 1, 7, 8, 12, 13, 17, 18, 1232, 1233)]
    assert texts == ["0", MARK, MARK, "10", "10", "15", "15", "20", "1,230", "1,235"]
    assert PUBLIC.count(8) == Shown(10, 8, 12) and PUBLIC.count(5) == Shown(None, 1, 7)


def test_counts_are_those_of_each_and_missing_where_withheld() -> None:
    shown = PUBLIC.counts(pd.Series([0, 3, 14], index=["a", "b", "c"], name="victims"))
    assert shown.dtype == "Int64" and shown.name == "victims" and list(shown.index) == ["a", "b", "c"]
    assert shown.isna().tolist() == [False, True, False] and shown["c"] == 15


@pytest.mark.parametrize("wrong", [-1, 2.5, float("nan"), None, pd.NA])
@pytest.mark.parametrize("policy", [PUBLIC, PARTNERSHIP])
def test_what_cannot_be_a_count_is_refused(policy: Policy, wrong: object) -> None:
    with pytest.raises(ValueError, match="whole number from 0"):
        policy.count(wrong)
    with pytest.raises(ValueError, match="from 1"):
        Policy(True, 0)


def test_words_are_plain() -> None:
    said = [PUBLIC.count(number).words("victims") for number in (0, 1, 397)]
    assert said == ["no victims", "fewer than 8 victims", "about 395 victims"]
    said = [PARTNERSHIP.count(number).words("victims", "victim") for number in (0, 1, 1397)]
    assert said == ["no victims", "1 victim", "1,397 victims"]
    assert "1 to 7" in PUBLIC.note and "nearest 5" in PUBLIC.note and PUBLIC.note.count(".") == 1


@given(counts, counts)
def test_a_share_is_that_of_the_protected_counts_and_its_band_holds_the_truth(part: int, rest: int) -> None:
    whole = part + rest
    share = PUBLIC.share(part, whole)
    few = any(1 <= number <= 7 for number in (part, rest, whole))
    assert (share.value is None) == (few or whole == 0)
    if share.value is not None:
        top, base = PUBLIC.count(part).value, PUBLIC.count(whole).value
        assert share.value == pytest.approx(100 * top / base)
        assert (share.lower, share.upper) == tuple(100 * limit for limit in rates.wilson_interval(top, base))
    elif share.lower is not None:
        assert share.lower <= 100 * part / whole <= share.upper and share.numerator is None
        assert share.denominator == PUBLIC.count(whole).value


def test_a_share_of_few_gives_a_band_in_words_or_none() -> None:
    assert disclosure.band(PUBLIC.share(5, 120)) == disclosure.band(PUBLIC.share(1, 118)) == "under 6%"
    assert disclosure.band(PUBLIC.share(115, 120)) == "over 94%"
    assert disclosure.band(PUBLIC.share(3, 14)) == disclosure.band(PUBLIC.share(3, 5)) == ""
    assert disclosure.band(PUBLIC.share(50, 120)) == ""
    assert PUBLIC.share(5, 120).upper == pytest.approx(100 * 7 / 118)
    assert "1 to 7" in PUBLIC.share(5, 120).note and PUBLIC.share(3, 5).denominator is None
    with pytest.raises(ValueError, match="does not fit") as refusal:
        PUBLIC.share(5, 4)
    assert "5" not in str(refusal.value)


def test_a_lone_small_part_takes_another_with_it() -> None:
    shares = PUBLIC.shares(pd.Series({"race": 27, "disability": 12, "faith": 4, "none": 0}))
    assert shares["faith"].value is None and shares["disability"].value is None
    assert shares["faith"].note == shares["disability"].note  # nothing tells the two apart
    assert shares["race"].value == pytest.approx(100 * 25 / 45) and shares["none"].value == 0


def test_a_change_has_both_sides_protected() -> None:
    now, then = PUBLIC.comparison(33, 6)
    assert (now.value, then.text) == (35, MARK)


@given(tables, st.booleans())
def test_a_collapsed_table_has_nothing_withheld_and_keeps_its_sum(table: pd.Series, ordered: bool) -> None:
    shown = PUBLIC.collapse(table, "other", ordered=ordered)
    assert shown.dtype == "Int64" and shown.notna().all() and not shown.between(1, 7).any()
    if len(shown):
        assert abs(int(shown.sum()) - int(table.sum())) <= 2 * len(shown)
    if ordered and len(shown):
        named = ", ".join(shown.index).replace(" and ", ", ").split(", ")
        assert named == list(table.index)
    elif len(shown):
        alone = [label for label in shown.index if label != "other"]
        assert alone == [label for label in table.index if label in alone]
        assert all(shown[label] == PUBLIC.count(table[label]).value for label in alone)
        assert all(label in alone for label in table.index[table == 0])


def test_collapsing_merges_small_ones_with_the_next_smallest() -> None:
    table = pd.Series({"family": 60, "partner": 3, "friend": 20, "other": 30, "carer": 0})
    shown = PUBLIC.collapse(table, "other")
    assert shown.to_dict() == {"family": 60, "friend": 20, "carer": 0, "other": 35}
    shown = PUBLIC.collapse(table.drop("other"), "Any other")
    assert shown.to_dict() == {"family": 60, "carer": 0, "Any other": 25}
    shown = PUBLIC.collapse(table.drop("other"), "Any other", keep=["friend"])
    assert shown.to_dict() == {"friend": 20, "carer": 0, "Any other": 65}
    assert PUBLIC.collapse(table, "other", keep=["partner"]).empty
    assert PUBLIC.collapse(pd.Series({"female": 10, "male": 2}), "other").empty
    with pytest.raises(ValueError, match="twice"):
        PUBLIC.collapse(pd.Series([1, 2], index=["a", "a"]), "other")


def test_ages_are_merged_with_their_neighbours() -> None:
    ages = pd.Series({"under 10": 3, "10 to 17": 30, "18 to 24": 9, "25 to 64": 2, "65 and over": 1})
    shown = PUBLIC.collapse(ages, lambda labels: f"{labels[0]} .. {labels[-1]}", ordered=True)
    assert shown.to_dict() == {"under 10 .. 10 to 17": 35, "18 to 24 .. 65 and over": 10}
    shown = PUBLIC.collapse(ages, "other", ordered=True)
    assert list(shown.index) == ["under 10 and 10 to 17", "18 to 24, 25 to 64 and 65 and over"]
    assert PUBLIC.collapse(ages, "other", keep=["under 10"], ordered=True).empty


def test_the_finest_table_without_a_small_cell_is_taken() -> None:
    fine = pd.DataFrame({"Females": [9, 4], "Males": [0, 20]}, index=["child", "adult"])
    coarse = fine.sum().to_frame("all ages").T
    assert PUBLIC.finest([fine, coarse]).to_dict("index") == {"all ages": {"Females": 15, "Males": 20}}
    assert PUBLIC.finest([fine]) is None and PUBLIC.finest([]) is None
    assert PARTNERSHIP.finest([fine, coarse]).equals(fine.astype("Int64"))


def test_months_are_pooled_until_none_is_small() -> None:
    months = pd.period_range("2020-04", "2021-03", freq="M").astype(str)
    series = pd.Series([9, 8, 3] + [12] * 9, index=months)
    shown, step = PUBLIC.months(series)
    assert step == "quarter" and shown.to_dict() == {"2020-21Q1": 20, "2020-21Q2": 35, "2020-21Q3": 35, "2020-21Q4": 35}
    assert PUBLIC.months(series + 10)[1] == "month"
    shown, step = PUBLIC.months(pd.Series([1] + [0] * 11, index=months))
    assert step == "none" and shown.empty
    shown, step = PUBLIC.months(series.iloc[:10].replace(12, 6))  # a month left over from quarters is small itself
    assert step == "none" and shown.empty
    assert PARTNERSHIP.months(series)[0].tolist() == series.tolist()


@given(tables)
def test_nothing_changes_where_nothing_is_protected(table: pd.Series) -> None:
    whole = int(table.sum())
    assert PARTNERSHIP.counts(table).tolist() == PARTNERSHIP.collapse(table, "other").tolist() == table.tolist()
    assert PARTNERSHIP.share(int(table.iloc[0]), whole, 0.9) == rates.proportion(int(table.iloc[0]), whole, 0.9)
    assert PARTNERSHIP.shares(table) == {label: rates.proportion(number, whole) for label, number in table.items()}
    assert PARTNERSHIP.note == "" and PARTNERSHIP.count(3) == Shown(3, 3, 3)


def test_only_sensitive_subjects_of_the_public_edition_are_protected() -> None:
    config = SimpleNamespace(smallest_count=6, rounding_base=3)
    assert disclosure.policy(config, "public") == Policy(True, 6, 3)
    assert not disclosure.policy(config, "public", sensitive=False).protects
    assert not disclosure.policy(config, "partnership").protects
    with pytest.raises(ValueError, match="no edition"):
        disclosure.policy(config, "pubic")
    assert disclosure.policy(load_config(), "public") == PUBLIC
