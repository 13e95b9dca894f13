r"""Code pages, for every adapter that reads or writes bytes as text.

>>> from adapters.pages import find
>>> page = find("IBM-037")
>>> page.name, page.ebcdic, page.blank, page.encode("A1")
('cp037', True, 64, b'\xc1\xf1')

``catalogue`` knows the names, ``tables`` makes the pages, ``page`` is what they are; ``replacement`` reads what a
user has agreed to write for characters that a page does not have. ``make_tables`` makes the file ``tables.npz`` anew.
"""

from __future__ import annotations

from difflib import get_close_matches

from adapters.pages import tables
from adapters.pages.catalogue import canonical, names
from adapters.pages.page import Form, Page
from hrbus.spi import ConfigError, Fault

__all__ = ["Form", "Page", "ebcdic", "find"]


def ebcdic(name: str) -> Page | None:
    """Return the EBCDIC page of that name, or None."""
    known = canonical(name)
    return tables.ebcdic(known.removeprefix("cp")) if known.startswith("cp") else None


def find(name: str) -> Page:
    """Return the page of that name; ConfigError where there is none or it cannot hold records."""
    if page := ebcdic(name):
        return page
    known = canonical(name)
    codec = tables.codec_name(known)
    if codec is None:
        near = get_close_matches(known, names(), 1)
        hint = f"did you mean {near[0]}?" if near else "docs/reference/code-pages.md names all there are"
        raise ConfigError(Fault(f"unknown encoding {name}", path="encoding", hint=hint))
    page = tables.of_codec(codec)
    if page is None:
        raise ConfigError(
            Fault(f"{name} has characters of three bytes, which records cannot have here", path="encoding")
        )
    if page.form in (Form.UTF16_BE, Form.UTF16_LE) or page.codes[ord("A")] < 0 or page.codes[ord(" ")] < 0:
        raise ConfigError(Fault(f"the encoding {name} has no single-byte letters", path="encoding"))
    return page
