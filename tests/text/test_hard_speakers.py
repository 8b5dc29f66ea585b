"""Who speaks where it is hard to tell: interrupted, inverted, late, nested, in turns.

All text was written for these tests.
"""

from __future__ import annotations

import pytest

from copydesk.text import attributions, quotations, segment

Begins = list[tuple[str, str]]
"""How something said begins, and words that its speaker's words hold."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "While Orr spoke of “a new dawn”, Lund warned of “a long night”.",
            [("a new dawn", "Orr"), ("a long night", "Lund")],
        ),
        ("“We take safety seriously,” the statement said.", [("We take", "the statement")]),
        ("“It happens,” shrugged Voss.", [("It happens", "Voss")]),
        ("Reached by phone, Bo Lund, a former mayor, said it was “over”.", [("over", "Bo Lund")]),
        (
            "Speaking on Friday, the owner of the pier, a widow, said it was “over”.",
            [("over", "the owner of the pier")],
        ),
        ("According to friends, Orr, the miller, called it “over”.", [("over", "Orr")]),
        (
            "The board’s letter to Ann Orr said the pier was “rotten to the core”.",
            [("rotten", "The board’s letter to Ann Orr")],
        ),
        ("To Voss, the plan is “vandalism with a permit”.", [("vandalism", "Voss")]),
        ("It was “a miracle”, in Voss’s words.", [("a miracle", "Voss")]),
        ("He is, in Renn’s view, “the last honest man in Osk”.", [("the last", "Renn")]),
        ("“Let them sue,” came the reply from Tibbet.", [("Let them", "Tibbet")]),
        ("Renn blamed “men in offices who never saw the river”.", [("men in", "Renn")]),
        ("“No comment,” said everyone we asked.", [("No comment", "everyone")]),
        ("“Let them come,” said on Friday Ilya Marek.", [("Let them", "Ilya Marek")]),
        ("“We gave it away” — coach Lena Marr", [("We gave", "coach Lena Marr")]),
        (
            "“It was cold.\n“It was dark.\n“And then the engine died,” said Dahl.",
            [("It was cold", "Dahl"), ("It was dark", "Dahl"), ("And then", "Dahl")],
        ),
        (
            "In a statement, the family said they were “devastated beyond words”.",
            [("devastated", "the family")],
        ),
        (
            '"Never again," Kelly told the Bell.',
            [("Never", "Kelly")],
        ),
        (
            "“It will not last,” an aide to Orr, speaking on condition of anonymity, said.",
            [("It will", "an aide to Orr")],
        ),
        (
            "But Lund’s colleague Al Dunn was having none of it: “Nonsense from start to finish.”",
            [("Nonsense", "Al Dunn")],
        ),
        (
            "The harbour board on Tuesday rejected the report as “baseless and malicious.”",
            [("baseless", "The harbour board")],
        ),
        (
            "It “should be read with care,” Orr, the lead author of a study, said by phone.",
            [("should be", "Orr")],
        ),
        (
            '"It is dead," a senior official with knowledge of the talks, speaking on condition of '
            "anonymity, told reporters.",
            [("It is", "a senior official")],
        ),
        (
            '"This is our day!" Lund\'s niece, state Sen. Ann Orr (D-York), shouted to the crowd.',
            [("This is", "niece")],
        ),
        (
            "“The talks were frank,” the agency quoted the minister as saying.",
            [("The talks", "the minister")],
        ),
        (
            "The minister was quoted by the agency as saying that the talks were “frank”.",
            [("frank", "The minister")],
        ),
        (
            "The decision, said councillor Petra Holm, was “rushed and wrong”.",
            [("rushed", "Petra Holm")],
        ),
        (
            "The singer's agent confirmed to the station that she was “resting”.",
            [("resting", "agent")],
        ),
        (
            "“The pumps,” said Ann Orr, the harbour master, “were never tested.”",
            [("The pumps", "Ann Orr"), ("were never", "Ann Orr")],
        ),
        (
            "“I knew,” Mr Lund said. “I always knew.”",
            [("I knew", "Mr Lund"), ("I always", "Mr Lund")],
        ),
        (
            "“If we stop,” she added, pausing, “nobody eats,” and walked out.",
            [("If we", "she"), ("nobody", "she")],
        ),
        (
            "“It was”, said Hana Weiss-Kovač, “a slow leak”.",
            [("It was", "Hana Weiss-Kovač"), ("a slow", "Hana Weiss-Kovač")],
        ),
        (
            "Ann Orr runs the port. She said it would close. “It costs too much,” she said.",
            [("It costs", "she")],
        ),
        (
            "Ann Orr and Beth Lund run the port. “It costs too much,” she said.",
            [("It costs", "she")],
        ),
        (
            "Mayor Tom Hale met Sir Ian Voss on Friday. “He is wrong,” he said.",
            [("He is", "he")],
        ),
        (
            "Tom Hale told Ann Orr to leave. “I will not go,” she said.",
            [("I will", "she")],
        ),
        (
            "“We saw nothing,” said Det. Insp. Maeve O’Dowd.",
            [("We saw", "Maeve O’Dowd")],
        ),
        (
            "Rear Adm. (ret.) Piet van der Berg said: “The fleet is old.”",
            [("The fleet", "Piet van der Berg")],
        ),
        (
            "“We will appeal,” the Rev. Dr. Amos Tull told reporters on Monday.",
            [("We will", "Amos Tull")],
        ),
        (
            "“We regret the delay,” Fenwold Rail said in a statement.",
            [("We regret", "Fenwold Rail")],
        ),
        (
            "“They were warned,” said a person close to the talks who was not allowed to speak.",
            [("They were", "a person")],
        ),
        (
            "“It is over,” one of the drivers said.",
            [("It is", "one of the drivers")],
        ),
        (
            "“Shut it down!” tweeted Senator Rosa Lind.",
            [("Shut it", "Rosa Lind")],
        ),
        (
            "Lind wrote on Twitter: “Shut it down.”",
            [("Shut it", "Lind")],
        ),
        (
            "In a statement, the union called the offer “an insult to every nurse”.",
            [("an insult", "the union")],
        ),
        (
            "“No comment,” a spokeswoman for the mayor said by email.",
            [("No comment", "a spokeswoman for the mayor")],
        ),
        (
            "“He told me, ‘Go home,’ and I went,” said Ida Brandt.",
            [("He told me", "Ida Brandt")],
        ),
        (
            "“My father said ‘never sell’ and we never did,” Kofi Mensah recalled.",
            [("My father", "Kofi Mensah")],
        ),
        (
            "“No more cuts! No more cuts!” the crowd chanted.",
            [("No more", "the crowd")],
        ),
        (
            "Protesters chanted “Open the gates!” outside the court.",
            [("Open the", "Protesters")],
        ),
        (
            "“I scored it for my mum,” Pelinho said.",
            [("I scored", "Pelinho")],
        ),
        (
            "Madam Zuri said: “The cards do not lie.”",
            [("The cards", "Zuri")],
        ),
        (
            "“We are tired,” Jean-Luc Bérard-Moreau said.",
            [("We are", "Jean-Luc Bérard-Moreau")],
        ),
        (
            "“We are tired,” said Nguyễn Thị Hoa.",
            [("We are", "Nguyễn Thị Hoa")],
        ),
        (
            "“We are tired,” Øyvind Åsen told NRK.",
            [("We are", "Øyvind Åsen")],
        ),
        (
            "“We are tired,” said al-Hadid, the imam.",
            [("We are", "al-Hadid")],
        ),
        (
            "Tom Hale and Ian Voss shook hands. “It is done,” he said.",
            [("It is", "he")],
        ),
        (
            "Ann Orr said Beth Lund had resigned. “She is tired,” she said.",
            [("She is", "she")],
        ),
        (
            "“We won,” said Tom Hale. Ian Voss disagreed. “We lost,” Voss said.",
            [("We won", "Tom Hale"), ("We lost", "Voss")],
        ),
        (
            "Hale accused Voss of lying. Voss said: “I never lie.”",
            [("I never", "Voss")],
        ),
        (
            "Asked by Hale if he would go, Voss replied: “Never.”",
            [("Never", "Voss")],
        ),
        (
            "Tom Hale, whose brother Ian Hale left in 1990, said: “I stayed.”",
            [("I stayed", "Tom Hale")],
        ),
        (
            "Speaking in Osk, Prime Minister Ilse Brandt said “the money is there”.",
            [("the money", "Ilse Brandt")],
        ),
        (
            "“We go,” Ann Orr said, adding that the pumps had failed.",
            [("We go", "Ann Orr")],
        ),
        (
            "“Where is my coat?” asked the boy.",
            [("Where is", "the boy")],
        ),
        (
            "Hale said the plan was “dead on arrival” and that Voss had “lost the room.”",
            [("dead on", "Hale"), ("lost the", "Hale")],
        ),
        (
            "What Orr calls “a bridge too many” will open in June.",
            [("a bridge", "Orr")],
        ),
        (
            "The ship was, in the words of its captain, “a floating sieve.”",
            [("a floating", "its captain")],
        ),
        (
            "“We will fight,” read a banner outside the mill.",
            [("We will", "a banner")],
        ),
    ],
)
def test_a_quotation_has_the_speaker_that_the_words_around_it_give(text: str, said: Begins) -> None:
    """Each quotation that is named begins so, and its speaker holds these words."""
    found = {text[q.start : q.end]: q.speaker for q in quotations(text, segment(text))}
    for begins, speaker in said:
        (span,) = [given for words, given in found.items() if words.startswith(begins)]
        assert span is not None
        assert speaker in text[slice(*span)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "— We leave at dawn, said Orr.\n— Nobody leaves, said Lund.",
            [("We leave", "Orr"), ("Nobody", "Lund")],
        ),
        (
            "The Bank of Osk said on Tuesday that rates would stay.",
            [("rates would", "The Bank of Osk")],
        ),
        (
            "The Ministry of Health and Welfare denied that beds were short.",
            [("beds were", "Ministry of Health")],
        ),
        (
            "The mill will close in May, its owners confirmed on Friday.",
            [("The mill", "its owners")],
        ),
        (
            "The lake is dying, the fishermen say, and nobody in Osk seems to care.",
            [("The lake", "the fishermen")],
        ),
        (
            "Prices would double, warned Oskbank’s chief economist, Dr Nell Hart.",
            [("Prices", "chief economist")],
        ),
        (
            "Police said two men were held.",
            [("two men", "Police")],
        ),
        (
            "The bridge will stay shut until May, said Jo Park, who runs the depot.",
            [("The bridge", "Jo Park")],
        ),
        (
            "The bridge is unsafe and will be pulled down, engineers at the college say.",
            [("The bridge", "engineers")],
        ),
        (
            "Rents, says the tenants’ union, have doubled since spring.",
            [("Rents", "the tenants’ union")],
        ),
        (
            "According to the coroner, the man drowned.",
            [("the man", "the coroner")],
        ),
        (
            "The man drowned, according to Dr. Lena Fisk of Osk General Hospital.",
            [("The man", "Lena Fisk")],
        ),
        (
            "The fire, according to two people with knowledge of the inquiry, began in a lift.",
            [("The fire", "two people")],
        ),
        (
            "A senior official, speaking on condition of anonymity, said the deal was dead.",
            [("the deal", "A senior official")],
        ),
        (
            "A spokesman for Corvane, Dale Pruitt, said the plant was safe.",
            [("the plant", "Dale Pruitt")],
        ),
        (
            "DR. LENA FISK: The valve was open.\nMR. HALE: Who opened?\nDR. LENA FISK: Nobody.",
            [("The valve", "LENA FISK"), ("Who opened", "HALE")],
        ),
        (
            "The woman, who gave her name only as Marta, said she had seen the car.",
            [("she had", "The woman")],
        ),
        (
            "“We go,” Ann Orr said, adding that the pumps had failed.",
            [("the pumps", "Ann Orr")],
        ),
        (
            "Ann Orr admitted the error but said the pumps were old.",
            [("the pumps", "Ann Orr")],
        ),
        (
            "The mayor’s office said Ms. Orr was ill.",
            [("Ms. Orr was", "The mayor’s office")],
        ),
        (
            "It was the worst storm in years, residents of Pier Street said, and roofs fell.",
            [("It was", "residents")],
        ),
        (
            "The report found that 40 per cent of the beams were cracked.",
            [("40 per", "The report")],
        ),
        (
            "A judge ruled on Friday that the sale was void.",
            [("the sale", "A judge")],
        ),
        (
            "Critics say the law is vague; supporters say it is overdue.",
            [("the law", "Critics"), ("it is", "supporters")],
        ),
        (
            "Lund, 43, from Osk, told the court he had slept.",
            [("he had", "Lund")],
        ),
    ],
)
def test_what_is_reported_has_its_source(text: str, said: Begins) -> None:
    """What is said without marks, before its cue or after it, has the source that stands there."""
    found = attributions(text, segment(text))
    for begins, source in said:
        named = [
            text[slice(*item.source)]
            for item in found
            if item.source and any(begins in text[slice(*span)] for span in item.content)
        ]
        assert any(source in words for words in named)


@pytest.mark.parametrize(
    ("text", "begins", "person"),
    [
        (
            "Ann Orr runs the port. She said it would close. “It costs too much,” she said.",
            "It costs",
            "Ann Orr",
        ),
        (
            "Ann Orr and Beth Lund run the port. “It costs too much,” she said.",
            "It costs",
            None,
        ),
        (
            "Mayor Tom Hale met Sir Ian Voss on Friday. “He is wrong,” he said.",
            "He is",
            None,
        ),
        (
            "Tom Hale told Ann Orr to leave. “I will not go,” she said.",
            "I will",
            "Ann Orr",
        ),
        (
            "Tom Hale and Ian Voss shook hands. “It is done,” he said.",
            "It is",
            None,
        ),
        (
            "“We won,” said Tom Hale. Ian Voss disagreed. “We lost,” Voss said.",
            "We lost",
            "Ian Voss",
        ),
    ],
)
def test_a_pronoun_is_linked_only_where_one_person_can_be_meant(
    text: str, begins: str, person: str | None
) -> None:
    """Where two people fit, nobody is named."""
    (source,) = [
        q.source
        for q in quotations(text, segment(text))
        if text[q.start : q.end].startswith(begins)
    ]
    assert (text[source.start : source.end] if source else None) == person


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “experts” left at noon.",
        "He paid for the “privilege” of parking.",
        "The shop sells “organic” water.",
        "His first film, “A Field of Salt,” opened in 1987.",
    ],
)
def test_scare_quotes_and_titles_are_no_quotations(text: str) -> None:
    """A word that is doubted, and the name of a film, say nothing."""
    assert quotations(text, segment(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "She sang “Harbour Lights” and “The Long Way Home” at the vigil.",
        "The crowd read “Ode to the Ferry” aloud.",
        "A child recited “The Salt Road” from memory.",
    ],
)
def test_songs_and_poems_are_no_quotations(text: str) -> None:
    """A title that is sung or recited is not what somebody said."""
    assert quotations(text, segment(text)) == []


def test_a_subject_with_a_verb_does_not_speak_late() -> None:
    """After "said" a name that has a verb of its own is what is said, not who says it."""
    text = "Ann Orr, the harbour master, said Lund had left."
    (found,) = [item for item in attributions(text, segment(text)) if item.source]
    assert text[slice(*found.source)] == "Ann Orr" if found.source else False
    assert text[slice(*found.content[0])] == "Lund had left."
