"""Quotations: pairing of marks, form, speaker and cue. All text was written for these tests."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.text import Piece, Quotation, canonical, quotations, quoted_ratio, segment

MARKS = "\"'“”„‘’‚‛«»‹›`"


def body(text: str, *ends: int) -> list[Piece]:
    """Pieces of body text: one for each line, cut further at the given offsets."""
    cuts = sorted({0, *ends, *(at for at, c in enumerate(text) if c == "\n"), len(text)})
    pieces = []
    for start, end in pairwise(cuts):
        inner = text[start:end].strip()
        if inner:
            first = text.index(inner, start)
            pieces.append(Piece(first, first + len(inner), "body", True))
    return pieces


def quoted(text: str) -> list[str]:
    return [text[quote.start : quote.end] for quote in quotations(text, body(text))]


def only(text: str, pieces: list[Piece] | None = None) -> Quotation:
    (quote,) = quotations(text, body(text) if pieces is None else pieces)
    return quote


def spelled(text: str, span: tuple[int, int] | None) -> str | None:
    return None if span is None else text[span[0] : span[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"We sail at noon," Ada Voss said.', ["We sail at noon,"]),
        ("“We sail at noon,” Ada Voss said.", ["We sail at noon,"]),
        ("‘We sail at noon,’ Ada Voss said.", ["We sail at noon,"]),
        ("'We sail at noon,' Ada Voss said.", ["We sail at noon,"]),
        ("«We sail at noon,» Ada Voss said.", ["We sail at noon,"]),
        ("»We sail at noon,« Ada Voss said.", ["We sail at noon,"]),
        ("„We sail at noon,“ Ada Voss said.", ["We sail at noon,"]),
        ("``We sail at noon,'' Ada Voss said.", ["We sail at noon,"]),
        ("« We sail at noon, » Ada Voss said.", ["We sail at noon,"]),
    ],
)
def test_every_kind_of_mark_is_paired_and_left_out_of_the_span(
    text: str, expected: list[str]
) -> None:
    """Straight, curly, German, French and typewriter marks hold the same quotation."""
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada Voss said: ‘We sail at noon. Be there.”", ["We sail at noon. Be there."]),
        ("Ada Voss said: “We sail at noon. Be there.’", ["We sail at noon. Be there."]),
        ('"We sail at noon,” Ada Voss said.', ["We sail at noon,"]),
        ("”We sail at noon,” Ada Voss said.", ["We sail at noon,"]),
        ("“We sail at noon,“ Ada Voss said.", ["We sail at noon,"]),
        ('Ada Voss said they sail at noon," The boats are ready".', ["The boats are ready"]),
    ],
)
def test_mixed_and_misset_marks_are_one_quotation(text: str, expected: list[str]) -> None:
    """A mark of another shape, curled the wrong way or set beside its blank still pairs."""
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("‘I don’t know the skippers’ names,’ she said.", ["I don’t know the skippers’ names,"]),
        ("'I don't know the skippers' names,' she said.", ["I don't know the skippers' names,"]),
        ("‘It was like the ’90s again,’ she said.", ["It was like the ’90s again,"]),
        ("“Get ‘em out, ’tis late,” she said.", ["Get ‘em out, ’tis late,"]),
        ("“Our 6'2\" keeper is out,” she said.", ["Our 6'2\" keeper is out,"]),
        ("The skippers’ boats and the crews’ wages rose.", []),
        ("Rock 'n' roll came to the harbour in the '60s.", []),
        ("The mast is 6'2\" and the boom 5'10\" long.", []),
        ("O’Hara’s boat wasn’t at the Voss’s pier.", []),
    ],
)
def test_apostrophes_and_measures_are_no_marks(text: str, expected: list[str]) -> None:
    """Possessives, elisions, decades, names and inches neither open nor close a quotation."""
    assert quoted(text) == expected


def test_a_quotation_inside_another_is_part_of_it() -> None:
    """Only the outermost of nested quotations is given, whatever the marks."""
    text = "“He told me, ‘Go home,’ and I went,” she said."
    assert quoted(text) == ["He told me, ‘Go home,’ and I went,"]
    same = "‘Nobody here asks the ‘why’ of it. We sail at nine,’ she said."
    assert quoted(same) == ["Nobody here asks the ‘why’ of it. We sail at nine,"]


def test_paragraphs_that_each_open_are_a_quotation_and_its_continuations() -> None:
    """A quotation that opens each paragraph and closes the last gives one span for each."""
    text = "Ada Voss said: “We sail at noon.\n“The boats are ready.\n“Nobody stays.”\nIt rained."
    found = quotations(text, body(text))
    assert [(text[q.start : q.end], q.form) for q in found] == [
        ("We sail at noon.", "direct"),
        ("The boats are ready.", "continuation"),
        ("Nobody stays.", "continuation"),
    ]
    assert [spelled(text, q.speaker) for q in found] == ["Ada Voss"] * 3


def test_paragraphs_without_marks_between_an_opening_and_a_closing_one_are_quoted() -> None:
    """Copy that opens only the first paragraph and closes only the last is read as it is meant."""
    text = '"We sail at noon.\nThe boats are ready.\nNobody stays", said Ada Voss.\nIt rained.'
    assert quoted(text) == ["We sail at noon.", "The boats are ready.", "Nobody stays"]


def test_an_unclosed_quotation_ends_with_its_line() -> None:
    """Without a closing mark the rest of the line is quoted, and nothing of the next."""
    text = "Ada Voss said: “We sail at noon.\nThe harbour was empty."
    assert quoted(text) == ["We sail at noon."]


def test_an_unclosed_quotation_ends_where_another_opens() -> None:
    """A lost closing mark does not swallow the quotation that follows."""
    text = "“We sail at noon, Ada Voss said. “The boats are ready.”"
    assert quoted(text) == ["We sail at noon, Ada Voss said.", "The boats are ready."]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("“We sail at noon,” Ada Voss said.", "direct"),
        ("Ada Voss said on Friday in the harbour office that “nobody has looked at it”.", "direct"),
        ("Ada Voss said on Friday that the plan was “a leap in the dark” for the town.", "partial"),
        (
            "The war, Ada Voss said late on Friday evening, “will end sooner” than planned.",
            "partial",
        ),
        ("Ada Voss said the boats must sail “fast”.", "partial"),
        ("She called it “a leap into the cold dark sea”.", "direct"),
    ],
)
def test_the_form_tells_clauses_from_fragments(text: str, form: str) -> None:
    """A finite clause with its subject is direct; a phrase or a bare predicate is partial."""
    assert only(text).form == form


def test_a_wholly_quoted_sentence_after_a_quotation_continues_it() -> None:
    """The second half of a split quotation has the speaker and the cue of the first."""
    text = "“We sail at noon,” Ada Voss said. “The boats are ready.”"
    first, second = quotations(text, body(text, text.index(" “The")))
    assert (first.form, second.form) == ("direct", "continuation")
    assert (second.speaker, second.cue, second.pieces) == (first.speaker, first.cue, (1,))
    assert spelled(text, second.speaker) == "Ada Voss"


def test_a_quotation_after_a_sentence_of_the_reporter_continues_nothing() -> None:
    """What stands between ends the run, even if the marks are alone on their line."""
    text = "“We sail at noon,” Ada Voss said.\nIt rained.\n“The boats are ready.”"
    assert [quote.form for quote in quotations(text, body(text))] == ["direct", "direct"]


@pytest.mark.parametrize(
    "text",
    [
        'The boat, named "Better Days," sank.',
        "The so-called “red telephone” is green.",
        "They sang under the slogan “Boats before Bread”.",
        "The crew wore the name “Hope” on their shirts.",
        "The form is meant to “streamline” the harbour.",
        "He stayed at the “Harbour Palace” and paid.",
    ],
)
def test_names_titles_mottos_and_scare_quotes_are_no_quotations(text: str) -> None:
    """Marks that carry no speech are left out."""
    assert quotations(text, body(text)) == []


@pytest.mark.parametrize(
    ("text", "speaker", "cue"),
    [
        ("“We sail,” Ada Voss said.", "Ada Voss", "clause-verbs/say"),
        ("“We sail,” said Ada Voss, who owns two boats.", "Ada Voss", "clause-verbs/say"),
        ("Ada Voss, the harbour master, said: “We sail.”", "Ada Voss", "clause-verbs/say"),
        ("The harbour master, Ada Voss, said: “We sail.”", "Ada Voss", "clause-verbs/say"),
        (
            "Ada Voss, who lost £38,000, told the Bell: “We sail.”",
            "Ada Voss",
            "clause-verbs/tell",
        ),
        ("In the evening, she added: “We sail.”", "she", "clause-verbs/add"),
        (
            "“Her boat was sinking,” according to the Bell.",
            "the Bell",
            "attribution-phrases/according to",
        ),
        ("The letter reads “we may sail without notice”.", "The letter", "that-verbs/read"),
    ],
)
def test_speaker_and_cue_are_told_where_the_sentence_shows_them(
    text: str, speaker: str, cue: str
) -> None:
    """The speaker is the name and not what describes it; the cue is a lexicon's entry."""
    quote = only(text)
    assert spelled(text, quote.speaker) == speaker
    assert quote.cue is not None
    assert quote.cue.entry == cue


