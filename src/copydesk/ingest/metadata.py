"""An article's metadata: what its source says, then its outlet, then the ingest's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copydesk.corpus import Article, Corpus
from copydesk.ingest import names
from copydesk.ingest.raw import Reading
from copydesk.personal import find
from copydesk.rights import names_somebody, spdx, wants_attribution

_HELD_BACK: Final = {
    "attribution": "its licence requires attribution, and nobody is named (--attribution NAME)",
    "personal-data": "it holds what looks like an e-mail address, a telephone number or the like "
    "(remove it from the text, or waive 'personal-data' in copydesk.toml)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Defaults:
    """Defaults for articles whose source says nothing else; `collection` applies to all."""

    licence: str | None = None
    attribution: str | None = None
    outlet: str | None = None
    event: str | None = None
    collection: str | None = None


class Metadata:
    """Gives each article its fields and its rights, by a corpus's configuration."""

    def __init__(self, corpus: Corpus, defaults: Defaults) -> None:
        self._defaults = defaults
        self._policy = corpus.policy
        self._outlets = {name.casefold(): said for name, said in corpus.outlets.items()}
        waivers = corpus.config.get("waivers", [])
        self._waived = {w.get("record", "") for w in waivers if w["rule"] == "personal-data"}

    def fields(self, reading: Reading) -> dict[str, Any]:
        """An article's fields but its id and its text."""
        fields = {k: v for k, v in reading.fields.items() if k not in ("article_id", "collection")}
        defaults = self._defaults
        if defaults.outlet:
            fields.setdefault("outlet", defaults.outlet)
        said = self._outlets.get(str(fields.get("outlet", "")).casefold(), {})
        for field_, value in said.items():
            fields.setdefault(field_, value)
        for field_ in ("licence", "attribution", "event"):
            if (value := getattr(defaults, field_)) is not None:
                fields.setdefault(field_, value)
        folder = Path(reading.name).parent.name or "x"
        own = names.stem(reading.name) if reading.row is not None else folder
        stated = defaults.collection or reading.fields.get("collection")
        fields["collection"] = stated or names.slug(own)
        fields["licence"] = spdx(fields.get("licence"))
        return fields

    def rights(self, name: str, fields: dict[str, Any], text: str) -> dict[str, Any]:
        """Whether an article's text may be given, and if not, why in spite of its licence. An
        outlet is credited where nobody else is named."""
        gives = self._policy.gives(fields.get("licence"), fields["collection"])
        held_back = self._held_back(name, fields, text) if gives else None
        return {"redistributable": gives and held_back is None, "held_back": held_back}

    def _held_back(self, name: str, fields: dict[str, Any], text: str) -> str | None:
        """Why a text is withheld although its licence allows it, so that the release is valid."""
        if wants_attribution(fields["licence"]) and not names_somebody(fields.get("attribution")):
            if not names_somebody(fields.get("outlet")):
                return "attribution"
            fields["attribution"] = fields["outlet"]
        shown = [text, *(str(fields.get(f) or "") for f in ("title", "outlet", "attribution"))]
        if self._waived.isdisjoint(("", name)) and any(next(find(part), None) for part in shown):
            return "personal-data"
        return None

    def why_withheld(self, article: Article) -> str:
        """Why an article's text is withheld, in words for people."""
        if article.held_back is not None:
            return _HELD_BACK[article.held_back]
        if article.licence is None:
            return "no licence is known"
        if article.licence not in self._policy.allow:
            return f"the licence {article.licence} is not on the list of [rights] in copydesk.toml"
        return f"the collection '{article.collection}' is withheld in copydesk.toml"
