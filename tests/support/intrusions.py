"""Forgeries by somebody who has read the code: sources and release changed together, traces of a
withdrawal, rooms of a corpus that lead elsewhere, settings, and figures that do not add up.

A part of `oddities`, which tries them: ``oddities.py CORPUS… --kinds together,withdrawn,rooms``.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from attacks import _baselines as scored
from attacks import edit, first_file, reseal, say, secret, stated
from contrivances import own_croissant
from forger import Damage, Forger, UnfitError, _recount, _retext, damage

from copydesk.contract.tables import Contract
from copydesk.errors import CopydeskError
from copydesk.files import dump_json, sha256_file
from copydesk.release.withdraw import withdraw

INTRUSIONS: list[Damage] = []

_OWN = "a corpus that says so in its sources too is another corpus; its index and git know this one"
_SETTING = "a choice of the corpus, which its own file states"
_NO_SETTING = "a data set alone has no configuration"
_ROUNDS = "a data set alone has no rounds"
_TOMBSTONE = "a data set alone has no other account of it"

intrusion = functools.partial(damage, to=INTRUSIONS)
as_it_lies = functools.partial(damage, sign=False, around=True, to=INTRUSIONS)


# ---- sources and release together


def _lines(path: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the lines of a file of JSON Lines."""
    if not path.is_file():
        raise UnfitError(path.name)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    change(lines)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")


