"""Forgeries in the footers and pages of Parquet, in names beside the releases, and in documents
whose keys are known and whose values are not true.

    python tests/support/oddities.py CORPUS… [--kinds footers,pages]   # who caught what

Like those of `forger`, each signs again whatever can be signed.
"""

from __future__ import annotations

import base64
import functools
import io
import json
import shutil
import zlib
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from attacks import edit, first_file, reseal, say, secret, stated
from forger import INVENTED, Damage, Forger, UnfitError, damage, tell
from intrusions import INTRUSIONS, archived
from thrift_compact import (
    BINARY,
    I32,
    I64,
    LIST,
    STRUCT,
    TRUE,
    Struct,
    read_footer,
    read_struct,
    write_footer,
)

from copydesk.files import dump_json, sha256_file

ODDITIES: list[Damage] = []

_CIPHER = "somebody who hides text on purpose has any cipher"
_ROUNDS = "a data set alone has no rounds"
_WRITER = "how values are stored is the writer's choice: a reader gets the same; a rebuild finds it"

as_it_lies = functools.partial(damage, sign=False, to=ODDITIES)


def _zipped(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


# ---- footers


def _words(f: Forger) -> str:
    """Words to hide; withheld ones, if there are any."""
    try:
        return secret(f)
    except UnfitError:
        return INVENTED


_SCHEMA, _ROWS, _GROUPS, _MORE, _BY, _ORDERS = 2, 3, 4, 5, 6, 7


def _footer(name: str, change: Callable[[Forger, Struct], object], **how: Any) -> None:
    def do(f: Forger) -> None:
        path = first_file(f, how.get("table", "sentences"))
        body, footer = read_footer(path)
        change(f, footer)
        write_footer(path, body, footer)
        reseal(f)

    how.pop("table", None)
    ODDITIES.append(Damage(kind="footers", name=name, do=do, sign=False, **how))


def _group(footer: Struct) -> Struct:
    return footer[_GROUPS][1][1][0]  # type: ignore[no-any-return]


def _chunk(footer: Struct, column: str) -> Struct:
    for chunk in _group(footer)[1][1][1]:
        if chunk[3][1][3][1][1][0] == column.encode():
            return chunk  # type: ignore[no-any-return]
    raise UnfitError(column)


def _element(footer: Struct, column: str) -> Struct:
    for element in footer[_SCHEMA][1][1]:
        if element[4][1] == column.encode():
            return element  # type: ignore[no-any-return]
    raise UnfitError(column)


def _put(struct: Struct, number: int, kind: int, value: Any) -> None:
    struct[number] = kind, value


def _pair(key: bytes, value: bytes) -> Struct:
    return {1: (BINARY, key), 2: (BINARY, value)}


_footer("more rows than there are", lambda f, x: _put(x, _ROWS, I64, x[_ROWS][1] + 2))
_footer("fewer rows than there are", lambda f, x: _put(x, _ROWS, I64, x[_ROWS][1] - 1))
_footer("more rows in a group", lambda f, x: _put(_group(x), 3, I64, _group(x)[3][1] + 2))
_footer("fewer rows in a group", lambda f, x: _put(_group(x), 3, I64, _group(x)[3][1] - 1))
_footer(
    "a size of a group beyond all",
    lambda f, x: _put(_group(x), 2, I64, 1 << 60),
    design=_WRITER,
    free=_WRITER,
)
_footer("a field that nobody knows", lambda f, x: _put(x, 900, BINARY, _zipped(_words(f))))
_footer(
    "a field that nobody knows, of a column",
    lambda f, x: _put(_chunk(x, "text")[3][1], 900, BINARY, _zipped(_words(f))),
)
_footer(
    "metadata of a column's chunk",
    lambda f, x: _put(
        _chunk(x, "text")[3][1], 8, LIST, (STRUCT, [_pair(b"note", _zipped(_words(f)))])
    ),
)
_footer(
    "withheld words in the metadata of a chunk",
    lambda f, x: _put(
        _chunk(x, "text")[3][1], 8, LIST, (STRUCT, [_pair(b"note", secret(f).encode())])
    ),
)
_footer(
    "a root of another name",
    lambda f, x: _put(x[_SCHEMA][1][1][0], 4, BINARY, base64.b64encode(_zipped(_words(f)))),
)
_footer("another maker", lambda f, x: _put(x, _BY, BINARY, base64.b64encode(_zipped(_words(f)))))
_footer("no orders of columns", lambda f, x: x.pop(_ORDERS, None), design=_WRITER, free=_WRITER)
_footer(
    "text as JSON",
    lambda f, x: (
        _put(_element(x, "text"), 6, I32, 19)
        or _put(_element(x, "text"), 10, STRUCT, {12: (STRUCT, {})})
    ),
)
_footer(
    "text as a list of values",
    lambda f, x: (
        _put(_element(x, "text"), 6, I32, 4)
        or _put(_element(x, "text"), 10, STRUCT, {4: (STRUCT, {})})
    ),
)
_footer(
    "text as plain bytes", lambda f, x: (_element(x, "text").pop(6), _element(x, "text").pop(10))
)
_footer(
    "a column number",
    lambda f, x: _put(_element(x, "text"), 9, I32, 777),
    design=_WRITER,
    free=_WRITER,
)
_footer(
    "statistics of wider strings",
    lambda f, x: _wider(_chunk(x, "sentence_id")[3][1][12][1]),
)
_footer("statistics of another count", lambda f, x: _put(_chunk(x, "text")[3][1][12][1], 4, I64, 1))
_footer(
    "an index of pages that is none",
    lambda f, x: (_put(_chunk(x, "text"), 6, I64, 4), _put(_chunk(x, "text"), 7, I32, 40)),
)
_footer(
    "a filter that is none",
    lambda f, x: (
        _put(_chunk(x, "text")[3][1], 14, I64, 4),
        _put(_chunk(x, "text")[3][1], 15, I32, 40),
    ),
)
_footer(
    "a chunk in another file",
    lambda f, x: _put(_chunk(x, "text"), 1, BINARY, b"../../../elsewhere.parquet"),
)
_footer(
    "an algorithm of encryption",
    lambda f, x: _put(
        x, 8, STRUCT, {1: (STRUCT, {1: (BINARY, b"x"), 2: (BINARY, b"y"), 3: (TRUE, True)})}
    ),
)
_footer("a version of the format", lambda f, x: _put(x, 1, I32, 99), design=_WRITER, free=_WRITER)
_footer(
    "a key of the metadata twice",
    lambda f, x: x[_MORE][1][1].append(_pair(b"copydesk", b'{"version": "9.9.9"}')),
)


def _wider(stated: Struct) -> None:
    for number in (1, 5, 6, 2):
        if number in stated:
            _put(stated, number, BINARY, b"\x7f" * 30 if number in (1, 5) else b"")


def _arrow(f: Forger, change: Callable[[pa.Schema], bytes]) -> None:
    """Another schema of Arrow than the columns give, as it stands in the footer."""
    path = first_file(f, "articles")
    body, footer = read_footer(path)
    schema = pq.read_schema(path)
    for one in footer[_MORE][1][1]:
        if one[1][1] == b"ARROW:schema":
            one[2] = BINARY, base64.b64encode(change(schema))
    write_footer(path, body, footer)
    reseal(f)


@as_it_lies("footers")
def metadata_in_the_schema_of_arrow_alone(f: Forger) -> None:
    text = _words(f)
    _arrow(
        f,
        lambda s: (
            s.with_metadata({**(s.metadata or {}), b"note": text.encode()}).serialize().to_pybytes()
        ),
    )


@as_it_lies("footers")
def bytes_behind_the_schema_of_arrow(f: Forger) -> None:
    text = _words(f)
    _arrow(f, lambda s: s.serialize().to_pybytes() + text.encode())


@as_it_lies("footers")
def an_extension_type(f: Forger) -> None:
    def change(s: pa.Schema) -> bytes:
        more = {"ARROW:extension:name": "arrow.json", "ARROW:extension:metadata": ""}
        place = s.get_field_index("title")
        return s.set(place, s.field(place).with_metadata(more)).serialize().to_pybytes()

    _arrow(f, change)


@as_it_lies("footers")
def a_time_zone_of_another_name(f: Forger) -> None:
    path = first_file(f, "annotations")
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index("created_at")
    field = table.schema.field(place).with_type(pa.timestamp("us", "Etc/UTC"))
    table = table.set_column(place, field, table.column(place).cast(field.type))
    pq.write_table(table, path, compression="zstd")
    reseal(f)


# ---- pages


def _page(data: bytes, at: int) -> tuple[Struct, int]:
    """The head of a page and where its content begins."""
    stream = io.BytesIO(data[at:])
    head = read_struct(stream)
    return head, at + stream.tell()


@as_it_lies("pages")
def a_number_in_a_dictionary_that_no_row_has(f: Forger) -> None:
    """One row has another number, until the bits that refer to it are cleared."""
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    place = table.schema.get_field_index("n_annotators")
    kind = table.schema.field(place).type
    had = table.column(place).to_pylist()
    forged = pa.array([*had[:-1], had[-1] + 9999], kind)
    other = table.set_column(place, table.schema.field(place), forged)
    if len(set(had)) != 1:
        raise UnfitError("n_annotators")
    pq.write_table(other, path, compression="none", write_statistics=False)
    chunk = next(
        c
        for n in range(pq.read_metadata(path).num_columns)
        if (c := pq.read_metadata(path).row_group(0).column(n)).path_in_schema == "n_annotators"
    )
    data = bytearray(path.read_bytes())
    head, start = _page(bytes(data), chunk.data_page_offset)
    size = head[3][1]
    # Definition levels (none, or a length and their bytes), the width of an index, then the runs.
    body = bytes(data[start : start + size])
    at = 4 + int.from_bytes(body[:4], "little") if table.schema.field(place).nullable else 0
    width, place_of_run = body[at], start + at + 1
    while place_of_run < start + size:  # runs of one value, or of values packed by their bits
        run, of_head = 0, 0
        while of_head == 0 or data[place_of_run + of_head - 1] & 0x80:
            run |= (data[place_of_run + of_head] & 0x7F) << 7 * of_head
            of_head += 1
        length = (run >> 1) * width if run & 1 else (width + 7) // 8
        place_of_run += of_head
        data[place_of_run : place_of_run + length] = bytes(length)
        place_of_run += length
    path.write_bytes(bytes(data))
    assert pq.read_table(path, partitioning=None).column(place).to_pylist() == had
    reseal(f)


@as_it_lies("pages")
def a_filter_of_withheld_words(f: Forger) -> None:
    """Whoever has a sentence can ask the filter whether it is among the withheld ones."""
    path = first_file(f, "sentences")
    table = pq.read_table(path, partitioning=None)
    pq.write_table(
        table, path, compression="zstd", bloom_filter_options={"text": {"ndv": 100, "fpp": 0.001}}
    )
    reseal(f)


# ---- names


def _copied(name: str, old: str, new: str) -> None:
    """Copy a file or folder; ``{}`` stands for the version of the first release."""

    def do(f: Forger) -> None:
        first = json.loads((f.corpus.releases / "index.json").read_text())["releases"][0]["version"]
        source, to = f.dataset / old.format(first), f.dataset / new.format(first)
        if not source.exists():
            raise UnfitError(old)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, to)

    ODDITIES.append(Damage(kind="names", name=name, do=do, around=True, sign=False))


