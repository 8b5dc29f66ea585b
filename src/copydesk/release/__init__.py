"""Releases: cut, compared, described, verified, hydrated and published."""
