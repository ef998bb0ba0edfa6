"""The sources that the audit can use: one row each, in the order they are read."""

from __future__ import annotations

from .model import Source

OGL = "Open Government Licence v3.0"
ONS = "Office for National Statistics"
OWN = "The partnership's own table"
HELD = "Not published; held under the partners' information sharing agreement"
POLICE = "The area's police force, supplied to the partnership"
PARTNERSHIP = "The partnership"
GEOPORTAL = "https://geoportal.statistics.gov.uk/"

_ROWS = (
    Source(
        "street_crime",
        "Street-level crime and anti-social behaviour",
        "data.police.uk",
        OGL,
        "https://data.police.uk/data/",
        "The monthly street-level CSV files of your force, in folders or as the zip that the "
        "download page of data.police.uk gives (tick “Include crime data”).",
        True,
    ),
    Source(
        "population",
        "Mid-year population estimates by age and sex, local authorities",
        ONS,
        OGL,
        "https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/"
        "populationestimates/datasets/"
        "populationestimatesforukenglandandwalesscotlandandnorthernireland",
        "The ONS mid-year population estimates workbook (xls or xlsx) of the year audited, with "
        "its sheets “MYE2 - Persons”, “MYE2 - Females” and “MYE2 - Males”.",
        True,
    ),
    Source(
        "small_area_population",
        "Population of lower layer super output areas (LSOAs)",
        ONS,
        OGL,
        "https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/"
        "populationestimates/datasets/"
        "lowersuperoutputareamidyearpopulationestimatesnationalstatistics",
        "A CSV file of residents by LSOA: Census 2021 residents and households (2021 LSOAs), or "
        "ONS mid-2020 estimates by single year of age (2011 LSOAs).",
        False,
    ),
    Source(
        "lsoa11_lsoa21",
        "LSOA 2011 to LSOA 2021 to local authority lookup",
        ONS,
        OGL,
        GEOPORTAL,
        "The Open Geography Portal's CSV lookup of 2011 LSOAs to 2021 LSOAs with the change "
        "flag (columns LSOA11CD, CHGIND, LSOA21CD, LAD22CD).",
        True,
    ),
    Source(
        "lsoa11_ward",
        "LSOA 2011 to ward to local authority lookup",
        ONS,
        OGL,
        GEOPORTAL,
        "The Open Geography Portal's CSV best-fit lookup of 2011 LSOAs to wards (columns "
        "LSOA11CD, WD18CD, LAD18CD, of any year).",
        False,
    ),
    Source(
        "lsoa21_ward",
        "LSOA 2021 to ward to local authority lookup",
        ONS,
        OGL,
        GEOPORTAL,
        "The Open Geography Portal's CSV best-fit lookup of 2021 LSOAs to wards (columns "
        "LSOA21CD, WD24CD, LAD24CD, of any year).",
        False,
    ),
    Source(
        "lad_csp_pfa",
        "Local authority to Community Safety Partnership to police force lookup",
        ONS,
        OGL,
        GEOPORTAL,
        "The Open Geography Portal's CSV lookup of local authorities to Community Safety "
        "Partnerships to police force areas (columns LAD24CD, CSP24CD, PFA24CD, of any year).",
        False,
    ),
    Source(
        "boundaries",
        "Boundaries of wards, LSOAs and districts",
        ONS,
        OGL,
        GEOPORTAL,
        "GeoJSON files of ward, LSOA and district boundaries, in longitude and latitude, from "
        "the Open Geography Portal.",
        False,
    ),
    Source(
        "recorded_crime_csp",
        "Police recorded crime by Community Safety Partnership (table C2)",
        ONS,
        OGL,
        "https://www.ons.gov.uk/peoplepopulationandcommunity/crimeandjustice/datasets/policeforceareadatatables",
        "Table C2 of the ONS police force area data tables: the workbook as published, or that sheet saved as CSV.",
        False,
    ),
    Source(
        "deprivation",
        "English Indices of Deprivation by LSOA",
        "Ministry of Housing, Communities and Local Government",
        OGL,
        "https://www.gov.uk/government/collections/english-indices-of-deprivation",
        "The CSV file of all scores, ranks and deciles (“File 7”) of the English Indices of Deprivation 2025 "
        "(2021 LSOAs), 2019 (2011 LSOAs) or both; a table with only the overall and the crime columns will do.",
        False,
    ),
    Source(
        "neighbours",
        "Most similar local authorities",
        f"{ONS} (demographic neighbours), Department for Education (statistical neighbours)",
        OGL,
        "https://www.ons.gov.uk/explore-local-statistics/",
        "CSV files of the ONS demographic neighbours (columns AREACD, 1, 2 and so on), of the Department for "
        "Education's statistical neighbours (columns LA num, LA Name, SN1, SNP and so on), or both.",
        False,
    ),
    Source(
        "ward_groups",
        "Groups of wards",
        PARTNERSHIP,
        OWN,
        "",
        "A CSV file made by hand, one row a ward and grouping: columns ward_code, ward_name, grouping (such as "
        "“Policing locality”) and group (such as “Central”).",
        False,
    ),
    Source(
        "rural_urban",
        "Rural Urban Classification of LSOAs",
        ONS,
        OGL,
        GEOPORTAL,
        "The Open Geography Portal's CSV lookup of LSOAs to their Rural Urban Classification (columns LSOA21CD, "
        "RUC21CD, RUC21NM, Urban_rural_flag; or LSOA11CD, RUC11CD, RUC11).",
        False,
    ),
    Source(
        "ward_population",
        "Population of wards",
        ONS,
        OGL,
        "https://www.ons.gov.uk/peoplepopulationandcommunity/populationandmigration/"
        "populationestimates/datasets/wardlevelmidyearpopulationestimatesexperimental",
        "A CSV file of residents by ward, all ages, with the year of the wards and of the estimates in the names of "
        "its columns or in its own (columns WD22CD, WD22NM, residents; ward22_mid2022.csv).",
        False,
    ),
)
# name, title, publisher, licence and what to put in the folder of that name
_PARTNER_ROWS = (
    (
        "offences",
        "Recorded offences, one by one",
        POLICE,
        HELD,
        "One row per recorded offence of the area: dates, offence code, LSOA, the flags of the plan's objectives, "
        "outcome.",
    ),
    (
        "victims",
        "Victims of recorded offences",
        POLICE,
        HELD,
        "One row per victim of an offence, under pseudonyms: sex, age, vulnerability, relationship to the suspect.",
    ),
    (
        "suspects",
        "Suspects of recorded offences",
        POLICE,
        HELD,
        "One row per suspect of an offence, under pseudonyms: sex, age, part in organised crime.",
    ),
    (
        "asb_incidents",
        "Anti-social behaviour reported to the police and the council",
        "The area's police force and council, supplied to the partnership",
        HELD,
        "One row per incident of anti-social behaviour: date, who took the report, category, LSOA.",
    ),
    (
        "missing_children",
        "Children who went missing",
        POLICE,
        HELD,
        "One row per episode of a child going missing, under pseudonyms: date, links to exploitation.",
    ),
    (
        "fire_incidents",
        "Deliberate fires and hoax calls",
        "The area's fire and rescue service, supplied to the partnership",
        HELD,
        "One row per deliberate fire or hoax call: date, type, LSOA.",
    ),
    (
        "services",
        "Activity and cohorts of the partners' services",
        "The providers named in the extract, supplied to the partnership",
        HELD,
        "One row per measure, provider and period: a count or a part and its whole.",
    ),
    (
        "surveys",
        "Surveys of residents and of people who used a service",
        "The police, the council and others who asked, supplied to the partnership",
        HELD,
        "One row per question, wave and group: how many were asked and how many gave the counted answer.",
    ),
    (
        "calls_101",
        "Calls to the police on 101",
        POLICE,
        HELD,
        "One row per month: calls offered, answered and abandoned, and the mean wait.",
    ),
    (
        "consultation",
        "Consultation on the priorities",
        PARTNERSHIP,
        OWN,
        "One row per event and group consulted: date, method, participants, priorities raised.",
    ),
    (
        "indicators",
        "Indicators of the plan",
        PARTNERSHIP,
        OWN,
        "One row per indicator: what measures it, which way is good, baseline and target.",
    ),
    (
        "actions",
        "Actions of the plan",
        PARTNERSHIP,
        OWN,
        "One row per action: commitment, measure of success, lead partner, dates, status.",
    ),
    (
        "risk_scores",
        "Risk scores of the partners",
        PARTNERSHIP,
        OWN,
        "One row per issue, scorer and dimension: the score on the scale of risk_scale.toml and what it rests on.",
    ),
    (
        "harm_weights",
        "Weights of the harm of offences",
        "Whoever published the weights, such as the Office for National Statistics or the University of Cambridge",
        "Open Government Licence v3.0 for the weights of the Office for National Statistics; for others see their "
        "publisher's terms",
        "One row per version and Home Office offence code with its weight, made from a published list such as the "
        "Crime Severity Score.",
    ),
)
_LAYOUT = " CSV or Excel, in columns that docs/data_dictionary.md describes."

LOOKUPS = ("lsoa11_lsoa21", "lsoa11_ward", "lsoa21_ward")  # those that place an LSOA
PARTNER: tuple[str, ...] = tuple(name for name, *_ in _PARTNER_ROWS)
# those of them whose rows are people, what was done to or by them, or services' figures of them
RECORDS = PARTNER[: PARTNER.index("surveys")]
_SCALE = Source(
    "risk_scale",
    "Scale of the risk scores",
    PARTNERSHIP,
    OWN,
    "",
    "A file risk_scale.toml: what each score means and how scores make a risk. The sample has one to start from, "
    "and docs/data_dictionary.md describes it.",
    False,
)

REGISTRY: dict[str, Source] = {source.name: source for source in _ROWS} | {
    name: Source(name, title, publisher, licence, "", wanted + _LAYOUT, False)
    for name, title, publisher, licence, wanted in _PARTNER_ROWS
}
REGISTRY[_SCALE.name] = _SCALE