_copied("a release with a blank behind its name", "releases/{}", "releases/{} ")
_copied("a release with a zero before its name", "releases/{}", "releases/0{}")
_copied("a release with a mark that is not shown", "releases/{}", "releases/{}\u200b")
_copied("a release with a withdrawal that never was", "releases/{}", "releases/{}+w1")
_copied("the releases in capitals", "releases", "Releases")
_copied("the raw folder in capitals", "raw", "RAW")
_copied("a card in small letters", "README.md", "readme.md")
_copied("a card of another suffix", "README.md", "README.rst")
_copied("a second index", "releases/index.json", "releases/index.json.bak")
_copied("a copy of the list of articles", "raw/articles.jsonl", "raw/articles.jsonl.gz")


# ---- the index


def _index(name: str, change: Callable[[Forger, list[dict[str, Any]]], object], **how: Any) -> None:
    def do(f: Forger) -> None:
        f.sign_index(lambda entries: change(f, entries))

    ODDITIES.append(Damage(kind="index", name=name, do=do, around=True, sign=False, **how))


def _withdrawn_as(number: int, *, first: bool = False) -> Callable[..., None]:
    def change(f: Forger, entries: list[dict[str, Any]]) -> None:
        old = entries[0]["version"]
        new = f"{old}+w{number}"
        (f.corpus.releases / old).rename(f.corpus.releases / new)
        path = f.corpus.releases / new / "release.json"
        path.write_text(dump_json(json.loads(path.read_text()) | {"version": new}))
        entry = {
            "version": new,
            "event": "withdrawn",
            "at": "2026-06-01T00:00:00Z",
            "reason": "So.",
            "created": entries[0]["created"],
            "digest": sha256_file(path),
        }
        entries.insert(0 if first else len(entries), entry)

    return change


