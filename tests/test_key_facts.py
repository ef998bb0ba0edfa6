"""The partnership printed these figures of 2020-21; the audit of the synthetic sample gives each of them back."""

from __future__ import annotations

import csv
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

# Fact and figure as printed in the Safer Rotherham Partnership Plan 2022-25, sections 3 and 4.
PUBLISHED = {
    "children.child_abuse.relationship_family_share": "49",
    "children.child_abuse.relationship_acquaintance_share": "34",
    "children.child_abuse.sexual_offence_victims_female_share": ">50",
    "children.child_abuse.injury_victims_male_share": ">50",
    "children.child_abuse.victims_missing_share": "10",
    "children.cce.drug_offence_share": "40",
    "children.cce.missing_linked_share": "9",
    "children.cse.non_recent_share": "56",
    "children.cse.victims_female_share": "93",
    "children.cse.online_change": "41",
    "children.cse.indecent_images_change": "113",
    "children.cse.missing_linked_share": "13",
    "adults.substance_misuse.alcohol_untreated_share": "89",
    "adults.substance_misuse.opiate_crack_untreated_share": "46",
    "adults.substance_misuse.production_change": ">0",
    "adults.mental_health.victim_offences_change": "8.1",
    "adults.mental_health.violence_overrepresentation": ">1",
    "adults.mental_health.sexual_overrepresentation": ">1",
    "adults.modern_slavery.forced_labour_illegal_share": "19",
    "adults.modern_slavery.forced_gang_share": "16",
    "adults.modern_slavery.victims_under_18_share": "48",
    "adults.modern_slavery.victims_male_share": "81",
    "adults.modern_slavery.victims_british_share": "39",
    "adults.modern_slavery.victims_albanian_share": "26",
    "communities.asb.change": "22",
    "communities.asb.apr_dec_change": "-24",
    "communities.hate_crime.change": "17",
    "communities.hate_crime.race_share": "64",
    "communities.hate_crime.disability_share": "15",
    "communities.hate_crime.sexual_orientation_share": "13",
    "communities.hate_crime.online_share": "11",
    "communities.online_crime.stalking_harassment_share": "67",
    "communities.online_crime.vulnerable_victims_share": "52",
    "violence.domestic_abuse.share_of_offences": "18",
    "violence.domestic_abuse.victims_female_share": "76",
    "violence.domestic_abuse.repeat_victims_share": ">33.3",
    "violence.domestic_abuse.support_accepted": "1577",
    "violence.domestic_abuse.teenage_to_adult_change": "28",
    "violence.sexual_offences.change": "-15",
    "violence.sexual_offences.rape_change": "-33",
    "violence.sexual_offences.sexual_assault_female_13_share": "21",
    "violence.sexual_offences.rape_female_16_share": "19",
    "violence.sexual_offences.victims_female_share": "86.3",
    "violence.sexual_offences.male_victims_change": "90 to 99",
    "violence.sexual_offences.adult_victims_vulnerable_share": "69.6",
    "violence.women_and_girls.rate_per_1000_females": "53.7",
    "violence.women_and_girls.child_victims_share": "15",
    "violence.women_and_girls.online_share": "12",
    "violence.serious_violence.victims_male_share": "65",
    "violence.serious_violence.female_victim_change": "23",
    "violence.serious_violence.multiple_suspects_share": "18",
    "violence.serious_violence.attempted_murder_domestic_share": "50",
    "violence.serious_violence.knife_victims_vulnerable_share": "38",
    "violence.organised_crime.suspects_male_share": "91",
    "violence.organised_crime.suspects_member_share": "16",
    "violence.organised_crime.suspects_associate_share": "84",
    "violence.organised_crime.suspects_under_18_share": "13",
    "violence.organised_crime.drugs_intelligence_share": "88",
}


@pytest.fixture(scope="module")
def facts(sample_partnership: Path) -> dict[str, dict[str, str]]:
    with (sample_partnership / "key_facts.csv").open(encoding="utf-8", newline="") as handle:
        return {row["id"]: row for row in csv.DictReader(handle)}


def gives_back(got: float, published: str) -> bool:
    """Whether a figure is the published one at the precision that was printed, or keeps its bound or range."""
    if published.startswith(">"):
        return got > float(published[1:])
    if " to " in published:
        low, high = map(float, published.split(" to "))
        return low <= got <= high
    step = Decimal(1).scaleb(-len(published.partition(".")[2]))
    return Decimal(repr(got)).quantize(step, ROUND_HALF_UP) == Decimal(published)


@pytest.mark.parametrize(("got", "published", "same"), [
    (48.5, "49", True), (48.49, "49", False), (8.14, "8.1", True), (8.15, "8.1", False), (-14.6, "-15", True),
    (50.0, ">50", False), (90.0, "90 to 99", True), (99.1, "90 to 99", False),
])  # fmt: skip
def test_a_figure_is_held_to_the_precision_that_was_printed(got: float, published: str, same: bool) -> None:
    assert gives_back(got, published) is same


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_sample_gives_the_published_figure_back(name: str, facts: dict[str, dict[str, str]]) -> None:
    got = float(facts[name]["value"])
    assert gives_back(got, PUBLISHED[name]), f"{name}: published {PUBLISHED[name]}, got {got}"


def test_every_published_fact_has_what_it_rests_on(facts: dict[str, dict[str, str]]) -> None:
    for name, published in PUBLISHED.items():
        fact = facts[name]
        print(f"{name:70} published {published:>9}  got {float(fact['value']):>10.2f}")  # shown by pytest -rP
        assert fact["definition"] and fact["extracts"] and fact["notebook"] and fact["cell"] and fact["statement"], name
        assert fact["numerator"] and (fact["denominator"] or fact["unit"] not in ("%",)), name
        if name.endswith("change"):
            assert fact["comparator_period"] and fact["verdict"] in ("higher", "lower", "no clear change"), name
        if fact["unit"] == "%":
            assert re.search(r"\d of (an estimated )?[\d,]+", fact["statement"]), name
