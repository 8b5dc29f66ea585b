"""Levels 3 and 5: what is stated in more than one place is consistent.

Manifest and tables, index and manifest, the documents in the data set, and the corpus's
configuration and rounds repeat each other; each pair is compared here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from copydesk.answers import ADJUDICATIONS, ANCHOR
from copydesk.contract.schema_versions import schema_number
from copydesk.errors import CopydeskError
from copydesk.release.contents import PLACE
from copydesk.rounds.decisions import standing
from copydesk.rounds.notes import notes_of
from copydesk.rounds.opened import open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import read_plan
from copydesk.validate.faults import Fault, Found, rows_at_fault, show
from copydesk.validate.rules import CUT, SENTENCES, check, finds, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_release import MANIFEST, Release

_UP: Final = "../.."
_SAID: Final = ("label", "by", "reason", "flag")
_DECISION: Final = (*ANCHOR, *_SAID)
_CITED: Final = ("version", "date-released", "title", "license", "authors")


def _fault(message: str, pointer: str) -> Fault:
    return Fault(rule="manifest-disagrees", message=message, file=MANIFEST, pointer=pointer)


@check("release", needs=(*SENTENCES, "annotations", "articles"))
@rule(
    "manifest-disagrees",
    level=3,
    waivable=False,
    meaning="The annotators, rounds, guidelines and times in release.json match its tables and the "
    "index.",
    fix=CUT,
)
def manifest(release: Release) -> Iterator[Found]:
    """Annotators, rounds, adjudicators, guidelines and times follow from the tables."""
    stated, rows = release.manifest, release.contents.scan("annotations")
    named = rows.select("annotator", "annotator_kind").unique().collect(engine="streaming")
    kinds = dict(named.drop_nulls().sort(pl.all()).iter_rows())
    yield from _same(stated, "annotators", kinds)
    rounds = stated.get("rounds")
    answered = set(rows.select("round").unique().collect(engine="streaming")["round"].drop_nulls())
    if isinstance(rounds, list) and not answered <= {str(name) for name in rounds}:
        message = f"'rounds' is {show(rounds)}, but the answers are of {show(sorted(answered))}."
        yield _fault(message, "/rounds")
    yield from _origin(stated, kinds)
    yield from _same(stated, "guidelines_version", _last_guidelines(rows))
    yield from _deciders(stated, release)
    yield from _events(stated, release)
    yield from _late(release)


def _events(stated: Any, release: Release) -> Iterator[Found]:
    """Whether every event that the manifest puts into a split has an article or a sentence."""
    splits = stated.get("splits")
    if not isinstance(splits, dict):
        return
    tables = ("articles", *SENTENCES)
    rows = pl.concat([release.contents.scan(table, "event") for table in tables])
    gone = sorted(splits.keys() - set(rows.unique().collect(engine="streaming")["event"]))
    if gone:
        message = f"It gives {show(gone)} a split, but no article is about such an event."
        yield _fault(message, "/splits")


def _last_guidelines(answers: pl.LazyFrame) -> Any:
    """The version of the guidelines that the last answer followed."""
    known = answers.filter(pl.col("guidelines_version").is_not_null())
    latest = known.select(pl.col("created_at").max()).collect(engine="streaming").item()
    last = known.filter(pl.col("created_at").eq_missing(pl.lit(latest)))
    found = last.select("guidelines_version").tail(1).collect(engine="streaming")
    return found.item() if found.height else None


def _deciders(stated: Any, release: Release) -> Iterator[Found]:
    """Whether the manifest names those who decided."""
    told = [name for name in ("adjudicator",) if name in release.contract["sentences"].names]
    rows = _labelled(release, "label_source", *told)
    decided = rows.filter(pl.col("label_source") == "adjudicated").collect(engine="streaming")
    known = stated.get("adjudicators")
    if not isinstance(known, dict):
        return
    if known and stated.get("labels") in ("rule", "model"):
        message = f"It names {show(sorted(known))} as adjudicators, but no round gave its labels."
        yield _fault(message, "/adjudicators")
    if decided.is_empty():
        return
    if not known:
        message = f"It names no adjudicators, but {decided.height:,} sentences were adjudicated."
        yield _fault(message, "/adjudicators")
    elif told:
        others = sorted(set(decided["adjudicator"].drop_nulls()) - known.keys())
        if others:
            message = f"It does not name {show(others)}, who decided sentences."
            yield _fault(message, "/adjudicators")


def _labelled(release: Release, *columns: str) -> pl.LazyFrame:
    return pl.concat([release.contents.scan(table, *columns) for table in SENTENCES])


def _origin(stated: Any, kinds: dict[str, str]) -> Iterator[Found]:
    """Whether the answers are by those who are said to have given them."""
    labels = stated.get("labels")
    by_rules = bool(kinds) and set(kinds.values()) == {"rule"}
    if labels in ("rounds", "rule", "model") and by_rules != (labels == "rule"):
        by = show(sorted(set(kinds.values())))
        yield _fault(f"'labels' is {labels}, but the answers are by {by}.", "/labels")
    named = stated.get("suggester")
    if (labels == "model") != isinstance(named, dict):
        message = f"'labels' is {show(labels)}, and a suggester is named only where it is 'model'."
        yield _fault(message, "/suggester")
    elif isinstance(named, dict):
        annotator = f"{named.get('name')}-{str(named.get('sha256'))[:12]}"
        if kinds != {annotator: "model"}:
            message = f"The suggester is '{annotator}', but the answers are by {show(kinds)}."
            yield _fault(message, "/suggester")


def _same(stated: Any, name: str, found: Any) -> Iterator[Found]:
    if name in stated and stated[name] != found:
        message = f"'{name}' is {show(stated[name])}, but the answers say {show(found)}."
        yield _fault(message, f"/{name}")


def _late(release: Release) -> Iterator[Found]:
    created = pl.lit(release.manifest.get("created"), dtype=pl.String).str.to_datetime(
        "%+", time_unit="us", time_zone="UTC", strict=False
    )
    # `created` is a whole second, and an answer may be of the same one.
    answers = release.contents.scan("annotations", "annotation_id", "created_at", *PLACE)
    late = answers.filter(pl.col("created_at") >= created.dt.offset_by("1s"))
    message = "The answer was given at {created_at}, after the release was made."
    found = late.collect(engine="streaming")
    yield from rows_at_fault("manifest-disagrees", found, message, "annotation_id", "/created_at")


@check("released", needs=("dataset",))
@finds("manifest-disagrees")
def indexed(subject: Released) -> Iterator[Found]:
    """The index and the release state the same time of creation."""
    assert subject.dataset is not None
    release = subject.release
    for entry in (e for e in subject.index.entries if e.version == release.version):
        if entry.created != release.manifest.get("created"):
            message = (
                f"'created' is {show(release.manifest.get('created'))}, but "
                f"{show(entry.created)} in the index."
            )
            yield _fault(message, "/created")


@check("released", needs=("manifest", "corpus"))
@finds("source-disagrees")
def configured(subject: Released) -> Iterator[Found]:
    """What the newest release says of the corpus matches its configuration."""
    stated = subject.release.manifest.get("corpus")
    wanted = subject.config.get("corpus")
    if subject.newest and isinstance(wanted, dict) and stated != wanted:
        keys = sorted({*wanted, *(stated if isinstance(stated, dict) else ())})
        given = stated if isinstance(stated, dict) else {}
        unlike = [key for key in keys if given.get(key) != wanted.get(key)]
        message = f"What copydesk.toml says of the corpus differs in {', '.join(unlike)}."
        yield Fault(
            rule="source-disagrees", message=message, file=MANIFEST, pointer=f"/corpus/{unlike[0]}"
        )


@check("released", needs=("manifest",))
@rule(
    "round-in-doubt",
    level=5,
    severity="warning",
    since="1.1",
    meaning="Every round of the release was complete when it was closed.",
    fix="Reopen the round with 'copydesk round amend --reopen', complete it, and cut again.",
)
def doubts(subject: Released) -> Iterator[Found]:
    """No round was closed although answers were missing, vanished or unresolved."""
    for place, note in enumerate(subject.release.manifest.get("notes", ())):
        if note.get("doubts"):
            because = f" ({show(note['despite'])})" if note.get("despite") else ""
            yield Fault(
                rule="round-in-doubt",
                message=f"The round '{show(note.get('round'))}' was closed although "
                f"{show('; '.join(map(str, note['doubts'])))}{because}.",
                file=MANIFEST,
                pointer=f"/notes/{place}/doubts",
            )


@check("released", needs=("manifest", "corpus"))
@finds("source-disagrees")
def noted(subject: Released) -> Iterator[Found]:
    """What the newest release says of its rounds matches the rounds' own files."""
    manifest = subject.release.manifest
    if not subject.newest or subject.corpus is None or manifest.get("labels") != "rounds":
        return
    rooms = {path.name for path in subject.corpus.rounds.glob("*/")}
    if gone := sorted(set(map(str, manifest.get("rounds", ()))) - rooms):
        message = f"It has answers of {show(gone)}, but the corpus has no such round."
        yield Fault(rule="source-disagrees", message=message, file=MANIFEST, pointer="/rounds")
    rounds = subject.config.get("rounds", {})
    if trials := sorted(set(map(str, manifest.get("rounds", ()))) & set(rounds.get("trials", ()))):
        message = f"It has answers of {show(trials)}, which copydesk.toml calls a trial."
        yield Fault(rule="source-disagrees", message=message, file=MANIFEST, pointer="/rounds")
    if gone or schema_number(str(manifest.get("schema_version"))) < (1, 1):
        return
    try:
        rounds = [open_round(subject.corpus, name) for name in manifest.get("rounds", ())]
        wanted = [note for one in rounds if (note := notes_of(one).published())]
    except (CopydeskError, LookupError, TypeError, ValueError):
        return  # the corpus's own validation names it
    if manifest.get("notes", []) != wanted:
        message = (
            "What it says of amendments, flags and doubts is not what the rounds' own files say."
        )
        yield Fault(rule="source-disagrees", message=message, file=MANIFEST, pointer="/notes")