def _ordered(f: Forger, entries: list[dict[str, Any]]) -> None:
    if len(entries) < 2:
        raise UnfitError("index")
    entries[0]["created"], entries[1]["created"] = entries[1]["created"], entries[0]["created"]


_index("a first withdrawal called the second", _withdrawn_as(2))
_index("a withdrawal of nothing", _withdrawn_as(1))
_index("a withdrawal before its release", _withdrawn_as(1, first=True))
_index("two releases that change their times", _ordered)
_index(
    "a release made before its answers", lambda f, e: e[-1].update(created="2001-01-01T00:00:00Z")
)
_index(
    "two identifiers of one release",
    lambda f, e: e.extend(archived(e[0], f"10.5281/zenodo.{n}") for n in (77, 78)),
)
_index(
    "an archive of a release that is not there",
    lambda f, e: e.append(archived(e[0] | {"version": "7.7.7"}, "10.5281/zenodo.77")),
)
_index(
    "a retraction of the first release",
    lambda f, e: e.append(
        {
            "event": "retracted",
            "reason": "So.",
            "created": "2026-06-01T00:00:00Z",
            "version": e[0]["version"],
            "digest": e[0]["digest"],
        }
    ),
)


# ---- what a release says of others


@as_it_lies("manifest")
def the_release_before_is_itself(f: Forger) -> None:
    stated(f, lambda m: m.update(previous=m["version"]))


