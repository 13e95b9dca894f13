"""Reads and writes the records of COBOL programs, as a copybook describes them.

    >>> from adapters.cobol import COBOL
    >>> COBOL.name, COBOL.suffixes
    ('cobol', ('.cpy', '.cbl', '.cob'))

``copybook`` and its helpers (``tokens``, ``copying``, ``entries``, ``clauses``, ``picture``) read the declaration.
``planning`` makes it flat, a ``plan``. ``kernels`` and ``writers`` are the loops over bytes, which ``decode`` and
``encode`` drive; ``frames`` and ``totals`` know how records lie in a file; ``codec`` puts it together.

Where a file has records of several types, ``areas`` says which records share its record area, ``segments`` how each
type is known and below which other it stands (``learning``: where nobody says it), ``families`` which record belongs
to which; ``assembly`` makes rows of them, ``disassembly`` records of rows.
"""

from __future__ import annotations

from pathlib import Path

from adapters.cobol.settings import CobolSettings
from hrbus.spi import Codec, CodecKind, Context, Layout


def _make(settings: CobolSettings, context: Context) -> Codec:
    from adapters.cobol.codec import make  # numba takes a second to import: only those who move data wait for it

    return make(settings, context)


def _layout(path: Path) -> Layout:
    from adapters.cobol.layout import layout

    return layout(path)


COBOL = CodecKind(
    name="cobol",
    summary="Records of COBOL programs: a copybook says where each field lies and how it is stored.",
    settings=CobolSettings,
    make=_make,
    layout=_layout,
    suffixes=(".cpy", ".cbl", ".cob"),
)
"""The entry point ``cobol`` of the group ``hrbus.codecs``."""
