"""Survey groups: which groups that can be consulted a survey heard, by the name or the ages of its own groups."""

from __future__ import annotations

import re

from srp_lib import wording
from srp_lib.codelists.consulted import ConsultedGroup, consulted_groups, group_of
from srp_lib.surveys import OLD_MONTHS, Surveys

AGES = re.compile(r"(\d+)(?:\s*(?:to|-|\N{EN DASH})\s*(\d+)|\s*(?:and over|\+))")
OLDEST = 90  # 90 and over
VICTIMS = "victims"


def heard(surveys: Surveys) -> dict[str, str]:
    """For each group of the list of groups that a survey heard: which answers, and of which survey and wave.

    A survey's group stands for one of the list where it has its name or where its ages lie within it; a survey of
    victims stands for victims. Groups with a base under 30 and waves more than 24 months old do not count.
    """
    found: dict[str, dict[str, None]] = {}
    for question in surveys.questions:
        if surveys.months_old(question.latest) > OLD_MONTHS:
            continue
        place = f"{question.survey}, {question.latest.label}"
        if question.of_victims and question.latest.answer.enough:
            found.setdefault(VICTIMS, {})[f"all respondents ({place})"] = None
        for text in (name for name, one in question.others.items() if one.enough):
            for name in (one.name for one in consulted_groups().values() if stands_for(text, one)):
                found.setdefault(name, {})[f"{text} ({place})"] = None
    return {name: wording.listed(list(told)) for name, told in found.items()}


def stands_for(text: str, group: ConsultedGroup) -> bool:
    """Whether a survey's group is one of the list, or a part of it by age: "65 and over", "16 to 24"."""
    if group_of(text) is group:
        return True
    ages = AGES.fullmatch(text.strip().lower())
    if not ages or group.sex != "persons" or group.whole:
        return False
    return group.first <= int(ages[1]) and int(ages[2] or OLDEST) <= group.last
