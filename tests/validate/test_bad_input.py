"""Input that nobody vouches for: a sentence or a finding, never a traceback."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import os
import random
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from specimens import Specimen
from thrift_compact import BINARY, I32, I64, LIST, STRUCT, Struct, read_footer, write_footer

from copydesk.contract.arrow import write_table
from copydesk.errors import CopydeskError, InputError, IntegrityError
from copydesk.validate import Report, validate
from copydesk.validate.faults import FaultError, Found
from copydesk.validate.parquet import read_parquet
from copydesk.validate.rules import CHECKS
from copydesk.validate.untrusted_folder import Folder
from copydesk.validate.untrusted_json import MAX_DEPTH, parse


def _rules(report: Report) -> set[str]:
    return set(report.counts)


def test_no_path_no_release(tmp_path: Path) -> None:
    """What is nothing that can be validated is named, with what could be."""
    with pytest.raises(InputError, match="This path does not exist"):
        validate(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"This is not a release, a corpus, .* holds release.json"):
        validate(tmp_path)


def test_a_release_without_its_manifest_is_one_still(specimen: Specimen) -> None:
    """A folder of tables alone is a release that lacks a file."""
    (specimen.release / "release.json").unlink()
    assert "file-missing" in _rules(validate(specimen.release))


@pytest.mark.parametrize(
    "content",
    [
        *(b"[]", b"3", b"null", b'"text"', b"{", b"\xff\xfe", b"", b"[" * 10_000, b'{"a": NaN}'),
        b'{"labels": "\\ud800"}',
    ],
)
def test_a_manifest_that_is_none(specimen: Specimen, content: bytes) -> None:
    """Whatever stands in release.json, there is a finding about it."""
    (specimen.release / "release.json").write_bytes(content)
    report = validate(specimen.release)
    assert {"json-unreadable", "schema-violation"} & _rules(report)


@pytest.mark.parametrize(
    "files",
    [
        3,
        [3],
        [{"path": 3}],
        [{"path": "../../index.json", "sha256": "0" * 64, "bytes": 1, "rows": None}],
        [{"path": "/etc/passwd", "sha256": "0" * 64, "bytes": 1, "rows": None}],
        [{"path": "a" * 5000, "sha256": None, "bytes": -1, "rows": "x"}],
    ],
)
def test_a_list_of_files_that_leads_astray(specimen: Specimen, files: object) -> None:
    """Paths in the manifest are compared with the folder's names, never opened."""
    specimen.amend(lambda manifest: manifest.update(files=files))
    report = validate(specimen.release)
    assert "schema-violation" in _rules(report)


def test_depth_is_counted_outside_strings() -> None:
    """Brackets in a string are no nesting; the limit is exact."""
    assert parse(b'["' + b"[" * 500 + b'"]', "x") == ["[" * 500]
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "x")
    with pytest.raises(FaultError, match="nested deeper than 100"):
        parse(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "x")


def test_links_are_never_followed(specimen: Specimen, tmp_path: Path) -> None:
    """A link to a file or a folder outside is a finding, and its target is not read."""
    secret = tmp_path / "outside"
    specimen.release.joinpath("quotes").rename(secret)
    specimen.release.joinpath("quotes").symlink_to(secret)
    os.chmod(secret, 0o700)
    report = validate(specimen.release)
    [fault] = [f for f in report.findings if f.rule == "file-unsafe"]
    assert fault.file == "quotes"
    assert "something outside the release" in fault.message
    with pytest.raises(FaultError, match="cannot be read"):
        Folder(specimen.release).read("quotes/train.parquet")
    with pytest.raises(FaultError, match="leads out"):
        Folder(specimen.release).read("../1.0.0/release.json")


