"""Turns of transcripts and interviews: the marker is a note, the rest is cut into sentences."""

from __future__ import annotations

import pytest

from copydesk.text import segment
from copydesk.text.turns import turn_speakers


def _cut(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [(piece.zone, text[piece.start : piece.end]) for piece in segment(text, language)]


def test_a_transcript_is_cut_into_markers_and_sentences() -> None:
    text = "The talk\nSMITH: We go. We stay.\nJONES (on camera): Who pays?\nSMITH: Nobody."

    assert _cut(text) == [
        ("headline", "The talk"),
        ("note", "SMITH:"),
        ("body", "We go."),
        ("body", "We stay."),
        ("note", "JONES (on camera):"),
        ("body", "Who pays?"),
        ("note", "SMITH:"),
        ("body", "Nobody."),
    ]


def test_an_answer_in_the_line_of_its_question_has_its_own_marker() -> None:
    assert _cut("The talk\nQ: Who pays? A: The mayor does. He said so.\nQ: When? A: Soon.")[1:] == [
        ("note", "Q:"),
        ("body", "Who pays?"),
        ("note", "A:"),
        ("body", "The mayor does."),
        ("body", "He said so."),
        ("note", "Q:"),
        ("body", "When?"),
        ("note", "A:"),
        ("body", "Soon."),
    ]


@pytest.mark.parametrize(
    ("text", "language", "markers"),
    [
        ("The talk\n**Ann Orr:** We go.\n**Paul Lund**: We stay.", "en", 2),
        ("The talk\nAnn Orr: We go.\nHarbour Bell: Why?\nAnn Orr: We must.", "en", 3),
        ("Das Gespräch\nSZ: Wer zahlt?\nOrr: Niemand.\nSZ: Warum?", "de", 3),
        ("L’entretien\nLe Phare : Qui paie ?\nOrr : Personne.\nLe Phare : Et vous ?", "fr", 3),
        ("The hall\nPrice: 3 pounds.\nVenue: The hall.\nCast: Ann Orr.", "en", 0),
        ("The case\nMS ORR, for the town: Who paid?\nMR LUND: Nobody.\nMS ORR: So?", "en", 3),
        ("The town\nAda Orr, a baker: We go.\nPaul Lund, a cook: We stay.\nIt rains.", "en", 0),
        ("A storm\nSANDBY: The mayor left.\nHe did.", "en", 0),
        ("The week\nMonday: It rains.\nTuesday: It snows.\nMonday: It rains again.", "en", 0),
    ],
)
def test_names_that_come_again_or_stand_out_are_markers(
    text: str, language: str, markers: int
) -> None:
    found = [piece for zone, piece in _cut(text, language) if zone == "note"]

    assert len(found) == markers


def test_a_turn_has_the_speaker_of_its_marker() -> None:
    text = "The talk\nMR. SMITH (by phone): We go. We stay.\nQ: Who?\nMR. SMITH: Nobody.\nHe left."
    pieces = segment(text)

    speakers = turn_speakers(text, pieces)

    assert [
        (text[pieces[index].start : pieces[index].end], text[slice(*name)])
        for index, name in speakers.items()
    ] == [("We go.", "MR. SMITH"), ("We stay.", "MR. SMITH"), ("Nobody.", "MR. SMITH")]
