"""What of an answer is archived where it is published."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from copydesk.backends.labelstudio.codec import LabelStudioCodec
from copydesk.contract.labels import NEWS
from copydesk.files import sha256_text
from copydesk.rounds.plan import Anchor

SECRET = "The quarry closed before anybody had asked why"
ANNOTATION: dict[str, Any] = {
    "id": 3,
    "completed_by": {"id": 7, "email": "anna@example.org"},
    "created_username": "anna@example.org, 7",
    "created_ago": "2 minutes",
    "created_at": "2026-01-01T00:00:00Z",
    "was_cancelled": False,
    "lead_time": 4.5,
    "result": [
        {
            "id": "mill_001",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": 0, "end": 11, "text": SECRET, "labels": ["quote"]},
        }
    ],
}
ANCHORS = (Anchor(sentence_id="mill.001", start=0, end=11, zone="headline", suggestion=None),)


def redact(annotation: dict[str, Any], *, withheld: bool) -> dict[str, Any]:
    """What is archived of an annotation."""
    return LabelStudioCodec().redact(annotation, ANCHORS, NEWS.names, withheld=withheld)


def test_text_that_is_withheld_becomes_its_hash() -> None:
    """Labels, offsets, ids and times stay; the text of a region is replaced by its SHA-256."""
    assert redact(ANNOTATION, withheld=True) == {
        "id": 3,
        "completed_by": 7,
        "created_at": "2026-01-01T00:00:00Z",
        "was_cancelled": False,
        "lead_time": 4.5,
        "result": [
            {
                "id": "mill_001",
                "from_name": "label",
                "to_name": "text",
                "type": "labels",
                "value": {
                    "start": 0,
                    "end": 11,
                    "text": f"sha256:{sha256_text(SECRET)}",
                    "labels": ["quote"],
                },
            }
        ],
    }


def test_text_that_is_given_stays_and_people_go() -> None:
    """Of an article that may be given the raw answer is kept, but for who wrote it."""
    kept = redact(ANNOTATION, withheld=False)
    assert kept["result"] == ANNOTATION["result"]
    assert "example.org" not in json.dumps(kept)
    assert kept["completed_by"] == 7


JSON = st.recursive(
    st.sampled_from([SECRET, f"x {SECRET}", "claim", 3, None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "value", SECRET, "choices"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON)
def test_no_stretch_of_a_withheld_text_survives_anywhere(value: Any) -> None:
    """Wherever a changed label config lets text stand, as value or as key, it is hashed."""
    kept = redact(ANNOTATION | {"result": value, "extra": value}, withheld=True)
    assert "quarry" not in json.dumps(kept)
