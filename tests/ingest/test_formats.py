"""Articles are read from the files that people have, in whatever form they are."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources import write

from copydesk.corpus import Corpus
from copydesk.ingest import Ingested, Options, ingest, refused
from copydesk.ingest.raw import Missed
from copydesk.ingest.read import raws
from copydesk.scaffold import lay_out

TEXT = "Bridge opens\nThe bridge over the Wend opened on Monday.\n"
PAGE = (
    "<html lang='de'><head><title>Die Brücke | Der Tag</title></head><body><article>"
    "<h1>Die Brücke</h1><p>Die neue Brücke über den Fluss wurde am Montag eröffnet, nach vier "
    "Jahren Bauzeit und viel Streit um das Geld.</p><p>Der Bürgermeister war zufrieden und sprach "
    "von einem guten Tag für die ganze Stadt und ihr Umland.</p></article></body></html>"
)
CONLLU = """\
# newdoc id = wend_bridge
# meta::title = Bridge opens
# meta::dateCreated = 2020-05-03
# newpar
# newpar_block = head (1 s)
# text = Bridge opens
1\tBridge\t_\t_\t_\t_\t_\t_\t_\t_
2\topens\t_\t_\t_\t_\t_\t_\t_\t_

# newpar
# text = The bridge opened.
1\tThe\t_\t_\t_\t_\t_\t_\t_\t_

# text = It is red.
1\tIt\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No

# text = (Mostly.)
1\tMostly\t_\t_\t_\t_\t_\t_\t_\t_

# newdoc id = wend_ferry
# newpar
# text = The ferry stopped.
1\tThe\t_\t_\t_\t_\t_\t_\t_\t_