@as_it_lies("manifest", around=True)
def two_releases_that_follow_each_other(f: Forger) -> None:
    if not f.previous:
        raise UnfitError("previous")
    path = f.corpus.releases / str(f.previous) / "release.json"
    path.write_text(dump_json(json.loads(path.read_text()) | {"previous": f.manifest["version"]}))
    f.sign_index()


@as_it_lies("manifest", around=True)
def the_first_release_follows_one(f: Forger) -> None:
    folder = sorted(f.corpus.releases.glob("*/release.json"))[0]
    folder.write_text(dump_json(json.loads(folder.read_text()) | {"previous": "0.9.0"}))
    f.sign_index()


@as_it_lies("manifest", free="the order in which rounds are named says nothing")
def rounds_in_another_order(f: Forger) -> None:
    if len(f.manifest["rounds"]) < 2:
        raise UnfitError("rounds")
    stated(f, lambda m: m.update(rounds=m["rounds"][::-1]))


@as_it_lies(
    "manifest", "whoever struck sentences decided none that the release has: only rounds say"
)
def an_adjudicator_of_nothing(f: Forger) -> None:
    stated(f, lambda m: m.update(adjudicators={"z9": "human"}))


@as_it_lies("manifest")
def an_annotator_of_nothing(f: Forger) -> None:
    stated(f, lambda m: m["annotators"].update(z9="human"))


@as_it_lies("manifest")
def made_before_its_answers(f: Forger) -> None:
    stated(f, lambda m: m.update(created="2001-01-01T00:00:00Z"))


@as_it_lies("manifest", around=True)
def made_before_the_release_before(f: Forger) -> None:
    if not f.previous:
        raise UnfitError("previous")
    before = json.loads((f.corpus.releases / str(f.previous) / "release.json").read_text())
    early = before["created"].replace("2026", "2025")
    stated(f, lambda m: m.update(created=early))
    f.sign_index(lambda e: e[-1].update(created=early))


@as_it_lies("manifest")
def a_key_in_capitals(f: Forger) -> None:
    stated(f, lambda m: m.update(Labels="human"))


@as_it_lies("manifest")
def a_table_beside_the_tables(f: Forger) -> None:
    path = f.folder / "sentences" / "extra.parquet"
    shutil.copyfile(first_file(f, "sentences"), path)
    entry = {"path": "sentences/extra.parquet", "rows": 0, "sha256": "", "bytes": 0}
    stated(f, lambda m: m["files"].append(entry))


# ---- documents


def _document(name: str, file: str, *pairs: tuple[str, str], **how: Any) -> None:
    def do(f: Forger) -> None:
        edit(f, file, *pairs)

    ODDITIES.append(Damage(kind="documents", name=name, do=do, around=True, sign=False, **how))


