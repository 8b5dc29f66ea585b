"""English rules are put to English only."""

from __future__ import annotations

import pytest

from copydesk.ingest.detect_language import told

ENGLISH = (
    "The mayor of the town said on Monday that it was the first time that the bridge had been "
    "open for a whole year, and that he was glad of it for all of the people who have to cross "
    "it on their way to the mill and back again."
)
GERMAN = (
    "Die Bürgermeisterin der Stadt sagte am Montag, dass es das erste Mal ist, dass die Brücke ein "
    "ganzes Jahr für alle offen war, und dass sie sich für die Leute freut, die auf dem Weg zu der "
    "Mühle und nach Hause über den Fluss müssen und nicht mit dem Boot."
)
XHOSA_LIKE = " ".join(f"umntu{n} wasedolophini{n} ebhulorhweni{n}" for n in range(20))


@pytest.mark.parametrize(
    ("text", "stated", "expected"),
    [
        (ENGLISH, None, "en"),
        (ENGLISH, "en-GB", "en-GB"),
        (GERMAN, None, "de"),
        (GERMAN, "en", "de"),
        (GERMAN, "de-AT", "de-AT"),
        (XHOSA_LIKE, "en-US", "und"),
        ("The bridge is open.", None, "en"),
        ("Мост через реку открыт.", None, "und"),
        ("桥在星期一开放。", None, "und"),
    ],
)
def test_the_language_is_what_is_stated_unless_the_words_belie_it(
    text: str, stated: str | None, expected: str
) -> None:
    """A statement stands, except English over words that are not."""
    assert told(text, stated) == expected
