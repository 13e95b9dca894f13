"""Documents made up from a vocabulary: any text in any place, or only what its types take."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from hrbus.hrxml import Facets, Kind, Node
from hrbus.hrxml.validate import NOT_XML

POISON = (
    "]]>",
    "<![CDATA[x]]>",
    "&amp;",
    "&#0;",
    "&",
    "<",
    ">",
    '"',
    "'",
    "</Candidate>",
    "<!--",
    "<?n?>",
    "{}",
    "\\",
    '\\"',
    "\t",
    "\n",
    "\r",
    "\r\n",
    " ",
    "  two  blanks  ",
    "\u0085",
    "\u2028",
    "\ufeff",
    "\x7f",
    "e\u0301",
    "王小明",
    "\U0001f600",
    "\U0010fffd",
    "A" * 70_000,
)
"""Texts that have broken XML or JSON somewhere before; all of them can be carried by both."""

CONTROL = ("\x00", "a\x00b", "\x0b", "\x1f", "\ufffe", "\uffff")
"""Texts that XML 1.0 cannot carry."""

any_text = st.one_of(
    st.sampled_from(POISON),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(lambda text: not NOT_XML.search(text)),
)


def trees(node: Node, texts: Any = None, depth: int = 12) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for canonical trees of ``node``; leaves take what their types take, or any of ``texts``."""
    return st.composite(lambda draw: _tree(draw, node, texts, depth))()


def _tree(draw: Any, node: Node, texts: Any, depth: int) -> dict[str, Any]:
    wanted = {name for name, child in node.fields.items() if child.required}
    for group in sorted({child.choice for child in node.fields.values() if child.choice}):
        wanted.add(draw(st.sampled_from([n for n, child in node.fields.items() if child.choice == group])))
    optional = [n for n, child in node.fields.items() if not child.required and not child.choice]
    if optional and depth > 0:
        wanted |= draw(st.sets(st.sampled_from(optional), max_size=3))
    found = {}
    for name, child in node.fields.items():
        if name not in wanted or (child.kind is Kind.ELEMENT and child.item.content is node.item.content):
            continue
        number = draw(st.integers(1, 2)) if child.many else 1
        values = [_value(draw, child, texts, depth - 1) for _ in range(number)]
        values = [value for value in values if value != {}]
        if values:
            found[name] = values if child.many else values[0]
    return found


def _value(draw: Any, node: Node, texts: Any, depth: int) -> Any:
    if not node.is_leaf:
        return _tree(draw, node, texts, depth)
    assert node.facets is not None
    return draw(valid(node.facets) if texts is None else texts)


def valid(facets: Facets) -> st.SearchStrategy[str]:
    """Return a strategy for texts that a type takes."""
    if facets.members:
        return st.one_of([valid(member) for member in facets.members])
    if facets.enumeration:
        return st.sampled_from(facets.enumeration)
    if facets.name in _BY_NAME:
        return _BY_NAME[facets.name]
    if facets.patterns:
        return st.from_regex(re.compile(facets.patterns[0]), fullmatch=True, alphabet=_CARRIED).filter(
            lambda text: not NOT_XML.search(text)
        )
    return any_text.filter(lambda text: len(text) >= (facets.min_length or 0))


_CARRIED = st.characters(exclude_categories=["Cs", "Cc"])
_days = st.dates().map(str)
_times = st.times().map(lambda time: time.replace(microsecond=0).isoformat())
_zones = st.sampled_from(["Z", "+08:00", "-11:30"])
_instants = st.builds("{}T{}{}".format, _days, _times, st.one_of(st.just(""), _zones))
_numbers = st.builds(
    lambda sign, whole, part: f"{sign}{whole}{part}",
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**9),
    st.sampled_from(["", ".", ".0", ".5", ".000001"]),
)
_BY_NAME: dict[str, st.SearchStrategy[str]] = {
    "Day": _days,
    "ZonedDay": st.builds("{}{}".format, _days, _zones),
    "Instant": _instants,
    "Number": _numbers,
    "Count": st.integers(0, 10**9 - 1).map(str),
    "integer": st.integers(-(10**9), 10**9).map(str),
    "boolean": st.sampled_from(["true", "false", "1", "0", " true "]),
    "language": st.sampled_from(["en", "zh-CN", "de-AT-1996", " fr "]),
    "gYear": st.integers(1000, 9999).map(str),
    "gYearMonth": st.dates().map(lambda day: f"{day:%Y-%m}".zfill(7)),
}
