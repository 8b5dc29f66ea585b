"""Worker processes of this machine."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock

SCRIPT = """
import sys, time
from pathlib import Path
from filelock import FileLock
from copydesk.engines import on_processes

def work(path):
    lock = FileLock(path)
    lock.acquire()
    Path(path + ".held").touch()
    time.sleep(3600)

if __name__ == "__main__":
    list(on_processes(work, iter(sys.argv[1:]), 2))
"""


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """Once it is killed, the locks that two workers hold are free; nobody else would tell them."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    locks = [str(tmp_path / name) for name in ("a", "b")]
    with subprocess.Popen([sys.executable, str(script), *locks]) as process:
        while not all(Path(f"{lock}.held").exists() for lock in locks):
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()

    for lock in locks:
        FileLock(lock, timeout=300).acquire()
