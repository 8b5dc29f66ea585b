"""Templates of everything that people read: Markdown documents and HTML pages.

Knows nothing of releases or rounds: whoever has facts hands them to a template by its name.
"""
