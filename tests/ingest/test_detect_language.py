"""English rules are put to English only."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError
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


def test_the_language_of_texts_that_name_none_can_be_said(tmp_path: Path) -> None:
    """Two words are too few to tell; what a record says of itself goes before the option."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "kurz.txt").write_text("Brücke offen\n")
    (tmp_path / "raw" / "two.jsonl").write_text('{"text": "Pont ouvert", "lang": "fr"}\n')
    CliRunner().invoke(app, ["init", str(tmp_path / "c")])
    command = ["ingest", str(tmp_path / "raw"), "--corpus", str(tmp_path / "c"), "--language"]
    assert CliRunner().invoke(app, [*command, "de_AT"]).exit_code == 0
    found = {a.article_id: a.language for a in Corpus(tmp_path / "c").articles()}
    assert found == {"kurz": "de-AT", "two-1": "fr"}
    refused = CliRunner().invoke(app, [*command, "German!"]).exception
    assert isinstance(refused, InputError)
    assert str(refused) == (
        "--language: 'German!' is not a language tag. Write one such as de, fr or pt-BR (BCP 47)."
    )