_CARD, _CITATION = "dataset/README.md", "dataset/CITATION.cff"
_FREE = "prose outside the marks is written by people"
_document(
    "experts who were none",
    _CARD,
    ("configs:", "annotations_creators:\n- expert-generated\nconfigs:"),
)
_document("rows of a split in the card", _CARD, ("num_examples: ", "num_examples: 9"))
_document("a size of the download", _CARD, ("download_size: ", "download_size: 9"))
_document("a type in the card", _CARD, ("dtype: string", "dtype: large_string"))
_document("another language in the card", _CARD, ("language:\n- ", "language:\n- xx\n- "))
_document(
    "a default that is another config",
    _CARD,
    ("  default: true\n", ""),
    ("config_name: articles\n", "config_name: articles\n  default: true\n"),
)
_document(
    "a count in the card's prose",
    _CARD,
    ("\n---\n", "\n---\n\nThis data set has 9,999 sentences.\n"),
    free=_FREE,
    design=_FREE,
)
_document(
    "a second block of the same name",
    _CARD,
    (
        "<!-- copydesk:end summary -->",
        "<!-- copydesk:end summary -->\n\n<!-- copydesk:begin summary -->\n9\n"
        "<!-- copydesk:end summary -->",
    ),
)
_document(
    "a block that nobody knows",
    _CARD,
    (
        "<!-- copydesk:begin",
        "<!-- copydesk:begin x -->\n9\n<!-- copydesk:end x -->\n\n<!-- copydesk:begin",
    ),
)
_document("a date in the change list", "dataset/CHANGES.md", ("2026-", "2025-"))
_document("a kind of change in the change list", "dataset/CHANGES.md", ("- MINOR", "- PATCH"))
_document("two documents in the citation", _CITATION, ("cff-version", "title: x\n---\ncff-version"))
_document(
    "an alias in the citation", _CITATION, ("title: ", "abstract: &a x\nkeywords: [*a]\ntitle: ")
)
_document("a merge in the citation", _CITATION, ("title: ", "<<: {doi: 10.5281/zenodo.9}\ntitle: "))
_document(
    "an identifier more in the citation",
    _CITATION,
    ("title: ", "identifiers:\n- type: doi\n  value: 10.5281/zenodo.9\ntitle: "),
    design="what else a corpus cites is its authors' choice; a corpus has its own copy",
)
_document(
    "an address that runs script in the citation",
    _CITATION,
    ("title: ", "url: javascript:alert(1)\ntitle: "),
)
_document(
    "a tag in the citation", _CITATION, ("title: ", "abstract: !!python/name:os.system\ntitle: ")
)
_document(
    "a version in the guidelines twice",
    "dataset/guidelines.md",
    ("version: ", "version: 7.7\nversion: "),
)
_document(
    "labels with a script",
    "dataset/labels.json",
    ('"colour": "', '"colour": "url(javascript:alert(1))'),
)
_document("a mark before the labels", "dataset/labels.json", ("{", "\ufeff{"))
_document("a mark before the index", "dataset/releases/index.json", ("{", "\ufeff{"))
_document("a mark before the list of articles", "dataset/raw/articles.jsonl", ("{", "\ufeff{"))


@as_it_lies("documents", around=True)
def another_size_category(f: Forger) -> None:
    text = (f.root / _CARD).read_text(encoding="utf-8")
    known = next(size for size in ("n<1K", "1K<n<10K", "10K<n<100K", "") if size in text)
    edit(f, _CARD, (known or "10K<n<100K", "n>1T"))


@as_it_lies("documents", around=True)
def guidelines_of_an_older_version(f: Forger) -> None:
    if f.manifest["guidelines_version"] is None:
        raise UnfitError("no answer followed guidelines")
    edit(f, "dataset/guidelines.md", ("version: ", "version: 0.0"))


@as_it_lies("documents", around=True)
def a_bomb_for_the_identifier_of_the_citation(f: Forger) -> None:
    path = f.dataset / "CITATION.cff"
    if not path.is_file():
        raise UnfitError("CITATION.cff")
    bomb = [f"x{n}: &a{n} [{f'*a{n - 1}, ' * 9}*a{n - 1}]" for n in range(1, 12)]
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n".join(bomb).replace("*a0", "x") + "\ndoi: *a11\n")


# ---- leaks


