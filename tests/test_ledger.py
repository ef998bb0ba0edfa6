"""The ledger gives back what pages made, as they made it, and nothing that is of other extracts."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from srp_lib.estimates import Estimate
from srp_lib.facts import KeyFact
from srp_lib.ledger import FOLDER, open_ledger, write_ledger
from srp_lib.periods import parse_period

ESTIMATE = Estimate(12.5, 10.0, 15.0, 25.0, 200.0, "%", "proportion; Wilson interval", 0.95, "a note")
FACT = KeyFact(
    "violence.domestic_abuse.share", "12.5% of it.", ESTIMATE, "2020-21", "Part over whole", ("offences",), label="Share", verdict="higher"
)  # fmt: skip


def evidence(processed: Path, key: str = "k", edition: str = "public") -> SimpleNamespace:
    return SimpleNamespace(
        processed=processed, area_code="E08000018", edition=edition, period=parse_period("2020-21"),
        intake=SimpleNamespace(keys={"offences": key}),
    )  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    records = [{**FACT.record(), "notebook": "05_violence", "cell": "facts"}]
    write_ledger(tmp_path, "E08000018", "2020-21", "public", {"offences": "k"}, records)
    return tmp_path


def test_a_fact_comes_back_as_its_page_made_it(kept: Path) -> None:
    ledger = open_ledger(evidence(kept))
    entry = ledger.get(FACT.id)
    assert entry.estimate == ESTIMATE and entry.verdict == "higher" and entry.statement == "12.5% of it."
    assert entry.href == "05_violence.html#fact-violence.domestic_abuse.share" and entry.extracts == ("offences",)
    assert ledger.starting("violence.") == (entry,) and ledger.starting("adults.") == () and not ledger.why
    assert ledger.get("violence.domestic_abuse") is None


def test_facts_of_another_period_edition_or_state_of_the_extracts_are_none_and_the_ledger_says_why(kept: Path) -> None:
    for ledger in (
        open_ledger(evidence(kept), "ye-2020-12"),
        open_ledger(evidence(kept, edition="partnership")),
        open_ledger(evidence(kept, key="changed")),
    ):
        assert not ledger.entries and "srp audit" in ledger.why


def test_a_damaged_ledger_is_none(kept: Path) -> None:
    (path,) = (kept / FOLDER).iterdir()
    for text in ("", "{}", json.dumps([1]), '{"keys": 1}'):
        path.write_text(text, encoding="utf-8")
        assert not open_ledger(evidence(kept)).entries
