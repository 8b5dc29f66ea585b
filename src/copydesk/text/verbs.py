"""Verb forms of news English: enough to tell a sentence from a caption without a verb."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from copydesk.text.words import words

AUXILIARIES: Final = words(
    """
    am is are was were be been has have had do does did will would shall should can could may might
    must cannot isn't aren't wasn't weren't hasn't haven't hadn't don't doesn't didn't won't
    wouldn't shouldn't can't couldn't it's he's she's that's there's they're we're you're i'm
    they've we've i've you've they'll we'll he'll she'll it'll i'll let's what's who's here's
    """
)

PAST: Final = words(
    """
    said told went came took made got gave knew thought saw found left felt became began kept held
    stood brought happened wrote sat lost paid met ran led grew fell spoke broke spent built sent
    drew chose died rose drove bought wore caught taught fought sought hit cut put set let shot
    struck won sank swept sold slept shook sang rang rode swore tore threw understood withdrew woke
    arose beat bent bet bled blew bred burst cast cost crept dealt dug ate fed fled flew forbade
    foretold forgot forgave froze hung heard hid hurt knelt laid lay lent lit meant misled overcame
    overthrew proved quit read rid shed shone shut slid slung spun split spread sprang stuck stole
    stung strode strove swam swung thrust trod undertook upheld upset wept wound wove
    """
)

PRESENT: Final = words(
    """
    says tells goes comes takes gets gives knows thinks sees finds leaves feels becomes begins keeps
    brings happens writes loses pays grows falls breaks spends builds sends chooses dies rises
    drives buys wears catches teaches fights seeks hits wins sells makes believes hopes wants needs
    seems appears remains continues includes involves means requires shows suggests claims argues
    warns insists adds asks calls urges expects plans aims tries allows provides helps faces serves
    costs contains covers describes explains offers owns plays produces reports represents supports
    uses lives belongs consists depends exists follows lies matters owes say know think want need
    believe hope seem appear remain include mean require suggest claim argue warn insist expect plan
    try allow provide help face serve cost come go take give get make see find feel become begin
    keep live die fear agree disagree love like hate look sound
    """
)

SCENE: Final = words(
    """
    addresses arrives attends answers applauds awaits bows carries celebrates cheers chats clears
    climbs cooks cries crosses cycles dances delivers demonstrates embraces enters escorts examines
    exits fires flies gathers gazes gestures greets grieves guards hands hangs heads holds hugs
    inspects joins jumps kicks kisses kneels laughs lands launches lays leads leans listens looks
    makes marches meets mourns moves observes operates parades participates passes patrols performs
    places plays points poses pours prays prepares presides protests pulls pushes queues races
    reacts reads receives rehearses rests rides rows runs salutes searches serves shakes shouts
    sings sits sleeps smiles smokes speaks stands stops strolls studies surveys swims takes talks
    tastes tends throws tours trains travels tries unloads unveils uses visits votes waits walks
    watches waves wears welcomes wipes works address arrive attend await carry celebrate cheer clear
    collect cross dance demonstrate embrace enter evacuate examine fire gather greet guard hold hug
    inspect join kneel laugh lay lean leave light line listen look march meet mourn observe pack
    parade participate pass patrol perform play pose pray prepare protest pull push queue react ride
    run salute search shake shout sing sit sleep smile speak stand surround sweep take talk throw
    train travel unload visit vote wait walk watch wave wear welcome work
    """
)
"""Present-tense verbs of what a picture shows."""

POSTURE: Final = words(
    """
    addresses arrives embraces gestures greets holds hugs kisses kneels listens looks marches poses
    salutes shakes shows sits smiles speaks stands walks watches waves gather hold kneel listen look
    march pose pray queue sit stand walk watch wave
    """
)
"""Those of them that hardly stand in the present tense anywhere else."""

_DETERMINERS: Final = words("the a an its his her their this that these those no every each")
_BEFORE_NOUNS: Final = words(
    """
    of in on at to for by with from as into over after before under near outside inside behind
    beside between through during against along across around above below among amid within without
    upon toward towards off past beyond and or but both than like all half via nor not half about
    """
)
NOT_PAST: Final = words(
    """
    red bed hundred united need speed seed feed breed weed shed sacred kindred exceed proceed
    succeed indeed armed retired alleged unnamed unidentified
    """
)
"""Words in -ed that are no past tense where they stand alone."""


def has_main_verb(words: frozenset[str]) -> bool:
    """Whether one of the words, in lower case with straight apostrophes, may be a finite verb."""
    return (
        not (words.isdisjoint(AUXILIARIES) and words.isdisjoint(PAST))
        or not (words.isdisjoint(PRESENT) and words.isdisjoint(SCENE))
        or has_regular_past(words)
    )


def has_clause(tokens: Sequence[str]) -> bool:
    """Whether the order of words shows a verb: "opposes the plan", "Prices soar in"."""
    subject, verb = tokens[:2]
    plain = verb.islower() and verb.isalpha() and not verb.endswith(("ing", "s"))
    if subject.endswith("s") and plain and verb not in _BEFORE_NOUNS:
        return True
    return any(
        word in _DETERMINERS
        and before.lower() not in _BEFORE_NOUNS
        and not before.endswith(("ing", "ed", ",", ";", ")", "—", "–"))
        for before, word in pairwise(tokens)
    )


def has_regular_past(words: frozenset[str]) -> bool:
    """Whether one of the words is a past tense or participle in -ed."""
    return any(word.endswith("ed") and len(word) > 3 for word in words - NOT_PAST)
