"""The synthetic indicators: the six of the plan of 2010/11 as published, and made up ones of the present plan.

Baselines of the present plan's indicators are what the sample itself holds of 2019-20, or near it.
"""

from __future__ import annotations

from .partner_areas import labels, themes

Number = int | float | None
Row = tuple[str, str, str, str, str, str, Number, str, Number, str | None, str, Number, Number]

COUNT, PERCENT, PER_1000, PER_100_000 = "count", "%", "per 1,000", "per 100,000"
THIS_YEAR, NEXT_YEAR, LONG = "2020-21", "2021-22", "2024-25"

# Indicator, theme, objective, name, fact, good, unit, baseline and its count and period, target and its count.
PLAN_2010 = (
    ("ni_asb_big_problem", "communities", "Anti-social behaviour",
     "Residents who feel that anti-social behaviour is a very or fairly big problem",
     "voices.asb_big_problem_place_survey.share", "down", PERCENT, 28, None, "2008", 25, None),
    ("ni_serious_acquisitive_crime", "communities", "Serious acquisitive crime",
     "Serious acquisitive crime per 1,000 residents",
     "services.serious_acquisitive_crime", "down", PER_1000, 19.52, 4_943, "2007-08", 17.5, 4_443),
    ("ni_first_time_entrants", "children", "Youth offending",
     "Young people aged 10 to 17 who enter the youth justice system for the first time",
     "services.first_time_entrants", "down", PER_100_000, 2_140, 580, "2007-08", 1_900, 536),
    ("ni_adult_reoffending", "adults", "Re-offending",
     "Adults under probation supervision who offend again",
     "services.adult_reoffending", "down", PERCENT, 11.72, None, "2007-08", 10.20, None),
    ("ni_assault_with_injury", "violence", "Assault with injury",
     "Assaults with less serious injury per 1,000 residents",
     "services.assault_with_injury", "down", PER_1000, 8.52, 2_159, "2007-08", 8.04, 2_042),
    ("ni_drug_users_in_treatment", "adults", "Substance misuse",
     "Drug users in effective treatment",
     "services.drug_users_in_treatment", "up", COUNT, 1_256, None, "2007-08", 1_320, None),
)  # fmt: skip

# Indicator, objective area, name, fact, good, unit, baseline, target and its period.
PLAN_2022 = (
    ("pupils_reached", "cce", "Secondary pupils reached by work on criminal exploitation (adding up since April 2019)",
     "children.cce.pupils_reached_so_far", "up", COUNT, 4_420, 12_000, NEXT_YEAR),
    ("missing_cse_linked", "cse", "Children who went missing whose episodes are linked to sexual exploitation",
     "children.cse.missing_linked_share", "down", PERCENT, 14, 10, LONG),
    ("opiate_crack_untreated", "substance_misuse", "Users of opiates or crack who are not in treatment",
     "adults.substance_misuse.opiate_crack_untreated_share", "down", PERCENT, 44, 40, LONG),
    ("asb_reported", "anti_social_behaviour", "Incidents of anti-social behaviour reported to police or council",
     "communities.asb.count", "down", COUNT, 8_100, 7_700, LONG),
    ("hate_reported", "hate_crime", "Hate crimes that are reported and recorded",
     "communities.hate_crime.count", "up", COUNT, 402, 445, NEXT_YEAR),
    ("burglary_rate", "anti_social_behaviour", "Burglaries per 1,000 residents",
     "overview.burglary.rate", "down", PER_1000, 8.44, 5.5, LONG),
    ("vehicle_crime_rate", "anti_social_behaviour", "Vehicle crimes per 1,000 residents",
     "overview.vehicle_crime.rate", "down", PER_1000, 8.25, 7, LONG),
    ("calls_abandoned", "anti_social_behaviour", "Calls to 101 that are abandoned",
     "voices.calls_101.abandoned_share", "down", PERCENT, 9, 6, THIS_YEAR),
    ("trust_police", "anti_social_behaviour", "Residents who trust South Yorkshire Police",
     "voices.trust_police.share", "up", PERCENT, 44, 50, LONG),
    ("da_repeat_victims", "domestic_abuse", "Victims of domestic abuse who were victims before within a year",
     "violence.domestic_abuse.repeat_victims_share", "down", PERCENT, 41, 35, LONG),
    ("da_feel_safer", "domestic_abuse", "Victims of domestic abuse who feel safer after they were helped",
     "voices.feel_safer.share", "up", PERCENT, 58, 65, LONG),
    ("serious_violence", "serious_violence", "Serious violence offences",
     "violence.serious_violence.count", "down", COUNT, 323, 290, LONG),
)  # fmt: skip


def rows() -> list[Row]:
    """The rows of the extract: indicator, theme, objective, name, fact, good, baseline, target, unit and counts."""
    found: list[Row] = []
    for *own, unit, base, events, since, target, aimed in PLAN_2010:
        found.append((*own, base, since, target, "2010-11", unit, events, aimed))
    named, theme_of = labels(), themes()
    for name, area, *own, unit, base, target, until in PLAN_2022:
        found.append((name, theme_of[area], named[area], *own, base, "2019-20", target, until, unit, None, None))
    return found
