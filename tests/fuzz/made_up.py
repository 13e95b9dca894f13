"""Documents made up at random, right and wrong ones: texts of every type, parts that are absent, too many, or both.

made = MadeUp(random.Random(1))
shape = made.shape(vocabulary.root("Candidate"))
column = made.column(shape, 100)
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import polars as pl

from hrbus.hrxml import Facets, Node

POOL = "abzAZ019 -+.:/@eE_TZPDM\t\n\r\u00e9\u738b\uff19\u00a0\u2028\ufeff\U0001f600\u00b2<&>\"'\x01\ufffe"
"""Characters that have been taken for something else somewhere."""

EDGES = (
    *("", " ", "0", "-0", "+0", "00", "-", "+", ".", "1.", ".5", "+.5", "1e5", "1E400", "INF", "-INF", "+INF", "NaN"),
    *("true", "TRUE", "1", "x:", "x:a", "x: a", "@", "a@b", "a@b@c", "a@b c", "a:", "a:b", "://", "urn:x", "en", "e"),
    *("0000-01-01", "0001-01-01", "10000-01-01", "-0001-01-01", "2023-02-29", "2024-02-29", "1900-02-29"),
    *("2000-02-29", "2024-04-31", "2024-02-30", "2024-01-01T24:00:00", "2024-01-01T23:59:60", "24:00:00"),
    *("--02-29", "--02-30", "---31", "---32", "--13", "2026-13", "P", "PT", "P1S", "P1Y2M3DT4H5M6.7S", "-P1D"),
    *("9" * 9, "9" * 10, "9" * 18, "9" * 19, "9" * 25, "0." + "1" * 18, "1" * 17 + ".5", "0" * 30),
    *("QQ==", "QR==", "QUI=", "Q", "0g", "ff", "zh-Hans-CN", "i-klingon", "x-y", "toolonglanguage", "a1-b2"),
    *("http://a b", "http://[::1]/", "http://a:99999/", "%", "%zz", "#", "127", "128", "-129", "65536", "x" * 300),
)

TEMPLATES: dict[str, tuple[str, ...]] = {
    "decimal": ("9", "-99", "999.9", "+9999999", "999999999.99", "99999999999999999999"),
    "double": ("9.99", "-99e9", "INF"),
    "float": ("9.99", "-99E-9", "NaN"),
    "boolean": ("true", "false", "1"),
    "date": ("Y99-09-28", "Y99-10-28", "Y99-19-39", "Y99-19-39Z", "Y99-19-39+19:59"),
    "dateTime": ("Y99-09-28T19:59:59", "Y99-19-39T29:59:59", "Y99-19-39T29:59:59.99Z", "Y99-19-39T29:59:59-19:59"),
    "time": ("19:59:59", "29:59:59", "29:59:59.999+19:59"),
    "gYear": ("Y99", "9999Z"),
    "gYearMonth": ("Y99-09", "Y99-12", "Y99-19", "Y99-19-19:59"),
    "gMonthDay": ("--19-39",),
    "gMonth": ("--19",),
    "gDay": ("---39",),
    "duration": ("P9Y", "PT99M", "P9Y9M", "PT9H9M"),
    "anyURI": ("https://a.a/a?a=9", "urn:a:a", "a:a"),
    "hexBinary": ("ffff", "f9"),
    "base64Binary": ("aaaa", "aaa=", "QQ=="),
    "language": ("aa", "aa-AA", "aaa-Aaaa-AA"),
    "[0-9]{4}-[0-9]{2}-[0-9]{2}": ("Y99-09-28", "Y99-12-28", "Y99-09-28", "Y99-19-39"),
    "[0-9]{4}-[0-9]{2}-[0-9]{2}(Z|[+\\-][0-9]{2}:[0-9]{2})": ("Y99-09-28Z", "Y99-09-28+09:59", "Y99-19-39-19:59"),
    "[^@\\s]+@[^@\\s]+": ("a.a@a.aa", "9@a"),
    "[A-Za-z][A-Za-z0-9+.\\-]*:\\S+": ("https://a.a/a",),
    "[A-Z]{2}": ("AA",),
    "[A-Z]{3}": ("AAA",),
    "x:\\S.*": ("x:aa", "x:a a 9"),
    "[0-9a-f]{64}": ("f" * 64,),
    "[0129]": ("2",),
}
"""How texts of a built-in type, or of a pattern, look.

A digit stands for any up to itself, ``a``, ``A`` and ``f`` for letters, ``Y`` for a century.
"""

_LETTERS = {"a": "abcxyz", "A": "ABCXYZ", "f": "0123456789abcdef", "Y": ("19", "20", "24", "16")}
_ANY = ("a", "a a", "Aa", "a9")


@dataclass(frozen=True)
class Shape:
    """A part of a column's type: the node, whether it stands in a list, and what is in it (None: one text)."""

    node: Node
    many: bool
    parts: dict[str, Shape] | None

    @property
    def dtype(self) -> pl.DataType:
        """The polars type."""
        inner: pl.DataType = pl.String()
        if self.parts is not None:
            inner = pl.Struct({name: part.dtype for name, part in self.parts.items()})
        return pl.List(inner) if self.many else inner


