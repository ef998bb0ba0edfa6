"""The synthetic scores of risk: four partners, the plan's objective areas and three emerging issues. All made up.

The partners differ, some scores rest on nothing, most see sexual offences rising while the records fall, and
nobody could say how frequent one of the emerging issues is.
"""

from __future__ import annotations

from collections.abc import Sequence

from .draws import Draws
from .partner_actions import FIRE
from .partner_areas import labels, themes
from .partner_consultation import DOGS, SCAMS, SCOOTERS, raised
from .partner_services import COUNCIL, HEALTH, POLICE

Row = tuple[str, str, str, str, int, str, str]

DIMENSIONS = ("physical_harm", "psychological_harm", "financial_harm", "community_harm", "public_expectation",
              "frequency", "trend", "confidence", "mitigation")  # fmt: skip
LOWEST, HIGHEST = 1, 5
SCORED_ON = {POLICE: "2021-01-12", COUNCIL: "2021-01-14", HEALTH: "2021-01-19", FIRE: "2021-01-26"}

# What the partners think on the whole, by dimension; each differs from it by chance, and where DIFFER says so.
SCORES: dict[str, tuple[int, ...]] = {
    "child_abuse": (5, 5, 1, 3, 4, 3, 3, 3, 3),
    "cce": (4, 5, 2, 4, 3, 2, 4, 2, 3),
    "cse": (5, 5, 1, 4, 5, 2, 4, 3, 4),
    "substance_misuse": (4, 4, 3, 4, 4, 5, 3, 3, 2),
    "mental_health": (3, 5, 2, 3, 3, 4, 4, 2, 2),
    "modern_slavery": (4, 5, 3, 3, 3, 1, 3, 2, 3),
    "anti_social_behaviour": (2, 3, 2, 5, 5, 5, 4, 4, 3),
    "hate_crime": (3, 5, 1, 5, 4, 2, 4, 3, 3),
    "online_crime": (1, 4, 4, 2, 3, 3, 5, 2, 2),
    "domestic_abuse": (5, 5, 3, 4, 4, 5, 3, 4, 4),
    "sexual_offences": (5, 5, 1, 3, 5, 3, 5, 3, 3),
    "women_and_girls": (5, 5, 2, 4, 5, 5, 3, 3, 3),
    "serious_violence": (5, 4, 2, 4, 4, 2, 3, 4, 3),
    "organised_crime": (4, 4, 4, 5, 4, 2, 3, 2, 3),
    "counter_terrorism": (5, 4, 2, 5, 3, 1, 2, 3, 4),
    SCOOTERS: (3, 2, 1, 3, 3, 2, 4, 1, 2),
    DOGS: (1, 4, 3, 2, 3, 1, 4, 1, 2),
    SCAMS: (1, 3, 4, 2, 2, 2, 4, 2, 2),
}
DIFFER: dict[tuple[str, str, str], int] = {
    ("anti_social_behaviour", "physical_harm", COUNCIL): 4,
    ("anti_social_behaviour", "physical_harm", HEALTH): 1,
    ("mental_health", "physical_harm", HEALTH): 5,
    ("mental_health", "physical_harm", POLICE): 1,
    ("organised_crime", "mitigation", POLICE): 5,
    ("organised_crime", "mitigation", COUNCIL): 2,
    ("sexual_offences", "trend", POLICE): 2,
    **{("sexual_offences", "trend", partner): 5 for partner in (COUNCIL, HEALTH, FIRE)},
}
UNSCORED = {*((SCAMS, "frequency", partner) for partner in SCORED_ON), ("modern_slavery", "financial_harm", FIRE)}
OPINIONS = (-1, 0, 0, 0, 1)

