"""Verdicts: the words in which a change or a target is judged, apart from the statistics that judge it."""

from __future__ import annotations

HIGHER, LOWER, UNCLEAR, TOO_FEW = "higher", "lower", "no clear change", "too few to say"
CHANGE = "% change"  # the unit of an Estimate that is a change

# Of a target: "not met" is said once its time is over, "on course" and "not on course" before.
MET, ON_COURSE, NOT_ON_COURSE, NOT_MET = "met", "on course", "not on course", "not met"
CANT_TELL = "can't tell"
TARGETS = (MET, ON_COURSE, NOT_ON_COURSE, NOT_MET, CANT_TELL)
