"""The synthetic scale of risk: the documented default, in our own words, as the file risk_scale.toml."""

from __future__ import annotations

from .partner_scores import DIMENSIONS

LABELS = ("Very low", "Low", "Medium", "High", "Very high")
SHOWN, LIKELIHOOD, HARM = "shown", "likelihood", "harm"

# Part, what the dimension judges, and what the scores 1 to 5 mean.
WORDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "physical_harm": (HARM, "Injury and damage to the health of victims", (
        "No injury", "Slight injury that heals without treatment", "Injury that needs treatment",
        "Serious or lasting injury", "Death, or injury that changes a life")),
    "psychological_harm": (HARM, "Distress and damage to the mind of victims", (
        "Annoyance", "Worry that passes", "Distress for weeks", "Distress for months, with help needed",
        "Trauma that changes a life")),
    "financial_harm": (HARM, "Loss of money and goods to victims", (
        "No loss", "A loss that is soon made good", "A loss that is felt for months",
        "A loss that puts home or work at risk", "Ruin of a household or business")),
    "community_harm": (HARM, "Harm to those around: fear, tension, decline of a place", (
        "Nobody else is affected", "A few neighbours", "A street or a group", "A neighbourhood or a whole community",
        "The borough")),
    "public_expectation": (SHOWN, "How strongly residents expect the partners to act", (
        "Hardly anybody asks for action", "A few do", "Some groups do", "Many residents do", "Nearly all do")),
    "frequency": (LIKELIHOOD, "How often it happens in the borough", (
        "A few times a year", "About every week", "About every day", "Several times a day",
        "More than ten times a day")),
    "trend": (LIKELIHOOD, "What is expected of the next twelve months", (
        "It will fall clearly", "It may fall", "It will stay as it is", "It may rise", "It will rise clearly")),
    "confidence": (SHOWN, "How reliable the knowledge is", (
        "Guesswork", "Single reports", "Records with known gaps", "Good records", "Several good sources agree")),
    "mitigation": (SHOWN, "How well placed the partners are to reduce it", (
        "Not at all", "Barely: no plan or no staff", "In part", "Well, for the most part",
        "Very well: plan, staff and money are there")),
}  # fmt: skip

START = """\
# SYNTHETIC: made for tests and demonstration. This scale is an example; it is no national one.
# harm = mean of the four dimensions of harm; likelihood = mean of frequency and trend;
# risk = harm x likelihood, from 1 to 25. The other dimensions are shown beside it.
title = "SYNTHETIC example scale, version 1"
synthetic = true
within_part = "mean"
across_parts = "product"
"""


def _scores(words: tuple[str, ...]) -> list[str]:
    return [f'{score} = "{word}"' for score, word in enumerate(words, start=1)]


def text() -> str:
    """The file risk_scale.toml: every dimension of the plan with the meaning of each score."""
    lines = [START, "[scores]", *_scores(LABELS)]
    for dimension in DIMENSIONS:
        part, meaning, words = WORDS[dimension]
        lines += ["", f"[dimensions.{dimension}]", f'part = "{part}"', "weight = 1.0", f'meaning = "{meaning}"', ""]
        lines += [f"[dimensions.{dimension}.scores]", *_scores(words)]
    return "\n".join([*lines, ""])
