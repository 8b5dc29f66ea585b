"""Words of news English that decide whether a full stop ends a sentence."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES: Final = _words(
    """
    adm atty brig capt cmdr col cpl cpt det dr fr gen gens gov govs hon insp lt maj messrs mgr mlle
    mme mr mrs ms mt mx ofc pfc pres prof profs pte pvt rep reps rev sen sens sgt spc supt
    rt snr ven cllr bros cdr const ald amb asst dep sec-gen
    """
)
"""Abbreviations that stand before a name: their stop never ends a sentence."""

INSIDE: Final = _words(
    "e.g eg i.e ie cf viz vs v approx ca al incl excl esp aka a.k.a tel ext est misc op cit resp"
)
"""Abbreviations that something always follows in the same sentence."""

NUMBERED: Final = _words("no nos p pp vol vols art arts sec sect fig figs ch chap para pt ver rm")
"""Abbreviations that stand before a number: "No. 5" goes on, "He said no." does not."""

CLOCK: Final = _words("a.m p.m am pm")
"""Ends of a time of day: the sentence goes on before a day, a month, a time zone or a number."""

AMBIGUOUS: Final = _words(
    """
    inc corp co cos ltd llc plc llp bhd pty jr sr esq etc dept univ assn assoc bldg
    ave blvd rd st ft hwy pkwy sq mts
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri
    ala ariz ark calif cal colo conn del fla ga ill ind kan kans ky la md mass mich minn miss mo
    mont neb nebr nev okla ore oreg pa penn tenn tex va vt wash wis wyo alta ont que sask
    hq min max avg yrs hrs mins secs ed eds trans dist gp sgts
    cent govt intl natl mfg bn mn tn lb lbs oz kg km mi mph kph sq cu
    """
)
"""Abbreviations inside or at the end of a sentence: a word that opens sentences must follow."""

AFTER_CLOCK: Final = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
    sat sun january february march april may june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec
    et est edt ct cst cdt mt mst mdt pt pst pdt gmt utc bst cet cest ist jst aest eastern central
    pacific mountain greenwich
    """
)

OPENERS: Final = _words(
    """
    a an the this that these those here there it its he his him she her hers they their them we our
    us i my me you your who whom whose what which when where why how if as at by for from in into
    of on onto to with within without after before since until while although though because
    despite during under over about above across against along amid among around behind below
    beneath beside besides between beyond down near off out outside through throughout toward
    towards up upon via whether once unless and but or nor so yet not no nobody none nothing
    nowhere neither either both each every everyone everybody everything some someone somebody
    something all any anyone anything another other others many most much more several few fewer
    less one two three four five six seven eight nine ten dozens hundreds thousands millions only
    even just still then now later earlier today tomorrow yesterday meanwhile however moreover
    furthermore nevertheless nonetheless instead therefore thus hence also again perhaps maybe
    indeed according additionally asked speaking citing officials police authorities witnesses
    critics analysts experts investigators prosecutors researchers scientists rescuers
    can could will would shall should may might must do does did is are was were has have had
    yes ok okay please let don't it's he's she's they're we're i'm i've i'll that's there's what's
    you're we've they've we'll he'd she'd i'd isn't didn't
    last next such like unlike than rather often sometimes never always already recently
    finally eventually initially first second third
    """
)
"""Words that open sentences and are seldom part of a name."""