def test_quoted_ratio_is_the_share_of_words_inside_quotations() -> None:
    """Three of six words are quoted; a piece without words or quotations has none."""
    text = "“We sail tonight,” Ada Voss said.\n—\nIt rained."
    pieces = body(text)
    quotes = quotations(text, pieces)
    assert [quoted_ratio(text, piece, quotes) for piece in pieces] == [0.5, 0.0, 0.0]


def test_pieces_are_the_indices_of_all_pieces_touched() -> None:
    """A quotation of two sentences touches both."""
    text = "Ada Voss said: “We sail at noon. Be there.”"
    assert only(text, body(text, text.index(" Be"))).pieces == (0, 1)


@given(st.text(st.sampled_from(f"{MARKS} ab.,S9\n—[") | st.characters(codec="utf-8"), max_size=200))
@settings(deadline=None)
def test_any_text_gives_ordered_disjoint_spans_within_bounds(text: str) -> None:
    """Never raises; spans are trimmed, in one line, ordered, disjoint and in their pieces."""
    pieces = body(text)
    found = quotations(text, pieces)
    reach = 0
    for quote in found:
        assert reach <= quote.start < quote.end <= len(text)
        span = text[quote.start : quote.end]
        assert span == span.strip()
        assert "\n" not in span
        assert quote.pieces == tuple(
            index
            for index, piece in enumerate(pieces)
            if piece.start < quote.end and quote.start < piece.end
        )
        assert quote.speaker is None or 0 <= quote.speaker[0] < quote.speaker[1] <= len(text)
        assert quote.cue is None or 0 <= quote.cue.start < quote.cue.end <= len(text)
        reach = quote.end
    assert all(0 <= quoted_ratio(text, piece, found) <= 1 for piece in pieces)


