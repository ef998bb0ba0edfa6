"""What the partners' synthetic records hold: codes, numbers of special offences, figures to agree with.

Numbers by year are for the financial years 2019-20 and 2020-21 and for April to December 2021. The
figures under "as published" are those of the partnership's plan; the others are made up.
"""

from __future__ import annotations

YEARS = (2019, 2020, 2021)  # the April in which each begins
BEFORE, PUBLISHED, AFTER = range(3)  # positions in YEARS; the plan's figures are about the second

ByYear = tuple[int, int, int]

# --- offence codes of each line of table C2 -------------------------------------------------------

HOMICIDE, DRIVING = "Homicide", "Death or serious injury caused by illegal driving"
INJURY, NO_INJURY, HARASSMENT = "Violence with injury", "Violence without injury", "Stalking and harassment"
SEXUAL, ROBBERY = "Sexual offences", "Robbery"
HOMES, OTHER_BUILDINGS, VEHICLES = "Residential burglary", "Non-residential burglary", "Vehicle offences"
PERSON, BICYCLE, SHOPS, OTHER_THEFT = (
    "Theft from the person",
    "Bicycle theft",
    "Shoplifting",
    "All other theft offences",
)
DAMAGE, DRUGS, WEAPONS = "Criminal damage and arson", "Drug offences", "Possession of weapons offences"
DISORDER, OTHER = "Public order offences", "Miscellaneous crimes against society"
VIOLENCE_LINES = (HOMICIDE, DRIVING, INJURY, NO_INJURY, HARASSMENT)

# Numbers by year of codes that are counted out; the rest of a line is shared by WEIGHTS.
NUMBERS: dict[str, dict[str, ByYear]] = {
    INJURY: {"2": (8, 8, 6), "8P": (22, 25, 20), "5D": (95, 100, 85), "5E": (9, 10, 8), "8S": (50, 60, 45)},
    NO_INJURY: {"104": (120, 130, 100), "105B": (34, 40, 32), "106": (46, 56, 44), "11A": (95, 100, 80),
                "13": (28, 32, 25), "36": (22, 22, 18), "3A": (2, 3, 1), "3B": (180, 200, 160)},
    HARASSMENT: {"8M": (26, 30, 26)},
    OTHER_THEFT: {"35": (60, 85, 70)},
    DAMAGE: {"58J": (13, 15, 12)},
    DISORDER: {"9B": (160, 180, 150), "62A": (12, 12, 10)},
    OTHER: {"86": (85, 150, 110)},
}  # fmt: skip
WEIGHTS: dict[str, dict[str, int]] = {
    HOMICIDE: {"1": 2, "4.1": 1},
    DRIVING: {"4.4": 70, "4.8": 20, "4.6": 10},
    INJURY: {"8N": 1},
    NO_INJURY: {"105A": 1},
    HARASSMENT: {"8L": 40, "8Q": 8, "8R": 52},
    ROBBERY: {"34A": 15, "34B": 85},
    HOMES: {"28E": 760, "28F": 180, "28G": 45, "28H": 5, "29A": 10},
    OTHER_BUILDINGS: {"30C": 830, "30D": 165, "31A": 5},
    VEHICLES: {"45": 480, "48": 260, "126": 200, "37.2": 60},
    PERSON: {"39": 1},
    BICYCLE: {"44": 1},
    SHOPS: {"46": 1},
    OTHER_THEFT: {"49": 790, "40": 90, "41": 25, "42": 5, "43": 20, "47": 10, "49A": 60},
    DAMAGE: {"56A": 15, "56B": 85, "58A": 240, "58B": 90, "58C": 400, "58D": 170},
    DRUGS: {"92A": 420, "92C": 20, "92D": 160, "92E": 400},
    WEAPONS: {"10A": 60, "10B": 60, "10C": 240, "10D": 600, "81": 20, "90": 20},
    DISORDER: {"9A": 880, "66": 120},
    OTHER: {"33": 50, "33A": 60, "38": 40, "54": 120, "59": 80, "79": 170, "80": 25, "83": 10, "802": 120,
            "99": 220, "95": 15, "96": 10, "61": 20, "67": 5, "24": 15, "69": 40},
}  # fmt: skip