def test_every_rule_judges_the_same_bytes_of_a_document(tmp_path: Path) -> None:
    """A small document is read once, so that rules cannot see two states of it."""
    (tmp_path / "README.md").write_text("first")
    (tmp_path / "a.txt").write_text("first")
    folder = Folder(tmp_path)
    read = [folder.read(name) for name in ("README.md", "a.txt")]
    for name in ("README.md", "a.txt"):
        (tmp_path / name).write_text("second")

    assert read == [b"first", b"first"]
    assert folder.read("README.md") == b"first"
    assert folder.has("README.md")
    assert folder.read("a.txt") == b"second"


def test_a_folder_with_a_repository_of_its_own_runs_no_command(
    specimen: Specimen, tmp_path: Path
) -> None:
    """Its configuration may name a command that fetches what a commit lacks."""
    ran = tmp_path / "ran"
    command = tmp_path / "command"
    command.write_text(f"#!/bin/sh\ntouch {ran}\n", encoding="utf-8", newline="\n")
    command.chmod(0o755)
    git = ["git", "-C", str(specimen.dataset)]
    subprocess.run([*git, "init", "-q"], check=True)
    for key, value in (
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", f"ext::{command}"),
        ("protocol.ext.allow", "always"),
    ):
        subprocess.run([*git, "config", key, value], check=True)
    (specimen.dataset / ".git" / "HEAD").write_text("1" * 40 + "\n", encoding="utf-8", newline="\n")
    subprocess.run([*git, "show", "HEAD:./releases/index.json"], capture_output=True, check=False)
    assert ran.exists(), "git itself runs it"
    ran.unlink()
    validate(specimen.dataset)
    assert not ran.exists()


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("title", "\u202eegap eht fo eltit", "text-not-canonical"),
        ("outlet", "The \x1b[2JPost", "text-not-canonical"),
        ("attribution", "Ada\u2028Nobody is credited", "text-not-canonical"),
        ("attribution", "\u200b\u2060", "attribution-missing"),
    ],
)
def test_what_is_said_of_an_article_is_shown(
    column: str, value: str, rule: str, specimen: Specimen
) -> None:
    """Also where the corpus's own sources say the same."""
    specimen.describe("mill-day", **{column: value})
    specimen.sign(documents=False)
    [fault] = [
        found
        for found in validate(specimen.release, include=[rule]).findings
        if found.file.startswith("articles/")
    ]
    assert (fault.record, fault.pointer) == ("mill-day", f"/{column}")


@pytest.mark.long
def test_a_pipe_is_not_opened(specimen: Specimen) -> None:
    """A named pipe would block whoever opens it."""
    (specimen.release / "croissant.json").unlink()
    os.mkfifo(specimen.release / "croissant.json")
    assert "file-unsafe" in _rules(validate(specimen.release))


def test_a_dictionary_bomb_is_measured_before_it_is_decoded() -> None:
    """Values count by what they stand for: a thousand references to a long text are its size."""
    stream = io.BytesIO()
    pl.DataFrame({"text": ["x" * 1_000_000] * 3}).write_parquet(stream)
    data = stream.getvalue()
    assert read_parquet(data, "t")[0].height == 3
    with pytest.raises(FaultError, match="expands to as much as"):
        read_parquet(data, "t", free=2_000_000)


@settings(max_examples=60, deadline=None)
@given(st.integers(0), st.integers(0, 255))
def test_a_damaged_table_is_read_or_refused(place: int, byte: int) -> None:
    """One byte of a Parquet file is changed: rows or a fault come out, never a crash."""
    data = bytearray(_TABLE)
    data[place % len(data)] = byte
    try:
        frame, _ = read_parquet(bytes(data), "t")
    except FaultError:
        return  # any other exception fails the test
    assert frame.height <= 50


def _table() -> bytes:
    stream = io.BytesIO()
    ids = [f"row.{n:03d}" for n in range(50)]
    pl.DataFrame({"id": ids, "n": range(50), "list": [[n] for n in range(50)]}).write_parquet(
        stream
    )
    return stream.getvalue()


_TABLE = _table()


