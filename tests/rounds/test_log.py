"""The log of answers: appended to, never rewritten, and its state derived."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.errors import IntegrityError
from copydesk.rounds.log import Answer, Key, append, compare, cut_torn_line, read_log


def answer(annotator: str, sentence: str, label: str, source: int = 1) -> Answer:
    """An answer with everything that does not matter filled in."""
    return Answer(
        annotator=annotator,
        sentence_id=sentence,
        arm="blind",
        label=label,
        created_at="2026-01-02T03:04:05Z",
        lead_time_s=1.5,
        source=source,
    )


def keyed(*answers: Answer) -> dict[Key, Answer]:
    """Answers as a pull finds them."""
    return {a.key: a for a in answers}


def pull(path: Path, found: dict[Key, Answer], name: str = "p") -> list[int]:
    """Do what a pull does to a log; gives the counts of new, changed, vanished, unchanged."""
    changes = compare(read_log(path), found)
    append(path, changes, name)
    return [len(changes.new), len(changes.changed), len(changes.vanished), changes.unchanged]


STATES = st.lists(
    st.dictionaries(
        st.tuples(st.sampled_from(["anna", "ben"]), st.sampled_from(["a.001", "a.002", "b.001"])),
        st.tuples(st.sampled_from(["quote", "claim"]), st.integers(1, 3)),
    ),
    max_size=6,
)


@given(STATES)
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_state_is_the_last_answer_to_everything(
    tmp_path: Path, pulls: list[dict[Key, tuple[str, int]]]
) -> None:
    """After any pulls the log holds the last answer to everything, and which are gone."""
    path = tmp_path / "log.jsonl"
    path.unlink(missing_ok=True)
    wanted: dict[Key, Answer] = {}
    found: dict[Key, Answer] = {}
    for labels in pulls:
        found = {key: answer(*key, label, source) for key, (label, source) in labels.items()}
        wanted |= found
        pull(path, found)
    state = read_log(path)
    assert state.answers == wanted
    assert state.vanished == set(wanted) - set(found)


def test_a_pull_without_news_writes_nothing(tmp_path: Path) -> None:
    """The second of two equal pulls leaves the log's bytes alone."""
    path = tmp_path / "log.jsonl"
    found = keyed(answer("anna", "a.001", "quote"), answer("anna", "a.002", "claim"))
    assert pull(path, found) == [2, 0, 0, 0]
    before = path.read_bytes()
    assert pull(path, found) == [0, 0, 0, 2]
    assert path.read_bytes() == before


def test_a_changed_answer_is_a_new_line_and_the_old_one_stays(tmp_path: Path) -> None:
    """Changing a label appends; what was in the log is still its beginning."""
    path = tmp_path / "log.jsonl"
    pull(path, keyed(answer("anna", "a.001", "quote")), "first")
    before = path.read_bytes()
    assert pull(path, keyed(answer("anna", "a.001", "claim")), "second") == [0, 1, 0, 0]
    assert path.read_bytes().startswith(before)
    assert read_log(path).answers["anna", "a.001"].label == "claim"


def test_a_vanished_answer_is_said_once_and_kept(tmp_path: Path) -> None:
    """An answer that is gone from the server gets one line, still counts, and may come back."""
    path = tmp_path / "log.jsonl"
    given_answer = keyed(answer("anna", "a.001", "quote"))
    pull(path, given_answer)
    assert pull(path, {}) == [0, 0, 1, 0]
    assert pull(path, {}) == [0, 0, 0, 0]
    assert read_log(path).vanished == {("anna", "a.001")}
    assert read_log(path).answers["anna", "a.001"].label == "quote"
    assert pull(path, given_answer) == [0, 1, 0, 0]
    assert read_log(path).vanished == frozenset()


def test_what_was_not_looked_for_has_not_vanished(tmp_path: Path) -> None:
    """Answers of a project that could not be read are not said to be gone."""
    path = tmp_path / "log.jsonl"
    pull(path, keyed(answer("anna", "a.001", "quote"), answer("ben", "a.001", "quote")))
    changes = compare(read_log(path), {}, [("ben", "a.001")])
    assert changes.vanished == (("ben", "a.001"),)


@given(st.integers(0, 400))
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_log_cut_off_anywhere_is_mended_by_the_next_pull(tmp_path: Path, at: int) -> None:
    """However much of the log a crash has written, the next pull ends in the same bytes."""
    path = tmp_path / "log.jsonl"
    path.unlink(missing_ok=True)
    found = keyed(answer("anna", "a.001", "quote"), answer("anna", "a.002", "claim"))
    pull(path, found)
    whole = path.read_bytes()
    path.write_bytes(whole[:at])
    pull(path, found)
    assert path.read_bytes() == whole


def test_a_long_torn_line_is_cut(tmp_path: Path) -> None:
    """A torn line longer than a block is removed, and whole lines before it stay."""
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"{}\n" + b"x" * 200_000)
    cut_torn_line(path)
    assert path.read_bytes() == b"{}\n"


@pytest.mark.parametrize("line", ["{", '{"event": "other", "pull": "p"}', '{"event": "answer"}'])
def test_a_line_that_is_no_event_is_an_error_with_its_place(tmp_path: Path, line: str) -> None:
    """A whole line that no pull wrote is never passed over."""
    path = tmp_path / "log.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(IntegrityError) as found:
        read_log(path)
    assert str(found.value).startswith(f"{path}:1: This line is ")
