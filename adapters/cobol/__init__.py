"""Reads and writes the records of COBOL programs, as a copybook describes them.

    >>> from adapters.cobol import COBOL
    >>> COBOL.name, ".cpy" in COBOL.suffixes
    ('cobol', True)

``copybook`` and its helpers read the declaration: ``source`` the lines, ``tokens``, ``copying`` and ``replacing`` the
words, ``entries`` with ``clauses`` and ``picture`` what they declare; ``linking`` finds what a clause names and
``measuring`` where each field lies, in a ``dialect``. ``outline`` and ``layout`` tell it to the others.
``planning`` makes it flat, a ``plan``. ``kernels`` and ``writers`` are the loops over bytes, which ``decode`` and
``encode`` drive; ``frames`` and ``totals`` know how records lie in a file; ``codec`` puts it together.

Where a file has records of several types, ``areas`` says which records share its record area, ``segments`` how each
type is known and below which other it stands (``learning``: where nobody says it), ``families`` which record belongs
to which; ``assembly`` makes rows of them, ``disassembly`` records of rows.
``diagnosis`` guesses which settings a file needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.cobol.dialect import SUFFIXES
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Codec, CodecKind, Context, Diagnosis, Layout, Outline


def _make(settings: CobolSettings, context: Context) -> Codec:
    from adapters.cobol.codec import make  # numba takes a second to import: only those who move data wait for it

    return make(settings, context)


def _layout(path: Path) -> Layout:
    from adapters.cobol.layout import layout

    return layout(path)


def _outline(settings: CobolSettings, context: Context) -> Sequence[Outline]:
    from adapters.cobol.outline import outline

    return outline(settings, context)


def _diagnose(settings: CobolSettings, context: Context, data: Path) -> Diagnosis:
    from adapters.cobol.diagnosis import diagnose

    return diagnose(settings, context, data)


COBOL = CodecKind(
    name="cobol",
    summary="Records of COBOL programs: a copybook says where each field lies and how it is stored.",
    settings=CobolSettings,
    make=_make,
    layout=_layout,
    outline=_outline,
    diagnose=_diagnose,
    suffixes=SUFFIXES,
)
"""The entry point ``cobol`` of the group ``hrbus.codecs``."""