def test_statistics_that_hide_rows_are_a_fault() -> None:
    """Whoever filters by an id that the footer leaves out of its bounds would find no row."""
    footer = len(_TABLE) - 8 - int.from_bytes(_TABLE[-8:-4], "little")
    forged = _TABLE[:footer] + _TABLE[footer:].replace(b"row.000", b"row.010")
    where = [("id", "==", "row.000")]
    assert pq.read_table(io.BytesIO(_TABLE), filters=where).num_rows == 1
    assert pq.read_table(io.BytesIO(forged), filters=where).num_rows == 0
    with pytest.raises(FaultError, match="The statistics of the column 'id' are not those of its"):
        read_parquet(forged, "t")


@pytest.mark.parametrize("nested", [False, True])
def test_a_string_in_a_dictionary_alone_is_a_fault(nested: bool) -> None:
    """A dictionary may hold strings of no row; repeats, and rows without a value, are no fault."""
    stream, written = io.BytesIO(), io.BytesIO()
    for to, words in ((written, ["a", "b"]), (stream, ["a", "b", "hidden"])):
        column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0]), pa.array(words))
        if nested:
            column = pa.StructArray.from_arrays([column], ["x"])
        pq.write_table(pa.table({"id": column}), to, store_schema=False)
    assert read_parquet(written.getvalue(), "t")[0].height == 4
    with pytest.raises(FaultError, match="stores values that none of its rows has"):
        read_parquet(stream.getvalue(), "t")


@pytest.mark.parametrize("nested", [False, True])
def test_rows_without_a_dictionary_do_not_make_up_for_a_string_in_it_alone(nested: bool) -> None:
    """A writer gives up a dictionary where another one begins: three strings, three entries."""
    read = {}
    for words in (["a", "b"], ["a", "b", "hidden"]):
        parts: list[pa.Array] = [
            pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1]), pa.array(words)),
            pa.DictionaryArray.from_arrays(pa.array([0, None]), pa.array(["c"])),
        ]
        if nested:
            parts = [pa.StructArray.from_arrays([part], ["x"]) for part in parts]
        stream = io.BytesIO()
        pq.write_table(pa.table({"id": pa.chunked_array(parts)}), stream, store_schema=False)
        read[len(words)] = stream.getvalue()
    assert read_parquet(read[2], "t")[0].height == 6
    with pytest.raises(FaultError, match="stores values that none of its rows has"):
        read_parquet(read[3], "t")


def test_a_dictionary_that_was_given_up_is_no_fault() -> None:
    """Numbers and strings, in rows and in lists, are too many for a dictionary of 1,000 bytes."""
    numbers = pa.array(range(9_000))
    words = pc.cast(numbers, pa.string())
    starts = pa.array(range(0, 9_001, 3), pa.int32())
    columns = {"n": numbers.slice(0, 3_000), "s": words.slice(0, 3_000)}
    columns |= {
        f"{k}s": pa.ListArray.from_arrays(starts, v) for k, v in (("n", numbers), ("s", words))
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, dictionary_pagesize_limit=1_000)
    assert read_parquet(stream.getvalue(), "t")[0].height == 3_000


def test_an_order_of_rows_is_a_fault() -> None:
    """A footer that calls the rows sorted misleads a reader that searches them by halves."""
    stream = io.BytesIO()
    pq.write_table(pa.table({"id": ["b", "a"]}), stream, sorting_columns=[pq.SortingColumn(0)])
    with pytest.raises(FaultError, match="The footer states an order of the rows"):
        read_parquet(stream.getvalue(), "t")