class MadeUp:
    """Makes things up; ``wrong`` is how often, of a thousand times, something is done that may be wrong."""

    def __init__(self, rng: random.Random, wrong: int = 4) -> None:
        self.rng = rng
        self.wrong = wrong

    def errs(self) -> bool:
        """Say whether something wrong is to be done now."""
        return self.rng.randrange(1000) < self.wrong

    # --- texts ------------------------------------------------------------------------------------------------------

    def text(self, facets: Facets | None) -> str:
        """Return a text that looks like one of a type, and often is."""
        if facets is not None and facets.members:
            return self.text(self.rng.choice(facets.members))
        text = self.sample(facets)
        return self.spoiled(text) if self.errs() else text

    def sample(self, facets: Facets | None) -> str:
        """Return a text out of a template or list of the type."""
        if facets is None or self.errs():
            return self.rng.choice(EDGES)
        if facets.enumeration:
            return self.rng.choice(facets.enumeration)
        keys = [key for key in (*facets.patterns, facets.builtin, facets.base) if key in TEMPLATES]
        text = self.filled(self.rng.choice(TEMPLATES[keys[0]] if keys else _ANY))
        return text * max(1, facets.min_length or 1)

    def filled(self, template: str) -> str:
        """Return a template with its signs replaced."""
        choice = self.rng.choice
        return "".join(
            choice("0123456789"[: int(sign) + 1]) if sign.isdigit() else choice(_LETTERS.get(sign, sign))
            for sign in template
        )

    def spoiled(self, text: str) -> str:
        """Return a text with a character or two added, taken out or changed."""
        for _ in range(self.rng.randint(1, 2)):
            at, kind = self.rng.randint(0, len(text)), self.rng.randrange(8)
            if kind < 3:
                text = text[:at] + self.rng.choice(POOL) + text[at:]
            elif kind < 5:
                text = text[:at] + text[at + 1 :]
            elif kind < 6:
                text = text[:at] + self.rng.choice(POOL) + text[at + 1 :]
            elif kind < 7:
                text = self.rng.choice((f" {text}", f"{text} ", f"{text}\n"))
            else:
                text += self.rng.choice(("Z", "+14:00", "-00:00", "+13:59", "0" * self.rng.randint(1, 20), ".", text))
        return text

    # --- trees ------------------------------------------------------------------------------------------------------

    def shape(self, node: Node, depth: int = 8) -> Shape:
        """Return a part of what the vocabulary allows at ``node``: what a mapping could make."""
        many = node.many and self.rng.random() < 0.6
        if node.is_leaf or ("$text" in node.fields and self.rng.random() < 0.2):
            return Shape(node, many, None)
        groups = {child.choice for child in node.fields.values() if child.choice}
        names = {name for name, child in node.fields.items() if child.required and not self.errs()}
        for group in sorted(groups):
            of_group = [name for name, child in node.fields.items() if child.choice == group]
            names |= set(self.rng.sample(of_group, 2 if self.errs() and len(of_group) > 1 else 1))
        optional = [
            name
            for name, child in node.fields.items()
            if not child.required and not child.choice and within_itself(child) < 2
        ]
        wanted = self.rng.randint(0, 3) if depth > 0 else 0
        names |= set(self.rng.sample(optional, min(len(optional), wanted)))
        inside = {name: child for name, child in node.fields.items() if name in names}
        parts = {name: self.shape(child, depth - 1) for name, child in inside.items()}
        return Shape(node, many, parts or None) if parts or node.facets else Shape(node, many, {})

    def column(self, shape: Shape, height: int) -> pl.Series:
        """Return that many trees of a root's shape."""
        trees = [self.one(shape, absent=0) for _ in range(height)]
        return pl.Series(shape.node.name, trees, dtype=shape.dtype)

    def value(self, shape: Shape, absent: float) -> Any:
        if shape.many:
            number = self.rng.choice((1, 1, 2, 3)) if not self.errs() else self.rng.choice((0, 5))
            return None if self.rng.random() < absent else [self.one(shape, absent / 4) for _ in range(number)]
        return self.one(shape, absent)

    def one(self, shape: Shape, absent: float) -> Any:
        if self.rng.random() < absent:
            return None
        if shape.parts is None:
            leaf = shape.node.fields.get("$text", shape.node)
            return self.text(leaf.facets)
        return {name: self.value(part, 0.003 if part.node.required else 0.2) for name, part in shape.parts.items()}


def within_itself(node: Node) -> int:
    """Return in how many elements of its own type a node stands."""
    number, above = 0, node.parent
    while above is not None:
        number += above.item.content is node.item.content
        above = above.parent
    return number
