"""A small set of partner extracts made by hand, and the right answer to every key fact, worked out by hand.

The files are made to the columns of the partner extracts and to nothing else: what is here was counted with a
pencil, not with the audit. "Now" is 2020-21 and "then" is 2019-20. Every person and every offence is invented, and
each row or sheet says SYNTHETIC.

How to follow an answer: each function below writes one block, and the comment beside each call says how many
offences, victim records or persons it adds. Under ANSWERS the same numbers are added up.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import xlsxwriter

NOW, THEN = 2020, 2019  # the years in which the two financial years begin
IDS = {"offence": "HMO-", "victim": "HMV-", "suspect": "HMS-", "incident": "HMA-", "child": "HMC-", "episode": "HME-"}
NOTE = "Zanzibar parrot remark"  # begins every officer's note, so that a test can look for it
UNKNOWN_CODE = "998X"
FOLDERS = (
    "offences",
    "victims",
    "suspects",
    "asb_incidents",
    "missing_children",
    "fire_incidents",
    "services",
)

DESCRIPTIONS = {
    "1": "Murder", "2": "Attempted murder", "4.1": "Manslaughter", "4.10": "Corporate manslaughter",
    "4.4": "Causing death or serious injury by dangerous driving", "5D": "Assault with intent to cause serious harm",
    "5E": "Endangering life", "8L": "Harassment", "8N": "Assault with injury", "8R": "Malicious communications",
    "9B": "Racially or religiously aggravated public fear, alarm or distress", "10D": "Possession of article with blade or point",
    "11A": "Cruelty to children", "17B": "Sexual assault on a male child under 13", "19C": "Rape of a female aged 16 and over",
    "19F": "Rape of a male aged 16 and over", "20A": "Sexual assault on a female aged 13 and over",
    "20B": "Sexual assault on a female child under 13", "22B": "Sexual activity involving child under 16",
    "34B": "Robbery of personal property", "39": "Theft from the person", "46": "Shoplifting", "49": "Other theft",
    "58A": "Criminal damage to a dwelling", "58C": "Criminal damage to a vehicle", "58J": "Racially or religiously aggravated criminal damage",
    "72": "Trafficking for sexual exploitation", "86": "Obscene publications etc", "88A": "Sexual grooming",
    "88E": "Exposure and voyeurism", "92A": "Supplying a controlled drug", "92D": "Possession of controlled drugs (excluding cannabis)",
    "92C": "Other drug offences", "92E": "Possession of controlled drugs (cannabis)", "99": "Other notifiable offence", "105A": "Assault without injury",
    "106": "Modern slavery", UNKNOWN_CODE: "An offence that no list knows",
}  # fmt: skip
OFFENCE_FLAGS = (
    "domestic_abuse", "child_abuse", "cce", "cse", "online", "alcohol", "knife", "modern_slavery", "honour_based",
    "forced_marriage", "organised_crime",
)  # fmt: skip
VICTIM_FLAGS = ("vulnerable", "mental_health", "missing_from_home")
# Two files of offences with their columns in two orders. The first has no outcomes and no suspect count at all,
# which are optional; the second has a column that nobody asked for, among the others.
OFFENCE_FILES = {
    "offences to March 2020.csv": (
        "offence_id", "recorded_date", "committed_from", "committed_to", "ho_code", "offence", "lsoa21",
        "domestic_abuse", "child_abuse", "cce", "cse", "hate_strands", "online", "alcohol", "knife",
        "modern_slavery", "honour_based", "forced_marriage", "organised_crime", "SYNTHETIC",
    ),
    "offences from April 2020.csv": (
        "SYNTHETIC", "organised_crime", "forced_marriage", "honour_based", "modern_slavery", "knife", "alcohol",
        "online", "officer_notes", "hate_strands", "cse", "cce", "child_abuse", "domestic_abuse", "outcome_date",
        "outcome_code", "suspect_count", "offence", "ho_code", "lsoa21", "committed_to", "committed_from",
        "recorded_date", "offence_id",
    ),
}  # fmt: skip
VICTIM_COLUMNS = (
    "victim_id", "offence_id", "age", "sex", "relationship", "vulnerable", "mental_health", "missing_from_home",
    "ethnicity", "nationality", "exploitation_type", "officer_notes",
)  # fmt: skip
SUSPECT_COLUMNS = ("offence_id", "suspect_id", "sex", "age", "ocg_role", "drugs_intelligence", "SYNTHETIC")

Row = dict[str, Any]


# --- how rows are made ----------------------------------------------------------------------------------------


@dataclass
class Register:
    """The rows of offences, victims and suspects, as they are added."""

    offences: list[Row] = field(default_factory=list)
    victims: list[Row] = field(default_factory=list)
    suspects: list[Row] = field(default_factory=list)

    def add(self, when: date, code: str, flags: str = "", people: Sequence[Row] = (), by: Sequence[Row] = (), **more: object) -> None:  # fmt: skip
        """One offence, with its victims `people` and its suspects `by`. `more` are other columns."""
        number = f"{IDS['offence']}{len(self.offences) + 1:05d}"
        plain = code.upper().lstrip("0")
        row: Row = {"offence_id": number, "recorded_date": when, "ho_code": code, "offence": DESCRIPTIONS[plain]}
        self.offences.append(row | flagged(OFFENCE_FLAGS, flags) | {"SYNTHETIC": "synthetic"} | more)
        self.victims.extend({"offence_id": number} | person for person in people)
        self.suspects.extend({"offence_id": number, "SYNTHETIC": "synthetic"} | person for person in by)

    def block(self, year: int, codes: Iterable[str], flags: str = "", people: Sequence[Sequence[Row]] = (), **more: object) -> None:  # fmt: skip
        """An offence for each of `codes`, the first in April, the next in May and so on; `people` are their victims in turn."""
        for place, code in enumerate(codes):
            self.add(spread(year, place), code, flags, people[place] if people else (), **more)


def spread(year: int, place: int) -> date:
    """The day of offence number `place` of a block: one a month from April; after March round again, a day later."""
    return day(year, place % 12, 5 + place // 12)


def day(year: int, month: int, number: int) -> date:
    """Day `number` of a month of the financial year that begins in `year`; April is 0 and March is 11."""
    return date(year + (month + 3) // 12, (month + 3) % 12 + 1, number)


def flagged(columns: Sequence[str], flags: str) -> Row:
    """Y in the columns that `flags` names, N in the rest."""
    wanted = flags.split()
    assert set(wanted) <= set(columns)
    return {column: "Y" if column in wanted else "N" for column in columns}


def victim(name: str, sex: str, age: int | str, flags: str = "", relationship: str = "", **more: object) -> Row:
    """One victim record of the person `name`."""
    row: Row = {"victim_id": f"{IDS['victim']}{name}", "sex": sex, "age": age, "relationship": relationship}
    return row | flagged(VICTIM_FLAGS, flags) | more


def each(name: str, count: int, sex: str, age: int, flags: str = "", relationship: str = "") -> list[list[Row]]:
    """`count` persons alike, each the one victim of an offence."""
    return [[victim(f"{name}{number}", sex, age, flags, relationship)] for number in range(1, count + 1)]


def suspect(name: str, sex: str, age: int | str, role: str = "", drugs: str = "N") -> Row:
    """One suspect record of the person `name`."""
    more = {"ocg_role": role, "drugs_intelligence": drugs}
    return {"suspect_id": f"{IDS['suspect']}{name}", "sex": sex, "age": age} | more


# --- the offences of each theme -------------------------------------------------------------------------------


def background(add: Register) -> None:
    """What belongs to no theme."""
    add.block(THEN, ["46"] * 36)
    add.block(NOW, ["46"] * 40)  # 40 offences in every month of the year, without a victim
    add.block(THEN, [UNKNOWN_CODE])
    add.block(NOW, [UNKNOWN_CODE], people=each("nolist", 1, "F", 30))  # 1 offence, 1 victim record
    # 10 thefts, 10 victim records: two persons who are in other themes, each with a flag that must not count there.
    others = [[victim("boy7", "M", 15, "missing_from_home")], [victim("line12", "M", 33, "vulnerable")]]
    add.block(NOW, ["39"] * 10, people=[*others, *each("thief", 8, "F", 52)])


def hate(add: Register) -> None:
    """Hate crime: 55 then, 66 now with 74 strands."""
    add.block(THEN, ["9B"] * 35, hate_strands="race", people=each("hr", 35, "M", 35))
    add.block(THEN, ["105A"] * 12, hate_strands="sexual orientation", people=each("hs", 12, "M", 28))
    add.block(THEN, ["8R"] * 8, "online", hate_strands="transgender", people=each("ht", 8, "X", 22))
    # Now: 36 + 6 + 8 + 10 + 2 + 4 = 66 offences; 36 + 8 + 10 + 2 + 4 = 60 victim records.
    add.block(NOW, ["9B"] * 36, hate_strands="race", people=each("nr", 36, "M", 35))
    add.block(NOW, ["58J"] * 3, hate_strands="race;religion")
    add.block(NOW, ["58J"] * 3, hate_strands="religion;race")
    women = each("nd", 8, "F", 30, "vulnerable mental_health", "stranger")
    add.block(NOW, ["8L"] * 8, "online", hate_strands="disability", people=women)
    add.block(NOW, ["105A"] * 10, hate_strands="sexual orientation", people=each("ns", 10, "M", 28))
    men = each("nb", 2, "M", 50, "vulnerable mental_health")
    add.block(NOW, ["105A"] * 2, hate_strands="disability;sexual orientation", people=men)
    add.block(NOW, ["8R"] * 4, "online", hate_strands="transgender", people=each("nt", 4, "X", 22))


def sexual_then(add: Register) -> None:
    """Sexual offences of the year before: 16 + 30 + 3 + 4 + 12 + 5 + 10 = 80."""
    before = [[victim("rape7", "F", 25, "mental_health vulnerable")], *each("r", 15, "F", 25, "mental_health")]
    add.block(THEN, ["19C"] * 16, people=before)  # rape7 was vulnerable then and isn't now
    add.block(THEN, ["20A"] * 30, people=[[victim("assault11", "F", 17)], *each("a", 29, "F", 30)])
    add.block(THEN, ["19F"] * 3, people=each("rm", 3, "M", 30))
    add.block(THEN, ["17B"] * 4, "child_abuse", people=each("bm", 4, "M", 10))
    add.block(THEN, ["88A"] * 12, "child_abuse cse online", people=each("gr", 12, "F", 13))
    add.block(THEN, ["22B"] * 5, "child_abuse cse", people=each("ga", 5, "F", 14))
    add.block(THEN, ["88E"] * 10, people=each("e", 10, "F", 40))


def rape_and_assault(add: Register) -> None:
    """Sexual offences against adults now: 12 + 15 + 4 + 1 = 32, and 12 + 15 + 4 = 31 victim records."""
    # 12 rapes of 11 women, all with mental_health: rape1 has two, and her age and vulnerability only on the second.
    # Vulnerable: rape1 to rape6 and rape11, whose age is blank.
    bad = "mental_health vulnerable"
    women = [[victim("rape1", "F", "", "mental_health")], [victim("rape1", "F", 25, bad)]]
    women += [[victim(f"rape{number}", "F", 25, bad)] for number in range(2, 7)]
    women += [[victim(f"rape{number}", "F", 25, "mental_health")] for number in range(7, 11)]
    women += [[victim("rape11", "F", "", bad)]]
    add.block(NOW, [*["19C"] * 9, "19c", "019C", "019C"], people=women)
    # 15 assaults of 14 women and girls: 1 to 10 are 30, 11 is 18, 12 is 16, 13 is 17 and at the second 18, 14 has no age.
    # Vulnerable: 1 to 5, 12, 13 (at the second alone) and 14.
    women = [[victim(f"assault{number}", "F", 30, "vulnerable")] for number in range(1, 6)]
    women += [[victim(f"assault{number}", "F", 30)] for number in range(6, 11)]
    women += [[victim("assault13", "F", 17)], [victim("assault13", "F", 18, "vulnerable")]]
    women += [[victim("assault11", "F", 18)], [victim("assault12", "F", 16, "vulnerable")]]
    women += [[victim("assault14", "F", "", "vulnerable")]]
    add.block(NOW, [*["20A"] * 14, "20a"], people=women)
    men = [*each("man", 2, "M", 30, "vulnerable"), *each("other", 2, "M", 30)]
    add.block(NOW, ["19F"] * 4, people=men)  # 4 men, 2 of them vulnerable
    add.block(NOW, ["88E"])  # 1 without a victim on record


def exploited_children(add: Register) -> None:
    """Sexual offences against children now, flagged child_abuse and cse: 10 + 9 = 19 offences, 20 victim records."""
    # 10 offences against 9 children: girl1 twice (missing from home at the second only), girl2 to girl8, and one whose
    # sex is never known. Relationships: 4 acquaintance, 2 stranger, 4 blank.
    sexes = [("girl1", "F", 14), ("girl1", "F", 15), *[(f"girl{number}", "F", 14) for number in range(2, 9)]]
    ties = [*["acquaintance"] * 4, *["stranger"] * 2, *[""] * 4]
    people = [victim(*who, relationship=tie) for who, tie in zip([*sexes, ("nosex", "U", 14)], ties)]
    people[1]["missing_from_home"] = "Y"
    # Days from the last possible date to the record: 31 three times, 30 three times, 100 twice (the last date is
    # blank, so the first counts), and two without any date.
    for place, lag in enumerate([31, 31, 31, 30, 30, 30, 100, 100, None, None]):
        when = spread(NOW, place)
        dates = {} if lag is None else {"committed_from": when - timedelta(lag)}
        dates |= {"committed_to": when - timedelta(lag)} if lag in (30, 31) else {}
        add.add(when, "22B", "child_abuse cse", [people[place]], **dates)
    # 9 offences, 10 victim records, 9 children: groom1 to groom6 (F), lad1 and lad2 (M), and late, whose sex is U in
    # the eighth (where groom6 is a victim too) and F in the ninth. Vulnerable: groom1, groom2, and late in the ninth.
    # Relationships: 3 acquaintance, 3 stranger, 4 other. Each can have begun 400 days before, and ended 5 days before.
    children = [[victim(f"groom{number}", "F", 13, "", "acquaintance")] for number in (1, 2, 3)]
    children += [[victim(f"groom{number}", "F", 13, "", "stranger")] for number in (4, 5)]
    children += [[victim("lad1", "M", 15, "missing_from_home", "stranger")], [victim("lad2", "M", 12, "", "other")]]
    children += [[victim("late", "U", 13, "", "other"), victim("groom6", "F", 13, "", "other")]]
    children += [[victim("late", "F", 14, "vulnerable", "other")]]
    children[0][0]["vulnerable"] = children[1][0]["vulnerable"] = "Y"
    for place, people in enumerate(children):
        when = spread(NOW, place)
        dates = {"committed_from": when - timedelta(400), "committed_to": when - timedelta(5)}
        add.add(when, "88A", "child_abuse cse online", people, **dates)


def abused_children(add: Register) -> None:
    """Other offences flagged child_abuse now: 6 + 1 sexual, 8 cruelty, 12 assaults; 6 + 2 + 8 + 12 = 28 victim records."""
    # 6 offences against 5 boys, victim records 3 family member and 3 blank; son5 is missing from home.
    ties = [*["family member"] * 3, *[""] * 3]
    boys = [[victim(f"son{n}", "M", 10, "", tie)] for n, tie in zip([1, 2, 3, 4, 5, 1], ties)]
    boys[4][0]["missing_from_home"] = "Y"
    add.block(NOW, ["17B"] * 6, "child_abuse", people=boys)
    # 1 offence with two victims, a girl and a boy; both acquaintance.
    two = [victim("sister", "F", 8, "", "acquaintance"), victim("brother", "M", 9, "", "acquaintance")]
    add.block(NOW, ["20B"], "child_abuse", people=[two])
    # 8 cruelty: kid1 to kid4 F, kid5 to kid8 M; all family member; kid1 and kid2 missing from home.
    kids = [[victim(f"kid{n}", "F" if n < 5 else "M", 6, "", "family member")] for n in range(1, 9)]
    kids[0][0]["missing_from_home"] = kids[1][0]["missing_from_home"] = "Y"
    add.block(THEN, ["11A"] * 6, "child_abuse", people=each("c", 6, "F", 6, "", "family member"))
    add.block(NOW, ["11A"] * 8, "child_abuse", people=kids)
    # 12 assaults with injury on 11 children: boy1 twice, boy2 to boy7; lass1, lass2 and kid1 again; one of unknown sex.
    # Relationships: 5 family member, 4 acquaintance, 3 blank.
    who = [("boy1", "M"), ("boy1", "M"), *[(f"boy{n}", "M") for n in range(2, 8)]]
    who += [("lass1", "F"), ("lass2", "F"), ("kid1", "F"), ("unsure", "U")]
    ties = [*["family member"] * 5, *["acquaintance"] * 4, *[""] * 3]
    hurt = [[victim(name, sex, 9, "", tie)] for (name, sex), tie in zip(who, ties)]
    add.block(THEN, ["8N"] * 9, "child_abuse", people=each("j", 9, "M", 9))
    add.block(NOW, ["8N"] * 12, "child_abuse", people=hurt)


def images_and_online(add: Register) -> None:
    """Indecent images (code 86), which have no victim on record, and malicious messages."""
    # cse: 50 then, 40 of them online; 56 now, 36 of them online: 20 recorded 200 days after, 26 ten days after,
    # 10 without a date.
    add.block(THEN, ["86"] * 40, "cse online")
    add.block(THEN, ["86"] * 10, "cse")
    for place, lag in enumerate([*[200] * 20, *[10] * 26, *[None] * 10]):
        when = spread(NOW, place)
        dates = {} if lag is None else {"committed_from": when - timedelta(lag), "committed_to": when - timedelta(lag)}
        add.add(when, "86", "cse online" if place < 36 else "cse", **dates)
    add.block(THEN, ["86"] * 4, "online")  # of adults: not cse
    add.block(NOW, ["86"] * 3, "online")
    # 30 messages now, 30 victim records, 24 persons. again1 to again6 (F) have two each: again1 to again4 are vulnerable
    # at the second only. line1 to line10 are F and line11 to line18 M; line1 to line6 are vulnerable.
    add.block(THEN, ["8R"] * 20, "online", people=each("m", 20, "F", 33))
    first = each("again", 6, "F", 33)
    second = [[victim(f"again{n}", "F", 33, "vulnerable" if n < 5 else "")] for n in range(1, 7)]
    once = [[victim(f"line{n}", "F" if n < 11 else "M", 33, "vulnerable" if n < 7 else "")] for n in range(1, 19)]
    add.block(NOW, [*["8R"] * 28, "8r", "8r"], "online", people=[*first, *second, *once])


def drugs(add: Register) -> None:
    """Drugs and child criminal exploitation: 17 + 9 + 2 = 28 offences now, none with a victim."""
    add.block(THEN, ["92D"] * 5, "cce")
    add.block(
        NOW, [*["92A"] * 3, *["92D"] * 3, "92E", *["10D"] * 6, *["49"] * 4], "cce"
    )  # 17, of which 7 drug offences
    add.block(THEN, ["92A"] * 6, offence="Production of cannabis")
    add.block(NOW, ["92A"] * 4, offence="Production of cannabis")  # 4 + 3 + 2 = 9 of production
    add.block(NOW, ["92A"] * 3, offence="Cannabis plants: being concerned in production")
    add.block(NOW, ["92A"] * 2, offence="PRODUCTION OF A CONTROLLED DRUG")
    add.block(NOW, ["92C"] * 2, offence="Permitting premises to be used for production")  # another code: not counted


def mental_health(add: Register) -> None:
    """Harassment of people with a mental health vulnerability: 40 then; 30 now, 31 victim records (the first has two)."""
    add.block(THEN, ["8L"] * 40, people=each("h", 40, "F", 45, "mental_health"))
    people = each("harassed", 30, "F", 45, "mental_health", "acquaintance")
    people[0].append(victim("husband", "M", 50, "mental_health"))
    add.block(NOW, [*["8L"] * 28, "08L", "08L"], people=people)


def modern_slavery(add: Register) -> None:
    """Modern slavery now: 10 + 2 + 4 + 2 = 18 offences and victim records, 15 persons."""
    illegal, gang = "forced labour in illegal activity", "forced gang related criminality"
    legal, sexual = "forced labour in legal business", "sexual exploitation"
    british, albanian, romanian = "British", "Albanian", "Romanian"

    def held(name: str, sex: str, age: int | str, nationality: str, kind: str) -> list[Row]:
        return [victim(name, sex, age, nationality=nationality, exploitation_type=kind)]

    add.block(
        THEN, ["106"] * 4, "modern_slavery", people=[held(f"old{n}", "M", 20, british, illegal) for n in range(4)]
    )
    ten = [
        held("slave1", "M", 17, "", illegal),  # nationality at the second record
        held("slave1", "M", 18, albanian, illegal),  # 17 at the first: under 18
        held("slave2", "U", "", british, ""),  # sex and age at the second record
        held("slave2", "M", 18, british, illegal),  # the earliest known age is 18
        held("slave3", "M", "", "", legal),  # never an age nor a nationality
        held("slave4", "M", 16, british, gang),
        held("slave5", "M", 15, british, ""),
        held("slave6", "F", 30, romanian, sexual),
        held("slave7", "M", 28, albanian, illegal),
        held("slave8", "F", 40, british, "domestic servitude"),
    ]
    add.block(NOW, ["106"] * 10, "modern_slavery", people=ten)
    # Code 106 alone makes these two modern slavery: the flag is N.
    add.block(NOW, ["106"] * 2, people=[held("slave9", "M", 17, albanian, gang), held("slave10", "U", 35, "Vietnamese", legal)])  # fmt: skip
    # The flag alone makes these six: four of drugs, linked to organised crime, and two sexual offences.
    four = [held("slave11", "M", 16, british, gang), held("slave12", "M", 15, british, gang)]
    four += [held("slave13", "M", 14, "", gang), held("slave4", "M", 17, british, gang)]
    slave_gang(add, four)
    two = [held("slave14", "F", 22, romanian, sexual), held("slave15", "F", 17, albanian, sexual)]
    two[0][0]["vulnerable"] = "Y"
    add.block(NOW, ["72"] * 2, "modern_slavery", people=two)


def slave_gang(add: Register, people: Sequence[Sequence[Row]]) -> None:
    """Four drug offences with slavery and organised crime, in January and February; the first has a suspect."""
    by = [[suspect("gang12", "M", 19, "associate", "Y")], [], [], []]
    for place in range(4):
        when = day(NOW, 9 + place // 2, 10 + place)
        add.add(when, "92A", "modern_slavery organised_crime", people[place], by[place])


def domestic_then(add: Register) -> None:
    """Domestic abuse before the year, and one offence after it."""
    flag = "domestic_abuse"
    add.add(date(2019, 3, 15), "8N", flag, [victim("da4", "F", 50)])
    add.add(date(2019, 4, 10), "8N", flag, [victim("da3", "F", 28)])
    add.add(date(2019, 11, 20), "8N", flag, [victim("da2", "F", 40)])
    add.block(THEN, ["8N"] * 9, flag, people=each("da_old", 9, "F", 40))
    for place, age in enumerate([14, 15, 17, 19, 20]):  # 4 by a teenager, and one by a suspect of 20
        add.add(spread(THEN, place), "105A", flag, [victim(f"parent{place}", "F", 45)], [suspect(f"child{place}", "M", age)])  # fmt: skip
    add.add(date(2021, 4, 20), "8N", flag, [victim("da6", "F", 31)])


def domestic_now(add: Register) -> None:
    """Domestic abuse now, without teenagers: 15 + 12 + 6 = 33 offences, 35 victim records, 31 persons."""
    flag = "domestic_abuse"
    partner = "partner or ex-partner"
    for month, number, code, name, sex, age in (  # 15 offences, 17 records (with those added below), persons da1 to da13
        (1, 10, "8N", "da1", "F", 34), (4, 12, "8N", "da1", "F", 34),  # two within the year: a repeat
        (2, 5, "8N", "da2", "F", 40),  # and November 2019: seven months, across the year's end: a repeat
        (2, 5, "8N", "da3", "F", 29),  # and April 2019: fourteen months: none
        (0, 6, "8N", "da4", "F", 51),  # and March 2019: nearly thirteen months: none
        (0, 2, "8L", "da5", "F", 23), (11, 20, "8L", "da5", "F", 23),  # eleven and a half months: a repeat
        (10, 10, "8N", "da6", "F", 31),  # and April 2021, after the year: none
        (3, 7, "8N", "da7", "M", 38),  # and another offence, not domestic, in September: none
        (6, 10, "8N", "da8", "M", 60), (6, 10, "8N", "da8", "M", 60),  # two on one day: a repeat
        (7, 11, "105A", "da9", "F", 27),  # with da10
        (7, 12, "105A", "da11", "U", 33),  # sex never known
        (1, 15, "105A", "da12", "U", 31), (8, 15, "105A", "da12", "F", 31),  # first with da13; F at the second: a repeat
    ):  # fmt: skip
        people = [victim(name, sex, age, "", partner)]
        people += [victim("da10", "M", 20, "", partner)] if name == "da9" else []
        people += [victim("da13", "F", 19, "", "family member")] if (name, sex) == ("da12", "U") else []
        add.add(day(NOW, month, number), code, flag, people)
    add.add(day(NOW, 5, 9), "105A", "", [victim("da7", "M", 38)])  # not domestic
    add.block(NOW, ["58A"] * 12, flag, people=each("home", 12, "F", 30, "", partner))
    add.block(NOW, ["8N"] * 6, flag, people=each("hurtman", 6, "M", 44, "", partner))


def teenagers(add: Register) -> None:
    """Violence of teenagers against adults at home: 13 offences flagged domestic_abuse and one that is not."""
    adults = [("t1", "F", 20), *[(f"t{n}", "F", 45) for n in range(2, 7)]]
    # 6 that count: suspects of 13 to 19, victims of 20 or over.
    cases = [("105A", age, [who]) for age, who in zip([13, 15, 16, 17, 18, 19], adults)]
    cases += [
        ("105A", 12, [("t7", "F", 45)]),  # not a teenager yet
        ("105A", 20, [("t8", "F", 45)]),  # no longer one
        ("105A", 16, [("t9", "F", 19)]),  # the victim is not yet 20
        ("58A", 16, [("t10", "F", 45)]),  # damage is not violence
        ("105A", "", [("t11", "F", 45)]),  # the suspect's age is not known
        ("105A", 16, [("t12", "F", "")]),  # nor the victim's
    ]
    for place, (code, age, whom) in enumerate(cases):
        by = [suspect(f"teen{place}", "M", age)]
        add.add(spread(NOW, place), code, "domestic_abuse", [victim(*who, relationship="family member") for who in whom], by)  # fmt: skip
    # 1 that counts: of two suspects one is 15, of two victims one is over 20.
    by = [suspect("teen_father", "M", 45), suspect("teen_son", "M", 15)]
    add.add(day(NOW, 3, 20), "105A", "domestic_abuse", [victim("t13", "M", 19), victim("t14", "F", 44)], by)
    # Not domestic; its suspect is a member of a group, but not for an offence of organised crime.
    by = [suspect("outsider", "M", 16, "member", "Y")]
    add.add(day(NOW, 3, 21), "105A", "", [victim("t15", "F", 45)], by)


def serious_violence(add: Register) -> None:
    """Serious violence now: 6 + 3 + 14 + 1 + 5 + 6 = 35 offences; and 13 that look like it and are not."""
    stab_then = [*each("st", 4, "F", 24), *each("sm", 2, "M", 22)]
    add.block(THEN, ["2"] * 2, people=each("am", 2, "M", 30))
    add.block(THEN, ["5D"] * 6, "knife", people=stab_then)
    add.block(THEN, ["34B"] * 3, "knife", people=[*each("kf", 2, "F", 24), *each("km", 1, "M", 22)])

    def case(place: int, code: str, count: int | str, people: Sequence[Row], flags: str = "") -> None:
        add.add(spread(NOW, place), code, flags, people, suspect_count=count)

    # 6 attempted murders, 2 of them domestic; victims 3 F, 3 M; suspect counts 1 1 2 blank 3 0: 5 known, 2 above one.
    counts: list[int | str] = [1, 1, 2, "", 3, 0]
    tried = [("att1", "F", 36), ("att2", "F", 41), ("att3", "M", 25), ("att4", "M", 26), ("att5", "F", 30)]
    tried += [("att6", "M", 27)]
    for place, who in enumerate(tried):
        code = "02" if place in (1, 2) else "2"
        case(place, code, counts[place], [victim(*who)], "domestic_abuse" if place < 2 else "")
    # 3 homicides; victims 2 M, 1 F; counts 1 1 1: 3 known.
    for place, (code, sex, age) in enumerate([("1", "M", 50), ("4.1", "M", 20), ("4.10", "F", 70)]):
        case(place, code, 1, [victim(f"dead{place}", sex, age)])
    stabbings(case)
    not_serious(add)


def stabbings(case: Callable[..., None]) -> None:
    """Assaults and robberies with knives: 10 + 4 + 1 + 5 + 6 = 26 offences, 10 + 5 + 1 + 6 + 6 = 28 victim records."""
    # 10 assaults with intent, with a knife: stab1 to stab7 M, stab8 and stab9 F, stab10 U; stab2 and stab8 vulnerable.
    # Counts 2 2 2 2 1 1 1 and three blank: 7 known, 4 above one.
    counts: list[int | str] = [2, 2, 2, 2, 1, 1, 1, "", "", ""]
    for n in range(1, 11):
        sex, age = ("M", 22) if n < 8 else ("F", 24) if n < 10 else ("U", "")
        case(n - 1, "5D", counts[n - 1], [victim(f"stab{n}", sex, age, "vulnerable" if n in (2, 8) else "")], "knife")
    # 4 without a knife: four M, and a woman beside the first. Counts 1 1 0 5: 4 known, 1 above one.
    for n, count in enumerate([1, 1, 0, 5]):
        beside = [victim("beaten_wife", "F", 39)] if n == 0 else []
        case(n, "5D", count, [victim(f"beaten{n}", "M", 40), *beside])
    case(6, "5e", "", [victim("endangered", "M", 33)])  # 1 endangering life, M; count blank
    # 5 assaults with injury by knife: three of one M, one of one F, one of two F; cut1 vulnerable. Counts all 1: 5 known.
    cuts = [[victim(f"cut{n}", "M", 26, "vulnerable" if n == 1 else "")] for n in (1, 2, 3)]
    cuts += [[victim("cut4", "F", 26)], [victim("cut5", "F", 26), victim("cut6", "F", 27)]]
    for place, people in enumerate(cuts):
        case(place, "8N", 1, people, "knife")
    # 6 robberies by knife: five M, of whom one is stab1 again, now vulnerable; one F. Counts 2 2 1 1 1 1: 6 known, 2 above.
    robbed = [victim("stab1", "M", 23, "vulnerable"), *[victim(f"robbed{n}", "M", 19) for n in range(1, 5)]]
    for place, who in enumerate([*robbed, victim("robbed5", "F", 19)]):
        case(place + 5, "34B", 2 if place < 2 else 1, [who], "knife")


def not_serious(add: Register) -> None:
    """Near serious violence and outside it: 5 + 4 + 2 + 2 = 13 offences, 5 + 2 + 2 = 9 victim records."""
    add.block(NOW, ["34B"] * 5, people=each("mugged", 5, "M", 20))  # robbery without a knife
    add.block(NOW, ["10D"] * 4, "knife")  # a knife carried: nobody hurt, no victim on record
    add.block(
        NOW, ["58C"] * 2, "knife", people=each("tyres", 2, "F", 48, "vulnerable")
    )  # victims of a knife, not of violence
    add.block(NOW, ["4.4"] * 2, people=each("road", 2, "M", 61))  # dangerous driving


def honour(add: Register) -> None:
    """Honour-based abuse and forced marriage, in a code that is neither violence nor sexual: 4 offences, 4 records."""
    add.block(NOW, ["99"] * 2, "honour_based", people=each("honour", 2, "F", 24))
    add.block(NOW, ["99"], "honour_based", people=each("honourman", 1, "M", 24))
    add.block(NOW, ["99"], "forced_marriage", people=each("bride", 1, "F", 17))


def organised_crime(add: Register) -> None:
    """Organised crime: 8 offences now besides the 4 of slavery, with the suspects gang1 to gang11."""
    before = [[suspect("gang11", "M", 49, "member", "Y")], [], []]
    for place, by in enumerate(before):
        add.add(spread(THEN, place), "92A", "organised_crime", by=by)
    member, associate = "member", "associate"
    now = (
        (1, [suspect("gang1", "M", 25, associate, "Y"), suspect("gang2", "M", 17, associate, "Y")]),
        (7, [suspect("gang1", "M", 25, member), suspect("gang2", "M", 18, associate, "Y")]),
        (2, [suspect("gang3", "M", 30, member, "Y"), suspect("gang4", "M", 41, associate, "Y")]),
        (2, [suspect("gang5", "F", 22, associate), suspect("gang6", "U", 33)]),
        (3, [suspect("gang7", "M", "", associate), suspect("gang8", "U", "")]),
        (8, [suspect("gang8", "M", 26, associate, "Y")]),  # sex, age and role at the second record
        (4, [suspect("gang9", "M", 16, associate, "Y"), suspect("gang10", "F", 35)]),
        (5, [suspect("gang11", "M", 50, associate)]),  # a member only in the year before
    )
    for place, (month, by) in enumerate(now):
        add.add(day(NOW, month, 6 + place), "92A", "organised_crime", by=by)


BLOCKS = (
    background, hate, sexual_then, rape_and_assault, exploited_children, abused_children, images_and_online, drugs, mental_health,
    modern_slavery, domestic_then, domestic_now, teenagers, serious_violence, honour, organised_crime,
)  # fmt: skip


# --- incidents, children, services ----------------------------------------------------------------------------


def asb_rows() -> list[Row]:
    """Anti-social behaviour: 12 x 15 = 180 then; 9 x 22 + 3 x 9 = 198 + 27 = 225 now; 9 x 11 = 99 from April to December 2021."""
    kinds = cycle([("police", "nuisance", "rowdy behaviour"), ("council", "environmental", "fly-tipping"), ("police", "personal", "nuisance neighbour")])  # fmt: skip
    a_month = [*[15] * 12, *[22] * 9, *[9] * 3, *[11] * 9]
    rows: list[Row] = []
    for month, count in enumerate(a_month):
        for number in range(count):
            reported, category, kind = next(kinds)
            # Days 1 to 28, so that the file proves that the day stands first.
            when = day(THEN + month // 12, month % 12, 28 - number)
            names = {"reported_to": reported, "category": category, "subcategory": kind}
            rows.append({"incident_id": f"{IDS['incident']}{len(rows):05d}", "date": f"{when:%d/%m/%Y}"} | names)
    return rows


def missing_rows() -> list[Row]:
    """Missing children: 12 episodes then; now 12 + 8 + 3 = 23 episodes of 20 children."""
    then = [
        (THEN, month, f"c{month + 1}", "Y" if month == 4 else "N", "Y" if month == 8 else "N") for month in range(12)
    ]
    now = [(NOW, month, f"c{month + 1}", "N", "N") for month in range(12)]
    now += [(NOW, month, f"c{month + 13}", "N", "N") for month in range(8)]
    now += [(NOW, 3, "c1", "N", "N"), (NOW, 6, "c1", "Y", "N"), (NOW, 9, "c13", "N", "N")]
    # Linked to CCE: c1 (its third episode), c2, c13 (its first), c14. To CSE: c14, c15, c16. c5 and c9 only then.
    cce, cse = {(1, "c2"), (6, "c1"), (0, "c13"), (1, "c14")}, {(1, "c14"), (2, "c15"), (3, "c16")}
    rows: list[Row] = []
    for year, month, child, one, other in [*then, *now]:
        one = "Y" if year == NOW and (month, child) in cce else one
        other = "Y" if year == NOW and (month, child) in cse else other
        names = {"episode_id": f"{IDS['episode']}{len(rows):04d}", "child_id": f"{IDS['child']}{child}"}
        rows.append(names | {"date": day(year, month, 3 + len(rows) % 20), "cce_linked": one, "cse_linked": other})
    return rows


def fire_rows() -> list[Row]:
    """One incident a month in both years."""
    kinds = ("deliberate secondary", "deliberate primary", "hoax call")
    whens = [day(year, month, 14) for year in (THEN, NOW) for month in range(12)]
    return [{"incident_id": f"{IDS['incident']}F{n:03d}", "date": when, "type": kinds[n % 3]} for n, when in enumerate(whens)]  # fmt: skip


def service_rows() -> list[tuple[object, ...]]:
    """Measures of services: each of the year, and one of the year before that must not be taken for it."""
    then, now = (date(2019, 4, 1), date(2020, 3, 31)), (date(2020, 4, 1), date(2021, 3, 31))
    return [
        ("alcohol_dependent_in_treatment", "Treatment service", *then, 300, 2900),
        ("alcohol_dependent_in_treatment", "Treatment service", *now, 450, 3000),
        ("opiate_crack_in_treatment", "Treatment service", *then, 1000, 2000),
        ("opiate_crack_in_treatment", "Treatment service", *now, 1100, 2000),
        ("da_support_accepted", "Council", date(2019, 1, 1), date(2019, 12, 31), 1100, None),
        ("da_support_accepted", "Council", date(2020, 1, 1), date(2020, 12, 31), 1240, None),
        ("prevent_referrals", "Council", *now, 12, None),
        ("channel_cases", "Council", *now, 3, None),
    ]


# --- writing --------------------------------------------------------------------------------------------------


def register(lsoas: Sequence[str] = ()) -> Register:
    """Every offence, victim and suspect; a place for six offences in seven where `lsoas` are given."""
    made = Register()
    for block in BLOCKS:
        block(made)
    for number, row in enumerate(made.offences):
        row["lsoa21"] = lsoas[number % len(lsoas)] if lsoas and number % 7 else ""
        row["officer_notes"] = f"{NOTE} {number}"
        if number % 3 == 0:  # two offences in three have no outcome yet
            row["outcome_code"] = (1, 16, 18)[number // 3 % 3]
            row["outcome_date"] = row["recorded_date"] + timedelta(20)
    for number, row in enumerate(made.victims):
        row["officer_notes"] = f"{NOTE} {number}"
        row.setdefault("ethnicity", ("White", "", "not stated")[number % 3])
    return made


def write_partner_set(folder: Path, lsoas: Sequence[str] = ()) -> list[Path]:
    """Write the seven extracts below `folder`, each in a folder of its own name, and return the files.

    `lsoas` are 2021 LSOA codes of the area for the places; without them every place is blank.
    """
    made = register(lsoas)
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    _write_offences(folder / "offences", made.offences)
    _write_workbook(folder / "victims" / "victims of all years.xlsx", VICTIM_COLUMNS, [tuple(row.get(c, "") for c in VICTIM_COLUMNS) for row in made.victims])  # fmt: skip
    _write_csv(folder / "suspects" / "suspects.csv", SUSPECT_COLUMNS, made.suspects, "utf-8-sig", "\r\n")
    places = cycle([*lsoas, ""])
    asb = [row | {"lsoa21": next(places), "SYNTHETIC": "synthetic"} for row in asb_rows()]
    _write_csv(folder / "asb_incidents" / "asb.csv", ("date", "incident_id", "category", "subcategory", "reported_to", "lsoa21", "SYNTHETIC"), asb)  # fmt: skip
    missing = [row | {"SYNTHETIC": "synthetic"} for row in missing_rows()]
    _write_csv(folder / "missing_children" / "2019 to 2021.csv", ("episode_id", "child_id", "date", "cce_linked", "cse_linked", "SYNTHETIC"), missing)  # fmt: skip
    fires = [row | {"lsoa21": "", "SYNTHETIC": "synthetic"} for row in fire_rows()]
    _write_csv(folder / "fire_incidents" / "fires.csv", ("incident_id", "date", "type", "lsoa21", "SYNTHETIC"), fires)
    heads = ("measure_id", "provider", "period_start", "period_end", "numerator", "denominator")
    _write_workbook(folder / "services" / "services.xlsx", heads, service_rows())
    return sorted(path for name in FOLDERS for path in (folder / name).iterdir())


def _write_offences(folder: Path, rows: Sequence[Row]) -> None:
    """The years to March 2020 as they were made; the rest from the last row to the first."""
    early = [row for row in rows if row["recorded_date"] < date(2020, 4, 1)]
    late = [row for row in reversed(rows) if row["recorded_date"] >= date(2020, 4, 1)]
    for (name, columns), part in zip(OFFENCE_FILES.items(), (early, late)):
        _write_csv(folder / name, columns, part)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Row], encoding: str = "utf-8", end: str = "\n") -> None:  # fmt: skip
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.DictWriter(handle, columns, restval="", extrasaction="ignore", lineterminator=end)
        writer.writeheader()
        writer.writerows(rows)


def _write_workbook(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A sheet with a title and an empty row above its header; dates are dates and numbers are numbers."""
    with xlsxwriter.Workbook(path) as book:
        sheet, day_format = book.add_worksheet("Extract"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_string(0, 0, "SYNTHETIC: made by hand for tests, about nobody")
        sheet.write_row(2, 0, columns)
        for number, row in enumerate(rows, start=3):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day_format)
                elif cell not in ("", None):
                    sheet.write(number, place, cell)


