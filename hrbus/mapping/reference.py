"""The reference page of the converters, made from the converters themselves.

    python -m hrbus.mapping.reference > docs/reference/converters.md

A test holds the page in the repository against this.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from hrbus.mapping.attachments import converters
from hrbus.mapping.converters import Converter, known
from hrbus.mapping.leaf import pipes
from hrbus.mapping.stores import Store
from hrbus.mapping.tables import Table

TABLES = {
    "colours": Table({"R": "red", "3": "green", "B": "red"}),
    "norms": Table({"0": "1", "20": "25", "30": "50", "38": "84"}),
}
"""The tables that the examples use."""


class _Sample:
    """The one file of the examples, and the same by the name of its content."""

    def open(self, name: str) -> BinaryIO | None:
        return BytesIO(b"Hello") if name in ("cv.txt", "185f8db32271fe25f561a6fc938b2e26") else None

    def write(self, name: str, content: bytes) -> None:
        pass


STORES = {"resumes": Store("resumes", "files/resumes", _Sample())}
"""The attachments that the examples use."""


def sampled() -> dict[str, Converter]:
    """Return every converter by name, those of attachments with ``STORES``."""
    return {**known(), **{converter.name: converter for converter in converters(STORES)}}


_HEAD = """# Converters

What may stand after a `|` in a leaf. Each goes both ways: from left to right on the way into a document, from right
to left on the way out. *Lossy* says what does not come back. A value that a converter cannot take makes its record a
reject that names the field and the converter, never the value. A blank field is absent, and stays absent through
every converter but `blank` and `default`.

This page is made by `python -m hrbus.mapping.reference`. The examples use the tables `colours: {R: red, 3: green}`
and `norms: {0: 1, 20: 25, 30: 50, 38: 84}`, and the attachments `resumes`, whose folder has the file `cv.txt` with
the text `Hello`.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *(line for converter in sorted_converters() for line in _lines(converter))])


def sorted_converters() -> list[Converter]:
    """Return every converter, by name."""
    return [converter for _, converter in sorted(sampled().items())]


def _lines(converter: Converter) -> Iterator[str]:
    call = f"{converter.name}({converter.arguments})" if converter.arguments else converter.name
    yield f"## `{call}`\n"
    yield f"{converter.summary}\n"
    if converter.domain:
        yield f"Comes back: {converter.domain}.\n"
    yield "| leaf | field | document | lossy |"
    yield "|---|---|---|---|"
    for example in converter.examples:
        (found,) = pipes(example.call)
        lossy = converter.make(found.arguments or (), example.kind, TABLES).lossy
        shown = f"`{example.document}`" if example.document else "absent"
        yield f"| `FIELD \\| {example.call}` | {example.kind.name} `{example.field}` | {shown} | {lossy or 'no'} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
