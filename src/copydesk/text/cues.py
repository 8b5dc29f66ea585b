"""Fixed wording by which a line of news copy says what it is.

Each pattern reads one line from its start; none scans ahead without a bound.
"""

from __future__ import annotations

import re
from typing import Final

from copydesk.text.words import words

MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_DATE: Final = (
    rf"(?:{MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}(?:,?\s+\d{{4}})?"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})"
)
_TIME: Final = (
    r"(?:(?:\d{1,2}[:.]\d\d(?:[:.]\d\d)?|\d{4}(?=\s?(?:GMT|UTC|BST|hrs)))(?:\s*[ap]\.?m\b\.?)?"
    r"|\d{1,2}\s*[ap]\.?m\b\.?)(?:\s*\(?(?:[A-Z]{2,4}|local\stime|hrs)\b\)?)?"
)
_AGO: Final = (
    r"(?:\d{1,3}|an?)\s?(?:h|m|hrs?|hours?|mins?|minutes?|days?|weeks?|months?|years?)\s+ago"
)
_MOMENT: Final = rf"(?:(?:{_DAY},?\s+)?{_DATE}|{_DAY}|{_TIME}|{_AGO})"
_AGENCY: Final = (
    r"(?:the\s+)?(?:AP|AFP|PA(?:\s+Media)?|EPA(?:-EFE)?|UPI|DPA|ANSA|TASS|Xinhua|Reuters"
    r"|Associated\s+Press|Agence\s+France-Presse|Press\s+Association|Getty(?:\s+Images)?"
    r"|Anadolu(?:\s+Agency)?|Alamy|Shutterstock|BBC\s+News)"
)
_PICTURE: Final = (
    r"(?:image|photo|picture|photograph|pic|video|graphic|illustration|chart|map|screenshot)s?"
)
_CREDIT_WORD: Final = (
    rf"(?:(?:file\s+)?{_PICTURE}(?:\s+(?:credits?|source|courtesy|by))?|credits?|courtesy)"
)
_SIDE: Final = (
    r"(?:and|in|for|of|at|on|the|our|de|del|der|den|la|le|van|von|al|bin|ben|with|by|via)"
)
_ROLE: Final = (
    r"(?:staff|senior|chief|deputy|political|foreign|special|diplomatic|world|news|business"
    r"|sports?|health|science|crime|home|affairs|correspondents?|reporters?|editors?|editing"
    r"|writers?|writing|reporting|additional|agenc(?:y|ies)|columnist|desk|bureau)"
)
_NAMES: Final = (
    rf"(?-i:[A-Z@][\w’'.&@-]*)(?:(?:\s?[,;&|/•·]|\s[—–-])*\s*"
    rf"\b(?:{_SIDE}|{_ROLE}|(?-i:[A-Z0-9@][\w’'.&@-]*))\b\.?){{0,24}}[.)]?$"
)
CAPITALISED: Final = r"[A-Z][\w.-]{0,30}"
NAME: Final = rf"{CAPITALISED}(?: (?:al|bin|de|del|van|von|[A-Z]\.))? [A-Z][\w-]{{0,30}}"
"""A name of two words, as it may stand alone on a line."""
_FLAGS: Final = re.VERBOSE | re.IGNORECASE

DATELINE: Final = re.compile(
    rf"""
      (?:(?:last\s+|first\s+)?(?:published|updated|posted|modified|issued)(?:\s+(?:on|at))?\s*:?\s*)?
      {_MOMENT}(?:\s*(?:[,|•·–—-]|at\b|on\b)?\s*{_MOMENT}){{0,3}}\s*[.|:–—-]?$
    | (?-i:[A-Z][A-Z.’'-]+(?:\s[A-Z][A-Z.’'-]+){{0,4}})(?:,\s*[A-Z][\w.’' ]{{1,30}}?)?
      (?:,\s*{_DATE})?(?:\s*\([A-Z][\w ./-]{{1,30}}\))?\s*[—–-]+$
    | (?-i:[A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){{0,4}})(?:,\s*[A-Z][\w.’' ]{{1,30}}?)?
      (?:,\s*{_DATE})?\s*\({_AGENCY}\)\s*[—–-]*$
    """,
    _FLAGS,
)
BYLINE: Final = re.compile(
    rf"""
      (?:(?:words|story|text|written|analysis|opinion|report|posted)\s+)?by:?\s+
      (?!(?:the|an?|\d)\b)(?:(?:our)\s+)?{_NAMES}
    | (?-i:[A-Z][\w’'.-]{{1,30}}(?:\s[A-Z][\w’'.-]{{1,30}}){{1,3}})(?:,|\s[|–—-])\s
      (?:[\w&-]{{1,30}}\s){{0,4}}(?:correspondent|reporter|editor|writer|columnist)s?$
    | (?:staff|agency)\s+(?:reporters?|writers?|correspondents?)$
    | [\w.+-]{{1,64}}@[\w-]{{1,64}}\.[\w.-]{{1,64}}$
    | @\w{{2,30}}$
    """,
    _FLAGS,
)
CREDIT_LINE: Final = re.compile(
    rf"""
      \(?{_PICTURE}\s+by\s+{_NAMES}
    | \(?{_AGENCY}(?:\s?[/|]\s?.{{1,60}}|\s+{_PICTURE}\b.{{0,60}})?[).]?$
    | (?-i:[A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){{0,3}})\s?/\s?{_AGENCY}\b.{{0,40}}$
    | \(?(?:(?:additional\s+)?reporting|writing|editing|compiled|edited|produced)\s+by\s+{_NAMES}
    | with\s+(?:additional\s+)?(?:files|inputs?|reporting|material)\s+(?:by|from)\s+{_NAMES}
    | (?:©|\(c\))\s?(?!\d{{4}}).{{1,40}}$
    """,
    _FLAGS,
)
PICTURE: Final = re.compile(rf"\(?{_CREDIT_WORD}\s*[:/|]\s*(?P<rest>.{{1,90}})$", _FLAGS)
"""A line that names its kind: a credit if the rest is a name, else a caption."""
CREDIT_TAIL: Final = re.compile(
    rf"""
      (?:\(|(?=(?-i:[A-Z]))){_CREDIT_WORD}\s?:\s?(?-i:[A-Z@©]).{{1,80}}$
    | \((?:{_PICTURE}\s+by\s|{_AGENCY}\b|via\s).{{0,80}}$
    | ©.{{1,60}}$
    | (?-i:REUTERS|AP|AFP|EPA)\s?/\s?.{{1,60}}$
    | (?-i:[A-Z][\w’'-]{{1,30}}(?:\s[A-Z][\w.’'-]{{1,30}}){{0,3}})\s?/\s?{_AGENCY}\b.{{0,40}}$
    """,
    _FLAGS,
)
"""A credit that closes a caption's line, from its first character."""

