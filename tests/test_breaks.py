"""The register of breaks: what is in it, and what charts, comparisons and models are told."""

from __future__ import annotations

import pytest

from srp_lib import codelists
from srp_lib.codelists import RECORDED, Break, breaks


def test_every_break_has_a_name_a_source_and_known_actions() -> None:
    for one in breaks():
        assert one.name and one.source and one.note and one.kind in codelists.KINDS
        assert set(one.actions) <= set(codelists.ACTIONS) and (not one.last or one.first <= one.last)
    assert [one.first for one in breaks()] == sorted(one.first for one in breaks())


def test_a_series_sees_its_own_breaks_and_those_of_all() -> None:
    assert [one.name for one in breaks("wards")] == ["Covid-19", "New wards"]
    assert "New wards" not in [one.name for one in breaks(RECORDED)]
    assert codelists.rebasing("burglary") == {"2020-03": "Covid-19", "2022-04": "after Covid-19"}
    assert codelists.dummies(RECORDED)["Covid-19"] == ("2020-03", "2022-03") and codelists.dummies("wards").keys() == {
        "Covid-19"
    }
    assert codelists.excluded(RECORDED) == ()


def test_a_span_touches_its_months_and_a_lasting_break_both_sides() -> None:
    span, lasting = Break("2020-03", "2022-03", "all", "covid", "n"), Break("2021-05", "", "wards", "boundary", "n")
    assert span.touches(["2022-03", "2023-01"]) and not span.touches(["2019-03", "2022-04"])
    assert (
        lasting.touches(["2020-06", "2021-06"])
        and not lasting.touches(["2021-05", "2022-05"])
        and not lasting.touches([])
    )


def test_a_row_that_is_not_known_is_named() -> None:
    row = {
        "from": "2020-01",
        "to": "",
        "series": "all",
        "kind": "covid",
        "action": "ignore",
        "name": "n",
        "note": "n",
        "source": "s",
    }
    with pytest.raises(ValueError, match="ignore"):
        codelists._break(row)
