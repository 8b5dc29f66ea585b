"""Reading on several processors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.corpus import Corpus
from copydesk.ingest.pool import read_all
from copydesk.ingest.raw import Missed, Options, Raw

FILES = 1500


@pytest.mark.parametrize("workers", [1, 2])
def test_files_are_looked_at_as_they_are_read_so_that_memory_is_flat(
    tmp_path: Path, workers: int
) -> None:
    """The first article comes out before all files have been listed."""
    for number in range(FILES):
        (tmp_path / f"{number:04}.txt").write_text(f"The quay is open again, he said {number}.")
    asked = []

    def wanted(raw: Raw) -> bool:
        asked.append(raw.where)
        return True

    found = read_all([str(tmp_path)], Missed(), Options(), workers, wanted)
    next(found)
    assert len(asked) < FILES / 2
    assert sum(1 for _ in found) == FILES - 1


def test_a_process_that_reads_articles_holds_no_tables() -> None:
    """Arrow and the JSON Schema validators would take as much memory as all else together."""
    program = "import copydesk.ingest.preload, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "copydesk.ingest.read" in loaded
    assert not loaded & {"pyarrow", "polars", "pandas", "jsonschema", "trafilatura", "typer"}


def test_an_ingest_of_text_files_loads_no_tables(corpus: Corpus, tmp_path: Path) -> None:
    """Only one that reads or writes Parquet files needs Arrow."""
    (tmp_path / "quay.txt").write_text("The quay is open again, he said.\n")
    program = (
        "import sys; from pathlib import Path; from copydesk.corpus import Corpus\n"
        "from copydesk.ingest import ingest\n"
        "done = ingest([sys.argv[1]], Corpus(Path(sys.argv[2])), workers=1)\n"
        "print(done.added, *sorted({'pyarrow', 'polars'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "quay.txt"), str(corpus.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]
