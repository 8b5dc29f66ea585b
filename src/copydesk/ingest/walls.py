"""Pages that stand where an article should: consent, checks against bots, paywalls."""

from __future__ import annotations

import re
from typing import Any, Final

_SHORT: Final = 1500
"""Characters: an article is longer, or says nothing of walls."""
_BOTS: Final = re.compile(
    r"(?:checking your browser|are you a robot|not a robot|verify you are (?:a )?human|captcha"
    r"|unusual (?:traffic|activity)|enable javascript and cookies to continue|just a moment"
    r"|access (?:to this page has been )?denied|attention required|ddos protection"
    r"|cloudflare ray id"
    r"|request (?:was |has been )?blocked|bot (?:check|detection)|sicherheitsüberprüfung"
    r"|pardon our interruption|press (?:&|and) hold)",
    re.IGNORECASE,
)
_CONSENT: Final = re.compile(
    r"(?:we (?:and our (?:\d+ )?partners )?(?:use|store)[^.]{0,60}cookies|before you continue"
    r"|accept all(?: cookies)?|manage (?:your )?(?:cookie|privacy|consent)[^.]{0,20}"
    r"|your (?:privacy|consent) (?:choices|matters)|we value your privacy|consent to (?:the )?use"
    r"|cookies? (?:zustimmen|akzeptieren)|mit werbung (?:weiterlesen|und tracking)"
    r"|zustimmung (?:erforderlich|jederzeit)|nutzung aller cookies|tout accepter"
    r"|accepter (?:les|et) |continuer sans accepter|utilis\w+ des cookies|aceptar todas?"
    r"|accetta (?:tutti|e continua)|alles accepteren|cookie (?:policy|settings|preferences))",
    re.IGNORECASE,
)
_ERROR: Final = re.compile(
    r"\b(?:404|410|500|502|503)\b|not found|page (?:unavailable|introuvable)|nicht gefunden"
    r"|server error|no encontrada|non trovata",
    re.IGNORECASE,
)
_PAYWALL: Final = re.compile(
    r"(?:subscribe (?:now |today )?to (?:continue|read|keep|unlock|access)|to continue reading"
    r"|continue reading (?:this article )?with|already a subscriber|subscribers? only"
    r"|(?:this|the) (?:article|content|story) is (?:only )?(?:for|available to|reserved for)"
    r"[^.]{0,20}(?:subscribers|members)|exclusive to (?:our )?subscribers"
    r"|unlock (?:this|the full) (?:article|story)|start your (?:free )?trial"
    r"|(?:create|register for) (?:a |your )?free account to (?:read|continue)"
    r"|(?:sign|log) ?in to (?:continue|read)"
    r"|you(?:’|')?ve (?:reached|read) your (?:last|limit|free)"
    r"|jetzt weiterlesen|weiterlesen mit|nur für abonnenten|jetzt abonnieren|bereits abonnent"
    r"|(?:réservé|reserve) (?:à|aux) (?:nos )?abonnés|il vous reste \d+ ?%|déjà abonné"
    r"|solo para suscriptores|riservato agli abbonati|alleen voor abonnees)",
    re.IGNORECASE,
)


def wall(tree: Any, lines: list[str], *, paid: bool) -> str | None:
    """Why a page is not an article, in a sentence, or None.

    Args:
        tree: the page.
        lines: what was taken for the article.
        paid: whether the page says that its article is not free.
    """
    text = " ".join(lines)
    title = " ".join((tree.findtext(".//title") or "").split())
    if len(text) > _SHORT:
        return None
    shown = " ".join(" ".join(tree.itertext()).split())[:20_000]
    sentences = len(re.findall(r"[.!?…][\"'”’]?(?:\s|$)", text))
    if _ERROR.search(title) and len(text) < 500:
        return "This page says that there is no such page, and holds no article."
    if _BOTS.search(title) or (_BOTS.search(shown) and len(text) < 500):
        return "This page is a check against bots, not an article."
    if _CONSENT.search(text) and (sentences < 8 or _CONSENT.search(text[:200])):
        own = [line for line in lines if not _CONSENT.search(line) and len(line) > 80]
        if len(own) < 3:
            return "This page is a consent wall: it asks for cookies and holds no article."
    cut = paid or _PAYWALL.search(text) is not None
    if cut and len(text) < 700:
        return "This page holds only the beginning of an article behind a paywall."
    if _PAYWALL.search(shown) and len(text) < 300:
        return "This page holds only the beginning of an article behind a paywall."
    return None
