"""Who speaks: in the sentence, beside it, in a turn. All text was written for these tests."""

from __future__ import annotations

import pytest

from copydesk.text import quotations, segment


def said(copy: str) -> list[tuple[str, str | None]]:
    """Each quotation of a body text with its speaker's words."""
    text = f"Baths in York are to close\nIt rained in York on Monday, and nobody swam.\n{copy}"
    found = quotations(text, segment(text))
    return [
        (text[q.start : q.end], None if q.speaker is None else text[slice(*q.speaker)])
        for q in found
    ]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Orr told the programme: “I was wrong about it.”", "Orr"),
        ("Lund said it was “a sad day for York”.", "Lund"),
        ("Ann Ode: “The baths leak.”", "Ann Ode"),
        ("“The baths leak.” – Ann Ode", "Ann Ode"),
        ("“The baths leak.” ― Ann Ode, of York", "Ann Ode"),
        ("“WE HAD NO CHOICE,” MAYOR ANN ODE SAID.", "MAYOR ANN ODE"),
        ("“We had no choice,” said the mayor of York on Friday.", "the mayor of York"),
        ("“We had no choice,” the mayor, Ann Ode, said.", "Ann Ode"),
        ("“We had no choice,” said Rep. Ann Ode (D-Wis.), head of the caucus.", "Rep. Ann Ode"),
        ("“We had no choice,” Rep. Ann Ode (D-Wis.) said Friday.", "Rep. Ann Ode"),
        ("Ann Ode, 43, a nurse, said: “We had no choice.”", "Ann Ode"),
        ("The ministry has said that it “had no choice but to close”.", "The ministry"),
        (
            "Speaking on condition of anonymity, a driver said he “had no choice that day”.",
            "a driver",
        ),
        ("Orr attacked Lund over the baths, saying he “had no choice but to close”.", "Orr"),
        ("He’s claiming that the baths are “a big, big problem for all of us”.", "He"),
        (
            "In August, several groups said the baths “leaked like a sieve all year”.",
            "several groups",
        ),
        ("On Friday Ann Ode said the baths “leaked like a sieve all year”.", "Ann Ode"),
        ("Ode, who lost in May, told a crowd the baths “leaked like a sieve all year”.", "Ode"),
        ("She said Lund favours a “slow and quiet end to the baths”.", "She"),
        ("“We had no choice,” as a council memo put it.", "a council memo"),
        ("According to Ann Ode, the baths “leaked like a sieve all year”.", "Ann Ode"),
        (
            "“The wall will hold,” Ann Ode, a retired engineer of the port authority of York and "
            "the author of three books on the history of its tides, said.",
            "Ann Ode",
        ),
        ("“We told them, ‘You have no water left,’” said Ann Ode.", "Ann Ode"),
        ("In a letter announcing the sale, Ann Ode called it a “cruel and idle trick”.", "Ann Ode"),
        ("Ode said she thought the sale was a “mistake that nobody wanted”.", "Ode"),
        ("The mayor condemned what she called a “mean and shabby little plan”.", "The mayor"),
        ("Blaming the “tired old pumps of the port,” Ann Ode left the hall.", "Ann Ode"),
        ("Lund admires her as a “stubborn friend of boats,” comparing her to a tug.", "Lund"),
        ("Lund left the hall, as well, saying the plan “breaks every wall in York.”", "Lund"),
        ("The York Bell reports that Lund left to “keep the peace of the house”.", "The York Bell"),
        ("Lund met Ode, who in 2010 said the wall was a “heap of wet and rotten sand”.", "Ode"),
        (
            "The council issued a statement calling it a “mean and shabby little trick”.",
            "The council",
        ),
        ("All this has led the town to fear a “quiet end to the baths”.", "All this"),
        ("Voters heard Lund on Republican claims as “plain as the nose on a face”.", None),
    ],
)
def test_the_sentence_names_the_speaker(text: str, speaker: str | None) -> None:
    """Colon, dash, inversion, apposition, participle and report all lead to who speaks."""
    assert [name for _, name in said(text)] == [speaker]


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("Ode continued:\n“The baths leak all day.”", ["Ode"]),
        ("The York Bell reports:\n“The baths leak all day.”", ["The York Bell"]),
        ("“The baths leak,” Ode said. “We must close them.”", ["Ode", "Ode"]),
        ("“The baths leak,” Ode said, “and they stink.”", ["Ode", "Ode"]),
        ("“The baths leak,” Ode said.\n“They stink, too.”", ["Ode", "Ode"]),
        ("“Who pays?” Ann Orr, 34, asked.", ["Ann Orr"]),
        ("Ode went on, “The wall will hold, and the harbour with it.”", ["Ode"]),
        ("On 6 July, 2015, Ode made this remark:\n“The wall will hold for ever.”", ["Ode"]),
        ("“The wall!” Ode’s niece Ann shouted to the crowd. It held.", ["Ode’s niece Ann"]),
        ("Ode scolded him: “The baths leak,” she said. “They stink.”", ["Ode", "she"]),
    ],
)
def test_the_line_beside_names_the_speaker(text: str, speakers: list[str]) -> None:
    """The line above, a quotation that goes on and a late attribution lead to who speaks."""
    assert [name for _, name in said(text)][-len(speakers) :] == speakers


def test_a_turn_inside_marks_is_a_quotation() -> None:
    """A transcript printed with an opening mark before each marker is the speakers' words."""
    text = (
        "Mayor to close baths\n"
        "The talk went as follows:\n"
        "“SMITH: When will the baths be closed?\n"
        "“ORR: On Monday.\n"
        "“SMITH: And the pool?\n"
        "“ORR: It stays.”"
    )
    found = quotations(text, segment(text))
    assert [(text[slice(*q.speaker or (0, 0))], text[q.start : q.end]) for q in found] == [
        ("SMITH", "When will the baths be closed?"),
        ("ORR", "On Monday."),
        ("SMITH", "And the pool?"),
        ("ORR", "It stays."),
    ]


def test_a_turn_names_the_speaker_of_the_quotations_in_it() -> None:
    """In a transcript the marker's name is the speaker, and its marks hold what it quotes."""
    text = (
        "SMITH: We close the bridge on Monday.\n"
        "ORR: The sign reads “closed until further notice, by order”.\n"
        "SMITH: That is so."
    )
    assert [name for _, name in said(text)] == ["The sign"]


@pytest.mark.parametrize(
    "text",
    [
        "“The baths leak all day,” before long.",
        "It rained on Monday.\n“The baths leak all day.”",
        "There were “43 leaks in all the baths of York” by May.",
    ],
)
def test_nobody_is_named_where_nobody_is_known(text: str) -> None:
    """A number, a preposition or a bare sentence before is no speaker."""
    assert all(name is None for _, name in said(text))
