"""Settings: reads audit.toml, the one file that a new year edits."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from srp_lib.errors import AuditError

PUBLIC = "public"
EDITIONS = (PUBLIC, "partnership")
AREA_CODE = re.compile(r"[A-Z]\d{8}")
# The levels as the UK's Joint Terrorism Analysis Centre defines them, lowest first.
THREAT_LEVELS = {
    "low": "an attack is highly unlikely",
    "moderate": "an attack is possible, but not likely",
    "substantial": "an attack is likely",
    "severe": "an attack is highly likely",
    "critical": "an attack is highly likely in the near future",
}
# What the index of vulnerability of a neighbourhood is made of.
VULNERABILITY = ("crime", "anti_social_behaviour", "deprivation", "partner")
CODE_WANTED = "a local authority's code of nine characters, such as E08000018"
Value = TypeVar("Value", str, int, float)


class ConfigError(AuditError):
    """audit.toml is absent or a setting is missing or of the wrong kind; the text says which."""


@dataclass(frozen=True)
class ThreatLevel:
    """The UK's national terrorism threat level from a day on."""

    start: date
    level: str

    @property
    def meaning(self) -> str:
        """What the level says of an attack."""
        return THREAT_LEVELS[self.level]


@dataclass(frozen=True)
class Config:
    """The settings of one run; paths are absolute."""

    root: Path
    area_code: str
    area_name: str
    partnership: str
    area_counts: dict[str, int] = field(hash=False)
    minimum_share: float
    confidence: float
    per: int
    smallest_base: int
    oldest_denominator_months: int
    edition: str
    smallest_count: int = 8
    rounding_base: int = 5
    narrowest_range: int = 5
    threat_levels: tuple[ThreatLevel, ...] = ()
    similar_group: str = "ONS demographic neighbours"
    similar_number: int = 15
    similar_codes: tuple[str, ...] = ()
    vulnerability: dict[str, float] = field(default_factory=lambda: dict.fromkeys(VULNERABILITY, 1.0), hash=False)

    @property
    def raw(self) -> Path:
        """Where extracts are put as received."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Where tidy extracts and caches go."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Where reports go, as <period>/<edition>/."""
        return self.root / "reports"


def find_root(start: Path | None = None) -> Path:
    """The project's folder: the nearest one upward with audit.toml, from `start`, else from this package."""
    for origin in ((start or Path.cwd()).resolve(), Path(__file__).resolve().parent):
        for folder in (origin, *origin.parents):
            if (folder / "audit.toml").is_file():
                return folder
    raise ConfigError("audit.toml was not found in this folder or above it: run from the audit's folder.")


def load_config(root: Path | None = None) -> Config:
    """Read audit.toml below `root` (found upward when None). Raises ConfigError naming the setting at fault."""
    root = root or find_root()
    tree = _read(root / "audit.toml")
    share = "a share above 0 and not above 1"
    counts = {name: _setting(tree, "area", name, int, _positive, "above 0") for name in ("wards", "lsoa11", "lsoa21")}
    return Config(
        root=root,
        area_code=_setting(tree, "area", "code", str, lambda text: bool(AREA_CODE.fullmatch(text)), CODE_WANTED),
        area_name=_setting(tree, "area", "name", str, _said, "not blank"),
        partnership=_setting(tree, "area", "partnership", str, _said, "not blank"),
        area_counts=counts,
        minimum_share=_setting(tree, "period", "minimum_share_of_months", float, lambda part: 0 < part <= 1, share),
        confidence=_setting(tree, "figures", "confidence", float, lambda part: 0 < part < 1, "between 0 and 1"),
        per=_setting(tree, "figures", "per", int, _positive, "above 0"),
        smallest_base=_setting(tree, "figures", "smallest_base", int, _positive, "above 0"),
        oldest_denominator_months=_setting(tree, "figures", "oldest_denominator_months", int, _positive, "above 0"),
        edition=_setting(tree, "editions", "default", str, lambda name: name in EDITIONS, " or ".join(EDITIONS)),
        smallest_count=_setting(tree, "disclosure", "smallest_count", int, lambda number: number > 1, "above 1"),
        rounding_base=_setting(tree, "disclosure", "rounding_base", int, _positive, "above 0"),
        narrowest_range=_narrowest(tree),
        threat_levels=_threat_levels(tree),
        similar_group=_setting(tree, "similar_areas", "group", str, _said, "not blank"),
        similar_number=_setting(tree, "similar_areas", "number", int, _positive, "above 0"),
        similar_codes=_codes(tree),
        vulnerability=_weights(tree),
    )