def test_a_number_in_a_dictionary_alone_is_a_fault() -> None:
    """The last of eight rows has a number of its own, until what refers to it is cleared."""
    written, stream = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.table({"n": [5] * 8}), written)
    how = {"compression": "none", "write_statistics": False}
    pq.write_table(pa.table({"n": [5] * 7 + [9]}), stream, **how)
    data = bytearray(stream.getvalue())
    # Eight values of one bit each: the head of the run, then the bits.
    at = data.rindex(b"\x01\x03\x80") + 2
    data[at] = 0
    assert pq.read_table(io.BytesIO(data))["n"].to_pylist() == [5] * 8

    assert read_parquet(written.getvalue(), "t")[0].height == 8
    # The head of the dictionary's page: field 7, in it field 1, that it has two entries, or one.
    fewer = bytes(data).replace(b"\x4c\x15\x04", b"\x4c\x15\x02", 1)
    assert fewer != data
    for forged in (bytes(data), fewer):
        with pytest.raises(FaultError, match="'n' stores values that none of its rows has"):
            read_parquet(forged, "t")


def _hide_a_field(footer: Struct) -> None:
    footer[900] = BINARY, b"words"


def _hide_in_a_column(footer: Struct) -> None:
    footer[4][1][1][0][1][1][1][0][3][1][8] = LIST, (STRUCT, [{1: (BINARY, b"note")}])


def _hide_in_a_pair(footer: Struct) -> None:
    footer[5][1][1][0][3] = BINARY, b"words"


def _encrypt(footer: Struct) -> None:
    footer[8] = STRUCT, {1: (STRUCT, {1: (BINARY, b"x")})}


def _other_file(footer: Struct) -> None:
    footer[4][1][1][0][1][1][1][0][1] = BINARY, b"../elsewhere.parquet"


def _other_maker(footer: Struct) -> None:
    footer[6] = BINARY, b"parquet-cpp-arrow version 1.0.0, and words"


def _more_rows(footer: Struct) -> None:
    footer[3] = I64, 9


def _an_enumeration(footer: Struct) -> None:
    footer[2][1][1][1] |= {6: (I32, 4), 10: (STRUCT, {4: (STRUCT, {})})}


def _behind_the_schema(footer: Struct) -> None:
    [pair] = footer[5][1][1]
    pair[2] = BINARY, base64.b64encode(base64.b64decode(pair[2][1]) + b"words")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_hide_a_field, "The footer has field 900 of the format, which no table of ours has."),
        (_hide_in_a_column, "The footer has field 4.1.3.8 of the format, which no table of ours"),
        (_hide_in_a_pair, "The footer has field 5.3 of the format, which no table of ours has."),
        (_encrypt, "The footer has field 8 of the format, which no table of ours has."),
        (_other_file, "The footer has field 4.1.1 of the format, which no table of ours has."),
        (_other_maker, "The footer says that 'parquet-cpp-arrow version 1.0.0, and words' wrote"),
        (_more_rows, "The footer states 9 rows; the file has 2."),
        (_an_enumeration, "The stored types are not those that Arrow stores for these columns."),
        (_behind_the_schema, "5 bytes follow the schema of Arrow in the footer."),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_footer_holds_nothing_beside_its_table(
    change: Callable[[Struct], None], message: str, tmp_path: Path
) -> None:
    """No reader shows these, and all of them are published."""
    path = tmp_path / "t.parquet"
    write_table(pa.table({"id": ["a", "b"]}), path)
    assert read_parquet(path.read_bytes(), "t", ours=True)[0].height == 2
    body, footer = read_footer(path)
    change(footer)
    write_footer(path, body, footer)

    with pytest.raises(FaultError, match=re.escape(message)):
        read_parquet(path.read_bytes(), "t", ours=True)


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.integers(-(2**63), 2**63 - 1))))
def test_statistics_that_a_writer_makes_are_true(rows: list[tuple[str | None, int | None]]) -> None:
    """Whatever the values are, and whoever wrote them: polars or Arrow."""
    frame = pl.DataFrame(rows, schema={"text": pl.String, "n": pl.Int64}, orient="row")
    by_polars, by_arrow = io.BytesIO(), io.BytesIO()
    frame.write_parquet(by_polars)
    pq.write_table(frame.to_arrow(), by_arrow)
    for stream in (by_polars, by_arrow):
        assert read_parquet(stream.getvalue(), "t")[0].equals(frame)