# Rape in 2020-21, per mille of sexual offences, and the weights of its codes but 19C.
RAPE_SHARE = 332
RAPES: dict[int, dict[str, int]] = {
    BEFORE: {"19C": 293, "19D": 100, "19E": 47, "19F": 6, "19G": 5, "19H": 6},
    PUBLISHED: {"19D": 60, "19E": 25, "19F": 20, "19G": 12, "19H": 14},
    AFTER: {"19C": 175, "19D": 60, "19E": 25, "19F": 20, "19G": 12, "19H": 14},
}
OTHER_SEXUAL: dict[int, dict[str, int]] = {
    BEFORE: {"20A": 225, "20B": 55, "17A": 13, "17B": 7, "21": 28, "22A": 15, "22B": 105, "23": 12, "70": 8,
             "71": 28, "72": 4, "73": 8, "88A": 45, "88C": 15, "88E": 60},
    PUBLISHED: {"20B": 45, "17A": 35, "17B": 14, "21": 30, "22A": 16, "22B": 110, "23": 12, "70": 8, "71": 30,
                "72": 4, "73": 8, "88A": 45, "88C": 15, "88E": 50},
    AFTER: {"20A": 194, "20B": 45, "17A": 35, "17B": 14, "21": 30, "22A": 16, "22B": 110, "23": 12, "70": 8,
            "71": 30, "72": 4, "73": 8, "88A": 45, "88C": 15, "88E": 50},
}  # fmt: skip
PRODUCTION_PER_MILLE: ByYear = (400, 500, 520)  # of the offences with code 92A
PRODUCTION = ("Production of a Class B drug, cannabis", "Being concerned in the production of a Class A drug")

# Codes whose victim has a known sex, and those whose victim is a child: the youngest and the oldest.
FEMALE_CODES = ("19C", "19D", "19E", "20A", "20B")
MALE_CODES = ("17A", "17B", "19F", "19G", "19H")
CHILD_CODES: dict[str, tuple[int, int]] = {
    "11A": (0, 15), "13": (2, 15), "17B": (3, 12), "19D": (13, 15), "19E": (4, 12), "19G": (13, 15), "19H": (4, 12),
    "20B": (3, 12), "21": (4, 12), "22B": (13, 15), "71": (12, 17), "73": (14, 17), "88A": (10, 15),
}  # fmt: skip

# --- special offences: numbers by code and year ---------------------------------------------------

EXPLOITED_SEXUALLY: dict[str, ByYear] = {
    "86": (53, 113, 85), "88A": (28, 30, 24), "71": (26, 28, 22), "22B": (40, 40, 30), "21": (8, 8, 6),
    "19D": (20, 16, 12), "20A": (9, 9, 7), "88C": (6, 6, 5),
}  # fmt: skip
EXPLOITED_CRIMINALLY: dict[str, ByYear] = {
    "92A": (22, 30, 24), "92D": (4, 6, 5), "92E": (6, 8, 7), "106": (18, 24, 20), "3B": (7, 8, 8), "8N": (7, 8, 7),
    "105A": (5, 6, 5), "34B": (6, 7, 6), "10D": (6, 8, 7), "58D": (2, 2, 2), "49": (3, 3, 3),
}  # fmt: skip
# Child abuse but exploitation: numbers of offences against a person, shares (per mille) of sexual ones.
ABUSED: dict[str, ByYear] = {
    "11A": (95, 100, 80), "8N": (64, 70, 55), "105A": (32, 35, 28), "8L": (6, 6, 5), "13": (18, 20, 16),
}  # fmt: skip
ABUSED_PER_MILLE: dict[str, int] = {
    "19D": 700, "19E": 900, "19G": 700, "19H": 900, "17B": 700, "20B": 700, "21": 700, "22B": 250, "23": 800,
    "88A": 400,
}  # fmt: skip
SLAVERY_DRUGS: ByYear = (5, 6, 5)  # cannabis farms: code 92A, with the kind of exploitation
ORGANISED: dict[str, ByYear] = {
    "92A": (90, 110, 80), "92D": (16, 20, 14), "92E": (4, 5, 4), "10A": (6, 8, 6), "10B": (8, 10, 7),
    "10D": (10, 12, 9), "8N": (16, 20, 15), "5D": (8, 10, 8), "3B": (10, 12, 9), "34B": (8, 10, 7), "36": (4, 5, 4),
    "38": (8, 10, 8), "56B": (5, 6, 5),
}  # fmt: skip

# Domestic abuse, per mille of each code before it is made to add up.
DOMESTIC: dict[str, int] = {
    "8N": 400, "105A": 420, "8L": 420, "8Q": 600, "8R": 250, "3B": 350, "5D": 250, "5E": 100, "36": 300, "19C": 350,
    "20A": 120, "22A": 200, "58A": 350, "58C": 80, "58D": 120, "9A": 90, "66": 20, "40": 250, "49": 20, "28E": 30,
    "48": 30, "79": 60, "99": 100,
}  # fmt: skip
ATTEMPTED_MURDERS: ByYear = (3, 4, 2)  # of code 2, those within domestic abuse

