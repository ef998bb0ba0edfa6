"""Incoming extracts: find them in the raw folder, read them and store them tidy.

The public door of this package: import from here, not from the modules within.
"""

from .files import list_files
from .model import FAULTS, Extract, ExtractError, Intake, RawFile, Source
from .reading import load, read_all
from .registry import REGISTRY

__all__ = [
    "FAULTS", "REGISTRY", "Extract", "ExtractError", "Intake", "RawFile", "Source",
    "list_files", "load", "read_all",
]
