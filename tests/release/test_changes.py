"""The change list of the data."""

from __future__ import annotations

from typing import Any

from copydesk.release.changes import render
from copydesk.release.diff import compare

LINES = [("The river rose.", ["background"]), ("It may fall.", ["speculation"])]


def test_entries(make: Any, story: Any) -> None:
    """Entries stand newest first, are replaced by version, and words between them stay."""
    first = make({"a": story(lines=LINES)}, "1.0.0")
    second = make({"a": story(lines=LINES), "b": story(lines=LINES[:1])}, "1.1.0")
    third = make({"a": story(lines=[LINES[0], ("It may fall.", ["claim"])])}, "2.0.0")
    text = render(first.contents, None)
    text = render(second.contents, compare(first.contents, second.contents), previous=text)
    text = text.replace("<!-- copydesk:begin 1.0.0 -->", "Mine.\n\n<!-- copydesk:begin 1.0.0 -->")
    third_diff = compare(second.contents, third.contents)
    text = render(third.contents, third_diff, previous=text)
    again = render(third.contents, third_diff, previous=text)
    assert again == text
    assert text.partition("\n\n<!--")[2] == (
        """\
 copydesk:begin 2.0.0 -->
## 2.0.0 (2026-03-01)

From 1.1.0, which demands at least 2.0.0.

- MAJOR: sentences, gone: 1 (`b.001`)
- MAJOR: sentences, label changed: 1 (`a.002`)
- MAJOR: articles, gone: 1 (`b`)
- MAJOR: annotations, gone: 1 (`b.001.a1`)
- MAJOR: annotations, label changed: 1 (`a.002.a1`)
- MINOR: sentences, values of other columns changed: 1 (`a.002`)

Labels changed:

| from \\ to | `speculation` | `claim` |
| --- | ---: | ---: |
| `speculation` | 0 | 1 |
| `claim` | 0 | 0 |
<!-- copydesk:end 2.0.0 -->

<!-- copydesk:begin 1.1.0 -->
## 1.1.0 (2026-03-01)

From 1.0.0, which demands at least 1.1.0.

- MINOR: sentences, added: 1 (`b.001`)
- MINOR: articles, added: 1 (`b`)
- MINOR: annotations, added: 1 (`b.001.a1`)
<!-- copydesk:end 1.1.0 -->

Mine.

<!-- copydesk:begin 1.0.0 -->
## 1.0.0 (2026-03-01)

The first release. Rows: sentences 2, articles 1 and annotations 2.
<!-- copydesk:end 1.0.0 -->
"""
    )


def test_words_only(make: Any, story: Any) -> None:
    """An entry without changes says that every record is as it was."""
    old = make({"a": story(lines=LINES)}, "1.0.0").contents
    new = make({"a": story(lines=LINES)}, "1.0.1").contents
    assert "Only words about the data changed; every record is as it was." in render(
        new, compare(old, new)
    )
