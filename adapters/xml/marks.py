"""Where in a text of XML its elements, attributes and runs of text stand, by position.

    marks = marked('<a x="1">t<b/></a>')
    marks[0].attributes["x"]        # (6, 7)
    marks[1].start                  # 10

One mark for each element, in the order in which they begin, which is that of lxml's ``iter``. Only for text that a
parser has found well-formed and without a document type: then no ``<`` stands outside of markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_ATTRIBUTE = re.compile(r"""(?P<gap>\s+)(?P<name>[^\s=]+)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
_TOKEN = re.compile(
    r"""(?P<skip><!--.*?-->|<\?.*?\?>)|(?P<cdata><!\[CDATA\[.*?\]\]>)|(?P<end></[^>]*>)"""
    r"""|<(?P<name>[^\s/>]+)(?P<rest>(?:[^"'>]|"[^"]*"|'[^']*')*)>|(?P<text>[^<]+)""",
    re.DOTALL,
)


class Run(NamedTuple):
    """A piece of text directly in an element; a CDATA section is one of its own."""

    start: int
    end: int
    cdata: bool = False


@dataclass
class Mark:
    """An element: ``start`` and ``end`` of all of it, ``inside`` where its content begins, ``close`` where that ends.

    ``attributes`` are the places of their values, by name as written; ``room`` is where another would stand. ``runs``
    are what stands before its first child, ``parts`` its other runs. ``empty`` says that it is one tag, ``<a/>``.
    """

    name: str
    start: int
    inside: int
    room: int
    attributes: dict[str, tuple[int, int]]
    gaps: dict[str, int]
    empty: bool
    close: int = 0
    end: int = 0
    runs: list[Run] = field(default_factory=list)
    parents: bool = False


def marked(text: str) -> list[Mark]:
    """Return the marks of the elements of ``text``."""
    marks: list[Mark] = []
    above: list[Mark] = []
    for token in _TOKEN.finditer(text):
        if token["name"] is not None:
            mark = _begun(token)
            marks.append(mark)
            if above:
                above[-1].parents = True
            if not mark.empty:
                above.append(mark)
        elif token["end"] is not None:
            closed = above.pop()
            closed.close, closed.end = token.start(), token.end()
        elif token["skip"] is None and above and not above[-1].parents:
            above[-1].runs.append(Run(token.start(), token.end(), token["cdata"] is not None))
    return marks


def _begun(token: re.Match[str]) -> Mark:
    """Return the mark of the element that a tag begins."""
    base, rest = token.start("rest"), token["rest"]
    empty = rest.endswith("/")
    attributes, gaps = {}, {}
    room = base
    for found in _ATTRIBUTE.finditer(rest):
        quoted = "double" if found["double"] is not None else "single"
        attributes[found["name"]] = (base + found.start(quoted), base + found.end(quoted))
        gaps[found["name"]] = base + found.start()
        room = base + found.end()
    end = token.end()
    return Mark(token["name"], token.start(), end, room, attributes, gaps, empty, close=end, end=end)
