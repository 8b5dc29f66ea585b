"""Parts of a page that are not its article: posts, comments, and links to other articles."""

from __future__ import annotations

import re
from typing import Any, Final

HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_MARK: Final = "data-elsewhere"
_TAGS: Final = frozenset(("blockquote", "aside", "nav", "footer", "li"))
_CLASSES: Final = re.compile(
    r"(?:^|[\s_-])(?:tweets?|comments?|cards?|most-read|newsletters?|outbrain|taboola|sidebar|subscri\w+"
    r"|sign-?up|paywall|advert\w*|ads?|cta|share|social|cookies?|consent|bio|popular|trending)(?![a-z])"
    r"|twitter|related|teaser|promo|recommend|newsletter",
    re.IGNORECASE,
)


def mark(tree: Any) -> None:
    """Mark the parts of a page whose names say that they are not its article.

    An element with half of the page's paragraphs is the article, whatever its name.
    """
    lengths: dict[Any, int] = {}
    for paragraph in tree.iter("p", "br"):
        length = len("".join(paragraph.itertext())) + len(paragraph.tail or "")
        for above in paragraph.iterancestors():
            lengths[above] = lengths.get(above, 0) + length
    whole = max(lengths.values(), default=0)
    for element in tree.xpath("//body//*[@class]"):
        named = element.tag not in HEADINGS and _CLASSES.search(element.get("class"))
        if named and 2 * lengths.get(element, 0) <= whole:
            element.set(_MARK, "")


def is_elsewhere(element: Any, top: Any = None, tags: frozenset[str] = _TAGS) -> bool:
    """Whether an element is in a part of its page that is not the article; see `mark`.

    Args:
        element: an element of the page.
        top: where to stop: the part that is known to hold the article; by default, the body.
        tags: elements that are not the article's own text.
    """
    while element is not None and element is not top and element.tag not in ("html", "body"):
        if element.tag in tags or element.get(_MARK) is not None:
            return True
        element = element.getparent()
    return False
