"""Fixed wording by which a line of news copy says what it is.

Each pattern reads one line from its start; none scans ahead without a bound.
"""

from __future__ import annotations

import re
from typing import Final

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
    r"(?:image|photo|foto|picture|photograph|photographer|pic|video|graphic|illustration|chart|map"
    r"|screenshot)s?"
)
_CREDIT_WORD: Final = (
    rf"(?:(?:file\s+)?{_PICTURE}(?:\s+(?:credits?|source|courtesy|by))?|credits?|courtesy)"
)
_SIDE: Final = (
    r"(?:and|in|for|of|at|on|to|the|our|de|del|der|den|la|le|van|von|al|bin|ben|with|by|via)"
)
_ROLE: Final = (
    r"(?:staff|special|contributors?|contributing|senior|chief|deputy|political|foreign|special|diplomatic|world|news|business"
    r"|sports?|health|science|crime|home|affairs|correspondents?|reporters?|editors?|editing"
    r"|writers?|writing|reporting|additional|agenc(?:y|ies)|columnist|desk|bureau)"
)
_SURNAME: Final = r"[A-Z][\w’-]{1,30}"
CAPITALISED: Final = r"[A-Z][\w.-]{0,30}"
NAME: Final = rf"{CAPITALISED}(?: (?:al|bin|de|del|van|von|[A-Z]\.))? [A-Z][\w-]{{0,30}}"
"""A name of two words, as it may stand alone on a line."""
_NAMES: Final = (
    rf"(?-i:[A-Z@][\w’'.&@-]*)(?:(?:\s?[,;&|/•·]|\s[—–-])*\s*"
    rf"\b(?:{_SIDE}|{_ROLE}|(?-i:[A-Z0-9@][\w’'.&@-]*))\b\.?){{0,24}}[.)]?$"
)
_FLAGS: Final = re.VERBOSE | re.IGNORECASE

DATELINE: Final = re.compile(
    rf"""
      (?:(?:last\s+|first\s+)?(?:published|updated|posted|modified|issued)(?:\s+(?:on|at))?\s*:?\s*)?
      {_MOMENT}(?:\s*(?:[,|•·–—-]|at\b|on\b)?\s*{_MOMENT}){{0,3}}\s*[.|:–—-]?$
    | (?-i:[A-Z][A-Z.’'-]+(?:\s[A-Z][A-Z.’'-]+){{0,4}})(?:,\s*[A-Z][\w.’' ]{{1,30}}?)?
      (?:(?:,\s*{_DATE})?\s*\([A-Z][\w ./-]{{1,30}}\)\s*[—–-]*|,\s*{_DATE}\s*[—–-]*|\s*[—–-]+)$
    | (?-i:[A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){{0,4}})(?:,\s*[A-Z][\w.’' ]{{1,30}}?)?
      (?:,\s*{_DATE})?\s*\({_AGENCY}\)\s*[—–-]*$
    """,
    _FLAGS,
)
BYLINE: Final = re.compile(
    rf"""
      (?:(?:(?:words|story|text|written|analysis|opinion|report|posted|exclusive)\s+)?by:?\s+
        |(?:words|text|author|reporter):\s+)
      (?!(?:the|an?|\d)\b)(?:(?:our)\s+)?{_NAMES}
    | (?-i:[A-Z][\w’'.-]{{1,30}}(?:\s[A-Z][\w’'.-]{{1,30}}){{1,3}})(?:,|\s[|–—-])\s
      (?:[\w&-]{{1,30}}\s){{0,4}}(?:correspondent|reporter|editor|writer|columnist)s?$
    | (?:staff|agency)\s+(?:reporters?|writers?|correspondents?)$
    | [\w.+-]{{1,64}}@[\w-]{{1,64}}\.[\w.-]{{1,64}}$
    | @\w{{2,30}}$
    """,
    _FLAGS,
)
ROLE: Final = re.compile(
    r"\b(?:correspondent|reporter|editor|writer|columnist|bureau|desk|critic)s?\b", re.IGNORECASE
)
"""What an author is, on a line below the name."""
CREDIT_LINE: Final = re.compile(
    rf"""
      \(?(?:[A-Z]\w{{1,20}}\s)?{_PICTURE}\s+by\s+{_NAMES}
    | \(?{_AGENCY}(?:\s?[/|]\s?.{{1,60}}|\s+{_PICTURE}\b.{{0,60}})?[).]?$
    | (?-i:[A-Z][\w.’'-]+(?:\s[A-Z][\w.’'-]+){{0,3}})\s?/\s?{_AGENCY}\b.{{0,40}}$
    | \(?(?:(?:additional\s+)?reporting|writing|editing|compiled|edited|produced)\s+by\s+{_NAMES}
    | [—–-]{{1,2}}\s?(?:reporting|written)\s+by\s.{{1,190}}$
    | with\s+(?:additional\s+)?(?:files|inputs?|reporting|material)\s+(?:by|from)\s+{_NAMES}
    | (?:©|\(c\))\s?(?!\d{{4}}).{{1,40}}$
    """,
    _FLAGS,
)
PICTURE: Final = re.compile(rf"\(?{_CREDIT_WORD}\s*[:/|]\s*(?P<rest>.{{1,90}})$", _FLAGS)
"""A line that names its kind: a credit if the rest is a name, else a caption."""
CREDIT_TAIL: Final = re.compile(
    rf"""
      (?:\(|(?=(?-i:[A-Z]))){_CREDIT_WORD}(?:\s?:|\ssource,)\s?(?-i:[A-Z@©]).{{1,80}}$
    | \((?:{_PICTURE}\s+by\s|{_AGENCY}\b|via\s).{{0,80}}$
    | \((?-i:{CAPITALISED}(?:\s{CAPITALISED}){{0,3}}\s?/\s?[A-Z][^()]{{1,50}})\)\.?$
    | ©.{{1,60}}$
    | (?-i:(?:REUTERS|AP|AFP|EPA)\s?/\s?[A-Z].{{1,60}})$
    | (?-i:{_SURNAME}(?:\s{_SURNAME}){{0,3}}\s?/\s?
        [A-Z][\w’&-]{{0,30}}(?:\s[A-Z][\w’&-]{{0,30}}){{0,3}})$
    | (?-i:(?:{_SURNAME}\s)?[Pp]hoto(?:graph)?s?\sby\s{_NAMES})
    | (?<=[.!?]\s)(?-i:{_SURNAME}(?:\s{_SURNAME}){{1,2}}\sfor\s(?:[Tt]he\s)?{_SURNAME}
        (?:\s{_SURNAME}){{0,3}})$
    """,
    _FLAGS,
)
"""A credit that closes a caption's line, from its first character."""