@pytest.mark.parametrize("unit", ['"', "‘", "’ a", "“a” he said ", "”a‘ "])
def test_a_hundred_thousand_marks_in_one_line_are_read(unit: str) -> None:
    """Nonsense ends, and what it gives is in order."""
    text = unit * (100_000 // len(unit))
    found = quotations(text, [Piece(0, len(text.rstrip()), "body", True)])
    assert [quote.start for quote in found] == sorted({quote.start for quote in found})


@pytest.mark.shared
@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (
            "ceasefire-000",
            [
                (351, 360, "partial"),
                (477, 501, "partial"),
                (571, 589, "partial"),
                (718, 844, "direct"),
                (862, 988, "continuation"),
                (1877, 1928, "direct"),
                (1943, 2011, "continuation"),
                (2058, 2231, "direct"),
                (2325, 2337, "partial"),
                (3096, 3214, "direct"),
                (3499, 3560, "partial"),
                (3958, 3973, "partial"),
                (4129, 4146, "partial"),
                (4200, 4319, "direct"),
                (4321, 4358, "continuation"),
                (4361, 4406, "direct"),
                (4455, 4586, "direct"),
                (5932, 5973, "partial"),
            ],
        ),
        (
            "ceasefire-003",
            [
                (462, 486, "partial"),
                (789, 809, "partial"),
                (1045, 1066, "partial"),
                (1069, 1210, "direct"),
                (1329, 1334, "partial"),
                (1388, 1456, "direct"),
            ],
        ),
    ],
)
def test_real_articles_give_the_quotations_read_in_them(
    shared: Path, article: str, expected: list[tuple[int, int, str]]
) -> None:
    """The spans and forms that a reader finds, by offset."""
    text = canonical((shared / "raw" / "ceasefire" / f"{article}.txt").read_bytes())
    found = quotations(text, segment(text))
    assert [(quote.start, quote.end, quote.form) for quote in found] == expected


