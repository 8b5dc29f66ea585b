"""Raw articles come into a corpus whole; what cannot be used is set aside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources import write

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import sha256_text
from copydesk.ingest import Ingested, ingest
from copydesk.ingest.walk import File
from copydesk.scaffold import lay_out

TEXT = "Bridge opens\nThe bridge opened on Monday.\n"


def manifest(folder: Path, *lines: object) -> Path:
    text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
    return write(folder / "articles.jsonl", text)


def state(corpus: Corpus) -> dict[str, bytes]:
    """Every file of the corpus but the scratch of its build."""
    return {
        str(p.relative_to(corpus.root)): p.read_bytes()
        for p in corpus.root.rglob("*")
        if p.is_file() and "build" not in p.parts and p.name != "refused.jsonl"
    }


def numbers(done: Ingested) -> tuple[int, int, int, int, int]:
    return done.given, done.withheld, done.added, done.replaced, done.absent


def refusals(done: Ingested) -> list[str]:
    return [str(refusal) for refusal in done.refused]


def test_text_is_given_or_withheld_by_its_licence(tmp_path: Path, corpus: Corpus) -> None:
    """An open licence puts text, title and attribution into the data set; without one they stay
    in the private room."""
    source = tmp_path / "in"
    write(source / "a.txt", TEXT)
    write(source / "b.txt", "Tunnel shut\r\n\r\nThe tunnel is shut.  \r\n")
    manifest(
        source,
        {"article_id": "a", "file": "a.txt", "licence": "cc-by-4.0", "title": "A", "outlet": "D"},
        {"article_id": "b", "file": "b.txt", "licence": None, "title": "B", "attribution": "B Inc"},
    )

    done = ingest([str(source)], corpus)

    assert numbers(done) == (1, 1, 2, 0, 0)
    assert done.why_withheld == {"no licence is known": 1}
    a, b = corpus.articles()
    assert (a.licence, a.title, a.collection, a.event) == ("CC-BY-4.0", "A", "in", "a")
    assert (b.redistributable, b.title, b.attribution) == (False, "B", "B Inc")
    assert corpus.text(a) == "Bridge opens\nThe bridge opened on Monday."
    assert corpus.text(b) == "Tunnel shut\nThe tunnel is shut."
    assert corpus.texts.path(a) == corpus.raw / "in" / "a.txt"
    assert corpus.texts.path(b) == corpus.private / "raw" / "b.txt"
    published = [json.loads(x) for x in corpus.manifest.read_text().splitlines()]
    assert published[1] == {
        "article_id": "b",
        "attribution": None,
        "collection": "in",
        "event": "b",
        "file": None,
        "language": "en",
        "licence": None,
        "outlet": None,
        "published": None,
        "text_sha256": sha256_text("Tunnel shut\nThe tunnel is shut."),
        "title": None,
        "url": None,
    }


def test_a_folder_without_metadata_works(tmp_path: Path, corpus: Corpus) -> None:
    """Ids come from file names, the collection from the folder; sub-folders are read too."""
    write(tmp_path / "My News" / "Bridge (1).txt", TEXT)
    write(tmp_path / "My News" / "more" / "Tunnel.TXT", TEXT)

    ingest([str(tmp_path / "My News")], corpus, licence="CC0-1.0")

    found = [(a.article_id, a.collection, a.licence) for a in corpus.articles()]
    assert found == [("bridge-1", "my-news", "CC0-1.0"), ("tunnel", "more", "CC0-1.0")]


def test_globs_and_single_files_are_read(tmp_path: Path, corpus: Corpus) -> None:
    """A pattern takes what it matches, a path the file it names."""
    for name in ("a1.txt", "a2.txt", "b.txt"):
        write(tmp_path / "in" / name, f"{name}\nText of {name} here.\n")

    ingest([str(tmp_path / "in" / "a*.txt"), str(tmp_path / "in" / "b.txt")], corpus)

    assert [a.article_id for a in corpus.articles()] == ["a1", "a2", "b"]


def test_json_lines_may_hold_the_text_itself(tmp_path: Path, corpus: Corpus) -> None:
    """A line with `text` needs no file."""
    path = write(
        tmp_path / "news.jsonl", json.dumps({"article_id": "x", "text": TEXT, "outlet": "The Day"})
    )

    ingest([str(path)], corpus)

    (article,) = corpus.articles()
    assert (article.outlet, corpus.text(article)) == ("The Day", TEXT.strip())


def test_parquet_rows_are_articles(tmp_path: Path, corpus: Corpus) -> None:
    """Columns with the names of the schema are metadata; ids are made from the row if there are
    none; other columns are passed over."""
    table = pa.table(
        {"text": [TEXT, "Tunnel shut\n"], "outlet": ["The Day", None], "clicks": [1, 2]}
    )
    pq.write_table(table, tmp_path / "news.parquet")

    ingest([str(tmp_path / "news.parquet")], corpus)

    found = [(a.article_id, a.outlet) for a in corpus.articles()]
    assert found == [("news-1", "The Day"), ("news-2", None)]


def test_html_gives_the_article_without_its_page(tmp_path: Path, corpus: Corpus) -> None:
    """Of a web page the article's own text is taken, with the title first."""
    body = "".join(f"<p>{TEXT.splitlines()[1]} It was paragraph {n} of it.</p>" for n in range(9))
    page = (
        "<html><head><title>Bridge opens</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>Bridge opens</h1>{body}</article><footer>Imprint</footer></body></html>"
    )
    write(tmp_path / "bridge.html", page)

    ingest([str(tmp_path / "bridge.html")], corpus)

    (article,) = corpus.articles()
    lines = corpus.text(article).splitlines()
    assert lines[0] == "Bridge opens"
    assert "The bridge opened on Monday. It was paragraph 8 of it." in lines
    assert not {"Home", "Imprint"} & set(lines)


