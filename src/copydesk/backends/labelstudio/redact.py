"""What of a raw answer may be archived in a folder that is published.

Labels, ids, offsets and times may. Free strings may not where the article's text is withheld: an
answer repeats the text of its regions, and whatever else a changed label config makes it hold.
They are replaced by their SHA-256, so that what was there can still be proved. Who answered stays
a user number, which the log maps to a pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from copydesk.contract.labels import LABELS
from copydesk.files import sha256_text
from copydesk.rounds.tasks import LABEL_CONTROL, NOT_YET, TEXT_OBJECT, UNIT_CONTROL

_OUR_WORDS: Final = frozenset(
    {
        *LABELS,
        *NOT_YET,
        *(UNIT_CONTROL, LABEL_CONTROL, TEXT_OBJECT),
        *("choices", "labels", "manual", "prediction", "prediction-changed", "submitted"),
        *("updated", "accepted", "rejected", "skipped", "imported", "fixed_and_accepted"),
    }
)
_TIMES: Final = frozenset({"created_at", "updated_at", "draft_created_at"})
_DROPPED: Final = frozenset({"created_username", "created_ago"})
"""An e-mail address, and words that differ at each reading."""


def redact(annotation: Mapping[str, Any], *, withheld: bool, ids: frozenset[str]) -> dict[str, Any]:
    """An annotation fit for the archive.

    Args:
        annotation: as the server gives it.
        withheld: whether the text of its article is withheld.
        ids: of the article's pre-drawn regions.
    """
    kept = {key: value for key, value in annotation.items() if key not in _DROPPED}
    person = kept.get("completed_by")
    if isinstance(person, Mapping):
        kept["completed_by"] = person.get("id")
    if not withheld:
        return kept
    return {
        key: value if key in _TIMES else _hashed(value, _OUR_WORDS | ids)
        for key, value in kept.items()
    }


def _hashed(value: Any, ours: frozenset[str]) -> Any:
    if isinstance(value, str):
        return value if value in ours else f"sha256:{sha256_text(value)}"
    if isinstance(value, Mapping):
        return {_key(key): _hashed(inner, ours) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hashed(inner, ours) for inner in value]
    return value


def _key(key: str) -> str:
    # Keys of results are Label Studio's own short names; one with a blank in it is none.
    return key if key.isidentifier() and len(key) <= 40 else f"sha256:{sha256_text(key)}"