NOTE: Final = re.compile(
    rf"""
      (?:corrections?|clarifications?|editor[’']?s?[’']?\s+notes?|(?:author|publisher)[’']s\s+note
        |disclaimer|disclosure|external\s+links|read\s+(?:more|also|next)|see\s+also|also\s+read|related
        (?:\s+(?:articles?|stories|news|content|topics))?|more\s+on\s+this(?:\s+story)?|watch
        |listen|updates?|sources?|recommended|don[’']t\s+miss|tags|topics|advertisement)
      (?:\s+\([^)]{{0,60}}\)|,?\s+{_DATE})?\s*(?::|\s[—–-]\s|$)
    | this\s+(?:story|article|report|post|piece|page|headline|copy|(?:live\s+)?blog|review)
      (?:[’']s\s+headline)?\s+
      (?:(?:has|have|had)\s+been|was|were|is|appeared|(?:first|originally|previously)\s+\w+)\s+
      (?:\w+\s+){{0,3}}?(?:updated|corrected|amended|edited|revised|clarified|published
      |republished|reproduced|reprinted|syndicated|translated|produced|appeared|in|on|by|from
      |more\s+than|part\s+of|developing|breaking)\b
    | the\s+(?:story|article|headline)\s+(?:was|has\s+been)\s+
      (?:updated|corrected|amended|clarified|edited|revised)\b
    | with\s+(?:the\s+)?(?:kind\s+)?permission\s+(?:of|from)\b
    | this\s+is\s+a\s+(?:breaking|developing)\b
    | an?\s+(?:(?:earlier|previous|prior)\s+version\s+of\s+(?:this|the)|version\s+of\s+this)\b
    | \((?:updates?|recasts|adds|corrects|removes)\s.{{0,180}}$
    | to\s+contact\s+the\s+(?:reporter|author|editor|writer)s?\b
    | information\s+from\s.{{1,80}}\b(?:used|contributed)\b
    | re(?:published|produced|printed)\s+(?:with|by|under|from)\b
    | (?:©|\(c\)\s|copyright\s+(?:©|\d|\(c\))|all\s+rights\s+reserved)
    | (?:sign\s+up\s+(?:to|for|here)|subscribe\b|follow\s+(?:us|@?\w+)\s+on\b|click\s+here
        |download\s+(?:our|the)\s+app|scroll\s+down\s+for|share\s+this\b|sponsored\b
        |for\s+confidential\s+support|for\s+more\s+(?:information|news|stories)[\s,]
        |have\s+an\s+opinion\s+on|the\s+text\s+of\s+this\s+(?:article|story)\b
        |this\s+(?:exclusive\s+)?(?:interview|article)\s+features\s+first-hand
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
