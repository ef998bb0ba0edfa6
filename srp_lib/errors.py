"""The one kind of failure that the command line shows as a sentence instead of a traceback."""

from __future__ import annotations


class AuditError(Exception):
    """The work can't go on; the text is for the person at the keyboard: what is wrong and what to do."""
