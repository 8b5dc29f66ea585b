"""What an ingest did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from copydesk.ingest.events import Joined
from copydesk.ingest.raw import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Ingested:
    """What an ingest did, as numbers of articles.

    Args:
        given: whose text may be given in a release, of all in the sources.
        withheld: whose text may not.
        added: that the corpus did not have.
        replaced: that the corpus had with another text or other metadata.
        filled: that the corpus had without their text, as a clone has those that are withheld.
        uncompared: articles of the corpus whose text is still not here, so that neither copies nor
            events nor repeated lines were looked for in them.
        absent: lines of a corpus's own manifest whose text is withheld, and so not in the source.
        refused: what was set aside now.
        new_refusals: how many of these no earlier ingest had set aside.
        joined: articles that were put into another article's event.
        apart: articles that share text with one of another event, both named by the user.
        steps: how many articles were read with each step of reading, such as "lines_joined".
        unread: files of kinds that are not read, by ending.
        passed: links, pipes and devices that were passed over, with the reason.
        fields: fields that an article has no place for, kept in the private room, with counts.
        why_withheld: the reasons for withholding, with counts.
    """

    given: int
    withheld: int
    added: int
    replaced: int
    absent: int
    filled: int = 0
    uncompared: int = 0
    refused: tuple[Refusal, ...] = ()
    new_refusals: int = 0
    joined: tuple[Joined, ...] = ()
    apart: tuple[Joined, ...] = ()
    steps: Mapping[str, int] = field(default_factory=dict)
    unread: Mapping[str, int] = field(default_factory=dict)
    passed: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, int] = field(default_factory=dict)
    why_withheld: Mapping[str, int] = field(default_factory=dict)
