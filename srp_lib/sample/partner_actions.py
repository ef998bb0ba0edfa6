"""The synthetic action plan as it stood on 31 March 2021. Activities, dates and progress are all made up.

Some actions are overdue, some have no measure of success, some were not updated in the quarter, some are complete.
"""

from __future__ import annotations

from datetime import date

from .partner_areas import labels, themes
from .partner_services import COUNCIL, HEALTH, JUSTICE, POLICE, PROBATION, TREATMENT

Row = tuple[str, str, str, str, str, str | None, str, str | None, date, date, str, str | None, date]

FIRE = "South Yorkshire Fire and Rescue"
NOT_STARTED, ON_TRACK, AT_RISK, OFF_TRACK, COMPLETE = "not started", "on track", "at risk", "off track", "complete"

# Objective area, commitment, activity, measure of success, lead, resources, start, due, status, progress, updated.
ACTIONS = (
    ("child_abuse", "More people know the signs of abuse and neglect", "Train school and nursery staff in early signs",
     "950 staff trained", COUNCIL, "Two trainers", "2020-06-01", "2021-05-31", ON_TRACK,
     "812 staff trained, most of them online", "2021-03-12"),
    ("child_abuse", "More people know how to report a worry", "Run a campaign for the public on how to report",
     "10% more contacts from the public", COUNCIL, "Campaign budget", "2020-09-01", "2021-02-28", AT_RISK,
     "Posters wait for venues to open again", "2021-02-19"),
    ("cce", "Professionals see criminal exploitation earlier",
     "Workshops in secondary schools and pupil referral units",
     "12,000 pupils reached", COUNCIL, "Youth workers", "2019-09-02", "2022-03-31", ON_TRACK,
     "Over 8,700 pupils so far", "2021-03-22"),
    ("cce", "Risk to children who are exploited falls", "One meeting a week of all agencies on children at risk",
     "Every child has a plan within five days", POLICE, None, "2020-04-06", "2020-12-31", COMPLETE,
     "Weekly meetings are in place", "2021-01-08"),
    ("cse", "Professionals see sexual exploitation earlier", "Training for hotel, taxi and licensing staff",
     "All licence holders trained", COUNCIL, "Licensing team", "2020-07-01", "2021-03-31", OFF_TRACK,
     "Half of the sessions were cancelled", "2021-03-03"),
    ("cse", "Children are safer online", "Lessons for parents on images and pressure online",
     None, POLICE, None, "2020-11-02", "2021-10-29", ON_TRACK, "Three lessons held", "2021-02-15"),
    ("substance_misuse", "More offenders with a drug problem are treated", "A drug worker in the custody suite",
     "60% of those referred attend", TREATMENT, "One post", "2020-05-04", "2021-06-30", ON_TRACK,
     "The post is filled", "2021-03-16"),
    ("substance_misuse", "More offenders with an alcohol problem are treated", "Offer alcohol treatment requirements",
     "40 requirements in a year", PROBATION, None, "2020-04-01", "2021-03-31", AT_RISK,
     "26 requirements, as courts sat less", "2021-03-25"),
    ("mental_health", "Courts use treatment requirements well", "Review how mental health treatment is ordered",
     "Report to the board", HEALTH, None, "2020-10-01", "2021-01-29", OFF_TRACK,
     "Waits for data from the courts", "2020-12-07"),
    ("mental_health", "Nobody falls between two services", "One pathway for people with two kinds of need",
     "Wait under 20 working days", HEALTH, "Commissioners", "2021-01-04", "2022-03-31", ON_TRACK,
     "A draft is with both services", "2021-03-19"),
    ("modern_slavery", "Partners see signs of slavery earlier",
     "Training for housing and environmental health officers",
     "150 officers trained", COUNCIL, None, "2020-09-01", "2021-07-30", ON_TRACK, "96 officers trained", "2021-03-09"),
    ("modern_slavery", "The public knows the signs", "Leaflets in several languages at hand car washes and nail bars",
     None, POLICE, "Printing", "2020-08-03", "2020-11-30", COMPLETE, "4,000 leaflets given out", "2020-12-02"),
    ("anti_social_behaviour", "Priority places get a joint response",
     "Monthly problem-solving meeting for each locality",
     "Fewer repeat calls to the ten worst places", COUNCIL, None, "2020-04-01", "2021-09-30", ON_TRACK,
     "Eleven of twelve meetings were held", "2021-03-30"),
    ("anti_social_behaviour", "Off-road bikes cause less trouble", "Days of action with the off-road bike team",
     "24 days in a year", POLICE, "Off-road team", "2020-04-01", "2021-03-31", COMPLETE, "27 days held", "2021-03-31"),
    ("anti_social_behaviour", "Fewer fires are set on purpose", "Visits to streets with repeated bin and grass fires",
     "10% fewer deliberate fires", FIRE, None, "2020-05-01", "2021-04-30", ON_TRACK, None, "2020-11-26"),
    ("anti_social_behaviour", "Neighbours get on", "Mediation for long quarrels between neighbours",
     None, COUNCIL, "Contract", "2021-04-12", "2022-03-31", NOT_STARTED, None, "2021-03-08"),
    ("hate_crime", "Hatred is prevented", "Lessons on difference for pupils aged 9 to 13",
     "30 schools take part", COUNCIL, None, "2020-09-07", "2021-07-16", AT_RISK,
     "14 schools so far; visits stopped while schools were shut", "2021-03-05"),
    ("hate_crime", "Reporting is easier", "More centres where hate can be reported without the police",
     "Eight centres open", POLICE, None, "2020-06-01", "2021-03-26", ON_TRACK, "Five centres open", "2021-02-26"),
    ("online_crime", "Families and older people are safer online", "Sessions on scams with libraries and day centres",
     "1,000 people attend", COUNCIL, None, "2020-10-05", "2021-09-30", ON_TRACK, "388 people so far", "2021-03-24"),
    ("online_crime", "Assessments ask about life online", "Add questions on life online to the first assessment",
     None, COUNCIL, None, "2021-01-11", "2021-06-30", AT_RISK, "The form's supplier has given no date", "2021-02-05"),
    ("domestic_abuse", "Victims get better help", "One front door for all domestic abuse services",
     "Every referral answered in one working day", COUNCIL, "Commissioned service", "2020-04-01",
     "2021-10-01", ON_TRACK,
     "The tender is out", "2021-03-29"),
    ("domestic_abuse", "Whoever flees has a safe place", "Twelve more places in safe accommodation",
     "Twelve places open", COUNCIL, "Government grant", "2020-11-02", "2021-12-31", ON_TRACK,
     "Four places open", "2021-03-11"),
    ("sexual_offences", "Victims stay with their case", "Review the joint plan with the support centre",
     "Plan agreed by the board", POLICE, None, "2020-07-01", "2020-12-18", COMPLETE, "Agreed in December",
     "2020-12-18"),
    ("women_and_girls", "Women and girls feel safer", "Safety walks with women in the town centre after dark",
     "Six walks, and what was found put right", COUNCIL, None, "2021-05-03", "2021-11-30", NOT_STARTED,
     None, "2021-03-26"),
    ("serious_violence", "People find a way out of violence", "Mentors for young adults who leave custody",
     "70 people mentored", JUSTICE, "Violence reduction fund", "2020-04-01", "2021-06-30", ON_TRACK,
     "58 people mentored", "2021-03-18"),
    ("serious_violence", "Fewer knives are carried", "Knife surrender bins and weapon sweeps in parks",
     "Sweep of every park each quarter", POLICE, None, "2020-04-01", "2021-03-31", COMPLETE,
     "All sweeps done", "2021-03-31"),
    ("organised_crime", "Groups that do most harm are disrupted", "A joint plan for each mapped group",
     "A plan for every group", POLICE, None, "2020-04-01", "2021-01-31", OFF_TRACK,
     "Two groups are without a plan", "2020-10-14"),
    ("counter_terrorism", "Partners meet their duties under Prevent", "Self-assessment with the Home Office toolkit",
     "No item below the expected level", COUNCIL, None, "2020-09-01", "2021-04-30", ON_TRACK,
     "Draft scored, to be checked", "2020-12-21"),
)  # fmt: skip


def rows() -> list[Row]:
    """The rows of the extract: action, theme, objective, what is promised and done, by whom, dates, status."""
    named, theme_of = labels(), themes()
    found: list[Row] = []
    for at, (area, promise, activity, measure, lead, means, start, due, status, note, updated) in enumerate(ACTIONS, 1):
        begun, ends, told = map(date.fromisoformat, (start, due, updated))
        own = (f"A{at:02d}", theme_of[area], named[area], promise, activity, measure, lead, means)
        found.append((*own, begun, ends, status, note, told))
    return found