"""


def take(corpus: Corpus, *sources: Path | str, **options: Any) -> Ingested:
    return ingest([str(s) for s in sources], corpus, options=Options(**options), workers=1)


def texts(corpus: Corpus) -> dict[str, str]:
    return {a.article_id: corpus.text(a) for a in corpus.articles()}


def _zstd(data: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(data).to_pybytes()
    return packed


def _zip(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("ending", ["", ".gz", ".bz2", ".zst", ".zip"])
def test_every_format_is_read_also_compressed(tmp_path: Path, corpus: Corpus, ending: str) -> None:
    """One article in each format, as it stands and compressed."""
    table = io.BytesIO()
    pq.write_table(pa.table({"body": [TEXT], "id": [7]}), table)
    line = json.dumps({"id": "line", "content": TEXT})
    formats = {
        "plain.txt": TEXT.encode(),
        "page.html": PAGE.encode(),
        "pageX.xhtml": PAGE.encode(),
        "lines.jsonl": line.encode(),
        "list.json": json.dumps({"articles": [{"id": "listed", "content": TEXT}]}).encode(),
        "comma.csv": f'id,headline,text\ncomma,Bridge,"{TEXT}"\n'.encode(),
        "tab.tsv": b"id\ttext\ntab\tThe bridge opened.\n",
        "rows.parquet": table.getvalue(),
        "bank.conllu": CONLLU.encode(),
    }
    pack = {
        "": lambda data, name: data,
        ".gz": lambda data, name: gzip.compress(data),
        ".bz2": lambda data, name: bz2.compress(data),
        ".zst": lambda data, name: _zstd(data),
        ".zip": _zip,
    }[ending]
    for name, data in formats.items():
        write(tmp_path / "in" / f"{name}{ending}", pack(data, name))

    done = take(corpus, tmp_path / "in")

    assert done.refused == ()
    assert sorted(texts(corpus)) == [
        *("7", "comma", "line", "listed", "page", "pagex", "plain", "tab"),
        *("wend-bridge", "wend-ferry"),
    ]


def test_a_treebank_gives_its_documents(tmp_path: Path, corpus: Corpus) -> None:
    """Documents, paragraphs, headings and dates of CoNLL-U are those of the articles."""
    take(corpus, write(tmp_path / "bank.conllu", CONLLU))

    bridge, ferry = corpus.articles()
    assert corpus.text(bridge) == "Bridge opens\nThe bridge opened. It is red.(Mostly.)"
    assert (bridge.title, bridge.published, bridge.zones) == (
        "Bridge opens",
        "2020-05-03",
        ("0:headline",),
    )
    assert corpus.text(ferry) == "The ferry stopped."


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        ("Die Brücke ist „offen“.".encode("windows-1252"), "windows-1252", None),
        ("Die\rBrücke ist\r„offen“.".encode("mac-roman"), "mac-roman", None),
        ("Die Brücke ist „offen“.".encode("utf-16"), "utf-16", None),
        ("Die Brücke ist „offen“.".encode("utf-16-le"), "utf-16-le", None),
        ("Die Brücke ist „offen“.".encode("utf-8-sig"), None, None),
        ("Most łączy brzegi".encode("iso-8859-2"), "iso-8859-2", "Most łączy brzegi"),
    ],
)
def test_the_encoding_is_what_the_bytes_say(
    tmp_path: Path, corpus: Corpus, data: bytes, encoding: str | None, text: str | None
) -> None:
    """Four encodings are told from the bytes and recorded; any other is given."""
    write(tmp_path / "a.txt", data)

    take(corpus, tmp_path / "a.txt", encoding=encoding if text else None)

    (article,) = corpus.articles()
    assert corpus.text(article).replace("\n", " ") == (text or "Die Brücke ist „offen“.")
    assert article.reading == ({"encoding": encoding} if encoding else None)


def test_a_treebank_without_texts_is_read_from_its_tokens(tmp_path: Path, corpus: Corpus) -> None:
    """A token of several words is one, an empty node none; a line without columns is named."""
    rest = "\t_" * 7
    bank = (
        f"1-2\tDon't\t_{rest}\n1\tDo\tdo{rest}\n2\tn't\tnot{rest}\n3\tgo\tgo{rest}SpaceAfter=No\n"
        f"3.1\tx\tx{rest}\n4\t.\t.{rest}\n\ndamaged\n\ndamaged too\n\n1\tStay\tstay{rest}\n"
    )
    done = take(corpus, write(tmp_path / "bank.conllu", bank))
    assert texts(corpus) == {"bank": "Don't go. Stay"}
    assert [(one.place, one.reason) for one in done.refused] == [
        (
            "line 8",
            "This line has no columns with tabs between them, as CoNLL-U has. "
            "It is the first of 2 such lines in this file.",
        )
    ]


@pytest.mark.parametrize("number", ["²", "9" * 5000])
def test_a_number_that_is_none_ends_no_reading(number: str, tmp_path: Path, corpus: Corpus) -> None:
    rest = "\t_" * 7
    bank = f"1-{number}\tGo\t_{rest}\n{number}\tno\tno{rest}\n3\tfurther\tx{rest}\n\n"
    take(corpus, write(tmp_path / "bank.conllu", bank))
    assert texts(corpus) == {"bank": "Go no further"}


def test_a_column_of_bytes_and_one_of_paragraphs_are_texts(tmp_path: Path, corpus: Corpus) -> None:
    table = pa.table({"id": ["bytes"], "text": pa.array([TEXT.encode()], pa.binary())})
    pq.write_table(table, tmp_path / "a.parquet")
    row = {"id": "paragraphs", "paragraphs": TEXT.strip().split("\n")}
    write(tmp_path / "b.jsonl", json.dumps(row))
    take(corpus, tmp_path)
    assert texts(corpus) == {"bytes": TEXT.strip(), "paragraphs": TEXT.strip()}


def test_a_long_parquet_file_is_not_kept_in_memory(tmp_path: Path) -> None:
    """Of forty row groups of 128 kB no more than a few are held at any time."""
    path, schema = tmp_path / "a.parquet", pa.schema([("id", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema, compression="none") as writer:
        for group in range(40):
            names = [f"a{group}-{row}" for row in range(64)]
            columns = {"id": names, "text": [os.urandom(1_000).hex() for _ in names]}
            writer.write_table(pa.table(columns, schema=schema))
    before, held = pa.total_allocated_bytes(), []
    for _ in raws([str(path)], Missed(), Options()):
        held.append(pa.total_allocated_bytes() - before)
    assert len(held) == 40 * 64
    assert max(held) < 3_000_000


def test_control_characters_are_dropped_and_counted(tmp_path: Path, corpus: Corpus) -> None:
    """Control and bidirectional characters go, and the article's record says how many."""
    write(tmp_path / "a.txt", "The bri\u0083dge \u202aopened\u202c.\x1b\n")

    done = take(corpus, tmp_path / "a.txt")

    (article,) = corpus.articles()
    assert corpus.text(article) == "The bridge opened."
    assert (article.reading, done.steps) == ({"dropped": 4}, {"dropped": 1})


WRAPPED = """\
BRIDGE OPENS AFTER FORTY YEARS

  The bridge over the Wend opened on Monday, forty years after the
first stone was laid and eleven after the last builder had left the
town without having been paid.
  "We waited long enough for this bridge," said Ada Crane, who has
been the mayor since the spring of last year and who had promised
that she would walk across it barefoot.
  She did.
"""