@check("released", needs=(*SENTENCES, "manifest", "corpus"))
@finds("source-disagrees")
def adjudicated(subject: Released) -> Iterator[Found]:
    """Sentences are adjudicated where, as, by whom and for the reason that the rounds recorded."""
    manifest = subject.release.manifest
    if not subject.newest or subject.corpus is None or manifest.get("labels") != "rounds":
        return
    try:
        plans = [
            read_plan(RoundFolder(subject.corpus, name)) for name in manifest.get("rounds", ())
        ]
        lines, _ = standing(subject.corpus, plans)
        kinds = {str(line["by"]): str(line["by_kind"]) for line in lines}
        decided = pl.DataFrame(
            [[line.get(name) for name in _DECISION] for line in lines],
            schema={name: ADJUDICATIONS[name] for name in _DECISION},
            orient="row",
        )
    except (CopydeskError, LookupError, TypeError, ValueError, pl.exceptions.PolarsError):
        return  # the corpus's own validation names it
    rows = _beside(subject.release, decided)
    for wrong, message, column in _decision_tests(rows.columns):
        found = rows.filter(wrong)
        yield from rows_at_fault("source-disagrees", found, message, "sentence_id", f"/{column}")
    here = _labelled(subject.release, "article_id").unique().collect(engine="streaming")
    by = set(decided.join(here, on="article_id", how="semi")["by"])
    named, kinds = manifest.get("adjudicators"), {n: k for n, k in kinds.items() if n in by}
    if named != kinds:
        message = f"'adjudicators' is {show(named)}, but {show(kinds)} in the rounds."
        yield Fault(
            rule="source-disagrees", message=message, file=MANIFEST, pointer="/adjudicators"
        )


