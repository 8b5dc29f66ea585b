"""Forgeries of kinds that came to mind last: documents with two meanings, and rows that are sound
one by one.

    python tests/support/novelties.py CORPUS… [--kinds meanings,rows]   # who caught what

Like those of `forger`, each signs again whatever can be signed.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from attacks import edit, first_file, reseal, stated
from forger import Damage, Forger, UnfitError, damage, tell

from copydesk.files import dump_json

NOVELTIES: list[Damage] = []

_ALONE = "a data set alone has no other account of it"

novelty = functools.partial(damage, to=NOVELTIES)
as_it_lies = functools.partial(damage, sign=False, to=NOVELTIES)


# ---- documents that two readers read differently


def _manifest_text(f: Forger, change: Callable[[str], str]) -> None:
    path = f.folder / "release.json"
    path.write_text(change(path.read_text()), encoding="utf-8")
    f.sign_index()


@as_it_lies("meanings")
def a_key_twice_in_the_manifest(f: Forger) -> None:
    _manifest_text(f, lambda t: t.replace("{", '{\n  "labels": "rule",', 1))


@as_it_lies("meanings", around=True)
def a_key_twice_in_the_index(f: Forger) -> None:
    path = f.corpus.releases / "index.json"
    path.write_text(path.read_text().replace('"created"', '"created": "x", "created"', 1))


@as_it_lies("meanings")
def a_byte_order_mark_in_the_manifest(f: Forger) -> None:
    _manifest_text(f, lambda t: "\ufeff" + t)


@as_it_lies("meanings", around=True)
def a_second_document_in_the_index(f: Forger) -> None:
    path = f.corpus.releases / "index.json"
    path.write_text(path.read_text() + "{}\n")


@as_it_lies("meanings", around=True)
def a_key_twice_in_the_card(f: Forger) -> None:
    edit(f, "dataset/README.md", ("configs:", "license: mit\nconfigs:"))


@as_it_lies("meanings", around=True)
def a_second_front_matter(f: Forger) -> None:
    path = f.dataset / "README.md"
    path.write_text("---\nversion: 1.0.0\n---\n" + path.read_text(encoding="utf-8"))


@as_it_lies("meanings", around=True)
def a_key_twice_in_the_list_of_articles(f: Forger) -> None:
    path = f.dataset / "raw" / "articles.jsonl"
    path.write_text(path.read_text().replace("{", '{"licence": "MIT", ', 1), encoding="utf-8")


# ---- statements that no row bears out


@as_it_lies("statements")
def a_time_in_another_zone(f: Forger) -> None:
    created = f.manifest["created"].replace("Z", "+00:00")
    stated(f, lambda m: m.update(created=created))


@as_it_lies("statements")
def a_file_of_no_rows(f: Forger) -> None:
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    for split in ("train", "validation", "test"):
        other = f.folder / "standoff" / f"{split}.parquet"
        if not other.exists():
            other.parent.mkdir(exist_ok=True)
            pq.write_table(table.slice(0, 0), other)
            entry = {"path": f"standoff/{split}.parquet", "rows": 0, "sha256": "", "bytes": 0}
            stated(f, lambda m, e=entry: m["files"].append(e))
            return
    raise UnfitError("standoff")


@as_it_lies("statements")
def a_split_of_an_event_twice(f: Forger) -> None:
    event, split = next(iter(f.manifest["splits"].items()))
    stated(f, lambda m: m["splits"].update({f"{event} ": split}))


@as_it_lies("statements", around=True)
def an_author_more(f: Forger) -> None:
    stated(f, lambda m: m["corpus"].update(authors=["\u202egnp.exe"]))


@as_it_lies("statements", around=True)
def another_key_of_a_label(f: Forger) -> None:
    path = f.dataset / "labels.json"
    if not path.is_file():
        raise UnfitError("labels.json")
    document = json.loads(path.read_text())
    first, second = document["labels"][:2]
    first["hotkey"], second["hotkey"] = second["hotkey"], first["hotkey"]
    path.write_text(dump_json(document))


@as_it_lies("statements", around=True)
def index_entries_out_of_time(f: Forger) -> None:
    f.sign_index(lambda entries: entries[0].update(created="2031-01-01T00:00:00Z"))


@as_it_lies("statements", around=True)
def a_key_more_in_an_entry(f: Forger) -> None:
    f.sign_index(lambda entries: entries[-1].update(url="https://elsewhere.example/"))


@as_it_lies("statements")
def a_count_of_a_table_that_is_none(f: Forger) -> None:
    stated(f, lambda m: m["counts"].update(people={"train": 3}))


@as_it_lies("statements")
def a_file_named_twice(f: Forger) -> None:
    _manifest_text(
        f, lambda t: dump_json((m := json.loads(t)) | {"files": [*m["files"], m["files"][0]]})
    )


@as_it_lies("statements")
def files_in_another_order(f: Forger) -> None:
    _manifest_text(f, lambda t: dump_json((m := json.loads(t)) | {"files": m["files"][::-1]}))


@as_it_lies("statements", around=True)
def a_retraction_that_never_was(f: Forger) -> None:
    entry = {"event": "retracted", "reason": "So.", "created": "2026-06-01T00:00:00Z"}
    f.sign_index(lambda entries: entries.append(entries[-1] | entry))


@as_it_lies("statements", around=True)
def an_identifier_of_something_else(f: Forger) -> None:
    f.sign_index(lambda entries: entries[-1].update(doi="10.5281/zenodo.1"))


@as_it_lies("statements")
def a_round_amended_that_was_not(f: Forger) -> None:
    if not f.manifest["rounds"]:
        raise UnfitError("rounds")
    note = {"round": f.manifest["rounds"][0], "doubts": [], "despite": "We know better."}
    stated(f, lambda m: m.update(notes=[note]))


# ---- rows that are sound one by one


@novelty("rows", _ALONE)
def an_outlet_that_is_a_tag(f: Forger) -> None:
    f.put("articles", pl.lit(True), outlet="<script>alert(1)</script>")


@novelty("rows", around=True)
def an_outlet_that_turns_the_line(f: Forger) -> None:
    f.put("articles", pl.lit(True), outlet="The \u202eretsmaG")


@novelty("rows", around=True)
def a_date_still_to_come(f: Forger) -> None:
    f.put("articles", pl.lit(True), published="2999-01-01")


@novelty("rows", _ALONE)
def two_articles_at_one_address(f: Forger) -> None:
    known = f.first("articles", where=pl.col("url").is_not_null())
    f.put("articles", pl.lit(True), url=known["url"])


@novelty("rows")
def a_hash_in_capitals(f: Forger) -> None:
    for table in ("articles", "annotations"):
        f.put(table, pl.lit(True), text_sha256=pl.col("text_sha256").str.to_uppercase())


@novelty("rows")
def votes_below_nothing(f: Forger) -> None:
    rows = f.frames["sentences"].to_dicts()
    names = f.contract.scheme.names
    for row in rows:
        row["votes"] |= {
            names[1]: row["votes"][names[1]] - 1,
            names[2]: row["votes"][names[2]] + 1,
        }
    f.frames["sentences"] = pl.DataFrame(rows, schema=f.frames["sentences"].schema)


@novelty("rows")
def a_label_of_none(f: Forger) -> None:
    f.put("sentences", pl.col("index") == 1, label=-1)


@novelty("rows")
def an_answer_in_another_split(f: Forger) -> None:
    row = f.first("annotations")
    other = "test" if row["split"] != "test" else "train"
    f.put("annotations", pl.col("annotation_id") == row["annotation_id"], split=other)


@novelty("rows")
def a_quotation_in_another_split(f: Forger) -> None:
    row = f.first("quotes")
    other = "test" if row["split"] != "test" else "train"
    f.put("quotes", pl.col("quote_id") == row["quote_id"], split=other)


@novelty("rows", around=True)
def a_withheld_sentence_beyond_its_article(f: Forger) -> None:
    row = f.frames["standoff"].sort("end").tail(1)
    if row.is_empty():
        raise UnfitError("standoff")
    own = pl.col("sentence_id") == row["sentence_id"][0]
    f.put("standoff", own, end=pl.col("end") + 500)
    f.put("annotations", own, end=pl.col("end") + 500)
    rows = f.frames["articles"].to_dicts()
    for article in rows:
        if article["article_id"] == row["article_id"][0]:
            for piece in article["pieces"]:
                if piece["start"] == row["start"][0]:
                    piece["end"] += 500
    f.frames["articles"] = pl.DataFrame(rows, schema=f.frames["articles"].schema)


@novelty("rows", _ALONE)
def a_furniture_line_made_a_unit(f: Forger) -> None:
    rows = f.frames["articles"].to_dicts()
    for article in rows:
        for piece in article["pieces"]:
            if not piece["is_unit"]:
                piece["is_unit"] = True
                f.frames["articles"] = pl.DataFrame(rows, schema=f.frames["articles"].schema)
                return
    raise UnfitError("pieces")


@novelty("rows")
def a_sentence_that_quotes_no_article(f: Forger) -> None:
    row = f.first("quotes", where=pl.col("sentence_ids").list.len() > 0)
    other = f.frames["sentences"].filter(pl.col("article_id") != row["article_id"])
    if other.is_empty():
        raise UnfitError("articles")
    own = pl.col("quote_id") == row["quote_id"]
    f.put("quotes", own, sentence_ids=pl.lit([other["sentence_id"][0]]))


@novelty("rows")
def a_mark_of_a_nested_column(f: Forger) -> None:
    f.put("sentences", pl.lit(True), zone=pl.col("zone") + "\u200b")


@novelty("rows", "a data set alone has no configuration")
def an_annotator_with_a_name(f: Forger) -> None:
    who = f.first("annotations")["annotator"]
    f.put(
        "annotations",
        pl.col("annotator") == who,
        annotator="anna",
        annotation_id=pl.col("annotation_id").str.replace(rf"\.{who}$", ".anna"),
    )
    f.manifest["annotators"]["anna"] = f.manifest["annotators"].pop(who)


# ---- bytes that another reader takes for something else


@as_it_lies("bytes")
def statistics_of_other_values(f: Forger) -> None:
    """The footer says that the smallest id is a later one: who filters by id finds no row."""
    path = first_file(f, "sentences")
    least = min(pq.read_table(path, columns=["sentence_id"], partitioning=None)[0].to_pylist())
    data = path.read_bytes()
    at = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    footer = data[at:].replace(least.encode(), b"z" * len(least))
    path.write_bytes(data[:at] + footer)
    found = pq.read_table(path, filters=[("sentence_id", "==", least)], partitioning=None)
    assert found.num_rows == 0
    reseal(f)


@as_it_lies("bytes")
def two_files_in_one(f: Forger) -> None:
    """A whole Parquet file lies before the one that readers take."""
    path = first_file(f, "sentences")
    data = path.read_bytes()
    table = pq.read_table(path, partitioning=None)
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    path.write_bytes(data + sink.getvalue().to_pybytes())
    reseal(f)


@as_it_lies("bytes", around=True)
def a_document_behind_the_card(f: Forger) -> None:
    path = f.dataset / "README.md"
    path.write_bytes(path.read_bytes() + b"\x00" * 20)


@as_it_lies("bytes", "how rows are grouped is the writer's choice; a rebuild finds it")
def a_row_group_for_each_row(f: Forger) -> None:
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    pq.write_table(table, path, row_group_size=1, compression="zstd", compression_level=9)
    reseal(f)


@as_it_lies("bytes", free="a line end is a blank in JSON", around=True)
def line_ends_of_another_system(f: Forger) -> None:
    path = f.dataset / "raw" / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@as_it_lies("bytes", around=True)
def a_raw_text_with_other_line_ends(f: Forger) -> None:
    for path in sorted((f.dataset / "raw").rglob("*.txt")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        return
    raise UnfitError("raw")


if __name__ == "__main__":
    tell(NOVELTIES)
