"""Every rule: its id, level, severity, the schema since which it holds, its meaning and mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from copydesk.validate.report import Severity

LEVELS: Final = {1: "files", 2: "shape", 3: "relations", 4: "corpus", 5: "release"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule.

    Args:
        since: the schema version of the first releases that must obey it.
        meaning: what a release that obeys it is like, as a sentence.
        mend: what to do about a fault, as a sentence.
    """

    id: str
    level: int
    severity: Severity
    since: str
    meaning: str
    mend: str


def _rule(level: int, id: str, meaning: str, mend: str, severity: Severity = "error") -> Rule:
    return Rule(id=id, level=level, severity=severity, since="1.0", meaning=meaning, mend=mend)


_CUT = "Cut the release again; never edit its files."

_TABLE: Final = (
    # level 1: files
    _rule(
        1,
        "file-missing",
        "Every file that release.json lists is there, and so is release.json.",
        "Copy the release again from where it was published.",
    ),
    _rule(
        1,
        "file-unlisted",
        "Every file in the release is listed in release.json.",
        "Remove the file, or cut the release again.",
    ),
    _rule(
        1,
        "file-unsafe",
        "Every file is a plain file inside the release: no link that leads out, no device.",
        "Replace the link by the file itself.",
    ),
    _rule(
        1,
        "file-changed",
        "No file changes while it is validated.",
        "Wait until whatever writes there is done, and validate again.",
    ),
    _rule(
        1,
        "checksum-mismatch",
        "Every file has the size and SHA-256 that release.json states.",
        "Copy the file again from where it was published.",
    ),
    _rule(
        1,
        "parquet-unreadable",
        "Every table is a Parquet file that can be read.",
        "Copy the file again from where it was published.",
    ),
    _rule(
        1,
        "parquet-too-large",
        "No table expands to many times its size: no tiny file fills the memory.",
        "Do not open the file; ask whoever published it.",
    ),
    _rule(
        1,
        "json-unreadable",
        "Every JSON (or TOML) document can be read: UTF-8, nested at most 100 deep, no key twice.",
        "Copy the file again from where it was published, or mend its JSON.",
    ),
    _rule(
        1,
        "row-count-mismatch",
        "Every table has as many rows as release.json states.",
        "Copy the file again from where it was published.",
    ),
    # level 2: shape
    _rule(
        2,
        "schema-violation",
        "Every JSON document obeys its JSON Schema, formats included.",
        "Mend the value that the pointer names; the schema is in schema/.",
    ),
    _rule(2, "column-missing", "Every table has all its columns.", _CUT),
    _rule(2, "column-type", "Every column has the type that the contract gives it.", _CUT),
    _rule(2, "column-unexpected", "No table has a column that the contract does not know.", _CUT),
    _rule(
        2,
        "value-null",
        "No value is null where the contract says that one must be.",
        "Fill the value in the source, and cut the release again.",
    ),
    _rule(
        2,
        "value-out-of-range",
        "Every value lies in its column's range, or is one of its choices.",
        "Mend the value in the source, and cut the release again.",
    ),
    _rule(
        2,
        "label-unknown",
        "Every label is the number of one of the labels; -1 is none.",
        "Give the sentence one of the labels of schema/labels.json.",
    ),
    _rule(
        2,
        "id-malformed",
        "Every id and hash is written as the contract says.",
        "Mend the id in the source, and cut the release again.",
    ),
    _rule(
        2,
        "text-not-canonical",
        "Every text is in canonical form: NFC, one paragraph a line, no control characters.",
        "Run 'copydesk ingest' on the text again, and cut the release again.",
    ),
    # level 3: relations
    _rule(3, "id-duplicate", "No id is used twice in a release.", _CUT),
    _rule(
        3,
        "article-unknown",
        "Every sentence, answer and quotation is of an article of the release.",
        _CUT,
    ),
    _rule(
        3,
        "sentence-unknown",
        "Every answer and quotation is about sentences of the release.",
        _CUT,
    ),
    _rule(
        3,
        "text-hash-mismatch",
        "An article's text has the SHA-256 that stands beside it.",
        "Put the text back that was labelled, and cut the release again.",
    ),
    _rule(
        3,
        "sentence-offset-mismatch",
        "A sentence is the stretch of its article's text that its offsets name.",
        _CUT,
    ),
    _rule(3, "sentence-overlap", "No two sentences of an article share a character.", _CUT),
    _rule(
        3,
        "sentence-order",
        "The sentences of an article are numbered 1, 2, 3 … in the order of the text; "
        "sentence_id ends in that number.",
        _CUT,
    ),
    _rule(
        3,
        "piece-coverage",
        "Every character of a text but blanks is in exactly one piece, and the labelled "
        "sentences are exactly the pieces that are units.",
        "Run 'copydesk build', and cut the release again.",
    ),
    _rule(
        3,
        "votes-mismatch",
        "Votes, n_annotators, agreement, label and label_source follow from the answers.",
        _CUT,
    ),
    _rule(
        3,
        "label-unresolved",
        "Every sentence of a release has a label that was decided.",
        "Settle it with 'copydesk round adjudicate', and cut the release again.",
    ),
    _rule(
        3,
        "answer-duplicate",
        "An annotator answers a sentence once in a round.",
        "Keep one of the answers in the round, and cut the release again.",
    ),
    _rule(
        3,
        "answer-mismatch",
        "An answer names the article, text and offsets of its sentence; "
        "an annotator is of one kind.",
        _CUT,
    ),
    _rule(
        3,
        "round-unreadable",
        "The answers of a round can be read, and are to the sentences and annotators of its plan.",
        "Put the round's files back as they were pulled; its log is only ever appended to.",
    ),
    _rule(
        3,
        "quote-outside-sentence",
        "A quotation names exactly the sentences that it touches, and begins and ends in a piece.",
        "Run 'copydesk build', and cut the release again.",
    ),
    _rule(
        3,
        "quote-mismatch",
        "A quotation's words and speaker are the stretches of text that their offsets name, "
        "its cue lies in a sentence, and its group is of one event.",
        "Run 'copydesk build', and cut the release again.",
    ),
    _rule(
        3,
        "cue-outside-sentence",
        "A cue lies in its sentence, and names an entry of a lexicon.",
        "Run 'copydesk build', and cut the release again.",
    ),
    _rule(
        3,
        "quoted-ratio-mismatch",
        "quoted_ratio is the share of the sentence's words inside its quotations.",
        "Run 'copydesk build', and cut the release again.",
    ),
    _rule(
        3,
        "split-mixed-event",
        "All rows of an event and of its articles are in one split, the one that release.json "
        "states.",
        _CUT,
    ),
    # level 4: corpus
    _rule(
        4,
        "duplicate-text-across-splits",
        "No text, and no sentence of eight words or more, stands in two splits.",
        "Give the articles one event, so that they share a split.",
    ),
    _rule(
        4,
        "near-duplicate-across-splits",
        "No two sentences of different splits are near-duplicates.",
        "Give their articles one event, so that they share a split.",
    ),
    _rule(
        4,
        "label-drift",
        "The labels are distributed as in the release before.",
        "Look at what was added; if it is right, waive the rule for this release.",
        "warning",
    ),
    _rule(
        4,
        "agreement-below-threshold",
        "Krippendorff's alpha of every round, and of every label in it, reaches alpha_min.",
        "Sharpen the guidelines and label the round's disputed sentences again.",
    ),
    _rule(
        4,
        "annotator-outlier",
        "No annotator agrees with the rest much less than the others do.",
        "Talk to the annotator; leave the answers out if they are careless.",
        "warning",
    ),
    _rule(
        4,
        "personal-data",
        "No text holds an e-mail address, phone number, bank account or the like, and "
        "annotators are named by pseudonyms.",
        "Remove it from the text, or withhold the article; give the annotator a pseudonym.",
    ),
    # level 5: release
    _rule(
        5,
        "text-withheld-leaked",
        "No text, title, attribution or speaker of an article that is withheld is given.",
        "Do not publish this release. Withdraw it if it is published, and cut another.",
    ),
    _rule(
        5,
        "licence-unknown",
        "Text is given only under a licence that is an SPDX id of the corpus's allow-list.",
        "Write the SPDX id in the manifest, or null; then the text is withheld.",
    ),
    _rule(
        5,
        "attribution-missing",
        "Whoever must be named for a text that is given is named.",
        "Write the attribution in the manifest, and cut the release again.",
    ),
    _rule(
        5,
        "version-too-small",
        "The version is at least the one that the difference to the release before demands.",
        "Cut the release with the version that the message names.",
    ),
    _rule(
        5,
        "release-changed",
        "A published release is byte for byte what it was when it was published.",
        "Put the published files back; publish changes as another version.",
    ),
    _rule(
        5,
        "changes-missing",
        "CHANGES.md has a section for the release, with its numbers.",
        "Run 'copydesk release cut' again, or add the section.",
    ),
    _rule(
        5,
        "card-disagrees",
        "The card's numbers, configs and version are those of the data.",
        "Have the card written again; do not edit between its markers.",
    ),
    _rule(
        5,
        "croissant-disagrees",
        "croissant.json describes the files and columns that are there.",
        _CUT,
    ),
    _rule(
        5,
        "datasheet-disagrees",
        "The datasheet's numbers are those of the data.",
        "Have the datasheet written again; do not edit between its markers.",
    ),
    _rule(
        5,
        "schema-disagrees",
        "labels.json, JSON Schema, pandera, ClassLabel, label configs and guidelines say the same.",
        "Run 'python -m copydesk.contract.json_schema', and cut the release again.",
    ),
    _rule(
        5,
        "source-disagrees",
        "What the newest release says of an article is what the corpus's manifest says.",
        "Cut the next release, or put the manifest back.",
    ),
    _rule(
        5,
        "rebuild-differs",
        "Cutting the release again from its sources gives the same rows (with --rebuild).",
        "Find out which of sources and release was changed, and put it back.",
    ),
    _rule(
        5,
        "waiver-expired",
        "No waiver in copydesk.toml is past its end date or names a rule that does not exist.",
        "Mend the fault that it waives, or decide anew and write a later date.",
    ),
)

RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in _TABLE}
"""Every rule by its id, in the order of their levels."""


def rules_markdown() -> str:
    """The page ``docs/rules.md``."""
    lines = [
        "# The rules of `copydesk validate`",
        "",
        "Made from `copydesk.validate.rules`; `copydesk validate --rules` prints the same.",
    ]
    for level, name in LEVELS.items():
        lines += [
            "",
            f"## Level {level}: {name}",
            "",
            "| rule | severity | since | meaning | mend |",
        ]
        lines.append("|---|---|---|---|---|")
        lines += [
            f"| `{r.id}` | {r.severity} | {r.since} | {r.meaning} | {r.mend} |"
            for r in RULES.values()
            if r.level == level
        ]
    return "\n".join(lines) + "\n"
