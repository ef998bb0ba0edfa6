"""Names and codes of real places, which are facts, and how the synthetic files link them.

Which small area lies in which ward is made up (balanced, in order of name), and so is every number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

FORCE = "South Yorkshire Police"
FORCE_SLUG = "south-yorkshire"

# The four districts in the order of the counts in counts.py; "outside" rows come after them.
DISTRICTS: tuple[str, ...] = ("Rotherham", "Barnsley", "Doncaster", "Sheffield")
OUTSIDE = len(DISTRICTS)

# Rotherham's wards since May 2021, row by row from the north west of a five by five map.
WARDS_2024: tuple[tuple[str, str], ...] = (
    ("E05013003", "Hoober"),
    ("E05013008", "Rawmarsh West"),
    ("E05013016", "Wath"),
    ("E05013013", "Swinton Rockingham"),
    ("E05013005", "Kilnhurst & Swinton East"),
    ("E05013004", "Keppel"),
    ("E05013001", "Greasbrough"),
    ("E05013007", "Rawmarsh East"),
    ("E05012999", "Dalton & Thrybergh"),
    ("E05012997", "Bramley & Ravenfield"),
    ("E05013011", "Rotherham West"),
    ("E05013010", "Rotherham East"),
    ("E05012996", "Boston Castle"),
    ("E05013017", "Wickersley North"),
    ("E05013002", "Hellaby & Maltby West"),
    ("E05012998", "Brinsworth"),
    ("E05013009", "Rother Vale"),
    ("E05013012", "Sitwell"),
    ("E05013014", "Thurcroft & Wickersley South"),
    ("E05013006", "Maltby East"),
    ("E05012995", "Aughton & Swallownest"),
    ("E05012994", "Aston & Todwick"),
    ("E05013015", "Wales"),
    ("E05012993", "Anston & Woodsetts"),
    ("E05013000", "Dinnington"),
)

# Rotherham's wards before May 2021.
WARDS_2018: tuple[tuple[str, str], ...] = (
    ("E05001019", "Boston Castle"),
    ("E05001020", "Brinsworth and Catcliffe"),
    ("E05001022", "Hellaby"),
    ("E05001023", "Holderness"),
    ("E05001024", "Hoober"),
    ("E05001025", "Keppel"),
    ("E05001026", "Maltby"),
    ("E05001027", "Rawmarsh"),
    ("E05001028", "Rother Vale"),
    ("E05001029", "Rotherham East"),
    ("E05001030", "Rotherham West"),
    ("E05001031", "Silverwood"),
    ("E05001032", "Sitwell"),
    ("E05001033", "Swinton"),
    ("E05001034", "Valley"),
    ("E05001035", "Wales"),
    ("E05001036", "Wath"),
    ("E05001037", "Wickersley"),
    ("E05001038", "Wingfield"),
    ("E05008935", "Anston and Woodsetts"),
    ("E05008936", "Dinnington"),
)

# Rotherham's LSOAs of 2011 have the numbers 7657 to 7822 (without 7722), then 32926 and 32927.
# Their names, in that order, are "Rotherham " and one of these.
_ROTHERHAM_NUMBERS = (*range(7657, 7722), *range(7723, 7823), 32926, 32927)
_ROTHERHAM_NAMES = """
029A 032A 029B 032B 032C 032D 032E 032F 027A 026A 030A 030B 030C 030D 031A 030E 030F 031B 023A 025A
017A 023B 023C 023D 012A 019A 019B 022A 018A 019C 022B 019D 022C 022D 012B 012C 001A 001B 001C 007A
001D 001E 027B 027C 027D 025B 025C 025D 025E 027E 025F 021A 021B 021C 021D 023E 023F 017B 016A 016B
016C 016D 010A 010B 010C 013A 021E 019E 019F 010D 009A 009B 009C 009D 009E 009F 021F 013B 014A 013C
013D 013E 011A 015A 015B 015C 015D 015E 015F 031C 033A 033B 031D 033C 033D 033E 018B 018C 018D 020A
020B 020C 020D 018E 018F 020E 020F 014B 014C 017C 014D 017D 014E 006A 006B 006C 006D 008A 008B 004A
005A 005B 005C 005D 005E 008C 008D 029C 029D 028A 028B 028C 029E 029F 028D 004B 004C 004D 003A 003B
003C 003D 003E 007B 007C 007D 011B 011C 011D 011E 007E 026B 026C 024A 024B 024C 024D 026D 002A 002B
003F 002C 002D 002E 002F 012E 012F
""".split()

# Changes between the vintages: three LSOAs split into seven, two merged into one, six renamed.
_SPLIT = {
    7693: ((34246, "001F"), (34247, "001G")),
    7665: ((34248, "027F"), (34249, "027G"), (34250, "027H")),
    7787: ((34251, "028E"), (34252, "028F")),
}
_MERGED = {7813: (34253, "034G"), 7814: (34253, "034G")}
_RENAMED = {7684: "034A", 7687: "034C", 7689: "034B", 7690: "034E", 7811: "034D", 7812: "034F"}

TOWN_CENTRE = "E01007714"

# A few unchanged LSOAs of the neighbours: district, ward (2018 code and name, 2024 code and name),
# the LSOAs' numbers and the ends of their names.
_NEIGHBOURS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("Barnsley", "E05000981", "Dearne North", "E05000981", "Dearne North",
     "7369 022A 7372 014A 7373 014B 7374 014C 7375 014D 7376 022D"),
    ("Barnsley", "E05000987", "North East", "E05000987", "North East",
     "7328 006A 7329 003A 7330 006B 7331 003B 7332 006C 7333 006D"),
    ("Doncaster", "E05010731", "Bentley", "E05010731", "Bentley",
     "7505 013A 7506 010A 7508 010B 7509 010C 7510 010D 7511 010E"),
    ("Doncaster", "E05010742", "Rossington & Bawtry", "E05010742", "Rossington & Bawtry",
     "7590 037A 7591 036A 7592 037B 7593 037C 7594 036B 7595 037D"),
    ("Sheffield", "E05010868", "Firth Park", "E05010868", "Firth Park",
     "7848 013A 7849 010A 7851 013B 7941 015A 7945 015B 7946 015C 7947 013C 7948 013D"),
    ("Sheffield", "E05010879", "Southey", "E05010879", "Southey",
     "8085 009A 8086 009B 8087 012A 8088 012B 8090 012C 8092 012D 8094 019D 8116 009C"),
    ("Wakefield", "E05001445", "Airedale and Ferry Fryston", "E05001445",
     "Airedale and Ferry Fryston", "11743 003A 11744 003B"),
    ("Bassetlaw", "E05006387", "Harworth", "E05006387", "Harworth", "28028 001F"),
    ("North East Derbyshire", "E05003417", "Ashover", "E05012040", "Ashover", "19769 010A"),
    ("Bolsover", "E05010089", "Whitwell", "E05011999", "Whitwell", "19523 003D 19524 002C"),
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """One row of the lookup from LSOA 2011 to LSOA 2021, with the wards that each lies in.

    `change` is U (unchanged), S (a part of a split LSOA) or M (merged into another); `unit` is the
    code that a split LSOA's parts, or a merged LSOA's parents, have in common.
    """

    lsoa11: str
    name11: str
    change: str
    lsoa21: str
    name21: str
    district: str
    unit: str
    ward18: tuple[str, str]
    ward24: tuple[str, str]


def code(number: int) -> str:
    """The English LSOA code with this number, for example E01007657."""
    return f"E01{number:06d}"


def share_out(units: int, groups: int) -> list[int]:
    """The group (0 to groups - 1) of each of `units` in order, the groups as equal as can be."""
    return [position * groups // units for position in range(units)]


def _rotherham_pairs() -> list[tuple[str, str, str, str, str, str]]:
    """(code 2011, name 2011, change, code 2021, name 2021, unit) for Rotherham, by name of 2011."""
    pairs = []
    for number, end in zip(_ROTHERHAM_NUMBERS, _ROTHERHAM_NAMES, strict=True):
        parent = (code(number), f"Rotherham {end}")
        if number in _SPLIT:
            children, change = _SPLIT[number], "S"
        elif number in _MERGED:
            children, change = (_MERGED[number],), "M"
        else:
            children, change = ((number, _RENAMED.get(number, end)),), "U"
        for child, child_end in children:
            unit = code(child) if change == "M" else code(number)
            pairs.append((*parent, change, code(child), f"Rotherham {child_end}", unit))
    return sorted(pairs, key=lambda pair: (pair[1], pair[4]))


def _rotherham_links() -> list[Link]:
    pairs = _rotherham_pairs()
    units = list(dict.fromkeys(pair[-1] for pair in pairs))
    new = dict(zip(units, share_out(len(units), len(WARDS_2024)), strict=True))
    old = dict(zip(units, share_out(len(units), len(WARDS_2018)), strict=True))
    return [Link(*pair[:5], "Rotherham", pair[5], WARDS_2018[old[pair[5]]], WARDS_2024[new[pair[5]]]) for pair in pairs]


def _neighbour_links() -> list[Link]:
    links = []
    for district, code18, name18, code24, name24, areas in _NEIGHBOURS:
        tokens = areas.split()
        for number, end in zip(tokens[::2], tokens[1::2], strict=True):
            area, name = code(int(number)), f"{district} {end}"
            wards = ((code18, name18), (code24, name24))
            links.append(Link(area, name, "U", area, name, district, area, *wards))
    return links


@cache
def links() -> tuple[Link, ...]:
    """Every link between an LSOA of 2011 and one of 2021 that the synthetic files use.

    Rotherham's come first: 171 links of 167 LSOAs of 2011 and 170 of 2021.
    """
    return (*_rotherham_links(), *_neighbour_links())
