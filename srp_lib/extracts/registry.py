"""The sources that the audit can use: one row each, in the order they are read."""

from __future__ import annotations

from .model import Source

OGL = "Open Government Licence v3.0"
ONS = "Office for National Statistics"
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
)

REGISTRY: dict[str, Source] = {source.name: source for source in _ROWS}
