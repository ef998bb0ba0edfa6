"""The synthetic consultation: whom the partners asked, when and how, and what was raised. All made up.

In 2020-21 nothing was held with rural communities and few young people took part, as a reader should find.
"""

from __future__ import annotations

from .partner_areas import labels

Row = tuple[str, str, str, str, int, str, str]

SURVEY, MEETING, FOCUS, WRITTEN = "survey", "meeting", "focus group", "written response"
PUBLIC, DISABLED, ETHNIC = "general public", "disabled people", "minority ethnic communities"
YOUNG, RURAL, BUSINESSES = "young people", "rural communities", "businesses"
VOLUNTARY, VICTIMS = "voluntary organisations", "victims of crime"
SCOOTERS, DOGS, SCAMS = "E-scooters", "Dog theft", "Scams about Covid-19"  # issues that no objective area names

# Day, method, group, people, what was raised first to last (objective areas or issues), and a meeting open to anybody.
EVENTS: tuple[tuple[str, str, str, int, tuple[str, ...], str], ...] = (
    ("15/05/2019", MEETING, PUBLIC, 64, ("anti_social_behaviour", "substance_misuse", "serious_violence"), "Y"),
    ("19/06/2019", FOCUS, YOUNG, 31, ("cce", "serious_violence", "online_crime"), ""),
    ("11/07/2019", MEETING, ETHNIC, 27, ("hate_crime", "anti_social_behaviour"), "N"),
    ("25/09/2019", FOCUS, DISABLED, 14, ("hate_crime", "anti_social_behaviour", "online_crime"), ""),
    ("16/10/2019", SURVEY, PUBLIC, 1_086, ("anti_social_behaviour", "substance_misuse", "domestic_abuse", "cse"), ""),
    ("22/10/2019", MEETING, RURAL, 38, ("anti_social_behaviour", "organised_crime"), "N"),
    ("20/11/2019", WRITTEN, BUSINESSES, 17, ("anti_social_behaviour", "substance_misuse"), ""),
    ("30/01/2020", FOCUS, VICTIMS, 9, ("domestic_abuse", "women_and_girls", "mental_health"), ""),
    ("26/02/2020", FOCUS, YOUNG, 26, ("serious_violence", "cce"), ""),
    ("17/06/2020", WRITTEN, VOLUNTARY, 21, ("domestic_abuse", "mental_health", "modern_slavery"), ""),
    ("23/07/2020", FOCUS, VICTIMS, 8, ("domestic_abuse", "sexual_offences", "online_crime"), ""),
    ("16/09/2020", SURVEY, PUBLIC, 1_274,
     ("anti_social_behaviour", "substance_misuse", "domestic_abuse", "online_crime"), ""),
    ("14/10/2020", MEETING, PUBLIC, 47, ("anti_social_behaviour", DOGS, "substance_misuse"), "Y"),
    ("28/10/2020", FOCUS, ETHNIC, 12, ("hate_crime", "domestic_abuse"), ""),
    ("19/11/2020", FOCUS, DISABLED, 11, ("hate_crime", "mental_health", "online_crime"), ""),
    ("26/11/2020", FOCUS, YOUNG, 7, ("online_crime", "women_and_girls"), ""),
    ("20/01/2021", WRITTEN, BUSINESSES, 13, ("anti_social_behaviour", SCOOTERS), ""),
    ("24/02/2021", MEETING, ETHNIC, 19, ("hate_crime", "anti_social_behaviour", SCOOTERS), "N"),
    ("19/05/2021", MEETING, PUBLIC, 58, ("anti_social_behaviour", SCOOTERS, "women_and_girls"), "Y"),
    ("23/06/2021", FOCUS, YOUNG, 34, ("women_and_girls", "serious_violence", SCOOTERS), ""),
    ("15/07/2021", MEETING, RURAL, 29, ("organised_crime", "anti_social_behaviour", DOGS), "N"),
    ("22/09/2021", SURVEY, PUBLIC, 1_191,
     ("anti_social_behaviour", "women_and_girls", "substance_misuse", SCOOTERS), ""),
    ("20/10/2021", FOCUS, DISABLED, 16, ("hate_crime", "anti_social_behaviour"), ""),
    ("25/11/2021", WRITTEN, VOLUNTARY, 18, ("women_and_girls", "domestic_abuse", "mental_health"), ""),
)  # fmt: skip


def raised(year: int) -> set[str]:
    """The issues that events of the financial year from April of `year` raised."""
    found = [event for event in EVENTS if f"{year}-04" <= f"{event[0][6:]}-{event[0][3:5]}" <= f"{year + 1}-03"]
    return {issue for event in found for issue in event[4]}


def rows() -> list[Row]:
    """The rows of the extract: event, day, method, group, participants, what was raised, public meeting."""
    named = labels()
    return [
        (f"C{at:03d}", day, method, group, people, ";".join(named.get(issue, issue) for issue in raised), public)
        for at, (day, method, group, people, raised, public) in enumerate(EVENTS, start=1)
    ]
