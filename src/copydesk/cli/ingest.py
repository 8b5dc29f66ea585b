"""``copydesk ingest``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from copydesk.cli.common import CorpusDir, counting, find_corpus, many, words

if TYPE_CHECKING:
    from copydesk.ingest import Ingested

_SHOWN = 10
_STEPS = {
    "page": "extracted from a web page",
    "markup": "stripped of HTML in the text",
    "encoding": "in an encoding other than UTF-8, as detected (or set with --encoding NAME)",
    "encoded_twice": "encoded twice (“â€™” for “’”), and repaired (--keep-marks leaves it)",
    "markdown": "stripped of marks of Markdown (--keep-marks leaves them)",
    "lines_joined": "hard-wrapped, and its lines were joined (--keep-lines leaves them)",
    "dropped": "stripped of control or bidirectional characters",
    "furniture": "with boilerplate lines that its outlet repeats: these become notes",
}


Sources = Annotated[
    list[str],
    typer.Argument(
        help="Folders, files (.txt .md .html .xhtml .jsonl .json .csv .tsv .parquet .conllu, also "
        "as .gz .zst .zip), glob patterns, or addresses that fsspec knows."
    ),
]
Licence = Annotated[str | None, typer.Option(help="SPDX id for articles that name no licence.")]
Attribution = Annotated[
    str | None, typer.Option(help="Whom to credit, for articles that name nobody.")
]
Outlet = Annotated[str | None, typer.Option(help="Outlet of articles that do not name one.")]
Event = Annotated[str | None, typer.Option(help="The event that all these articles report.")]
Collection = Annotated[str | None, typer.Option(help="Collection to put all these articles in.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="OURS=THEIRS", help="A column's name, such as text=content."),
]
Encoding = Annotated[
    str | None, typer.Option(help="Encoding of the files, where it is detected wrongly.")
]
KeepLines = Annotated[
    bool, typer.Option("--keep-lines", help="Leave hard-wrapped lines as they are.")
]
KeepMarks = Annotated[
    bool,
    typer.Option(
        "--keep-marks", help="Leave marks of Markdown and letters that were encoded twice."
    ),
]
Language = Annotated[
    str | None,
    typer.Option(metavar="TAG", help="Language of articles that name none, such as de."),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Replace the text of an article the corpus has.")
]
Store = Annotated[
    Literal["files", "parquet"] | None,
    typer.Option(
        help="Keep texts in a file each or in Parquet; by default in Parquet where the corpus has "
        "them there, and where 10,000 articles or more come from Parquet files.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Take all articles or none.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; all processors by default.")]


def ingest(
    sources: Sources,
    corpus: CorpusDir = None,
    licence: Licence = None,
    attribution: Attribution = None,
    outlet: Outlet = None,
    event: Event = None,
    collection: Collection = None,
    columns: Columns = None,
    encoding: Encoding = None,
    keep_lines: KeepLines = False,
    keep_marks: KeepMarks = False,
    language: Language = None,
    replace: Replace = False,
    store: Store = None,
    strict: Strict = False,
    workers: Workers = None,
) -> None:
    """Take raw articles into the corpus.

    Good articles are taken. Bad ones are set aside in private/refused.jsonl, and the exit code is
    1 if some of these are new.
    """
    from copydesk.ingest import Defaults, Options
    from copydesk.ingest import ingest as take

    options = Options(
        encoding=encoding,
        keep_lines=keep_lines,
        keep_marks=keep_marks,
        columns=_mapped(columns or []),
        language=_tag(language),
    )
    with counting("articles read") as progress:
        done = take(
            sources,
            find_corpus(corpus),
            defaults=Defaults(
                licence=licence,
                attribution=attribution,
                outlet=outlet,
                event=event,
                collection=collection,
            ),
            options=options,
            replace=replace,
            bulk=None if store is None else store == "parquet",
            strict=strict,
            workers=workers,
            progress=progress,
        )
    words().print(_told(done), markup=False)
    if done.new_refusals:
        raise typer.Exit(1)


def _mapped(pairs: list[str]) -> dict[str, str]:
    """Their column by our field, from ``OURS=THEIRS``."""
    from copydesk.errors import InputError
    from copydesk.ingest.fields import USUAL

    columns = {}
    for pair in pairs:
        ours, _, theirs = pair.partition("=")
        if not theirs or ours not in USUAL:
            raise InputError(
                f"'{pair}' does not map a column.",
                where="--map",
                hint=f"Write OURS=THEIRS; OURS is one of {', '.join(USUAL)}.",
            )
        columns[ours] = theirs
    return columns


def _tag(stated: str | None) -> str | None:
    """A language tag as BCP 47 writes it."""
    from copydesk.errors import InputError
    from copydesk.ingest.fields import language

    tag = None if stated is None else language(stated)
    if stated is not None and tag is None:
        raise InputError(
            f"'{stated}' is not a language tag.",
            where="--language",
            hint="Write one such as de, fr or pt-BR (BCP 47).",
        )
    return tag


def _told(done: Ingested) -> str:
    total = done.given + done.withheld
    lines = [
        f"{many(total, 'article')} read: {', '.join(_changes(done, total))}.",
        f"The text of {done.given} may be given; the text of {done.withheld} is withheld.",
        *_why_withheld(done),
        *(
            f"{many(done.steps[n], 'article')}: {text}."
            for n, text in _STEPS.items()
            if n in done.steps
        ),
    ]
    if done.absent:
        lines.append(
            f"{many(done.absent, 'line')} of the manifest name articles whose text is not here."
        )
    if done.uncompared:
        lines.append(
            f"{many(done.uncompared, 'article')} could not be compared with these, since their "
            "text is not here."
        )
    return "\n".join([*lines, *_events(done), *_apart(done), *_passed(done), *_refused(done)])


def _changes(done: Ingested, total: int) -> list[str]:
    filled = [f"{done.filled} filled in (their text was not here)"] if done.filled else []
    same = total - done.added - done.replaced - done.filled
    return [f"{done.added} new", f"{done.replaced} replaced", *filled, f"{same} as they were"]


def _why_withheld(done: Ingested) -> list[str]:
    lines = [f"  {count}: {reason}." for reason, count in done.why_withheld.items()]
    if "no licence is known" in done.why_withheld:
        lines.append(
            "  State a licence with --licence ID, in the source, or for an outlet in the table "
            "[outlets] of copydesk.toml."
        )
    return lines


def _apart(done: Ingested) -> list[str]:
    if not done.apart:
        return []
    shared = many(len(done.apart), "article")
    lines = [f"{shared} of an event that you named share text with another of yours:"]
    for one in done.apart[:_SHOWN]:
        lines.append(f"  {one.article_id} ({one.event}) shares {one.because} with {one.other}")
    if len(done.apart) > _SHOWN:
        lines.append(f"  … and {len(done.apart) - _SHOWN} more.")
    lines.append(
        "  'release cut' puts events that share sentences into one split. Give the articles one "
        "event if they report the same."
    )
    return lines


def _events(done: Ingested) -> list[str]:
    if not done.joined:
        return []
    lines = [f"{many(len(done.joined), 'article')} joined the event of another article:"]
    for joined in done.joined[:_SHOWN]:
        shares = f"shares {joined.because} with {joined.other}" if joined.other else joined.because
        lines.append(f"  {joined.article_id} → {joined.event} ({shares})")
    if len(done.joined) > _SHOWN:
        lines.append(f"  … and {len(done.joined) - _SHOWN} more: private/events.jsonl lists all.")
    lines.append(
        '  To change that, name events in copydesk.toml ([events], then NAME = ["ARTICLE", …]) '
        "or with --event, and ingest again."
    )
    return lines


def _passed(done: Ingested) -> list[str]:
    lines = []
    if done.unread:
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(done.unread).most_common())
        lines.append(f"Not read, since these file types are not supported: {kinds}.")
    reasons = Counter(done.passed.values())
    for reason, count in reasons.items():
        first = next(path for path, why in done.passed.items() if why == reason)
        more = f" and {count - 1} more" if count > 1 else ""
        lines.append(f"Passed over, {reason}: {first}{more}.")
    from copydesk.ingest.fields import USUAL

    ours = {name: count for name, count in done.fields.items() if name in USUAL}
    others = {name: count for name, count in done.fields.items() if name not in USUAL}
    for fields, why in ((ours, "they could not be used"), (others, "articles have no such field")):
        if fields:
            kinds = ", ".join(f"{name} ({n})" for name, n in Counter(fields).most_common(_SHOWN))
            lines.append(f"Kept only in private/records.jsonl, since {why}: {kinds}.")
    return lines


def _refused(done: Ingested) -> list[str]:
    from copydesk.ingest.refused import by_reason

    if not done.refused:
        return []
    old = len(done.refused) - done.new_refusals
    which = "all" if old == len(done.refused) else f"{old} of them"
    known = f" ({which} by an earlier run)" if old else ""
    lines = [f"{many(len(done.refused), 'article')} set aside{known}, in private/refused.jsonl:"]
    for _, count, first in by_reason(done.refused)[:_SHOWN]:
        lines.append(f"  {count} × {first.reason} {first.hint}".rstrip())
        place = f": {first.place}" if first.place else ""
        lines.append(f"      {'such as' if count > 1 else 'in'} {first.source}{place}")
    return lines
