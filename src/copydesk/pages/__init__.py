"""Templates of everything that people read: Markdown documents and HTML pages.

Knows nothing of releases or rounds: callers pass their facts to a template by its name.
"""
