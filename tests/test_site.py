"""The pages of the documentation site: their commands run, in order, as they are written.

Blocks of ``sh``, ``python`` and ``json`` count; a ``console`` block needs a server or the Hub, and
`test_docs` only parses it. The walk of a round manager is typed in ``tests/rounds``.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import copydesk
from copydesk.build import build
from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.files import atomic_write, dump_line
from copydesk.ingest import Defaults, ingest
from copydesk.release.cut import Options, cut
from copydesk.scaffold import lay_out

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```(sh|python|json)\n(.*?)^```", re.DOTALL | re.MULTILINE)
TEXTS = {
    "lock-post": "Lock opens\nThe lock at Orrin opened on Monday.\n“It is deep,” said Ada Crane.\n",
    "mill-post": "Mill burns\nThe mill at Osk burned.\nIt may be rebuilt, Jory Pell said.\n",
    "fair-wire": "Fair ends\nThe fair at Wend ended.\nNobody was hurt.\n",
}


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The language and the lines of each block that is run, of a page or of `PAGE#SECTION`."""
    name, _, section = page.partition("#")
    text = (DOCS / name).read_text(encoding="utf-8")
    yield from BLOCK.findall(text.partition(f"\n## {section}\n")[2] if section else text)


def run(page: str, folder: Path) -> int:
    """Run a page's blocks in a folder, one after the other; how many there were."""
    number = 0
    bin_dir = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{bin_dir}{os.pathsep}{os.environ['PATH']}"}
    environment |= {"HF_DATASETS_CACHE": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
    for language, text in blocks(page):
        lines = [shlex.split(line, comments=True) for line in text.splitlines()]
        commands = [[sys.executable, "-c", text]] if language == "python" else lines
        if language == "json":
            atomic_write(folder / "LABELS.json", text)
            json.loads(text)
            continue
        for command in filter(None, commands):
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{page}: {command}\n{done.stdout}\n{done.stderr}"
            number += 1
    return number


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """A corpus with release 1.0.0 by rules, of which one article is withheld."""
    lines = []
    for name, text in TEXTS.items():
        atomic_write(tmp_path / "MY_COPIES" / f"{name}.txt", text)
        licence = None if name == "fair-wire" else "CC-BY-4.0"
        line = {"article_id": name, "file": f"{name}.txt", "licence": licence}
        lines.append(dump_line(line | {"attribution": "The Post"}) + "\n")
    atomic_write(tmp_path / "MY_COPIES" / "articles.jsonl", "".join(lines))
    made = lay_out(tmp_path / "corpus", title="Tiny")
    ingest([str(tmp_path / "MY_COPIES")], made, defaults=Defaults())
    build(made, workers=1)
    answer(made, "first", *TEXTS)
    cut(made, Options(version="1.0.0", created=datetime.now(UTC)))
    return made


def answer(corpus: Corpus, name: str, *articles: str) -> None:
    """Run a round through files: two people who agree, on some articles."""
    people = ("a1", "a2")
    who = [option for person in people for option in ("--annotator", person)]
    what = [option for article in articles for option in ("--article", article)]
    verb(corpus, "new", name, "--backend", "files", *who, *what)
    verb(corpus, "push", name)
    for person in people:
        folder = corpus.private / "rounds" / name / person
        lines = (folder / "tasks.jsonl").read_text(encoding="utf-8").splitlines()
        units = [unit for line in lines for unit in json.loads(line)["sentences"]]
        given = [
            dump_line(
                {
                    "sentence_id": unit["sentence_id"],
                    "label": "claim" if "said" in unit["text"] else "background",
                }
            )
            for unit in units
        ]
        atomic_write(folder / "answers.jsonl", "\n".join(given) + "\n")
    verb(corpus, "pull", name)
    verb(corpus, "close", name)


def verb(corpus: Corpus, *words: str) -> None:
    """Run a verb of rounds."""
    done = CliRunner().invoke(app, ["round", *words, "--corpus", str(corpus.root)])
    assert done.exit_code == 0, f"{words}: {done.output}"


@pytest.mark.slow
def test_the_walk_of_a_researcher(corpus: Corpus, tmp_path: Path) -> None:
    """Load, check, look, and fill in what is withheld."""
    shutil.copytree(corpus.dataset, tmp_path / "dataset")
    assert run("researchers.md", tmp_path) == 4
    assert (tmp_path / "pages/sentences.html").is_file()
    assert "Nobody was hurt." in (tmp_path / "full/README.md").read_text() or list(
        (tmp_path / "full/releases").rglob("*.parquet")
    )


@pytest.mark.slow
def test_the_walk_of_a_lab(tmp_path: Path) -> None:
    """A corpus of one's own articles, and one of one's own labels."""
    for name, text in TEXTS.items():
        atomic_write(tmp_path / "MY_ARTICLES" / f"{name}.txt", text)
    assert run("labs.md", tmp_path) == 6
    labels = json.loads((tmp_path / "papers/schema/labels.json").read_text(encoding="utf-8"))
    assert [label["name"] for label in labels["labels"]] == ["method", "result", "other"]


@pytest.fixture
def another(corpus: Corpus, tmp_path: Path) -> Corpus:
    """The corpus with one more article, and a closed round on it."""
    text = "Weir fails\nThe weir at Tarn failed.\nIt was old, Ben Dow said.\n"
    atomic_write(tmp_path / "more" / "weir-post.txt", text)
    ingest(
        [str(tmp_path / "more")],
        corpus,
        defaults=Defaults(licence="CC-BY-4.0", attribution="The Post"),
    )
    build(corpus, workers=1)
    answer(corpus, "second", "weir-post")
    return corpus


@pytest.mark.slow
def test_the_walk_of_a_release_manager(another: Corpus, tmp_path: Path) -> None:
    """Cut the next version, describe, check and publish to a folder."""
    assert run("releases.md", another.root) == 11
    assert (tmp_path / "mirror/releases/1.1.0/release.json").is_file()


@pytest.mark.slow
def test_the_walk_of_a_release_manager_in_the_readme(another: Corpus) -> None:
    """The same in short; nothing is sent to the Hub."""
    assert run("../README.md#Five minutes as a release manager", another.root) == 9
    assert (another.root / "findings.sarif").is_file()


def test_every_page_is_in_the_site_and_no_page_leads_out_of_it() -> None:
    """The navigation names each file once, and links between pages lead to pages and headings."""
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    named = re.findall(r"[\w-]+\.md", json.dumps(site["nav"]))
    assert sorted(named) == sorted(path.name for path in DOCS.glob("*.md"))
    for path in DOCS.glob("*.md"):
        for link in re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", path.read_text(encoding="utf-8")):
            target, _, anchor = link.partition("#")
            assert (DOCS / target).is_file(), f"{path.name}: {link}"
            assert not anchor or anchor in headings(DOCS / target), f"{path.name}: {link}"


def test_every_public_name_is_described() -> None:
    """What `copydesk` offers to scripts stands on the page of the Python interface."""
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    described = {name.rsplit(".", 1)[1] for name in re.findall(r"^::: (\S+)$", page, re.MULTILINE)}
    assert set(copydesk.__all__) - {"__version__"} <= described


def headings(path: Path) -> set[str]:
    """The anchors of a page's headings."""
    found = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\s-]", "", head).strip().lower().replace(" ", "-") for head in found}
