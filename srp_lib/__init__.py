"""The annual crime audit of the Safer Rotherham Partnership, rebuilt from raw extracts."""

__version__ = "0.1.0"