def test_ingesting_again_changes_nothing(tmp_path: Path, corpus: Corpus) -> None:
    """The same sources give the same files."""
    write(tmp_path / "in" / "a.txt", TEXT)
    ingest([str(tmp_path / "in")], corpus)
    before = state(corpus)

    done = ingest([str(tmp_path / "in")], corpus)

    assert numbers(done) == (0, 1, 0, 0, 0)
    assert state(corpus) == before


def test_a_changed_text_is_taken_only_when_asked(tmp_path: Path, corpus: Corpus) -> None:
    """Another text under a known id is refused, and replaces the old one with `replace`."""
    write(tmp_path / "in" / "a.txt", TEXT)
    ingest([str(tmp_path / "in")], corpus)
    path = write(tmp_path / "in" / "a.txt", "Bridge shuts\n")

    assert refusals(ingest([str(tmp_path / "in")], corpus)) == [
        f"{path}: The corpus has another text for 'a'. "
        "Give the article another id, or run again with --replace."
    ]

    assert ingest([str(tmp_path / "in")], corpus, replace=True).replaced == 1
    (article,) = corpus.articles()
    assert corpus.text(article) == "Bridge shuts"


LINE = {"article_id": "a", "file": "a.txt"}


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (b"", LINE, "in/a.txt: The text is empty or consists of blanks only."),
        (b" \n\t\n", LINE, "in/a.txt: The text is empty or consists of blanks only."),
        (b"ab\0c", LINE, "in/a.txt: line 1, column 3: U+0000 (control character) is not allowed"),
        (
            "café für Ödön".encode() + b" \xff",
            LINE,
            "in/a.txt: Byte 0xff at offset 18 is not UTF-8. Save the text as UTF-8, or say what",
        ),
        (TEXT.encode(), LINE | {"file": "b.txt"}, "in/b.txt: This file cannot be read: No such"),
        (TEXT.encode(), LINE | {"file": "../x.txt"}, "'../x.txt' lies outside the manifest's"),
        (TEXT.encode(), {"article_id": "a"}, "Article 'a' has neither 'file' nor 'text'."),
        (TEXT.encode(), "{", "articles.jsonl: 1: This line is not JSON (Expecting property name"),
        (TEXT.encode(), "[1]", "articles.jsonl: 1: This line holds a list, not a JSON object."),
        (TEXT.encode(), LINE | {"text_sha256": "0" * 64}, "is not the one that the manifest names"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(
    tmp_path: Path, corpus: Corpus, text: bytes, line: object, sentence: str
) -> None:
    """Each fault is a sentence with its file and line, and the corpus is as it was."""
    write(tmp_path / "good.txt", TEXT)
    ingest([str(tmp_path / "good.txt")], corpus)
    before = state(corpus)
    write(tmp_path / "in" / "a.txt", text)
    manifest(tmp_path / "in", line)

    done = ingest([str(tmp_path / "in")], corpus)

    (refusal,) = refusals(done)
    assert sentence in refusal
    assert state(corpus) == before


def test_good_records_are_taken_and_bad_ones_set_aside(tmp_path: Path, corpus: Corpus) -> None:
    """Each bad article is in private/refused.jsonl with its reason; the good one is there."""
    for name, data in (("a.txt", b""), ("b.txt", b"a\0"), ("c.txt", b"Fine\n")):
        write(tmp_path / "in" / name, data)

    done = ingest([str(tmp_path / "in")], corpus)

    assert [a.article_id for a in corpus.articles()] == ["c"]
    lines = (corpus.private / "refused.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "source": str(tmp_path / "in" / "a.txt"),
            "place": "",
            "reason": "The text is empty or consists of blanks only.",
            "what_to_do": "Give the article's text, or leave the article out.",
        },
        {
            "source": str(tmp_path / "in" / "b.txt"),
            "place": "line 1, column 2",
            "reason": "U+0000 (control character) is not allowed in an article.",
            "what_to_do": "Remove it from the text.",
        },
    ]
    assert done.new_refusals == 2