# --- the answers ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What a key fact must say. `kind` tells how the value follows from the two numbers.

    share: 100 x numerator / denominator. change: now and then; the value is 100 x (now / then - 1), and there is
    none where either is below 50. count: the numerator. rate: per 1,000 of the population's females, which the test
    reads for itself. ratio: numerator over denominator, which are themselves shares.
    """

    kind: str
    numerator: float
    denominator: float | None = None

    @property
    def value(self) -> float | None:
        """The figure; None where there must be none."""
        if self.kind == "count" or self.denominator is None:
            return self.numerator
        ratio = self.numerator / self.denominator
        if self.kind == "change":
            return None if min(self.numerator, self.denominator) < 50 else 100 * (ratio - 1)
        return ratio if self.kind == "ratio" else 100 * ratio


def share(part: int, whole: int) -> Answer:
    """A share in %."""
    return Answer("share", part, whole)


def change(now: int, then: int) -> Answer:
    """A change on the year, or the two counts alone where one is small."""
    return Answer("change", now, then)


# Sums that several answers use.
# All offences now: 40 + 1 + 10 background, 66 hate, 60 sexual (32 adult, 19 exploited, 7 of boys and the pair, 2 of
# slavery), 8 + 12 other child abuse, 56 + 3 images, 30 messages, 28 drugs, 30 harassment, 16 slavery (not the 2
# sexual), 48 domestic with the two that aren't (33 + 1, 13 + 1), 48 serious and near (35 + 13), 4 honour, 8 organised.
ALL_OFFENCES = 51 + 66 + 60 + 20 + 59 + 30 + 28 + 30 + 16 + 48 + 48 + 4 + 8
# All victim records now: 11 background, 60 hate, 61 sexual (31 adult, 20 exploited, 6 + 2, 2 of slavery), 20 other
# child abuse, 30 messages, 31 harassment, 16 slavery, 51 domestic (35 + 1, 12 + 2 + 1), 46 serious and near
# (6 + 3 + 28 + 9), 4 honour.
ALL_RECORDS = 11 + 60 + 61 + 20 + 30 + 31 + 16 + 51 + 46 + 4
# Of them in violence against the person: hate 8 + 10 + 2 + 4 = 24, child abuse 20, messages 30, harassment 31,
# slavery by code 106 alone 12, domestic 51 less 13 of damage = 38, serious and near 46 less robberies 6 + 5 and damage 2 = 33.
VIOLENT_RECORDS = 24 + 20 + 30 + 31 + 12 + 38 + 33
SEXUAL_RECORDS = 61
# Records with mental_health = Y: hate 8 + 2, rape 12, harassment 31; all but the 12 are of violence.
MENTAL_RECORDS, MENTAL_VIOLENT, MENTAL_SEXUAL = 53, 41, 12
# Offences that are violence against women and girls:
#   hate (code 8L) 8; sexual 12 rapes, 15 assaults, 9 of 10 (one victim's sex is unknown), 7 of 9 (two are of boys
#   alone), 1 with sister and brother, 2 of slavery = 46; messages 12 + 10 = 22; cruelty 4 and assaults on girls 3 = 7;
#   harassment 30; slavery code 106 with a woman 2; domestic 36 (table below) and one that isn't, t15 = 37;
#   attempted murder 3, homicide 1, stabbed 2, beaten 1, cut 2 = 9; honour 2, forced marriage 1 = 3.
#   Domestic: da1 2, da2 to da4 3, da5 2, da6 1, da9 1, da12 2 (the first with da13) = 11; damage 12; teenagers' 13.
VAWG = 8 + 46 + 22 + 7 + 30 + 2 + 37 + 9 + 3
# Their female victims: hate 8; rape 11, assault 14, girl 8, groom and late 7, sister 1, slavery 2 + 2; messages 6 + 10;
# kid1 to kid4 4, lass 2 (kid1 is one of the four); harassment 30; domestic 34 (da1 to da6, da9, da12, da13 = 9, damage 12,
# t1 to t12 and t14 = 13) and t15; attempted murder 3, homicide 1, stabbed 2, beaten 1, cut 3; honour 2, bride 1.
VAWG_WOMEN = 8 + 11 + 14 + 8 + 7 + 1 + 4 + 16 + 6 + 30 + 35 + 10 + 3
VAWG_NO_AGE = 3  # rape11, assault14, t12 (rape1 has an age at her second)
# Under 18 at the first: assault12 and assault13, girl 8, groom and late 7, sister, slave15, kid 4, lass 2, bride.
VAWG_GIRLS = 2 + 8 + 7 + 1 + 1 + 4 + 2 + 1
# Children with child_abuse records: 9 + 9 exploited, 5 sons, 2 sister and brother, 8 kids, 11 hurt of whom kid1 is a kid.
ABUSED_CHILDREN = 9 + 9 + 5 + 2 + 8 + 10

ANSWERS: dict[str, Answer] = {
    # 8 kids, 5 hurt, 3 of the sons' = 16. Records: 10 + 10 + 6 + 2 + 8 + 12 = 48, blank 4 + 3 + 3 = 10.
    "children.child_abuse.relationship_family_share": share(16, 38),
    # 4 girls, 3 groomed, 2 sister and brother, 4 hurt = 13.
    "children.child_abuse.relationship_acquaintance_share": share(13, 38),
    # Female: 8 girls, 6 groomed + late, sister = 16. Male: 2 lads, 5 sons, brother = 8. nosex is left out.
    "children.child_abuse.sexual_offence_victims_female_share": share(16, 24),
    # Code 8N: boys 7; lass1, lass2 and kid1. unsure is left out; cruelty is without injury.
    "children.child_abuse.injury_victims_male_share": share(7, 10),
    # girl1 (at her second), lad1, son5, kid1, kid2. boy7 was missing, but in a theft.
    "children.child_abuse.victims_missing_share": share(5, ABUSED_CHILDREN),
    # 3 + 3 + 1 of 17.
    "children.cce.drug_offence_share": share(7, 17),
    "children.cce.missing_linked_share": share(4, 20),  # c1, c2, c13, c14 of c1 to c20
    # 3 of 31 days, 2 of 100 days without a last date, 20 images. With a date: 8 + 9 + 46.
    "children.cse.non_recent_share": share(25, 63),
    "children.cse.victims_female_share": share(15, 17),  # girls 8, groomed 6, late 1; lads 2; nosex left out
    "children.cse.online_change": change(45, 52),  # 9 + 36 now, 12 + 40 then: now is below 50, so no percentage
    "children.cse.indecent_images_change": change(56, 50),  # +12%
    "children.cse.missing_linked_share": share(3, 20),  # c14, c15, c16
    "adults.substance_misuse.alcohol_untreated_share": share(2550, 3000),  # 3000 - 450: 85%
    "adults.substance_misuse.opiate_crack_untreated_share": share(900, 2000),  # 2000 - 1100: 45%
    "adults.substance_misuse.production_change": change(9, 6),
    # Now: hate 8 + 2, rape 12, harassment 30 (its pair is one offence). Then: rape 16, harassment 40.
    "adults.mental_health.victim_offences_change": change(52, 56),
    "adults.mental_health.violence_overrepresentation": Answer("ratio", MENTAL_VIOLENT / MENTAL_RECORDS, VIOLENT_RECORDS / ALL_RECORDS),
    "adults.mental_health.sexual_overrepresentation": Answer("ratio", MENTAL_SEXUAL / MENTAL_RECORDS, SEXUAL_RECORDS / ALL_RECORDS),
    # 18 records, blank 2. Illegal activity: slave1 twice, slave2, slave7. Gang: slave4 twice, slave9, slave11 to slave13.
    "adults.modern_slavery.forced_labour_illegal_share": share(4, 16),
    "adults.modern_slavery.forced_gang_share": share(6, 16),
    # 15 persons less slave3. Under 18: slave1 (17 at the first), 4, 5, 9, 11, 12, 13, 15.
    "adults.modern_slavery.victims_under_18_share": share(8, 14),
    # Male: slave1 to 5, 7, 9, 11, 12, 13. Female: 6, 8, 14, 15. slave10 is left out.
    "adults.modern_slavery.victims_male_share": share(10, 14),
    # British: slave2, 4, 5, 8, 11, 12. Albanian: slave1, 7, 9, 15. Romanian 2, Vietnamese 1. slave3 and 13 left out.
    "adults.modern_slavery.victims_british_share": share(6, 13),
    "adults.modern_slavery.victims_albanian_share": share(4, 13),
    "communities.asb.change": change(225, 180),  # +25%
    "communities.asb.apr_dec_change": change(99, 198),  # -50%
    "communities.hate_crime.change": change(66, 55),  # +20%
    # Strands: race 36 + 6 = 42, religion 6, disability 8 + 2 = 10, sexual orientation 10 + 2 = 12, transgender 4: 74.
    "communities.hate_crime.race_share": share(42, 74),
    "communities.hate_crime.disability_share": share(10, 74),
    "communities.hate_crime.sexual_orientation_share": share(12, 74),
    "communities.hate_crime.online_share": share(12, 66),  # 8 + 4
    # Online: hate 8 + 4, grooming 9, images 36 + 3, messages 30. Stalking and harassment: 8 + 4 + 30.
    "communities.online_crime.stalking_harassment_share": share(42, 90),
    # Persons: 8 + 4, 9 groomed, 24 of messages. Vulnerable: 8, groom1, groom2, late, again1 to 4, line1 to 6.
    "communities.online_crime.vulnerable_victims_share": share(21, 45),
    "violence.domestic_abuse.share_of_offences": share(48, ALL_OFFENCES),  # 33 + 13 + 2 attempted murders
    # Persons: da1 to da13, damage 12, hurtman 6, t1 to t14, att1, att2 = 47 less da11.
    # Male: da7, da8, da10, hurtman 6, t13 = 10.
    "violence.domestic_abuse.victims_female_share": share(36, 46),
    "violence.domestic_abuse.repeat_victims_share": share(5, 47),  # da1, da2, da5, da8, da12
    "violence.domestic_abuse.support_accepted": Answer("count", 1240),
    "violence.domestic_abuse.teenage_to_adult_change": change(7, 4),  # 6 and the pair; the fifth of then was 20
    "violence.sexual_offences.change": change(60, 80),  # -25%
    "violence.sexual_offences.rape_change": change(16, 19),  # 12 + 4 and 16 + 3
    "violence.sexual_offences.sexual_assault_female_13_share": share(15, 60),
    "violence.sexual_offences.rape_female_16_share": share(12, 60),
    # Female: 11 + 14 + 8 + 7 + sister + 2 of slavery = 43. Male: 4 + 2 lads + 5 sons + brother = 12. nosex left out.
    "violence.sexual_offences.victims_female_share": share(43, 55),
    "violence.sexual_offences.male_victims_change": change(13, 7),  # 4 + 2 + 6 + 1 and 3 + 4
    # Adults: rape 10 (not 11, no age), assault 11 (12 and 13 are children, 14 has no age), man 4, slave14.
    # Vulnerable: rape1 to rape6, assault1 to assault5, 2 men, slave14.
    "violence.sexual_offences.adult_victims_vulnerable_share": share(14, 26),
    "violence.women_and_girls.rate_per_1000_females": Answer("rate", VAWG),
    "violence.women_and_girls.child_victims_share": share(VAWG_GIRLS, VAWG_WOMEN - VAWG_NO_AGE),
    # Hate 8, grooming 7, messages 22.
    "violence.women_and_girls.online_share": share(37, VAWG),
    # Male: attempted 3, dead 2, stab 7, beaten 4, endangered 1, cut 3, robbed 4 (and stab1 again) = 24.
    # Female: attempted 3, dead 1, stab 2, beaten_wife 1, cut 3, robbed 1 = 11. stab10 is left out.
    "violence.serious_violence.victims_male_share": share(24, 35),
    # Now: attempted 3, homicide 1, stabbed 2, beaten 1, cut 2 (one with two women), robbed 1. Then: 4 + 2.
    "violence.serious_violence.female_victim_change": change(10, 6),
    # Known: 5 + 3 + 7 + 4 + 0 + 5 + 6 = 30. Above one: 2 + 0 + 4 + 1 + 0 + 0 + 2 = 9.
    "violence.serious_violence.multiple_suspects_share": share(9, 30),
    "violence.serious_violence.attempted_murder_domestic_share": share(2, 6),
    # Persons: stab 10, cut 6, robbed 5 (stab1 is one already), tyres 2. Vulnerable: stab1 (when robbed), stab2, stab8, cut1, tyres 2.
    "violence.serious_violence.knife_victims_vulnerable_share": share(6, 23),
    # gang1 to gang12, less gang6; women gang5 and gang10.
    "violence.organised_crime.suspects_male_share": share(9, 11),
    # With a role: all but gang6 and gang10. Members: gang1 (at the second) and gang3.
    "violence.organised_crime.suspects_member_share": share(2, 10),
    "violence.organised_crime.suspects_associate_share": share(8, 10),
    "violence.organised_crime.suspects_under_18_share": share(2, 11),  # gang2 (17 at the first), gang9; gang7 has no age
    # gang1 (at the first), 2, 3, 4, 8 (at the second), 9, 12.
    "violence.organised_crime.drugs_intelligence_share": share(7, 12),
}  # fmt: skip
