"""Words of news English that decide whether a full stop ends a sentence."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from copydesk.text.words import words


class Kind(Enum):
    """What the full stop of an abbreviation means."""

    TITLE = auto()
    """Stands before a name: its stop ends no sentence."""
    INSIDE = auto()
    """Something of the same sentence always follows."""
    NUMBERED = auto()
    """Stands before a number: "No. 5" goes on, "He said no." does not."""
    CLOCK = auto()
    """Closes a time of day: goes on before a day, a month or a time zone."""
    AMBIGUOUS = auto()
    """Stands anywhere: ends a sentence if a word follows that opens sentences."""


_TITLES: Final = """
    adm amb asst atty brig capt cmdr cllr col cpl cpt det dr fr gen gens gov govs hon insp lt maj
    messrs mgr mlle mme mr mrs ms mt mx ofc pfc pres prof profs pte pvt rep reps rev sen sens sgt
    snr spc supt ven
"""
_INSIDE: Final = "e.g eg i.e ie cf viz vs v approx al incl excl esp a.k.a tel resp"
_NUMBERED: Final = "no nos p pp vol vols art arts sec sect fig figs ch chap para pt ver"
_CLOCK: Final = "a.m p.m"
# With a capital letter only: in lower case "ill", "mass" and "miss" are words.
_CAPITALISED: Final = """
    inc corp co cos ltd pty jr sr esq bros dept univ assn assoc bldg ave blvd rd st ft hwy pkwy sq
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    ala ariz ark calif colo conn del fla ga ill ind kan kans ky la md mass mich minn miss mo mont
    neb nev okla ore oreg pa penn tenn tex va vt wash wis wyo alta ont que sask ph.d
"""
_ANY_CASE: Final = "etc jr sr ltd est ca dept ph.d"

KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(_ANY_CASE.split(), Kind.AMBIGUOUS),
    **{word.capitalize(): Kind.AMBIGUOUS for word in _CAPITALISED.split()},
    **{word.upper(): Kind.AMBIGUOUS for word in ["inc", "corp", "co", "ltd", "jr", "sr"]},
    **dict.fromkeys(_NUMBERED.split(), Kind.NUMBERED),
    **{word.capitalize(): Kind.NUMBERED for word in _NUMBERED.split()},
    **dict.fromkeys(_CLOCK.split(), Kind.CLOCK),
    **{word.upper(): Kind.CLOCK for word in _CLOCK.split()},
    **dict.fromkeys(_INSIDE.split(), Kind.INSIDE),
    **{word.capitalize(): Kind.INSIDE for word in _INSIDE.split() if len(word) > 1},
    **dict.fromkeys(_TITLES.split(), Kind.TITLE),
    **{word.capitalize(): Kind.TITLE for word in _TITLES.split()},
    **{
        word.upper(): Kind.TITLE
        for word in ["dr", "mr", "mrs", "ms", "gen", "sen", "rep", "gov", "lt", "col"]
    },
}
"""Kind of each abbreviation, written as in text but without its last stop."""

AFTER_CLOCK: Final = words(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
    sun january february march april may june july august september october november december jan
    feb mar apr jun jul aug sep sept oct nov dec et est edt ct cst cdt mt mst mdt pt pst pdt gmt utc
    bst cet cest ist jst aest eastern central pacific mountain greenwich moscow
    """
)
"""What goes on after a time of day, in lower case."""

OPENERS: Final = words(
    """
    a an the this that these those there here it its he his him she her hers they their them we our
    us i my me you your who whom whose what which when where why how if as at by for from in into of
    on onto to with within without after before since until while although though because despite
    during under over about above across against along amid among around behind below beneath beside
    besides between beyond down off out outside through throughout toward towards up upon via
    whether once unless and but or nor so yet not no nobody none nothing nowhere neither either both
    each every everyone everybody everything some someone somebody something all any anyone anything
    another others many most much more several few fewer less one two three four five six seven
    eight nine ten dozens hundreds thousands millions only even just still then now later earlier
    today tomorrow yesterday meanwhile however moreover furthermore nevertheless nonetheless instead
    therefore thus hence also again perhaps maybe indeed according additionally asked speaking
    citing officials authorities witnesses critics analysts experts investigators prosecutors
    researchers scientists rescuers can could will would shall should may might must do does did is
    are was were has have had yes ok okay please let don't it's he's she's they're we're i'm i've
    i'll that's there's what's you're we've they've we'll he'd she'd i'd isn't didn't such unlike
    rather often sometimes never always already recently finally eventually initially
    """
)
"""Words that open sentences and are seldom part of a name, in lower case."""

ALSO_SURNAMES: Final = words("will may an do so can on")
"""Openers that are surnames too: after an initial they open nothing ("George F. Will")."""