@pytest.mark.long
def test_random_files_never_end_in_a_traceback(specimen: Specimen) -> None:
    """Each file of a release in turn is replaced by noise, by nothing, and by half of itself."""
    noise = random.Random(7).randbytes(500)
    files = sorted(p for p in specimen.release.rglob("*") if p.is_file())
    for path in files[:6]:
        whole = path.read_bytes()
        for data in (noise, b"", whole[: len(whole) // 2]):
            path.write_bytes(data)
            try:
                report = validate(specimen.release, level=3)
            except CopydeskError as error:
                pytest.fail(f"{path.name}: {error}")
            assert report.exit_code == 1
        path.write_bytes(whole)


def test_words_of_a_file_cannot_move_the_cursor(specimen: Specimen) -> None:
    """Control characters of a file's name or content are escaped in findings and sentences."""
    (specimen.release / "a\x1b[31mred").touch()
    [fault] = validate(specimen.release, include=["file-unlisted"]).findings
    assert fault.file == r"a\x1b[31mred"
    assert str(InputError("It is \x1b[31mred.", where="a\x9bb")) == r"a\x9bb: It is \x1b[31mred."


def test_documents_by_themselves(specimen: Specimen, tmp_path: Path) -> None:
    """Every JSON document of a corpus is judged by its own schema, and found wrong by it."""
    for name in (
        "copydesk.toml",
        "dataset/raw/articles.jsonl",
        "dataset/releases/index.json",
        "dataset/releases/1.1.0/release.json",
        "dataset/releases/1.1.0/croissant.json",
        "annotations/rounds/r1/round.json",
    ):
        report = validate(specimen.root / name)
        assert (report.kind, report.exit_code) == ("document", 0), name
    path = specimen.root / "dataset/raw/articles.jsonl"
    line = json.loads(path.read_text().splitlines()[1])
    bad = json.dumps(line | {"published": "soon", "article_id": "Bad"})
    path.write_text(path.read_text() + "\n" + bad + "\n")
    report = validate(path)
    assert {(f.rule, f.row, f.record, f.pointer) for f in report.findings} == {
        ("schema-violation", 8, "Bad", "/article_id"),
        ("schema-violation", 8, "Bad", "/published"),
    }
    stray = tmp_path / "stray.json"
    stray.write_text("{}")
    with pytest.raises(InputError, match="not a document that copydesk knows"):
        validate(stray)


def test_rows_of_a_table_as_json_lines(specimen: Specimen, tmp_path: Path) -> None:
    """Rows that were written out as JSON Lines are judged by the schema of their table."""
    path = tmp_path / "rows.jsonl"
    rows = [
        {**row, "created_at": row["created_at"].isoformat()}
        for row in specimen.rows("annotations").drop("split").iter_rows(named=True)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert validate(path).counts == {}
    rows[3]["label"] = -1
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    [fault] = validate(path).findings
    assert (fault.rule, fault.row, fault.pointer) == ("schema-violation", 4, "/label")


class Panic(BaseException):
    """As polars' own panic, this is not an Exception."""


@pytest.mark.parametrize("error", [ZeroDivisionError("by zero"), Panic("year 290000")])
def test_a_check_that_raises_makes_no_clean_report(
    error: BaseException, specimen: Specimen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a check raises, the run says that its rule could not be judged."""

    def broken(_: object) -> Iterator[Found]:
        raise error
        yield

    checks = [
        dataclasses.replace(c, run=broken) if c.rules == ("sentence-order",) else c for c in CHECKS
    ]
    monkeypatch.setattr("copydesk.validate.all_rules.CHECKS", checks)
    with pytest.raises(IntegrityError, match="'sentence-order' could not be judged"):
        validate(specimen.release, level=3)


def test_nothing_judged_is_not_clean(specimen: Specimen) -> None:
    """A run that was asked for one rule and could not judge it says so instead of 'clean'."""
    with pytest.raises(InputError, match="Nothing was judged: it was not asked for"):
        validate(specimen.release, include=["rebuild-differs"])
