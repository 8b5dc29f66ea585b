"""Maps what sources say of their articles, under whatever names, to the fields of an article."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit, urlunsplit

from copydesk.errors import CopydeskError
from copydesk.ingest.dates import day
from copydesk.ingest.names import slug
from copydesk.rights import spdx

USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "article_id": ("article_id", "id", "doc_id", "docid", "uid", "uuid", "guid", "slug"),
    "text": (
        *("text", "content", "body", "article", "article_text", "full_text", "fulltext"),
        *(
            "maintext",
            "main_text",
            "article_body",
            "articlebody",
            "story",
            "plain_text",
            "paragraphs",
        ),
        *("inhalt", "texte", "contenu", "texto", "contenido", "testo", "tekst", "treść"),
    ),
    "title": (
        *("title", "headline", "heading", "article_title"),
        *("titel", "überschrift", "titre", "título", "titulo", "titolo", "tytuł"),
    ),
    "published": (
        *("published", "published_at", "date", "publication_date", "date_published"),
        *("datepublished", "published_date", "date_publish", "pubdate", "pub_date", "publish_date"),
        *("datetime", "timestamp", "created_at", "date_created", "datecreated"),
        *("datum", "fecha", "date_de_publication", "veröffentlicht", "publicado"),
    ),
    "outlet": (
        *("outlet", "publisher", "newspaper", "publication", "site_name", "sitename", "source"),
        *("source_name", "media", "site"),
    ),
    "url": ("url", "link", "canonical_url", "source_url", "sourceurl", "href", "uri"),
    "language": ("language", "lang", "language_code"),
    "licence": ("licence", "license"),
    "attribution": ("attribution",),
    "collection": ("collection",),
    "event": ("event",),
    "genre": ("genre", "article_type"),
    "file": ("file",),
    "text_sha256": ("text_sha256",),
    "zones": ("zones",),
    "reading": ("reading",),
}
"""The names under which other people's tables hold our fields, the likeliest first."""

_HALVES: Final = re.compile("[\ud800-\udfff]")
_TAGS: Final = re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""Control characters, line ends and what turns a line: a one-line field may not contain them."""
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LANGUAGES: Final = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "spanish": "es",
    "español": "es",
    "italian": "it",
    "dutch": "nl",
    "portuguese": "pt",
}

TEXTS: Final = frozenset(USUAL["text"])


def plain_name(name: object) -> str:
    """A column's name as `USUAL` writes it: "publishedAt" and "Published at" are published_at."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(name))
    return re.sub(r"[\W_]+", "_", words).strip("_").lower()


def by_our_names(
    record: Mapping[str, Any], columns: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A source's record as our fields, and what is left of it.

    Args:
        record: one record, by the source's own names.
        columns: the source's name of a field, by ours; takes precedence over the usual names.
    """
    plain = {plain_name(name): name for name in record}
    fields: dict[str, Any] = {}
    taken = set()
    for ours, usual in USUAL.items():
        wanted = columns.get(ours)
        names = [wanted] if wanted is not None else [plain[u] for u in usual if u in plain]
        for name in names:
            value = _rendered(record.get(name), ours)
            if value is not None and value != "" and name not in taken:
                fields[ours] = value
                taken.add(name)
                break
    known = {name for names in USUAL.values() for name in names}
    other = {
        str(k): _encodable(v)
        for k, v in record.items()
        if k not in taken and v is not None and v != "" and not (k in known and k in fields)
    }
    return fields, other


def _rendered(value: Any, field: str) -> Any:
    """WordPress gives texts as ``{"rendered": "<p>…</p>"}``, the New York Times titles as
    ``{"main": …}``; only a text may have markup."""
    found = value.get("rendered", value.get("main")) if isinstance(value, dict) else None
    if isinstance(found, str):
        value = found if field == "text" else html.unescape(_TAGS.sub("", found))
    # In the text itself, characters that cannot be encoded are refused, with their place.
    return value if field == "text" else _encodable(value)


def _encodable(value: Any) -> Any:
    """A value with U+FFFD for lone surrogates, which JSON can express and UTF-8 cannot."""
    if isinstance(value, str):
        return _HALVES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_encodable(part) for part in value]
    if isinstance(value, dict):
        return {_encodable(name): _encodable(part) for name, part in value.items()}
    return value


def normalise(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our fields in the form that an article needs, and those that cannot be brought into it.

    Ids become strings, dates and times the day, addresses URIs, licences SPDX.
    """
    good: dict[str, Any] = {}
    bad: dict[str, Any] = {}
    for name, value in fields.items():
        made = _FORMS.get(name, _string)(value)
        if made is None:
            bad[name] = value
        else:
            good[name] = made
            if name == "article_id" and made != value:
                bad["id"] = value
    return good, bad


def uri(value: Any) -> str | None:
    """An http(s) address as a URI: letters beyond ASCII encoded, user information removed."""
    text = str(value).strip()
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in ("http", "https") or not re.fullmatch(r"[a-z0-9._-]+", host):
        return None
    safe = "!$&'()*+,;=:@/?-._~%"
    path, query, fragment = (quote(part, safe=safe) for part in parts[2:])
    whole = urlunsplit((parts.scheme.lower(), host + port, path, query, fragment))
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", whole)


def language(value: Any) -> str | None:
    """A language tag as BCP 47 writes it."""
    name = str(value).strip()
    head, *rest = _LANGUAGES.get(name.casefold(), name).replace("_", "-").split("-")
    tag = "-".join([head.lower(), *rest])
    return tag if _TAG.fullmatch(tag) else None


def _article_id(value: Any) -> str | None:
    text = str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
    return text if _ID.fullmatch(text) else slug(text)


def _slug(value: Any) -> str | None:
    text = str(value)
    return text if _ID.fullmatch(text) else slug(text)


def _licence(value: Any) -> str | None:
    try:
        return spdx(str(value))
    except CopydeskError:
        return None


def _string(value: Any) -> str | None:
    return _BLANKS.sub(" ", value).strip() or None if isinstance(value, str) else None


def _as_is(value: Any) -> Any:
    return value


_FORMS: Final[Mapping[str, Any]] = {
    "article_id": _article_id,
    "published": day,
    "url": uri,
    "language": language,
    "licence": _licence,
    "collection": _slug,
    "event": _slug,
    "genre": _slug,
    "zones": _as_is,
    "reading": _as_is,
    "text": _as_is,
    "outlet": lambda value: _string(value if isinstance(value, str) else _named(value)),
}


def _named(value: Any) -> Any:
    """NewsAPI and schema.org give an outlet as an object with a name."""
    return value.get("name") if isinstance(value, dict) else value