def _leak(name: str, change: Callable[[str], str], file: str = _CARD, free: str = "") -> None:
    def do(f: Forger) -> None:
        say(f, file, change(secret(f)))

    ODDITIES.append(
        Damage(
            kind="leaks",
            name=name,
            do=do,
            free=free,
            design=free or "a data set alone has no withheld text",
            around=True,
            sign=False,
        )
    )


_leak("in a comment", lambda t: f"<!-- {t} -->")
_leak("in a comment of several lines", lambda t: "<!--\n" + "\n".join(t.split()) + "\n-->")
_leak("in an attribute", lambda t: f'<img src="x.png" alt="{t}">')
_leak("in a title of a link", lambda t: f'[a](https://x.example "{t}")')
_leak("in letters with strokes", lambda t: "".join(f"{c}\u0336" for c in t))
_leak(
    "in small capitals",
    lambda t: t.translate(str.maketrans("abcdegijkmnoptuvwz", "ᴀʙᴄᴅᴇɢɪᴊᴋᴍɴᴏᴘᴛᴜᴠᴡᴢ")),
)
_leak(
    "in letters in circles",
    lambda t: "".join(chr(0x24D0 + ord(c) - 97) if "a" <= c <= "z" else c for c in t),
)
_leak(
    "in tags that are not shown", lambda t: "".join(chr(0xE0000 + ord(c)) for c in t if c.isascii())
)
_leak("as a JSON string in JSON", lambda t: json.dumps(json.dumps("é" + t)))
_leak("as a list of words", lambda t: json.dumps(t.split()))
_leak("as lines of a list", lambda t: "\n".join(f"- {w}" for w in t.split()))
_leak("as a numbered list", lambda t: "\n".join(f"{n}. {w}" for n, w in enumerate(t.split(), 1)))
_leak("as a definition for every word", lambda t: "\n".join(f"{w}:" for w in t.split()))
_leak(
    "with a word between words",
    lambda t: " xx ".join(t.split()),
    free="words are compared; with others between them they are other words",
)
_leak("in base 64", lambda t: base64.b64encode(t.encode()).decode(), free=_CIPHER)
_leak("in rot 13", lambda t: __import__("codecs").encode(t, "rot13"), free=_CIPHER)
_leak("in hexadecimal digits", lambda t: t.encode().hex(), free=_CIPHER)
_leak("words backwards", lambda t: " ".join(w[::-1] for w in t.split()), free=_CIPHER)
_leak("in an address of data", lambda t: f"![x](data:text/plain,{t.replace(' ', '%20')})")
_leak("in utf-7", lambda t: t.replace(" ", "+ACA-"), free=_CIPHER)


# ---- rounds


def _round(name: str, file: str, change: Callable[[Any], object], **how: Any) -> None:
    def do(f: Forger) -> None:
        for room in sorted(f.corpus.rounds.glob("*")):
            path = room / file
            if room.name in f.manifest["rounds"] and path.is_file():
                document = json.loads(path.read_text())
                change(document)
                if dump_json(document) == path.read_text():
                    raise UnfitError(f"{file} says so already")
                path.write_text(dump_json(document))
                return
        raise UnfitError(file)

    ODDITIES.append(
        Damage(kind="rounds", name=name, do=do, around=True, sign=False, design=_ROUNDS, **how)
    )


def _of_another_kind(person: dict[str, Any]) -> None:
    person["kind"] = "human" if person["kind"] != "human" else "model"


_round("doubts at the closing", "closed.json", lambda d: d.update(doubts=["three answers missing"]))
_round("a closing of another round", "closed.json", lambda d: d.update(round="r9"))
_round("a closing without digests", "closed.json", lambda d: d.update(files={}))
_round(
    "a closing a day earlier", "closed.json", lambda d: d.update(closed_at="2026-01-01T00:00:00Z")
)
_round(
    "sentences struck at the closing",
    "closed.json",
    lambda d: d.update(
        struck=[
            {
                "article_id": "mill",
                "text_sha256": "0" * 64,
                "start": 0,
                "end": 5,
                "at": "2026-01-01T00:00:00Z",
            }
        ]
    ),
)
_round("a plan of other people", "round.json", lambda d: _of_another_kind(d["annotators"][0]))
_round("a plan of another seed", "round.json", lambda d: d.update(seed="another"))
_round("a plan of other articles", "round.json", lambda d: d["articles"].pop())


ODDITIES += INTRUSIONS

if __name__ == "__main__":
    tell(ODDITIES)
