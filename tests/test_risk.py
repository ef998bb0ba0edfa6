"""Risk: scores put together by hand, the laws that any ranking obeys, and what happens at the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srp_lib import risk
from srp_lib.risk import Dimension, Scale

LABELS = {1: "Very low", 2: "Low", 3: "Medium", 4: "High", 5: "Very high"}
DIMENSIONS = (
    Dimension("physical_harm", "harm"),
    Dimension("financial_harm", "harm", weight=3),
    Dimension("frequency", "likelihood"),
    Dimension("trend", "likelihood"),
    Dimension("mitigation", "shown", reversed=True),
)
SCALE = Scale("By hand", LABELS, DIMENSIONS)
NAMES = [one.name for one in DIMENSIONS[:4]]
few_scores = st.lists(
    st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=2, max_size=2), min_size=2, max_size=5
)
few = settings(max_examples=10, deadline=None)


def table(*rows: tuple[str, str, dict[str, int]]) -> pd.DataFrame:
    """Scores from (issue, organisation, scores by dimension)."""
    cells = [(issue, who, name, score) for issue, who, scores in rows for name, score in scores.items()]
    return pd.DataFrame(cells, columns=["issue", "organisation", "dimension", "score"])


def scored(levels: list[list[list[int]]]) -> pd.DataFrame:
    """Scores from a list by issue, scorer and dimension of NAMES."""
    return table(
        *(
            (f"issue {place}", f"scorer {who}", dict(zip(NAMES, one)))
            for place, own in enumerate(levels)
            for who, one in enumerate(own)
        )
    )


BY_HAND = table(
    ("Fires", "Police", {"physical_harm": 4, "financial_harm": 2, "frequency": 3, "trend": 5, "mitigation": 2}),
    ("Fires", "Council", {"physical_harm": 2, "financial_harm": 4, "frequency": 1, "trend": 3}),
    ("Scams", "Police", {"physical_harm": 1, "financial_harm": 5, "frequency": 4, "trend": 4}),
)


def test_risk_is_the_weighted_mean_harm_times_the_mean_likelihood() -> None:
    found = risk.combine(BY_HAND, SCALE)
    # Fires: physical (4 + 2)/2 = 3, financial 3: harm 3; frequency 2, trend 4: likelihood 3. Scams: (1 + 3 x 5)/4 = 4.
    assert found.loc["Fires", ["harm", "likelihood", "risk", "rank"]].tolist() == [3, 3, 9, 2]
    assert found.loc["Scams", ["harm", "likelihood", "risk", "rank"]].tolist() == [4, 4, 16, 1]
    assert not found["tied"].any() and list(found.index) == ["Fires", "Scams"]
    assert risk.consensus(BY_HAND, SCALE).loc["Fires", "mitigation"] == 2 and SCALE.bounds == (1, 25)


def test_the_highest_of_a_part_and_a_sum_are_other_rules() -> None:
    other = Scale("Other", LABELS, DIMENSIONS, within="highest", across="sum")
    assert risk.combine(BY_HAND, other).loc["Fires", ["harm", "likelihood", "risk"]].tolist() == [3, 4, 7]
    assert other.bounds == (2, 10) and other.middle == 3


def test_a_reversed_dimension_is_turned_about_the_middle() -> None:
    scale = Scale("Turned", LABELS, (Dimension("a", "harm", reversed=True), Dimension("b", "likelihood")))
    rows = table(("One", "Police", {"a": 1, "b": 2}), ("Two", "Police", {"a": 4, "b": 2}))
    assert risk.combine(rows, scale)["harm"].tolist() == [5, 2]
    assert risk.consensus(rows, scale)["a"].tolist() == [1, 4]


def test_equal_risks_share_the_better_rank_and_say_so() -> None:
    found = risk.combine(scored([[[3] * 4] * 2, [[5] * 4] * 2, [[3] * 4] * 2, [[1] * 4] * 2]), SCALE)
    assert found["rank"].tolist() == [2, 1, 2, 4] and found["tied"].tolist() == [True, False, True, False]


def test_a_dimension_that_nobody_scored_leaves_an_issue_without_a_rank() -> None:
    rows = pd.concat([BY_HAND, table(("Noise", "Police", {"physical_harm": 5, "financial_harm": 5, "trend": 5}))])
    found, held = risk.combine(rows, SCALE), risk.rank_stability(rows, SCALE, k=1, draws=50)
    assert found.at["Noise", "lacking"] == ("frequency",) and np.isnan(found.at["Noise", "rank"])
    assert held.loc["Noise"].isna().all() and held["top"].sum() == pytest.approx(1)
    assert found.at["Fires", "lacking"] == () and found.at["Fires", "rank"] == 2


def test_a_dimension_that_one_scorer_left_out_is_the_mean_of_the_others_and_named() -> None:
    rows = BY_HAND[~((BY_HAND["organisation"] == "Council") & (BY_HAND["dimension"] == "trend"))]
    found = risk.combine(rows, SCALE).loc["Fires"]
    assert found["partly"] == ("trend",) and found["likelihood"] == (2 + 5) / 2
    assert risk.combine(rows, SCALE).at["Scams", "partly"] == ()


@pytest.mark.parametrize("score", [0, 6, 2.5, float("nan")])
def test_a_score_off_the_scale_is_refused_by_issue_and_dimension(score: float) -> None:
    rows = BY_HAND.astype({"score": float})
    rows.loc[1, "score"] = score
    with pytest.raises(ValueError, match="'Fires' on financial_harm .* from 1 to 5") as caught:
        risk.combine(rows, SCALE)
    assert "Police" not in str(caught.value)


def test_two_scores_of_one_thing_are_refused_and_a_dimension_off_the_scale_is_left_out() -> None:
    with pytest.raises(ValueError, match="'Fires' has two scores of one scorer on trend"):
        risk.combine(pd.concat([BY_HAND, table(("Fires", "Police", {"trend": 1}))]), SCALE)
    more = pd.concat([BY_HAND, table(("Fires", "Police", {"media_interest": 99}))])
    pd.testing.assert_frame_equal(risk.combine(more, SCALE), risk.combine(BY_HAND, SCALE))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"within": "median"}, "mean or highest"),
        ({"across": "ratio"}, "product or sum"),
        ({"dimensions": DIMENSIONS[2:]}, "no dimension of harm"),
        ({"dimensions": (*DIMENSIONS[:2], Dimension("trend", "likelihood", weight=0))}, "no dimension of likelihood"),
        ({"scores": {}}, "no scores"),
    ],
)
def test_a_scale_that_gives_no_risk_is_refused(changed: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Scale(**{"title": "Wrong", "scores": LABELS, "dimensions": DIMENSIONS, **changed})  # type: ignore[arg-type]


def test_a_scale_is_read_from_its_rows_with_the_words_it_has() -> None:
    rows = pd.DataFrame(
        [
            ("Ours", name, part, 2.0, name == "trend", "What it judges", score, label, said, "mean", "sum")
            for name, part in (("trend", "likelihood"), ("physical_harm", "harm"))
            for score, label, said in ((2, "High", "Much"), (1, "Low", None))
        ],
        columns="title dimension part weight reversed meaning score label score_meaning within across".split(),
    )
    scale = risk.read_scale(rows)
    assert (scale.title, scale.within, scale.across, dict(scale.scores)) == (
        "Ours",
        "mean",
        "sum",
        {1: "Low", 2: "High"},
    )
    assert [one.name for one in scale.dimensions] == ["trend", "physical_harm"] and scale.dimensions[0].reversed
    assert dict(scale.dimensions[1].scores) == {2: "Much"} and scale.dimensions[1].weight == 2
    assert [one.name for one in scale.counted] == ["physical_harm", "trend"]


def test_moved_scores_give_the_shares_that_can_be_listed() -> None:
    scale = Scale("Small", {1: "Low", 2: "Mid", 3: "High"}, (Dimension("a", "harm"), Dimension("b", "likelihood", 1)))
    rows = table(("One", "Police", {"a": 2, "b": 1}), ("Two", "Police", {"a": 1, "b": 1}))
    # a of One is 1, 2 or 3 and every other score 1, 1 or 2: all 81 cases, of which equals share the place.
    ones, twos = [1, 2, 3], [1, 1, 2]
    wins = [(x * y > u * v) + 0.5 * (x * y == u * v) for x in ones for y in twos for u in twos for v in twos]
    held = risk.rank_stability(rows, scale, k=1, draws=20_000)
    assert held.at["One", "top"] == pytest.approx(np.mean(wins), abs=0.015)
    assert held["low"].tolist() == [1, 1] and held["high"].tolist() == [2, 2]


def test_moving_all_scorers_alike_is_the_harder_test() -> None:
    levels = [[[4, 4, 4, 4]] * 6, [[3, 3, 3, 3]] * 6]
    single = risk.rank_stability(scored(levels), SCALE, k=1, draws=2_000)
    alike = risk.rank_stability(scored(levels), SCALE, k=1, draws=2_000, together=True)
    assert single.at["issue 0", "top"] > 0.99 > alike.at["issue 0", "top"] > 0.5


def test_a_ranking_without_doubt_holds_in_every_draw_and_the_same_seed_gives_the_same() -> None:
    rows = scored([[[5] * 4] * 2, [[3] * 4] * 2, [[1] * 4] * 2])
    held = risk.rank_stability(rows, SCALE, k=2, draws=300)
    assert held["top"].tolist() == [1, 1, 0] and held["low"].tolist() == held["high"].tolist() == [1, 2, 3]
    rows = scored([[[3, 4, 2, 3], [2, 2, 5, 1]], [[3, 3, 3, 3], [2, 4, 2, 4]]])
    first, again, other = (risk.rank_stability(rows, SCALE, 1, 200, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert first["top"].tolist() != other["top"].tolist()


def test_draws_in_portions_are_those_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = scored([[[3, 4, 2, 3], [2, 2, 5, 1]], [[3, 3, 3, 3], [2, 4, 2, 4]]])
    whole = risk.rank_stability(rows, SCALE, 1, 500)
    monkeypatch.setattr(risk, "AT_ONCE", 100)
    pd.testing.assert_frame_equal(risk.rank_stability(rows, SCALE, 1, 500), whole)


@few
@given(few_scores, st.integers(1, 5), st.booleans())
def test_shares_add_up_to_the_places(levels: list[list[list[int]]], k: int, together: bool) -> None:
    held = risk.rank_stability(scored(levels), SCALE, k, 40, together=together)
    assert held["top"].sum() == pytest.approx(min(k, len(levels))) and held["top"].between(0, 1).all()
    assert (held["low"] >= 1).all() and (held["high"] <= len(levels)).all() and (held["low"] <= held["high"]).all()


def test_moved_scores_never_leave_the_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []
    real = risk._parts
    monkeypatch.setattr(risk, "_parts", lambda levels, scale: real(seen.append(levels) or levels, scale))
    risk.rank_stability(scored([[[5, 5, 1, 1]], [[4, 1, 2, 3]]]), SCALE, k=1, draws=200)
    drawn = np.concatenate([levels.reshape(-1, 2, 4) for levels in seen])
    assert sorted(set(drawn[:, 0, 0])) == [4, 5] and sorted(set(drawn[:, 0, 3])) == [1, 2]
    assert sorted(set(drawn[:, 1, 2])) == [1, 2, 3] and drawn.min() == 1 and drawn.max() == 5


@few
@given(few_scores, st.randoms(use_true_random=False))
def test_another_order_of_rows_gives_the_same_in_that_order(levels: list[list[list[int]]], chance: object) -> None:
    rows = scored(levels)
    order = list(range(len(rows)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    mixed = rows.iloc[order]
    for made in (
        risk.combine,
        lambda one, scale: risk.rank_stability(one, scale, 2, 30),
        risk.leave_one_out,
        risk.spread,
    ):
        pd.testing.assert_frame_equal(made(mixed, SCALE), made(rows, SCALE).loc[list(dict.fromkeys(mixed["issue"]))])


@few
@given(few_scores, st.data())
def test_a_higher_score_never_lowers_a_rank_or_the_chance_of_being_among_the_highest(
    levels: list[list[list[int]]], data: st.DataObject
) -> None:
    who, what = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 3))
    raised = [[list(one) for one in own] for own in levels]
    raised[0][who][what] = min(5, raised[0][who][what] + data.draw(st.integers(1, 4)))
    before, after = scored(levels), scored(raised)
    ranks = [risk.combine(rows, SCALE).at["issue 0", "rank"] for rows in (before, after)]
    tops = [risk.rank_stability(rows, SCALE, 1, 60).at["issue 0", "top"] for rows in (before, after)]
    assert ranks[1] <= ranks[0] and tops[1] >= tops[0] - 1e-12


@few
@given(st.lists(st.lists(st.integers(1, 5), min_size=4, max_size=4), min_size=2, max_size=5))
def test_leaving_out_one_of_identical_scorers_changes_nothing(levels: list[list[int]]) -> None:
    rows = scored([[one, one] for one in levels])
    left_out, ranks, apart = (
        risk.leave_one_out(rows, SCALE),
        risk.combine(rows, SCALE)["rank"],
        risk.spread(rows, SCALE),
    )
    assert list(left_out) == ["scorer 0", "scorer 1"] and all((left_out[name] == ranks).all() for name in left_out)
    assert (apart["high"] == apart["low"]).all() and (apart["lowest"] == apart["highest"]).all()


def test_leaving_one_out_can_turn_a_ranking_and_one_scorer_leaves_nobody() -> None:
    rows = scored([[[5] * 4, [1] * 4], [[3] * 4, [2] * 4]])
    assert risk.leave_one_out(rows, SCALE).loc["issue 0"].tolist() == [2, 1]
    alone = rows[rows["organisation"] == "scorer 0"]
    assert risk.leave_one_out(alone, SCALE).shape == (2, 0)
    assert np.isnan(risk.leave_one_out(BY_HAND, SCALE).at["Scams", "Police"])


def test_spread_tells_the_risks_of_single_scorers_and_where_they_are_furthest_apart() -> None:
    found = risk.spread(BY_HAND, SCALE)
    # Police on fires: harm (4 + 3 x 2)/4 = 2.5, likelihood 4: 10. Council: harm (2 + 3 x 4)/4 = 3.5, likelihood 2: 7.
    assert found.loc["Fires"].tolist() == [2, 7, 10, "physical_harm", 2, 4]
    assert found.loc["Scams", ["scorers", "lowest", "highest", "dimension"]].tolist() == [1, 16, 16, ""]
    assert np.isnan(found.at["Scams", "low"])
