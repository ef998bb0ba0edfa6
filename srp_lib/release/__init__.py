"""A release as its readers have it: every number read off the published bytes, and what can be worked out from them all."""
