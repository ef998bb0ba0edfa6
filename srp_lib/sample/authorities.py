"""The authorities of the synthetic table C2, population and neighbours: real names and codes, invented numbers.

Which authority belongs to which partnership and police force is a fact, and so are the numbers that the
Department for Education gives to authorities. Residents and crimes are made up, but for Rotherham's residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# Each force by code and name, with its authorities below it: authority, partnership, number of the Department for
# Education (- where it has none), residents of mid-2018, recorded crimes of a year (0: counted, see
# recorded_crime.py), name.
_TABLE = """\
E23000004 Merseyside
E08000011 E22000181 340 150500 14000 Knowsley
E08000012 E22000182 341 528500 38300 Liverpool
E08000013 E22000184 342 165000 19600 St. Helens
E08000014 E22000183 343 254500 21900 Sefton
E08000015 E22000185 344 323000 47700 Wirral
E23000005 Greater Manchester
E08000001 E22000099 350 297500 29800 Bolton
E08000002 E22000100 351 207000 25500 Bury
E08000003 E22000101 352 587000 48400 Manchester
E08000004 E22000102 353 221500 17600 Oldham
E08000005 E22000103 354 225000 17100 Rochdale
E08000006 E22000104 355 237000 22300 Salford
E08000007 E22000105 356 269500 24800 Stockport
E08000008 E22000106 357 222000 27100 Tameside
E08000009 E22000107 358 246000 25900 Trafford
E08000010 E22000108 359 347000 32200 Wigan
E23000007 Northumbria
E06000057 E22000358 929 314000 24600 Northumberland
E08000021 E22000245 391 307000 22200 Newcastle upon Tyne
E08000022 E22000246 392 223000 20900 North Tyneside
E08000023 E22000247 393 157500 11300 South Tyneside
E08000024 E22000248 394 297500 23500 Sunderland
E08000037 E22000244 390 208000 27700 Gateshead
E23000008 Durham
E06000005 E22000072 841 116000 10300 Darlington
E06000047 E22000365 840 537000 39900 County Durham
E23000010 West Yorkshire
E08000032 E22000342 380 535000 66500 Bradford
E08000033 E22000343 381 199500 21400 Calderdale
E08000034 E22000344 382 395000 40700 Kirklees
E08000035 E22000345 383 722000 84200 Leeds
E08000036 E22000346 384 382000 39300 Wakefield
E23000011 South Yorkshire
E08000016 E22000259 370 245000 22600 Barnsley
E08000017 E22000260 371 310500 34900 Doncaster
E08000018 E22000261 372 264671 0 Rotherham
E08000019 E22000262 373 582000 51700 Sheffield
E23000012 Humberside
E06000010 E22000134 810 287000 32400 Kingston upon Hull, City of
E06000011 E22000133 811 332000 17300 East Riding of Yorkshire
E06000012 E22000135 812 169000 17900 North East Lincolnshire
E06000013 E22000136 813 173500 13600 North Lincolnshire
E23000013 Cleveland
E06000001 E22000027 805 93000 10900 Hartlepool
E06000002 E22000029 806 151000 22800 Middlesbrough
E06000003 E22000028 807 146500 13100 Redcar and Cleveland
E06000004 E22000030 808 177500 18700 Stockton-on-Tees
E23000014 West Midlands
E08000025 E22000335 330 1119500 110300 Birmingham
E08000026 E22000336 331 352500 48100 Coventry
E08000027 E22000337 332 325000 26800 Dudley
E08000028 E22000338 333 311000 39400 Sandwell
E08000029 E22000339 334 216000 21800 Solihull
E08000030 E22000340 335 262500 24000 Walsall
E08000031 E22000341 336 288500 21200 Wolverhampton
E23000015 Staffordshire
E06000021 E22000270 861 243500 21700 Stoke-on-Trent
E07000192 E22000263 - 105500 5300 Cannock Chase
E07000193 E22000264 - 132500 9300 East Staffordshire
E07000194 E22000265 - 100500 6800 Lichfield
E07000195 E22000266 - 114500 7300 Newcastle-under-Lyme
E07000196 E22000267 - 101500 8700 South Staffordshire
E07000197 E22000268 - 130500 10000 Stafford
E07000198 E22000269 - 88500 5500 Staffordshire Moorlands
E07000199 E22000271 - 82500 4100 Tamworth
E23000018 Derbyshire
E06000015 E22000040 831 279000 26100 Derby
E07000032 E22000037 - 114500 8000 Amber Valley
E07000033 E22000038 - 83500 3900 Bolsover
E07000034 E22000039 - 106500 6800 Chesterfield
E07000035 E22000041 - 66500 4100 Derbyshire Dales
E07000036 E22000042 - 109500 8700 Erewash
E07000037 E22000043 - 96000 4900 High Peak
E07000038 E22000044 - 107000 8900 North East Derbyshire
E07000039 E22000045 - 110500 7600 South Derbyshire
E23000019 Nottinghamshire
E06000018 E22000257 892 305500 23800 Nottingham
E07000170 E22000251 - 134500 8500 Ashfield
E07000171 E22000252 - 110000 7300 Bassetlaw
E07000172 E22000366 - 107000 6000 Broxtowe
E07000173 E22000366 - 110000 7100 Gedling
E07000174 E22000255 - 121000 8400 Mansfield
E07000175 E22000256 - 119500 8400 Newark and Sherwood
E07000176 E22000366 - 112500 10000 Rushcliffe
E23000034 London, City of
E09000001 E22000180 201 10500 4300 City of London
"""

# Partnerships of several authorities; any other has the name of its only one.
COMBINED: dict[str, str] = {"E22000366": "South Nottinghamshire"}

# Codes that replaced those of the lookups; lists of neighbours made since then have the new ones.
NEW_CODES: dict[str, str] = {"E08000016": "E08000038", "E08000019": "E08000039"}


@dataclass(frozen=True)
class Authority:
    """A local authority: its codes, its partnership and police force, and its invented residents and crimes.

    `number` is the one that the Department for Education gives it, blank for a district of a county.
    """

    code: str
    name: str
    csp: str
    csp_name: str
    pfa: str
    force: str
    number: str
    residents: int
    crimes: int


@cache
def authorities() -> tuple[Authority, ...]:
    """Every authority of the synthetic files, in order of its code."""
    found, pfa, force = [], "", ""
    for line in _TABLE.splitlines():
        code, rest = line.split(" ", 1)
        if code.startswith("E23"):
            pfa, force = code, rest
            continue
        csp, number, residents, crimes, name = rest.split(" ", 4)
        partnership = COMBINED.get(csp, name)
        known = number.replace("-", "")
        found.append(Authority(code, name, csp, partnership, pfa, force, known, int(residents), int(crimes)))
    return tuple(sorted(found, key=lambda authority: authority.code))


@cache
def lad_codes() -> dict[str, str]:
    """The code of each authority by its name."""
    return {authority.name: authority.code for authority in authorities()}