def _narrowest(tree: dict[str, Any]) -> int:
    """How many values a withheld count must still be able to have: as many as are withheld at most. Raises ConfigError."""
    withheld = _setting(tree, "disclosure", "smallest_count", int, _positive, "above 0") - 1
    wanted = f"from 1 to {withheld}, as the counts withheld are"
    return _setting(tree, "disclosure", "narrowest_range", int, lambda number: 1 <= number <= withheld, wanted)


def _codes(tree: dict[str, Any]) -> tuple[str, ...]:
    """The authorities that are chosen by hand to compare with; none where the setting is left out. Raises ConfigError."""
    codes = tree.get("similar_areas", {}).get("codes", [])
    if not isinstance(codes, list) or not all(isinstance(code, str) and AREA_CODE.fullmatch(code) for code in codes):
        raise ConfigError(f"audit.toml, [similar_areas] codes: a list is wanted, each {CODE_WANTED}.")
    doubled = sorted({code for code in codes if codes.count(code) > 1})
    if doubled:
        raise ConfigError(f"audit.toml, [similar_areas] codes: {', '.join(doubled)} must be there once.")
    return tuple(codes)


def _weights(tree: dict[str, Any]) -> dict[str, float]:
    """The weight of each part of the index of vulnerability, one of them above 0. Raises ConfigError."""
    weights = {
        name: _setting(
            tree, "vulnerability", name, float, lambda weight: 0 <= weight < math.inf, "0 or above and not infinite"
        )
        for name in VULNERABILITY
    }
    if not any(weights.values()):
        raise ConfigError("audit.toml, [vulnerability]: at least one weight must be above 0.")
    return weights


def _threat_levels(tree: dict[str, Any]) -> tuple[ThreatLevel, ...]:
    """The dated threat levels, earliest first; none where the setting is left out. Raises ConfigError."""
    found = []
    for number, row in enumerate(tree.get("threat_level", ()), 1):
        start, level = row.get("from"), row.get("level")
        if type(start) is not date or level not in THREAT_LEVELS:
            wanted = f"a date (from = 2022-02-09) and one of {', '.join(THREAT_LEVELS)}"
            raise ConfigError(f"audit.toml, [[threat_level]] number {number}: it must have {wanted}.")
        found.append(ThreatLevel(start, level))
    return tuple(sorted(found, key=lambda one: one.start))


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as handle:
            return tomllib.load(handle)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"audit.toml cannot be read: {why}. Mend it or restore it from the repository.") from error


def _setting(
    tree: dict[str, Any], table: str, name: str, kind: type[Value], fits: Callable[[Value], bool], wanted: str
) -> Value:
    """A setting of the right kind and range. Raises ConfigError saying what is wanted and what was found."""
    place = f"audit.toml, [{table}] {name}"
    settings = tree.get(table, {})
    if not isinstance(settings, dict):
        raise ConfigError(f"audit.toml: '{table}' must be a table, written [{table}], found {settings!r}.")
    value = settings.get(name)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        noun = {int: "a whole number", float: "a number", str: "a text"}[kind]
        found = "nothing" if value is None else repr(value)
        raise ConfigError(f"{place}: {noun} is wanted, found {found}.")
    if not fits(value):
        raise ConfigError(f"{place}: it must be {wanted}, found {value!r}.")
    return value


def _positive(number: float) -> bool:
    return number > 0


def _said(text: str) -> bool:
    return bool(text.strip())