NOTE: Final = re.compile(
    rf"""
      (?:corrections?|clarifications?|editor[’']?s?[’']?\s+notes?|(?:author|publisher)[’']s\s+note
        |disclaimer|disclosure|read\s+(?:more|also|next)|see\s+also|also\s+read|related
        (?:\s+(?:articles?|stories|news|content|topics))?|more\s+on\s+this(?:\s+story)?|watch
        |listen|updates?|sources?|recommended|don[’']t\s+miss|tags|topics|advertisement)
      (?:\s+\([^)]{{0,60}}\)|,?\s+{_DATE})?\s*(?::|\s[—–-]\s|$)
    | this\s+(?:story|article|report|post|piece|page|headline|copy)(?:[’']s\s+headline)?\s+
      (?:(?:has|have|had)\s+been|was|were|is|appeared|(?:first|originally|previously)\s+\w+)\s+
      (?:\w+\s+){{0,3}}?(?:updated|corrected|amended|edited|revised|clarified|published
      |republished|reproduced|reprinted|syndicated|translated|produced|appeared|in|on|by|from
      |more\s+than|part\s+of|developing|breaking)\b
    | this\s+is\s+a\s+(?:breaking|developing)\b
    | an?\s+(?:earlier|previous|prior)\s+version\s+of\s+(?:this|the)\b
    | information\s+from\s.{{1,80}}\b(?:used|contributed)\b
    | re(?:published|produced|printed)\s+(?:with|by|under|from)\b
    | (?:©|\(c\)\s|copyright\s+(?:©|\d|\(c\))|all\s+rights\s+reserved)
    | (?:sign\s+up\s+(?:to|for|here)|subscribe\b|follow\s+(?:us|@?\w+)\s+on\b|click\s+here
        |download\s+(?:our|the)\s+app|scroll\s+down\s+for|share\s+this\b|sponsored\b
        |for\s+confidential\s+support|for\s+more\s+(?:information|news|stories)[\s,]
        |have\s+you\s+been\s+affected|do\s+you\s+have\s+(?:a\s+story|any\s+information))
    | (?:more\s+to\s+follow|more\s+follows|(?:story|article)\s+continues|ends?|-+\s*30\s*-+)
      (?:\s+below)?(?:\s+advertisement)?\W*$
    """,
    _FLAGS,
)
NOTE_TAIL: Final = re.compile(
    r".{1,200}\b(?:contributed\s+(?:to\s+(?:this|the)\s+(?:report|story|article)"
    r"|(?:additional\s+)?reporting)|used\s+in\s+this\s+(?:report|story|article))\W{0,3}$",
    re.IGNORECASE,
)
CAPTION: Final = re.compile(
    r"""
      (?:image|photo|video|picture)\s+caption\b
    | file\s*(?:photo|image|picture|pic\b|[–—:-])
    | (?:caption|pictured|above|below|(?:top|bottom|far)?\s?(?:left|right))
      (?:\s+\([^)]{0,30}\))?:\s
    | (?:pictured|archive\s+(?:photo|picture|image)|undated\s+(?:photo|image|handout))\b
    | (?:an?|this)\s+(?:\w+\s+){0,2}?(?:file|handout|undated|satellite|aerial)\s+
      (?:photo|picture|image|photograph|view)\b
    """,
    _FLAGS,
)
_SIDE_OF_PICTURE: Final = re.compile(
    r"\((?:left|right|cent(?:re|er)|[LRC]|pictured|front|back|top|above|below|far\s\w+"
    r"|file(?:\s\w+)?|second\s\w+|from\s+left)\)",
    re.IGNORECASE,
)
_FROM_FILE: Final = re.compile(
    r"[,;]\s(?:pictured|seen\s+(?:here|in)|from\s+file|file\s+(?:photo|image))\b"
    r"|\b(?:file\s+(?:photo|image|picture)|photographed|poses?\s+for|pictured\s+(?:with|in|at|on))\b",
    re.IGNORECASE,
)


