"""Synthetic extracts in the publishers' real layouts, from a fixed seed, about nobody.

`write_sample` writes them to a folder that somebody chose; `ensure_sample` keeps a folder that the
audit manages, and rewrites it only when it isn't the sample of this seed by this generator.
"""

from __future__ import annotations

from pathlib import Path

from ._write import SampleError

SEED = 2021

__all__ = ["SEED", "SampleError", "ensure_sample", "is_current", "write_sample"]


def write_sample(folder: Path, seed: int = SEED) -> list[Path]:
    """Write the synthetic extracts of April 2018 to December 2021 into `folder`.

    Returns the paths of the files, sorted. The same seed gives the same bytes on any machine.
    An earlier sample in the folder is replaced. Raises SampleError when the folder holds files that
    the sample did not write, when the seed is negative, and when the partners' records of the seed
    can't be made to agree with the figures that the partnership printed (none such is known).
    """
    from ._write import write_into

    return write_into(Path(folder), seed)


def is_current(folder: Path, seed: int = SEED) -> bool:
    """Whether `folder` holds the whole sample of `seed`, made by this version of the generator."""
    from ._write import is_current as current

    return current(Path(folder), seed)


def ensure_sample(folder: Path, seed: int = SEED) -> Path:
    """Make sure that `folder` holds the sample of `seed`, and return `folder`.

    A sample that is current is left as it is. Otherwise a new one is written beside the folder and
    moved into its place. Raises SampleError as `write_sample` does.
    """
    from ._write import replace_with_new

    folder = Path(folder)
    if not is_current(folder, seed):
        replace_with_new(folder, seed)
    return folder