def _beside(release: Release, decided: pl.DataFrame) -> pl.DataFrame:
    """The sentences that were decided, or claim to be, with the last decision on each as ``_…``."""
    hashes = release.contents.scan("articles", "article_id", "text_sha256").unique("article_id")
    last = decided.unique(ANCHOR, keep="last", maintain_order=True).rename(
        {"text_sha256": "_text", **{name: f"_{name}" for name in _SAID}}
    )
    labels = dict(enumerate(release.contract.scheme.names))
    named = pl.col("label").replace_strict(labels, default=None, return_dtype=pl.String)
    known = [name for name in release.contract["sentences"].names if name not in ("text", "cues")]
    key = ["article_id", "_text", "start", "end"]
    rows = (
        _labelled(release, *known, *PLACE)
        .with_columns(label=named)
        .join(hashes.rename({"text_sha256": "_text"}), on="article_id", how="left")
        .join(last.lazy(), on=key, how="left")
    )
    is_decided = pl.col("label_source") == "adjudicated"
    said = pl.col("_label").is_not_null() | pl.col("_flag").is_not_null()
    found = rows.filter(is_decided | said).collect(engine="streaming")
    return found.sort("_file", "_row")


def _decision_tests(columns: list[str]) -> Iterator[tuple[pl.Expr, str, str]]:
    """How a sentence contradicts its decision: the rows, the message, and the column at fault."""
    is_decided = pl.col("label_source") == "adjudicated"
    message = "It is marked as adjudicated, but no round decided it."
    yield is_decided & pl.col("_label").is_null(), message, "label_source"
    message = "A round decided that it is badly cut or not a unit, but the release has it."
    yield pl.col("_flag").is_not_null(), message, "sentence_id"
    message = "A round decided for {_label}, but it is {label} ({label_source})."
    differs = ~is_decided | pl.col("label").ne_missing(pl.col("_label"))
    yield pl.col("_label").is_not_null() & differs, message, "label"
    for column, said in (("adjudicator", "_by"), ("reason", "_reason")):
        if column in columns:
            message = f"'{column}' is {{{column}}}, but {{{said}}} in the round."
            differs = pl.col(column).ne_missing(pl.col(said))
            yield is_decided & pl.col("_label").is_not_null() & differs, message, column
