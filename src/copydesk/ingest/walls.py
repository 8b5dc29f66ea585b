"""Pages shown instead of an article: consent walls, checks against bots, paywalls, listings."""

from __future__ import annotations

import re
from typing import Any, Final

_SHORT: Final = 1500
"""In characters: an article is longer than this, or does not mention walls."""
_PARAGRAPH: Final = 80
_LONG: Final = 150
_LEADS: Final = 8
_STOP: Final = re.compile(r"[.!?…。！？]")
_LEAST_OWN: Final = 2
"""A page with this many paragraphs about something else is an article about walls, not a wall."""
_BOTS: Final = re.compile(
    r"(?:checking your browser|are you a robot|not a robot|verify you are (?:a )?human|captcha"
    r"|unusual (?:traffic|activity)|enable javascript and cookies to continue|just a moment"
    r"|access (?:to this page has been )?denied|attention required|ddos protection"
    r"|cloudflare ray id"
    r"|request (?:was |has been )?blocked|bot (?:check|detection)|sicherheitsüberprüfung"
    r"|pardon our interruption|press (?:&|and) hold|robot or human|security check"
    r"|(?:confirm|prove|verify|know|sure) (?:that )?(?:you(?:’|')?re|you are) "
    r"(?:a (?:real )?(?:human|person)|human|not a (?:ro)?bot)"
    r"|enable (?:js|javascript)\b.{0,40}\b(?:cookies|ad ?block|continue)"
    r"|403 forbidden|\bray id\b|(?:do not|don(?:’|')t) have permission to access"
    r"|un momento…|un instant…|un moment…|einen moment…|kein roboter|ein mensch sind"
    r"|(?:pas|non|no|não|geen|inte en|ikke en|nie jestem|ikke) (?:un |um |ein |een )?robot"
    r"|être humain|ser humano|essere umano|не робот|you are being rate.limited|人間であること"
    r"|ロボットではない)",
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
_OF_CONSENT: Final = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"cookie|tracking|similar technolog|ähnliche technolog|technologies similaires|evästei"
        r"|çerez|файл\w* куки|куки-файл|クッキー|쿠키|ملفات تعريف الارتباط|עוגיות",
        r"consent|zustimm|einwillig|votre accord|consentement|consentim|consens|toestemming"
        r"|samtyck|samtykke|zgod|souhlas|suostumu|hozzájárul|consimț|συγκατάθεσ|соглас|згод\w|onay"
        r"|rıza|同意|동의|موافق|הסכמה",
        r"\b(?:partner|socios|parceir|partenaire|vendors|drittanbiet|third part|kumppan|συνεργάτ"
        r"|партн|partneř|(?:iş )?ortak)|パートナー|합作|파트너|合作伙伴|شركا|שותפים",
        r"personal data|personenbezogen|ihre daten|données (?:personnelles|à caractère)"
        r"|datos personales|dati personali|dados pessoais|persoonsgegevens|personuppgifter"
        r"|personoplysninger|dane osobowe|danych osobowych|personal information|osobní údaje"
        r"|osobných údajov|henkilötieto|személyes adat|date(?:le)? cu caracter personal"
        r"|προσωπικ\w+ δεδομέν|персональн\w+ дан|kişisel veri|個人(?:データ|情報)|个人(?:数据|信息)"
        r"|개인|البيانات الشخصية|מידע אישי",
        r"\b(?:accept|agree|akzeptier|accepter|aceptar|accetta|aceitar|accepteren|akkoord"
        r"|godkänn|accepter|godta|akceptuj|reject|ablehnen|refuser|rechazar|rifiuta|přijmout|hyväksy"
        r"|elfogad|accepta|αποδεχ|приня|прийня|отклон|kabul)|拒否|拒绝|接受|수락|قبول|קבל",
        r"personali[sz]|content measurement|advertising|werbung|publicité|publicidad|pubblicità"
        r"|advertenties|reklam|annonser|mainon|hirdet|publicit|διαφήμισ|реклам|広告|广告|광고|إعلان|פרסום",
    )
)
"""What a consent wall speaks of, in several languages; an article speaks of one or two of these."""
_LEAST_OF_CONSENT: Final = 4
_ERROR: Final = re.compile(
    r"\b(?:404|410|500|502|503)\b|not found|page (?:unavailable|introuvable)|nicht gefunden"
    r"|server error|no encontrada|non trovata",
    re.IGNORECASE,
)
_PAYWALL: Final = re.compile(
    r"(?:subscribe (?:now |today )?to (?:continue|read|keep|unlock|access)|to continue reading"
    r"|continue reading (?:this article )?with|already a subscriber|subscribers? only"
    r"|(?:this|the) (?:article|content|story|report) is (?:only |exclusively )?"
    r"(?:for|available (?:only )?(?:to|for)|reserved for)[^.]{0,20}(?:subscribers|members)"
    r"|exclusive(?:ly)? (?:to|for) (?:our )?(?:subscribers|members)"
    r"|become a (?:member|subscriber) to (?:read|continue|see|unlock)"
    r"|(?:read|see|unlock|get) the (?:rest|full (?:story|article|text)) (?:with|by|for) "
    r"|\d+ (?:of \d+ )?free articles? (?:left|remaining|this month)|choose (?:a|your) plan"
    r"|(?:this|the|our) (?:premium|exclusive|(?:member|subscriber)s-only) (?:story|article|post)"
    r"|to (?:read|see) (?:this|the (?:full|whole|rest))[^.]{0,30}"
    r"(?:subscribe|sign|log|register|join|choose|become)"
    r"|(?:available|reserved|open) (?:only )?(?:to|for) (?:our )?(?:paying )?(?:subscriber|member)s"
    r"|(?:join|subscribe|access)[^.]{0,20} (?:from|for) (?:only |just )?[£$€]\d"
    r"|subscribe (?:for|from|to [^.]{1,30}) (?:only )?[£$€]\d"
    r"|unlock (?:this|the full) (?:article|story)|start your (?:free )?trial"
    r"|(?:create|register for) (?:a |your )?free account to (?:read|continue)"
    r"|(?:sign|log) ?in to (?:continue|read)"
    r"|you(?:’|')?ve (?:reached|read) your (?:last|limit|free)"
    r"|jetzt weiterlesen|weiterlesen mit|nur für abonnenten|jetzt abonnieren|bereits abonnent"
    r"|(?:artikel|beitrag|inhalt) ist (?:nur |exklusiv )*für (?:\w+[ -])?abonnent|bereits ein abo"
    r"|(?:réservé|reserve)e? (?:à|aux) (?:nos )?abonnés|il vous reste \d+ ?%|déjà abonné"
    r"|la suite est réservée|abonnez-vous pour|(?:solo|exclusiv[oa]) para suscriptores"
    r"|suscríbete para (?:seguir|leer)|(?:riservato|solo) (?:a?gli|per gli) abbonati"
    r"|abbonati per (?:leggere|continuare)|(?:alleen|exclusief) voor abonnees|word abonnee"
    r"|exclusivo para assinantes|assine para (?:ler|continuar)|tylko dla (?:subskrybentów"
    r"|prenumeratorów)|endast för prenumeranter|bli prenumerant|for abonnenter"
    r"|только для подписчиков)",
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
    if _is_listing(tree, lines):
        return "This page lists articles and is not an article itself."
    if len(text) > _SHORT:
        return None
    shown = " ".join(" ".join(tree.itertext()).split())[:20_000]
    sentences = len(re.findall(r"[.!?…][\"'”’]?(?:\s|$)", text))
    if _ERROR.search(title) and len(text) < 500:
        return "This is an error page (the page was not found), not an article."
    checks = _BOTS.search(title) or (_BOTS.search(shown) and len(text) < 500)
    if checks and _own(lines, _BOTS) < _LEAST_OWN:
        return "This page is a check against bots, not an article."
    asks = sum(1 for words in _OF_CONSENT if words.search(text)) >= _LEAST_OF_CONSENT
    asks = (asks and sentences < 12) or (
        _CONSENT.search(text) is not None and (sentences < 8 or bool(_CONSENT.search(text[:200])))
    )
    if asks and _own(lines, _CONSENT, *_OF_CONSENT) < _LEAST_OWN:
        return "This page is a consent wall: it asks for cookies and holds no article."
    cut = paid or _PAYWALL.search(text) is not None
    if cut and len(text) < 700:
        return "This page holds only the beginning of an article behind a paywall."
    if _PAYWALL.search(shown) and len(text) < 300:
        return "This page holds only the beginning of an article behind a paywall."
    return None


def _is_listing(tree: Any, lines: list[str]) -> bool:
    """Whether a page is a front page, a section or the results of a search: many headings and
    items that lead elsewhere, and no paragraph."""
    if any(len(line) >= _LONG and _STOP.search(line) for line in lines):
        return False
    links = tree.xpath(
        "//a[not(ancestor::nav or ancestor::header or ancestor::footer)]"
        "[ancestor::h2 or ancestor::h3 or ancestor::li or .//h2 or .//h3]"
    )
    return len(links) >= _LEADS


def _own(lines: list[str], *patterns: re.Pattern[str]) -> int:
    """How many lines of a paragraph's length are about something else."""
    long = (line for line in lines if len(line) > _PARAGRAPH)
    return sum(not any(pattern.search(line) for pattern in patterns) for line in long)
