"""Verdicts: the words in which a change is judged, apart from the statistics that judge it."""

from __future__ import annotations

HIGHER, LOWER, UNCLEAR, TOO_FEW = "higher", "lower", "no clear change", "too few to say"
CHANGE = "% change"  # the unit of an Estimate that is a change