def test_a_quotation_ends_before_the_credit_of_its_line() -> None:
    """A mark that nothing closes quotes the caption to its end, and not the credit behind it."""
    text = "Keel at his desk, saying “We have eleven weeks. Photo: Owen Strake/Courier"
    pieces = [Piece(0, 47, "caption", True), Piece(48, len(text), "credit", False)]
    (found,) = quotations(text, pieces)
    assert text[found.start : found.end] == "We have eleven weeks."
    assert found.pieces == (0,)


SAID = {
    "de": ("Wir machen den Hafen am Freitag zu", "sagte Anna Orth am Montag"),
    "fr": ("Nous fermons le port vendredi", "a dit Anne Orr lundi"),
    "it": ("Chiudiamo il porto venerdì", "ha detto Anna Orr lunedì"),
    "es": ("Cerramos el puerto el viernes", "dijo Ana Orr el lunes"),
    "pl": ("Zamykamy port w piątek", "powiedziała Anna Orr w poniedziałek"),
    "sv": ("Vi stänger hamnen på fredag", "sade Anna Orr i måndags"),
    "da": ("Vi lukker havnen på fredag", "sagde Anna Orr mandag"),
    "ru": ("Мы закрываем порт в пятницу", "сказала Анна Орр в понедельник"),
}
MARKS = (
    *(("« ", " »"), ("«", "»"), ("«\u00a0", "\u00a0»"), ("«\u202f", "\u202f»"), ("»", "«")),
    *(("» ", " «"), ("»", "»"), ("„", "“"), ("„", "”"), ("“", "”"), ("”", "”"), ("‹", "›")),
    *(("‹ ", " ›"), ("›", "‹"), ("‚", "‘"), ("‘", "’"), ('"', '"'), (",,", "''"), (",,", '"')),
)


@pytest.mark.parametrize("marks", MARKS, ids="…".join)
@pytest.mark.parametrize("language", SAID)
def test_every_european_pair_of_marks_is_read_in_every_language(
    language: str, marks: tuple[str, str]
) -> None:
    """With and without blanks inside; the closing mark stays with its sentence."""
    (words, who), (opening, closing) = SAID[language], marks
    first = f"{opening}{words}{closing}, {who}."
    second, third = f"{opening}{words}.{closing}", f"{opening}{words}!{closing}"
    text = f"Titel\n{first} {second} {third}"

    pieces = segment(text, language)

    assert [text[p.start : p.end] for p in pieces][1:] == [first, second, third]
    found = [text[q.start : q.end] for q in quotations(text, pieces, language=language)]
    assert [part.count(words) for part in found] == [1, 1, 1]
    assert all(len(part) <= len(third) + 1 for part in found)