def _both(f: Forger, **values: Any) -> None:
    """Describe a given article otherwise, in the release and in the list of articles."""
    name = f.first("articles", where=pl.col("text").is_not_null())["article_id"]
    f.put("articles", pl.col("article_id") == name, **values)

    def change(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            if line["article_id"] == name:
                line |= values

    _lines(f.corpus.manifest, change)


def _together(name: str, free: str = "", design: str = "", **values: Any) -> None:
    def do(f: Forger) -> None:
        _both(f, **values)

    design = design or free
    INTRUSIONS.append(Damage(kind="together", name=name, do=do, free=free, design=design))


_together("an address that turns the line", url="https://x.example/\u202egnp.exe")
_together("an address with a backslash", url="https://good.example\\.bad.example/")
_together("an address with a control character", url="https://x.example/\x1b[8m")
_together("an outlet that clears the screen", outlet="The \x1b[2JPost")
_together("credit to marks that are not shown", attribution="\u200b\u2060")
_together("credit in two lines", attribution="Ada\nNobody is credited")
_together("a licence in small letters", licence="cc-by-4.0")
_together("a language that nobody speaks", free=_OWN, language="xx-Latn")
_together("a day to come", free=_OWN, published="2999-01-01")
_together("a title that is a tag", free=_OWN, title="<img src=x onerror=alert(1)>")
_together("a title that turns the line", title="\u202eegap eht fo eltit")
_together("a kind of article in two words", genre="news report")


@intrusion("together", "a data set alone has no withheld text")
def credit_in_withheld_words(f: Forger) -> None:
    _both(f, attribution=secret(f))


@intrusion("together", "a data set alone has no rounds")
def a_word_of_a_text_its_source_and_its_hash(f: Forger) -> None:
    row = f.first("articles", where=pl.col("text").str.contains(" the "))
    _retext(f, row, lambda text: text.replace(" the ", " tha ", 1))
    new = f.first("articles", where=pl.col("article_id") == row["article_id"])

    def change(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            if line["article_id"] == row["article_id"]:
                line["text_sha256"] = new["text_sha256"]
                if not line.get("file"):
                    raise UnfitError("file")
                path = f.corpus.raw / line["file"]
                path.write_text(new["text"] + "\n", encoding="utf-8")

    _lines(f.corpus.manifest, change)


@intrusion("together", "it withholds more than it must")
def a_given_article_shut_in_every_table(f: Forger) -> None:
    """Nothing of its text is left, and its source still gives it."""
    from copydesk.files import sha256_text

    row = f.first("articles", where=pl.col("text").is_not_null())
    own = pl.col("article_id") == row["article_id"]
    nothing = dict.fromkeys(("text", "title", "attribution"))
    f.put("articles", own, redistributable=False, **nothing)
    mine = f.frames["sentences"].filter(own)
    hashed = mine.with_columns(
        text_sha256=pl.col("text").map_elements(sha256_text, return_dtype=pl.String)
    )
    columns = f.frames["standoff"].columns
    f.frames["standoff"] = pl.concat([f.frames["standoff"], hashed.select(columns)])
    f.frames["standoff"] = f.frames["standoff"].sort("split", "article_id", "index")
    f.frames["sentences"] = f.frames["sentences"].filter(~own)
    rows = f.frames["quotes"].to_dicts()
    for quote in rows:
        if quote["article_id"] == row["article_id"]:
            quote["text"] = None
            for span in ("speaker", "source"):
                if quote.get(span):
                    quote[span] |= {"text": None}
    f.frames["quotes"] = pl.DataFrame(rows, schema=f.frames["quotes"].schema)


@intrusion("together")
def a_group_of_two_events(f: Forger) -> None:
    """Two quotations of different events, and so of different splits, are one utterance."""
    rows = f.frames["quotes"]
    one = f.first("quotes", where=pl.col("group").is_not_null())
    other = rows.filter(pl.col("event") != one["event"])
    if other.is_empty():
        raise UnfitError("events")
    own = pl.col("quote_id") == other["quote_id"][0]
    f.put("quotes", own, group=one["group"], relation="reworded", similarity=0.8)


@intrusion("together", "older releases have older schemas; only a rebuild makes this one anew")
def a_schema_before_adjudicators(f: Forger) -> None:
    """Whatever schema 1.1 brought is left out: doubts, adjudicators, genres, sources."""
    f.manifest["schema_version"] = "1.0"
    for key in ("scheme", "text_code", "notes", "doi", "suggester"):
        f.manifest.pop(key, None)
    contract = Contract(f.contract.scheme, "1.0")
    f.frames = {
        name: frame.select(*contract[name].names, "split") for name, frame in f.frames.items()
    }


# ---- what is left of a withdrawal


def _after(f: Forger) -> tuple[Forger, str]:
    """The corpus after an article was withdrawn from it."""
    name = f.first("articles", where=pl.col("text").is_not_null())["article_id"]
    at = datetime(2026, 6, 1, tzinfo=UTC)
    try:
        withdraw(f.corpus, name, reason="The speaker asked to be forgotten.", at=at)
    except CopydeskError as error:
        raise UnfitError(error.message) from error
    again = Forger(f.root)
    f.__dict__.update(again.__dict__)
    return f, name


def _listed(name: str, free: str = "", **values: Any) -> None:
    """The line of a withdrawn article in the list says something else."""

    def do(f: Forger) -> None:
        _after(f)
        _lines(
            f.dataset / "raw" / "withdrawn.jsonl",
            lambda lines: lines[-1].update(values),
        )

    INTRUSIONS.append(
        Damage(kind="withdrawn", name=name, do=do, free=free, design=free, around=True, sign=False)
    )


_listed("another reason in the list", reason="The text was wrong.")
_listed("another day in the list", on="2026-05-01")
_LAST = "the list tells of an article as it was withdrawn, a release as it was cut"
_listed("another hash in the list", free=_LAST, text_sha256="0" * 64)
_listed("another event in the list", free=_LAST, event="elsewhere")
_listed("another collection in the list", free=_LAST, collection="elsewhere")
_listed("a reason that turns the line", reason="\u202eos dias ydobon")


@as_it_lies("withdrawn")
def called_erased_in_the_list(f: Forger) -> None:
    _after(f)

    def change(lines: list[dict[str, Any]]) -> None:
        lines[-1] = {k: lines[-1][k] for k in ("article_id", "on", "reason")} | {"erased": True}

    _lines(f.dataset / "raw" / "withdrawn.jsonl", change)


@as_it_lies("withdrawn")
def another_reason_in_the_release(f: Forger) -> None:
    _after(f)
    stated(f, lambda m: m["withdrawn"][-1].update(reason="The text was wrong."))


@as_it_lies("withdrawn")
def another_day_in_the_release(f: Forger) -> None:
    _after(f)
    stated(f, lambda m: m["withdrawn"][-1].update(on="2026-05-01"))


@as_it_lies("withdrawn")
def twice_in_the_release(f: Forger) -> None:
    _after(f)
    stated(f, lambda m: m["withdrawn"].append(m["withdrawn"][-1]))


@as_it_lies("withdrawn")
def of_a_version_that_never_was(f: Forger) -> None:
    _after(f)
    stated(f, lambda m: m["withdrawn"][-1].update(version="7.7.7+w1"))


@as_it_lies("withdrawn")
def another_reason_in_the_index(f: Forger) -> None:
    _after(f)
    f.sign_index(lambda entries: entries[-1].update(reason="The text was wrong."))


@as_it_lies("withdrawn")
def a_withdrawal_at_a_time_to_come(f: Forger) -> None:
    _after(f)
    f.sign_index(lambda entries: entries[-1].update(at="2999-01-01T00:00:00Z"))


_GONE = "an only release: nobody has the one that it replaced, and a data set alone has no rounds"


@intrusion("withdrawn", _GONE)
def a_tombstone_of_another_text(f: Forger) -> None:
    _, name = _after(f)
    for table in ("articles", "annotations"):
        f.put(table, pl.col("article_id") == name, text_sha256="0" * 64)


@intrusion("withdrawn", _GONE)
def a_tombstone_of_another_collection(f: Forger) -> None:
    _, name = _after(f)
    f.put("articles", pl.col("article_id") == name, collection="elsewhere")


@intrusion("withdrawn", _GONE)
def a_tombstone_of_another_paper(f: Forger) -> None:
    _, name = _after(f)
    f.put("articles", pl.col("article_id") == name, outlet="The Other Paper")


@intrusion("withdrawn", _GONE)
def a_label_changed_with_a_withdrawal(f: Forger) -> None:
    _, name = _after(f)
    other = f.frames["annotations"].filter(pl.col("article_id") != name)
    if other.is_empty():
        raise UnfitError("answers")
    own = pl.col("sentence_id") == other["sentence_id"][0]
    f.put("annotations", own, label=(pl.col("label") + 1) % len(f.contract.scheme.names))
    _recount(f)


# ---- rooms that lead elsewhere


def _room(f: Forger) -> Path:
    for room in sorted(f.corpus.rounds.glob("*")):
        if room.name in f.manifest["rounds"]:
            return room
    raise UnfitError("rounds")


def _elsewhere(f: Forger, folder: Path) -> None:
    """Move a folder out of the corpus's rooms, and leave a link to it."""
    to = f.root / "elsewhere"
    shutil.move(folder, to)
    folder.symlink_to(os.path.relpath(to, folder.parent))


@as_it_lies("rooms", _ROUNDS)
def a_round_behind_a_link(f: Forger) -> None:
    _elsewhere(f, _room(f))


@as_it_lies("rooms", _ROUNDS)
def all_rounds_behind_a_link(f: Forger) -> None:
    _room(f)
    _elsewhere(f, f.corpus.rounds)


@as_it_lies("rooms", _ROUNDS)
def the_annotations_behind_a_link(f: Forger) -> None:
    _room(f)
    _elsewhere(f, f.corpus.annotations)


@as_it_lies("rooms", _ROUNDS)
def the_log_of_a_round_behind_a_link(f: Forger) -> None:
    log = _room(f) / "annotations.jsonl"
    _elsewhere(f, log)


@as_it_lies("rooms", _ROUNDS)
def answers_turned_behind_a_link(f: Forger) -> None:
    """Release and log say something else; the archives of the answers do not."""
    room = _room(f)
    row = f.first("annotations", where=pl.col("round") == room.name)
    names = f.contract.scheme.names
    other = (row["label"] + 1) % len(names)
    own = pl.col("annotation_id") == row["annotation_id"]
    f.put("annotations", own, label=other)
    _recount(f)

    def change(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            if (line.get("sentence_id"), line.get("annotator")) == (
                row["annotation_id"].removesuffix(f".{room.name}.{row['annotator']}"),
                row["annotator"],
            ):
                line["label"] = names[other]

    _lines(room / "annotations.jsonl", change)
    closed = room / "closed.json"
    document = json.loads(closed.read_text())
    document["files"]["annotations.jsonl"] = sha256_file(room / "annotations.jsonl")
    closed.write_text(dump_json(document))
    f.sign()
    _elsewhere(f, room)


@as_it_lies("rooms", "a data set alone has no withheld text")
def a_private_text_under_two_names(f: Forger) -> None:
    """A hard link is a plain file: only its words tell."""
    secret(f)
    text = max((f.corpus.private / "raw").glob("*.txt"), key=lambda path: path.stat().st_size)
    to = f.dataset / "guidelines-card.md"
    to.unlink(missing_ok=True)
    os.link(text, to)


def _beside(name: str, file: str, free: str) -> None:
    def do(f: Forger) -> None:
        path = f.dataset / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {secret(f)}\n", encoding="utf-8")

    INTRUSIONS.append(
        Damage(kind="rooms", name=name, do=do, design=free, free=free, around=True, sign=False)
    )


_SENT = "files of git and of the Hub's client are neither sent nor described"
_beside("withheld words in the attributes of git", ".gitattributes", _SENT)
_beside("withheld words in the client's cache", ".cache/huggingface/x", _SENT)


@as_it_lies("rooms", free="a folder of nothing is in no archive and in no commit")
def an_empty_folder_in_a_release(f: Forger) -> None:
    (f.folder / "extra").mkdir()


@as_it_lies("rooms", free="words of git that a reader's own git may heed; hashes say what it did")
def attributes_that_change_line_ends(f: Forger) -> None:
    (f.dataset / ".gitattributes").write_text("* text eol=crlf\n")


# ---- identifiers and the index


def _index(name: str, change: Callable[[list[dict[str, Any]]], object], **how: Any) -> None:
    def do(f: Forger) -> None:
        f.sign_index(change)

    INTRUSIONS.append(Damage(kind="entries", name=name, do=do, around=True, sign=False, **how))


def archived(entry: dict[str, Any], doi: str, at: str = "2026-06-01T00:00:00Z") -> dict[str, Any]:
    """The entry of a deposit of a release."""
    return entry | {"event": "archived", "at": at, "doi": doi}


_ARCHIVES = "only the archive knows which DOI is that of all versions, and when it got each"


def _two_in_other_letters(entries: list[dict[str, Any]]) -> None:
    """A DOI is the same in capitals."""
    if len(entries) < 2:
        raise UnfitError("index")
    first, second = entries[:2]
    entries.append(archived(first, "10.5281/zenodo.77"))
    entries.append(archived(second, "10.5281/ZENODO.77"))


_ESCAPED = "JSON writes the character as an escape, and nothing prints the reason"
_index("one identifier of two releases in other letters", _two_in_other_letters)
_index(
    "an archive older than its release",
    lambda e: e.append(archived(e[0], "10.5281/zenodo.77", "2001-01-01T00:00:00Z")),
    free=_ARCHIVES,
    design=_ARCHIVES,
)
_index(
    "a release for all versions that is its own",
    lambda e: e.append(archived(e[0], "10.5281/zenodo.77") | {"concept_doi": "10.5281/zenodo.77"}),
    free=_ARCHIVES,
    design=_ARCHIVES,
)
_index(
    "taken back and given again",
    lambda e: e.extend([e[-1] | {"event": "retracted", "reason": "So."}, dict(e[-1])]),
    free="a retraction takes back what was never published; its entry tells of it",
    design="a retraction takes back what was never published; its entry tells of it",
)
_index(
    "taken back for a reason that is not shown",
    lambda e: e.extend(
        [e[-1] | {"event": "retracted", "reason": "\x1b[8mIt was wrong."}, dict(e[-1])]
    ),
    free=_ESCAPED,
    design=_ESCAPED,
)


def _made_at(name: str, created: str, free: str = "") -> None:
    def do(f: Forger) -> None:
        f.sign_index(lambda entries: entries[-1].update(created=created))
        stated(f, lambda m: m.update(created=created))

    INTRUSIONS.append(Damage(kind="entries", name=name, do=do, sign=False, free=free, design=free))


_CLOCK = "no clock is trusted to say what the time is: the release manager dates a release"
_WRITTEN = "how a time is written: it is the same"
_made_at("made in a thousand years", free=_CLOCK, created="2999-01-01T00:00:00Z")
_made_at("made at a part of a second", free=_CLOCK, created="2026-12-01T00:00:00.5Z")
_made_at("made in small letters", free=_WRITTEN, created="2026-12-01t00:00:00Z")
_made_at("made with a blank", created="2026-12-01 00:00:00Z")


# ---- figures


@as_it_lies("figures")
def an_f1_that_is_no_mean(f: Forger) -> None:
    def change(document: dict[str, Any]) -> None:
        for model in document["models"]:
            model["macro_f1"], model["low"], model["high"] = 0.93, 0.9, 0.95
            _every_label(f, model)

    scored(f, change)


def _every_label(f: Forger, model: dict[str, Any]) -> None:
    """State the right number of sentences for each label."""
    names = f.contract.scheme.names
    test = f.frames["sentences"].filter(pl.col("split") == "test")["label"]
    counts = {name: int((test == number).sum()) for number, name in enumerate(names)}
    if not test.len():
        raise UnfitError("test")
    model["labels"] = {
        name: dict(model["labels"].get(name, {"f1": 0.2}), sentences=count)
        for name, count in counts.items()
        if count
    }


@as_it_lies("figures")
def an_f1_of_a_label_outside_its_interval(f: Forger) -> None:
    def change(document: dict[str, Any]) -> None:
        for model in document["models"]:
            _every_label(f, model)
            for line in model["labels"].values():
                line |= {"low": line["f1"] + 0.1, "high": line["f1"] + 0.2}

    scored(f, change)


@as_it_lies("figures")
def a_model_twice(f: Forger) -> None:
    def change(document: dict[str, Any]) -> None:
        for model in document["models"]:
            _every_label(f, model)
        document["models"].append(document["models"][0])

    scored(f, change)


def _croissant(name: str, old: str, new: str, **how: Any) -> None:
    def do(f: Forger) -> None:
        path = f.folder / "croissant.json"
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise UnfitError(old)
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        own_croissant(f)

    INTRUSIONS.append(Damage(kind="figures", name=name, do=do, sign=False, **how))


_croissant("a number for a truth in Croissant", ": true", ": 1")
_croissant("a number for a falsehood in Croissant", ": false", ": 0")


@as_it_lies("figures")
def bytes_that_are_no_text(f: Forger) -> None:
    path = first_file(f, "articles")
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index("outlet")
    kind = table.schema.field(place)
    bad = pa.array([b"The \xff\xfePost"] * table.num_rows, pa.binary())
    column = pa.Array.from_buffers(pa.string(), len(bad), bad.buffers())
    table = table.set_column(place, kind, column)
    pq.write_table(table, path, compression="zstd", compression_level=9)
    reseal(f)


@intrusion("figures", _ROUNDS)
def an_answer_that_took_longer_than_the_world(f: Forger) -> None:
    f.put("annotations", pl.lit(True), lead_time_s=1e300)


# ---- settings


def _set(name: str, text: str, free: str = "") -> None:
    def do(f: Forger) -> None:
        say(f, "copydesk.toml", text)

    INTRUSIONS.append(
        Damage(
            kind="settings",
            name=name,
            do=do,
            design=_NO_SETTING,
            free=free,
            around=True,
            sign=False,
        )
    )


_WAIVER = '[[waivers]]\nrule = "label-drift"\nreason = "we know better"\nuntil = {}'
_set("a waiver until a time", _WAIVER.format("2026-12-31T00:00:00Z"))
_set("a waiver until a local date", _WAIVER.format("2026-12-31"), free=_SETTING)
_set("a waiver of two lines", _WAIVER.format('"2026-12-31\\n"'))
_set("an alpha that everything reaches", "[checks]\nalpha_min = -1.0", free=_SETTING)


@as_it_lies("settings", _NO_SETTING)
def a_released_round_called_a_trial(f: Forger) -> None:
    name = _room(f).name
    text = (f.root / "copydesk.toml").read_text(encoding="utf-8")
    if "trials = [" in text:
        edit(f, "copydesk.toml", ("trials = [", f'trials = ["{name}", '))
    elif "\n[rounds]" in text:
        edit(f, "copydesk.toml", ("\n[rounds]", f'\n[rounds]\ntrials = ["{name}"]'))
    else:
        say(f, "copydesk.toml", f'[rounds]\ntrials = ["{name}"]')


@as_it_lies("settings", free="a seed is for events to come: those of a release keep their splits")
def splits_drawn_with_another_seed(f: Forger) -> None:
    text = (f.root / "copydesk.toml").read_text(encoding="utf-8")
    if "seed = " in text:
        edit(f, "copydesk.toml", ('seed = "', 'seed = "x'))
    elif "[splits]" in text:
        edit(f, "copydesk.toml", ("[splits]", '[splits]\nseed = "x"'))
    else:
        say(f, "copydesk.toml", '[splits]\nseed = "x"')


# ---- rounds


def _decisions(name: str, change: Callable[[dict[str, Any]], object], **how: Any) -> None:
    def do(f: Forger) -> None:
        for room in sorted(f.corpus.rounds.glob("*")):
            path = room / "adjudications.jsonl"
            if room.name in f.manifest["rounds"] and path.is_file():
                _lines(path, lambda lines: [change(line) for line in lines])
                return
        raise UnfitError("adjudications")

    INTRUSIONS.append(
        Damage(kind="decisions", name=name, do=do, design=_ROUNDS, around=True, sign=False, **how)
    )


_decisions("other reasons in the round", lambda d: d.update(reason="It was the better answer."))
_decisions("another decider in the round", lambda d: d.update(by="z9"))
_decisions("a later time in the round", lambda d: d.update(at="2999-01-01T00:00:00Z"))