KNIFE: dict[str, int] = {
    "1": 500, "2": 600, "5D": 400, "5E": 150, "8N": 35, "105A": 8, "3B": 120, "36": 80, "34A": 260, "34B": 320,
    "10D": 900, "90": 950, "9A": 10, "19C": 12, "29A": 400, "58D": 6,
}  # fmt: skip

# --- hate crime -----------------------------------------------------------------------------------

RACE_CODES = ("9B", "8P", "105B", "8M", "58J")
HATE_CODES: dict[str, int] = {"9A": 40, "8L": 14, "8R": 18, "105A": 15, "8N": 8, "58D": 5}
RACE, RELIGION, DISABILITY = "race", "religion", "disability"
ORIENTATION, TRANSGENDER = "sexual orientation", "transgender"
# The strands of an offence and how many have them: those a race code can have, then the others.
STRANDS: tuple[tuple[str, ByYear], ...] = (
    ("", (0, 0, 0)),
    (f"{RACE};{RELIGION}", (10, 12, 10)),
    (f"{RACE};{ORIENTATION}", (4, 5, 4)),
    (f"{RACE};{DISABILITY}", (2, 2, 2)),
    (RACE, (268, 301, 255)),
    (RELIGION, (12, 13, 12)),
    (f"{DISABILITY};{ORIENTATION}", (6, 8, 7)),
    (f"{ORIENTATION};{TRANSGENDER}", (4, 5, 5)),
    (DISABILITY, (48, 65, 55)),
    (ORIENTATION, (38, 47, 42)),
    (TRANSGENDER, (8, 10, 10)),
)
WITH_RACE = 5  # how many of these, after the first, have race or religion
HATE_ONLINE: dict[str, ByYear] = {"8R": (12, 16, 14), "8L": (8, 9, 8), "8M": (8, 10, 9), "9A": (8, 16, 12)}

# --- online -----------------------------------------------------------------------------------------

# As published: 41% more of sexual exploitation online.
EXPLOITED_ONLINE: dict[str, ByYear] = {"86": (45, 90, 66), "88A": (25, 26, 20), "71": (15, 13, 10), "22B": (15, 12, 9)}
ONLINE: dict[str, ByYear] = {
    "88A": (10, 12, 10), "88E": (12, 20, 16), "22B": (14, 18, 14), "86": (22, 33, 24), "35": (40, 60, 50),
    "3B": (40, 60, 48), "9A": (60, 95, 76), "33A": (10, 14, 11), "49": (12, 20, 16), "95": (4, 6, 5),
}  # fmt: skip
HARASSMENT_ONLINE_PERCENT = 67  # as published: of online offences

# --- figures as published, in per cent ----------------------------------------------------------------

DOMESTIC_PER_MILLE: ByYear = (169, 180, 185)
SEXUAL_FALL, RAPE_FALL = 15, 33
MALE_RISE = 94  # "almost doubled"
FEMALE_SERIOUS_RISE = 23
VIOLENCE_AGAINST_WOMEN = 537  # offences for ten thousand females
NON_RECENT_PERCENT: ByYear = (52, 56, 54)
FEMALE_PERCENT = {"cse": 93, "slavery": 19, "serious": 35, "domestic": 76}
FEMALE_SEXUAL_PER_MILLE, VULNERABLE_SEXUAL_PER_MILLE = 863, 696
VULNERABLE_PERCENT = {"online": 52, "knife": 38}
INJURED_CHILDREN_MALE_PERCENT = 61  # "at more risk"
CHILD_WOMEN_PERCENT = 15
ONLINE_WOMEN_PERCENT: ByYear = (8, 12, 12)
FAMILY_PERCENT, ACQUAINTANCE_PERCENT, MISSING_PERCENT = 49, 34, 10
SLAVERY_CHILD_PERCENT = 48
SLAVERY_NATIONALITIES: dict[str, int] = {
    "British": 39, "Albanian": 26, "Vietnamese": 13, "Romanian": 8, "Polish": 5, "Sudanese": 5, "Chinese": 4,
}  # fmt: skip
EXPLOITATION: dict[str, int] = {
    "forced labour in illegal activity": 19, "forced gang related criminality": 16, "sexual exploitation": 15,
    "forced labour in other business": 15, "drug distribution": 14, "domestic servitude": 10, "debt bondage": 6,
    "other": 5,
}  # fmt: skip
MULTIPLE_SUSPECTS_PERCENT = 18
MENTAL_HEALTH: ByYear = (2000, 2162, 1750)  # 8.1% more
TEENAGE_TO_ADULT: ByYear = (125, 160, 130)  # 28% more