def test_hard_wrapped_lines_are_joined(tmp_path: Path, corpus: Corpus) -> None:
    """Lines broken at a column become paragraphs; indents and short lines end one."""
    take(corpus, write(tmp_path / "a.txt", WRAPPED))

    (article,) = corpus.articles()
    assert [line.strip()[:24] for line in corpus.text(article).split("\n")] == [
        "BRIDGE OPENS AFTER FORTY",
        "The bridge over the Wend",
        '"We waited long enough f',
        "She did.",
    ]
    assert article.reading == {"lines_joined": 4}


def test_lines_stay_when_they_are_to(tmp_path: Path, corpus: Corpus) -> None:
    """With `keep_lines` wrapped lines stay; verse and lists are not taken for wrapped text."""
    poem = "The bridge is red\nThe river blue\nThe mayor said\nThat this is true\nAnd so it is\n"
    write(tmp_path / "poem.txt", poem)

    take(corpus, write(tmp_path / "a.txt", WRAPPED), tmp_path / "poem.txt", keep_lines=True)
    other = lay_out(tmp_path / "other")
    take(other, tmp_path / "poem.txt")

    assert texts(corpus)["a"].count("\n") == 7
    assert texts(corpus)["poem"] == texts(other)["poem"] == poem.strip()


def test_columns_are_found_by_their_usual_names_or_given(tmp_path: Path, corpus: Corpus) -> None:
    """Other names for our fields are known, or mapped; what has no place is kept and counted."""
    row = {
        "uid": 12,
        "headline": "Bridge opens",
        "published_at": "2020-05-03T10:00:00Z",
        "source": {"id": None, "name": "The Day"},
        "link": "https://day.example/brücke?a=ü#ort",
        "clicks": 7,
        "copy": TEXT,
    }
    done = take(corpus, write(tmp_path / "a.jsonl", json.dumps(row)), columns={"text": "copy"})

    (article,) = corpus.articles()
    assert (article.article_id, article.title, article.published) == (
        "12",
        "Bridge opens",
        "2020-05-03",
    )
    assert article.outlet == "The Day"
    assert article.url == "https://day.example/br%C3%BCcke?a=%C3%BC#ort"
    assert done.fields == {"clicks": 1, "id": 1}
    (record,) = (corpus.private / "records.jsonl").read_text().splitlines()
    assert json.loads(record)["fields"] == {"clicks": 7, "id": 12}


def test_a_record_without_text_says_what_it_has(tmp_path: Path, corpus: Corpus) -> None:
    """The refusal names the record's fields and the option that maps one."""
    done = take(corpus, write(tmp_path / "a.csv", "nr,stoff\n1,Die Brücke ist offen.\n"))

    (refusal,) = done.refused
    assert str(refusal) == (
        f"{tmp_path / 'a.csv'}: line 2: This record has no text. It has the fields nr, stoff; "
        "say which holds the text with --map text=FIELD."
    )


def test_ids_are_readable_stable_and_distinct(tmp_path: Path, corpus: Corpus) -> None:
    """Names that clash take their folder's name; other scripts are written in Latin letters."""
    write(tmp_path / "in" / "business" / "001.txt", "One\n")
    write(tmp_path / "in" / "sport" / "001.txt", "Two\n")
    write(tmp_path / "in" / "新闻.txt", "Three\n")
    write(tmp_path / "in" / "快讯.txt", "Four\n")
    write(tmp_path / "in" / "Überblick.txt", "Five\n")

    take(corpus, tmp_path / "in")
    first = texts(corpus)
    take(corpus, tmp_path / "in")

    assert (
        first
        == texts(corpus)
        == {
            "in-business-001": "One",
            "in-sport-001": "Two",
            "kuai-xun": "Four",
            "uberblick": "Five",
            "xin-wen": "Three",
        }
    )


def test_what_is_not_read_is_named(tmp_path: Path, corpus: Corpus) -> None:
    """Files of other kinds are counted; links that loop or lead out and pipes are passed over."""
    folder = tmp_path / "in"
    write(folder / "a.txt", TEXT)
    write(folder / "b.pdf", b"%PDF")
    write(folder / "c.pdf", b"%PDF")
    write(tmp_path / "secret.txt", "Not in the folder\n")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")

    done = take(corpus, folder)

    assert list(texts(corpus)) == ["a"]
    assert done.unread == {".pdf": 2}
    assert done.passed == {
        str(folder / "loop"): "a link to a folder that is read anyway",
        str(folder / "out.txt"): "a link that leads out of the folder",
        str(folder / "pipe.txt"): "a pipe, socket or device",
        str(folder / "self.txt"): "a link that leads nowhere or to itself",
        str(folder / "zero.txt"): "a link that leads out of the folder",
    }


def test_an_address_is_read_through_fsspec(tmp_path: Path, corpus: Corpus) -> None:
    """A folder that fsspec knows by its address is read like one here."""
    write(tmp_path / "in" / "a.txt", TEXT)
    write(tmp_path / "in" / "b.csv.gz", gzip.compress(b"id,text\nb,The ferry stopped.\n"))

    take(corpus, (tmp_path / "in").as_uri())

    assert texts(corpus) == {"a": TEXT.strip(), "b": "The ferry stopped."}