def test_a_second_run_takes_what_was_fixed(tmp_path: Path, corpus: Corpus) -> None:
    """A refusal that an earlier run made is not new; one that was fixed is gone."""
    write(tmp_path / "in" / "a.txt", b"")
    write(tmp_path / "in" / "b.txt", b"a\0")
    ingest([str(tmp_path / "in")], corpus)
    write(tmp_path / "in" / "a.txt", TEXT)

    done = ingest([str(tmp_path / "in")], corpus)

    assert (done.added, len(done.refused), done.new_refusals) == (1, 1, 0)
    assert len((corpus.private / "refused.jsonl").read_text().splitlines()) == 1


def test_a_second_run_reads_only_what_changed(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that have not changed are not read again, good ones and bad ones; a file that changed
    is, and so are all if an option changes."""
    write(tmp_path / "in" / "a.txt", TEXT)
    write(tmp_path / "in" / "b.txt", b"a\0")
    write(tmp_path / "in" / "c.txt", "Old\n")
    first = ingest([str(tmp_path / "in")], corpus)
    write(tmp_path / "in" / "d.txt", "New\n")
    opened: list[str] = []
    whole = File.read
    monkeypatch.setattr(File, "read", lambda file: (opened.append(file.where), whole(file))[1])

    second = ingest([str(tmp_path / "in")], corpus)
    names = [Path(name).name for name in opened]
    ingest([str(tmp_path / "in")], corpus, licence="CC0-1.0")

    assert names == ["d.txt"]
    assert numbers(second) == (0, 3, 1, 0, 0)
    assert (second.refused, second.new_refusals) == (first.refused, 0)
    assert len(opened) == 5
    assert {a.licence for a in corpus.articles()} == {"CC0-1.0"}


def test_a_run_that_reads_nothing_writes_nothing(tmp_path: Path, corpus: Corpus) -> None:
    """The manifest stays the very file that it was; what a run has to do besides reading (a stated
    event, another store, a text that was lost) is still done."""
    write(tmp_path / "in" / "a.txt", TEXT)
    write(tmp_path / "in" / "b.txt", "Tunnel shut\nThe tunnel is shut.\n")
    source = [str(tmp_path / "in")]
    ingest(source, corpus)
    before = corpus.manifest.stat().st_ino

    second = ingest(source, corpus)
    assert numbers(second) == (0, 2, 0, 0, 0)
    assert corpus.manifest.stat().st_ino == before

    texts = sorted((corpus.private / "raw").iterdir())
    texts[0].unlink()
    ingest(source, corpus)
    assert sorted((corpus.private / "raw").iterdir()) == texts

    config = corpus.root / "copydesk.toml"
    config.write_text(f'{config.read_text()}\n[events]\nopening = ["a"]\n')
    stated = Corpus(corpus.root)
    ingest(source, stated)
    assert [(a.article_id, a.event) for a in stated.articles()] == [("a", "opening"), ("b", "b")]

    ingest(source, stated, bulk=True)
    assert [*(corpus.private / "raw").iterdir()] == []
    assert next(map(stated.text, stated.articles())) == TEXT.strip()


def test_strict_takes_all_or_none(tmp_path: Path, corpus: Corpus) -> None:
    """With `strict` two bad articles are two sentences, and the good third is not taken."""
    for name, data in (("a.txt", b""), ("b.txt", b"a\0"), ("c.txt", b"Fine\n")):
        write(tmp_path / "in" / name, data)

    with pytest.raises(InputError) as caught:
        ingest([str(tmp_path / "in")], corpus, strict=True)

    first, *rest = str(caught.value).splitlines()
    assert first == "2 articles cannot be used, so none was taken:"
    assert len(rest) == 2
    assert not corpus.manifest.exists()


def test_a_repeated_id_names_both_places(tmp_path: Path, corpus: Corpus) -> None:
    """Of two articles of one id the second is set aside, with where the first stands."""
    write(tmp_path / "in" / "a.txt", TEXT)
    path = manifest(tmp_path / "in", LINE, LINE)

    done = ingest([str(tmp_path / "in")], corpus)

    text = tmp_path / "in" / "a.txt"
    assert refusals(done) == [
        f"{path}:2: {text}: The id 'a' is used twice, first at {path}:1: {text}. "
        "Give each article an id of its own."
    ]


def test_a_file_too_large_is_not_read(tmp_path: Path, corpus: Corpus) -> None:
    """A 200 MB file is refused by its size."""
    path = tmp_path / "big.txt"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)

    assert refusals(ingest([str(path)], corpus)) == [
        f"{path}: This file has 200,000,000 bytes; an article may have 16,777,216. "
        "If it holds many articles, split it or give it as .jsonl or .parquet."
    ]


def test_a_source_that_matches_nothing_is_named(corpus: Corpus) -> None:
    """A path that is not there is no empty source."""
    with pytest.raises(InputError, match=r"^nowhere/\*\.txt: No file or folder matches this\.$"):
        ingest(["nowhere/*.txt"], corpus)


def test_a_corpus_is_a_source_for_another(tmp_path: Path, corpus: Corpus) -> None:
    """Lines of a published manifest whose text is withheld are counted, not refused."""
    write(tmp_path / "in" / "a.txt", TEXT)
    write(tmp_path / "in" / "b.txt", "Tunnel shut\n")
    manifest(tmp_path / "in", LINE | {"licence": "CC0-1.0"}, {"article_id": "b", "file": "b.txt"})
    ingest([str(tmp_path / "in")], corpus)

    other = lay_out(tmp_path / "other")
    done = ingest([str(corpus.raw)], other)

    assert numbers(done) == (1, 0, 1, 0, 1)


def test_a_disk_that_is_full_is_named_and_nothing_is_taken(tmp_path: Path, corpus: Corpus) -> None:
    """Whichever file of the ingest meets it first: a sentence that says where, and what to do."""
    source = tmp_path / "a.txt"
    source.write_text("The bridge opens.\n" * 3, encoding="utf-8")
    program = (
        "import resource, signal, sys; from copydesk.cli.main import main; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); main()"
    )
    command = [sys.executable, "-c", program, "ingest", str(source), "--corpus", str(corpus.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"{corpus.build_dir}: What was read cannot be kept: " in done.stderr
    assert "Free some space or choose another disk, then run this again." in done.stderr
    assert not corpus.manifest.exists()
    assert list(corpus.build_dir.glob("*.part")) == []
