"""The partners' synthetic measures of services and cohorts, by quarter or year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from .draws import Draws, apportion

COUNCIL, POLICE, TREATMENT = (
    "Rotherham Metropolitan Borough Council",
    "South Yorkshire Police",
    "Drug and alcohol service",
)
HEALTH, PROBATION, JUSTICE = "NHS mental health trust", "Probation Service", "Youth Justice Service"

Value = str | date | float | None
Row = tuple[Value, ...]

QUARTERS = 11  # April 2019 to December 2021
# Counts by quarter: measure, provider, and what runs of quarters add up to. As published: 1,577 victims
# supported in 2020; 233 conferences in the four years from April 2018, and about 1,700 interventions in
# the three from April 2019, of which these quarters have their part; over 500 disruptions; almost
# 12,000 pupils.
COUNTS: tuple[tuple[str, str, tuple[tuple[int, int], ...]], ...] = (
    ("da_referrals", COUNCIL, ((4, 2_870), (4, 3_120), (3, 2_390))),
    ("da_support_accepted", COUNCIL, ((3, 1_090), (4, 1_577), (4, 1_605))),
    ("cmarac_referrals", COUNCIL, ((11, 160),)),
    ("mh_interventions", HEALTH, ((11, 1_558),)),
    ("disruptions", POLICE, ((11, 506),)),
    ("pupils_reached", COUNCIL, ((11, 11_940),)),
    ("nrm_referrals", COUNCIL, ((4, 61), (4, 74), (3, 58))),
    ("prevent_referrals", COUNCIL, ((4, 42), (4, 31), (3, 26))),
    ("channel_cases", COUNCIL, ((4, 14), (4, 11), (3, 9))),
    ("iom_cohort", PROBATION, ((4, 452), (4, 468), (3, 345))),
)
# Counts of whole years.
YEARLY_COUNTS: tuple[tuple[str, str, tuple[int, ...]], ...] = (("drug_users_in_treatment", TREATMENT, (1_341, 1_302)),)


@dataclass(frozen=True)
class Yearly:
    """A measure of whole years: part, whole, and the interval of an estimated whole (blank: counted)."""

    measure: str
    provider: str
    years: tuple[tuple[int, int, int | None, int | None], ...]


# As published for 2020-21: 89% of dependent drinkers and 46% of users of opiates or crack untreated.
YEARLY = (
    Yearly("alcohol_dependent_in_treatment", TREATMENT, ((409, 3_340, 2_610, 4_420), (372, 3_380, 2_640, 4_470))),
    Yearly("opiate_crack_in_treatment", TREATMENT, ((1_126, 2_010, 1_790, 2_260), (1_085, 2_010, 1_790, 2_260))),
    Yearly("adult_reoffending", PROBATION, ((131, 1_490, None, None), (108, 1_362, None, None))),
    Yearly("first_time_entrants", JUSTICE, ((61, 25_180, None, None), (48, 25_420, None, None))),
    Yearly("serious_acquisitive_crime", POLICE, ((3_754, 265_411, None, None), (2_592, 264_984, None, None))),
    Yearly("assault_with_injury", POLICE, ((2_447, 265_411, None, None), (2_492, 264_984, None, None))),
)


def quarter(number: int) -> tuple[date, date]:
    """First and last day of a quarter, counted from April to June 2019."""
    months = [divmod(2019 * 12 + 3 + 3 * at, 12) for at in (number, number + 1)]
    start, after = (date(year, month + 1, 1) for year, month in months)
    return start, after - timedelta(days=1)


def year(number: int) -> tuple[date, date]:
    """First and last day of a financial year, counted from 2019-20."""
    return date(2019 + number, 4, 1), date(2020 + number, 3, 31)


def rows(seed: int) -> list[Row]:
    """The rows of the extract: measure, provider, first and last day, numerator, denominator, interval."""
    draws = Draws(seed, "partners: services")
    found: list[Row] = []
    for measure, provider, totals in COUNTS:
        numbers = [n for length, total in totals for n in apportion(total, draws.around(130, length)).tolist()]
        found += [(measure, provider, *quarter(at), number, None, None, None) for at, number in enumerate(numbers)]
    for yearly in YEARLY:
        for at, values in enumerate(yearly.years):
            found.append((yearly.measure, yearly.provider, *year(at), *values))
    for measure, provider, totals in YEARLY_COUNTS:
        found += [(measure, provider, *year(at), number, None, None, None) for at, number in enumerate(totals)]
    return found
