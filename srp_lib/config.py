"""Settings: reads audit.toml, the one file that a new year edits."""
from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from srp_lib.errors import AuditError

EDITIONS = ("public", "partnership")


class ConfigError(AuditError):
    """audit.toml is absent or a setting is missing or of the wrong kind; the text says which."""


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
    try:
        with (root / "audit.toml").open("rb") as handle:
            tree = tomllib.load(handle)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"audit.toml can't be read: {error}. Mend it or restore it from the repository.") from error
    whole = {name: _setting(tree, "area", name, int) for name in ("wards", "lsoa11", "lsoa21")}
    edition = _setting(tree, "editions", "default", str)
    if edition not in EDITIONS:
        raise ConfigError(f"audit.toml, [editions] default: '{edition}' is not one of {' and '.join(EDITIONS)}.")
    return Config(
        root=root,
        area_code=_setting(tree, "area", "code", str),
        area_name=_setting(tree, "area", "name", str),
        partnership=_setting(tree, "area", "partnership", str),
        area_counts=whole,
        minimum_share=_setting(tree, "period", "minimum_share_of_months", float),
        confidence=_setting(tree, "figures", "confidence", float),
        per=_setting(tree, "figures", "per", int),
        smallest_base=_setting(tree, "figures", "smallest_base", int),
        oldest_denominator_months=_setting(tree, "figures", "oldest_denominator_months", int),
        edition=edition,
    )


def _setting(tree: dict, table: str, name: str, kind: type) -> object:
    value = tree.get(table, {}).get(name)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ConfigError(f"audit.toml, [{table}] {name}: a {'number' if kind in (int, float) else 'text'} is wanted, found {value!r}.")
    return value