def is_scene(line: str) -> bool:
    """Whether a short line has words that only a caption has, such as "(left)" or "file photo"."""
    if "(" in line and _SIDE_OF_PICTURE.search(line):
        return True
    return any(word in line for word in _SCENE_WORDS) and _FROM_FILE.search(line) is not None


PICTURE_OF: Final = re.compile(
    r"(?:(?:an?|the|one|some)\s)?(?:\w+\s)?(?:example|view|map|screenshot|portrait|poster|still|logo"
    r"|flag|scene|aftermath|interior|exterior|entrance|statue|model|diagram|replica|rendering"
    r"|depiction|photo|photograph|image|picture|drawing|painting)s?\s(?:of|in|at|from|showing)\s",
    re.IGNORECASE,
)
"""How a caption without a verb says what its picture shows."""
_SCENE_WORDS: Final = ("pictured", "seen ", "file", "photographed", "pose")

_FIRST_WORDS: Final = words(
    """
    mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday
    sunday jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june
    july august september october november december published updated posted modified issued words
    story text written analysis opinion report by staff agency file image images photo photos
    picture pictures photograph photographs pic pics video videos graphic graphics illustration
    illustrations chart charts map maps screenshot screenshots credit credits courtesy ap afp pa epa
    upi dpa ansa tass xinhua reuters associated agence press getty anadolu alamy shutterstock bbc
    epa-efe additional reporting writing editing compiled edited produced correction corrections
    clarification clarifications editor editors editor's editor’s editors' author's author’s
    publisher's publisher’s disclaimer disclosure read see also related more watch listen update
    updates source sources recommended don't don’t tags topics advertisement information republished
    reproduced reprinted copyright sign subscribe follow click download scroll share sponsored ends
    end caption pictured above below top bottom far left right archive undated
    """
)
_SECOND_WORDS: Final = {
    "a": "previous prior file handout satellite aerial",
    "an": "earlier undated aerial hour",
    "this": "story article report post piece page headline copy story's article's story’s article’s"
    " is file handout undated satellite",
    "the": "associated ap",
    "first": "published",
    "last": "published updated modified posted",
    "with": "additional files input inputs reporting material",
    "for": "confidential more",
    "all": "rights",
    "have": "you",
    "do": "you",
}
_OPENINGS: Final = frozenset(
    f"{first} {second}" for first, words in _SECOND_WORDS.items() for second in words.split()
)
_ENDINGS: Final = (
    "this report.",
    "this report",
    "this story.",
    "this article.",
    "reporting.",
    "orrespondent",
    "eporter",
    "ditor",
    "riter",
    "olumnist",
)
_CREDIT_NOUNS: Final = words(
    """
    image images photo photos picture pictures photograph photographs pic pics video graphic map
    chart illustration screenshot credit credits courtesy source by
    """
)
_AGENCY_NAMES: Final = ("REUTERS", "Reuters", "AP", "AFP", "EPA", "PA", "Getty", "UPI", "Alamy")


_QUOTES: Final = frozenset("\"'“‘”’„«»")
_LAST_MARKS: Final = frozenset("-–—)")


def may_be_fixed(line: str) -> bool:
    """Whether a line can match one of the patterns for whole lines: a look at its first words."""
    if line[0] in _QUOTES:
        return False
    first, _, rest = line[:40].lower().partition(" ")
    if first in _FIRST_WORDS or not first[0].isalpha() or line[-1] in _LAST_MARKS:
        return True
    if first in _SECOND_WORDS:
        return f"{first} {rest.partition(' ')[0]}" in _OPENINGS
    if len(line) <= 60 and ("/" in line or "@" in line):
        return True
    return (first[-1] in ":,.;" and first.rstrip(":,.;") in _FIRST_WORDS) or (
        len(line) <= 200 and line.endswith(_ENDINGS)
    )


def may_end_in_credit(line: str) -> bool:
    """Whether a line can hold a `CREDIT_TAIL`: it has a mark or an agency's name for it."""
    if line.endswith((")", ").")) or "©" in line:
        return True
    if "/" in line and any(name in line for name in _AGENCY_NAMES):
        return True
    colon = line.rfind(":")
    noun = line[max(0, colon - 20) : colon].split()[-1:] if colon > 0 else ()
    return bool(noun) and noun[0].lstrip("(").lower() in _CREDIT_NOUNS