@pytest.mark.long
def test_many_articles_are_read_by_several_processes(tmp_path: Path, corpus: Corpus) -> None:
    """Two processes give the same corpus as one."""
    for number in range(300):
        write(tmp_path / "in" / f"n{number:03}.txt", f"Report {number} is {number**3} words.\n")
    other = lay_out(tmp_path / "other")

    ingest([str(tmp_path / "in")], corpus, workers=2)
    ingest([str(tmp_path / "in")], other, workers=1)

    assert len(texts(corpus)) == 300
    assert corpus.manifest.read_bytes() == other.manifest.read_bytes()


def test_an_encoding_of_a_table_is_told_and_recorded(tmp_path: Path, corpus: Corpus) -> None:
    """A CSV in Windows-1252 is read as a text in it is: with a step of reading."""
    table = "id;headline;body\n7;Café opens;The café opened on Monday – with cake.\n"
    (tmp_path / "cms.csv").write_bytes(table.encode("windows-1252"))

    done = ingest([str(tmp_path / "cms.csv")], corpus)

    assert done.steps == {"encoding": 1}
    (article,) = corpus.articles()
    assert article.reading == {"encoding": "windows-1252"}
    assert corpus.text(article) == "The café opened on Monday – with cake."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["cms.csv", "cms.tsv", "cms.jsonl", "cms.json", "cms.conllu"])
def test_tables_in_utf_16_are_read(
    tmp_path: Path, corpus: Corpus, name: str, encoding: str
) -> None:
    """A line end takes two bytes there, one of which is a line end of UTF-8."""
    rows = [
        {"id": "a", "body": "The café opens — on Ċ street."},  # Ċ is U+010A
        {"id": "b", "body": "The bridge is shut."},
    ]
    mark = "\t" if name.endswith("tsv") else ","
    lines = [mark.join(row) for row in ({"id": "", "body": ""}, *[row.values() for row in rows])]
    if "json" in name:
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    if name.endswith("conllu"):
        lines = [f"# newdoc id = {r['id']}\n# text = {r['body']}\n1\t_\n" for r in rows]
    (tmp_path / name).write_bytes("\r\n".join(lines).encode(encoding))

    done = ingest([str(tmp_path / name)], corpus, workers=1)

    assert done.refused == ()
    assert {a.article_id: corpus.text(a) for a in corpus.articles()} == {
        row["id"]: row["body"] for row in rows
    }
    assert done.steps == {"encoding": 2}


def test_a_table_with_tabs_may_have_marks_that_quote_nothing(
    tmp_path: Path, corpus: Corpus
) -> None:
    """Where the marks do not fit together as quotes of fields, every row is taken as it stands."""
    table = 'id\tbody\na\t"We sail," she said.\nb\tThe 5" pipe is shut.\nc\t"No.\n'
    (tmp_path / "cms.tsv").write_text(table)

    done = ingest([str(tmp_path / "cms.tsv")], corpus, workers=1)

    assert done.refused == ()
    assert {a.article_id: corpus.text(a) for a in corpus.articles()} == {
        "a": '"We sail," she said.',
        "b": 'The 5" pipe is shut.',
        "c": '"No.',
    }


def test_a_table_may_be_in_windows_1252_far_from_its_start(tmp_path: Path, corpus: Corpus) -> None:
    """The first letter beyond ASCII stands after more than a megabyte."""
    rows = [f"{n},{'The bridge is shut. ' * 10_000}" for n in range(6)]
    table = "\n".join(["id,body", *rows, "last,The café opens.\n"])
    (tmp_path / "cms.csv").write_bytes(table.encode("windows-1252"))

    done = ingest([str(tmp_path / "cms.csv")], corpus, workers=1)

    assert done.refused == ()
    last = {a.article_id: corpus.text(a) for a in corpus.articles()}["last"]
    assert last == "The café opens."


def test_what_a_pattern_set_aside_is_listed_once(tmp_path: Path, corpus: Corpus) -> None:
    """A second run of the same pattern replaces the list of the first, and no other folder's."""
    for folder in ("in", "in2"):
        write(tmp_path / folder / "good.txt", f"The bridge of {folder} is shut.\n")
        write(tmp_path / folder / "bad.txt", " \n")
        ingest([str(tmp_path / folder)], corpus, workers=1)

    done = ingest([str(tmp_path / "in" / "*.txt")], corpus, workers=1)

    assert done.new_refusals == 0
    assert [Path(r.source).parent.name for r in refused.before(corpus)] == ["in2", "in"]
