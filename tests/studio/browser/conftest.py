"""Chromium, and an annotator and a manager who sit at it."""

from __future__ import annotations

from at_the_browser import annotator, manager

__all__ = ["annotator", "manager"]
