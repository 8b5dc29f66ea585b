"""Settings of a project are compared as the server keeps them."""

from __future__ import annotations

from copydesk.backends.labelstudio.repairs import differing


def test_instructions_are_compared_without_what_the_server_writes_its_own_way() -> None:
    """Attributes and the form of tags say nothing; another word, or none, is put right."""
    ours = {"expert_instruction": '<p style="margin: 0">Press <b>1</b>.<br /></p>\n'}
    assert differing({"expert_instruction": "<p>Press <b>1</b>.<br></p>"}, ours) == {}
    assert differing({"expert_instruction": "<p>Press <b>2</b>.<br></p>"}, ours) == ours
    assert differing({"expert_instruction": ""}, ours) == ours
