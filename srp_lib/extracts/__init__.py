"""Incoming extracts: find them in the raw folder, read them and store them tidy.

The public door of this package: import from here, not from the modules within.
"""

from .files import list_files
from .model import AGES, FAULTS, SEXES, Extract, ExtractError, Intake, RawFile, Source
from .partner_schema import Column, columns
from .reading import READING, STORING, load, read_all
from .registry import LOOKUPS, PARTNER, RECORDS, REGISTRY
from .store import read_frame
from .street import STREET_HEADER

__all__ = [
    "AGES",
    "FAULTS",
    "LOOKUPS",
    "PARTNER",
    "READING",
    "RECORDS",
    "REGISTRY",
    "SEXES",
    "STORING",
    "STREET_HEADER",
    "Column",
    "Extract",
    "ExtractError",
    "Intake",
    "RawFile",
    "Source",
    "columns",
    "list_files",
    "load",
    "read_all",
    "read_frame",
]