# The measure of an issue that a score can rest on, by dimension; "" where there is none.
MEASURES = dict(
    zip(DIMENSIONS, ("harm", "victims_vulnerable_share", "harm", "count", "", "count", "change", "count", "change"),
        strict=True)
)  # fmt: skip
OTHER_NAMES = {
    "adults.mental_health.change": "adults.mental_health.victim_offences_change",
    "adults.mental_health.victims_vulnerable_share": "adults.mental_health.repeat_victims_share",
}
ASB, PREVENT = "communities.asb", "violence.counter_terrorism"
EVIDENCE: dict[str, tuple[str, ...]] = {
    "anti_social_behaviour": (f"{ASB}.hot_spots_change", f"{ASB}.neighbour_change", f"{ASB}.deliberate_fires_count",
                              f"{ASB}.half_in_share", "voices.asb_very_big_problem.share", f"{ASB}.count",
                              f"{ASB}.change", f"{ASB}.council_share", f"{ASB}.hot_spots_change"),
    "counter_terrorism": ("", "", "", "", "", f"{PREVENT}.prevent_referrals", f"{PREVENT}.prevent_referrals",
                          f"{PREVENT}.prevent_referrals", f"{PREVENT}.channel_cases"),
    SCOOTERS: ("", "", "", f"{ASB}.vehicle_change", "voices.consultation.raised_e_scooters", f"{ASB}.vehicle_change",
               f"{ASB}.vehicle_change", "", ""),
    DOGS: ("", "", "", "", "voices.consultation.raised_dog_theft", "", "", "", ""),
    SCAMS: ("",) * len(DIMENSIONS),
}  # fmt: skip
# Facts that no notebook makes: a scorer may name what isn't there.
NOWHERE = {("serious_violence", "frequency", FIRE): "violence.knife_crime.count"}
WITHOUT_PER_MILLE = 50  # scores whose scorer named no evidence though there is some

RATIONALES: dict[tuple[str, str, str], str] = {
    ("sexual_offences", "trend", COUNCIL): "Reports are expected to come back as places and services open again.",
    ("anti_social_behaviour", "frequency", COUNCIL): "It takes more of our time than anything else.",
    ("online_crime", "trend", POLICE): "More of life is online, and this will not go back.",
    ("domestic_abuse", "psychological_harm", HEALTH): "Victims live with it for years.",
    ("cce", "confidence", POLICE): "We see only part of it.",
    ("modern_slavery", "frequency", COUNCIL): "Few cases are found.",
    ("mental_health", "mitigation", HEALTH): "Waiting lists are long.",
    ("women_and_girls", "public_expectation", COUNCIL): "Residents ask about this at each meeting.",
    ("sexual_offences", "trend", HEALTH): "Those who were hurt while services were shut have yet to come forward.",
    ("sexual_offences", "trend", POLICE): "Fewer reports in each quarter of the year.",
    (SCOOTERS, "confidence", POLICE): "No system records it under its own name.",
    (DOGS, "public_expectation", POLICE): "Much talked of, with few reports.",
}


def _evidence(issue: str, theme: str) -> Sequence[str]:
    """The key fact that each dimension of an issue can rest on."""
    heard = f"voices.consultation.raised_{issue}" if issue in raised(2020) else ""
    usual = [f"{theme}.{issue}.{measure}" if measure else heard for measure in MEASURES.values()]
    return EVIDENCE.get(issue, [OTHER_NAMES.get(fact, fact) for fact in usual])


def rows(seed: int) -> list[Row]:
    """The rows of the extract: issue, organisation, day, dimension, score, evidence, rationale."""
    named, theme_of = labels(), themes()
    found: list[Row] = []
    for partner, day in SCORED_ON.items():
        draws = Draws(seed, f"partners: scores of {partner}")
        for issue, scores in SCORES.items():
            opinions, unsure = (draws.below(bound, len(DIMENSIONS)).tolist() for bound in (len(OPINIONS), 1000))
            facts = _evidence(issue, theme_of.get(issue, ""))
            for at, dimension in enumerate(DIMENSIONS):
                key = (issue, dimension, partner)
                if key in UNSCORED:
                    continue
                score = DIFFER.get(key, min(max(scores[at] + OPINIONS[opinions[at]], LOWEST), HIGHEST))
                fact = "" if unsure[at] < WITHOUT_PER_MILLE else NOWHERE.get(key, facts[at])
                why = RATIONALES.get(key, "")
                found.append((named.get(issue, issue), partner, day, dimension, score, fact, why))
    return found
