"""Readability: how old a reader must be to follow a text, by the Flesch-Kincaid grade of the package fkscore."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence

GRADE_TO_AGE = 5  # an American grade is a year of school, begun at six
METHOD = "the Flesch-Kincaid grade level, plus five years"


def reading_age(sentences: Sequence[str]) -> float:
    """The age in years, to a decimal, at which the sentences can be read: grade + 5, the grade by Flesch and Kincaid.

    Grade = 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid and others 1975). A figure counts as a word
    of one syllable. Raises ValueError where no sentence has a word.
    """
    lines = [line for line in map(_words, sentences) if line]
    if not lines:
        raise ValueError("A reading age needs at least one sentence.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own source has an escape that newer Pythons warn of
        from fkscore import fkscore
    # A sentence a line and no stops: the package takes the blank behind a stop for a word.
    return round(float(fkscore("\n".join(lines)).score["calc_grade"]) + GRADE_TO_AGE, 1)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each without the blank behind it; a stop inside a figure ends none."""
    return [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]


def _words(sentence: str) -> str:
    """The words of a sentence with one blank between them, without marks."""
    bare = re.sub(r"[^\w\s'’-]|(?<=\d)[.,](?=\d)", "", sentence)
    return " ".join(word for word in bare.split() if re.search(r"\w", word))
