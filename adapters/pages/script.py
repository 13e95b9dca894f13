r"""How the text of a field stands as bytes: what the proof of a mapping asks, before there is any text.

>>> from adapters.pages import find
>>> script = PageScript(find("cp935"))
>>> "王" in script.writes, script.room("王伟"), script.most(3, frozenset("王A")), script.most(3, frozenset("A1"))
(True, 6, 9, 3)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from adapters.pages.page import Form, Page

LINE_ENDS = frozenset("\r\n\x85")
"""What ends a line in one page or another: NEL is X'15' of EBCDIC."""
_UNICODE = 0x110000 - 0x800
"""How many code points are characters: all but the surrogates."""
_WIDEST = 4
"""The bytes of the widest character in UTF-8, UTF-16 and GB 18030, which have them all."""


@dataclass(frozen=True)
class PageScript:
    """Text in a code page. Its field counts units of ``unit`` bytes; its file cannot hold the signs ``without``."""

    page: Page
    unit: int = 1
    without: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name of the page."""
        return self.page.name

    @property
    def reads(self) -> frozenset[str] | None:
        """The characters that a text read from the field may have; None: any."""
        return _reads(self.page)

    @property
    def writes(self) -> frozenset[str] | None:
        """The characters that can be written, each by itself; None: any."""
        return _less(_writes(self.page), self.without)

    def room(self, text: str) -> int:
        """Return how much of the field a text takes, in the field's unit."""
        return -(-len(self.page.encode(text)) // self.unit)

    def most(self, length: int, signs: frozenset[str] | None) -> int:
        """Return the most that a text of ``length`` of these characters can take; of any, where there are None."""
        widest, narrow, growth = _widths(self.page, signs)
        length *= growth
        if not length or self.page.form is not Form.SHIFTED or widest == 1:
            return -(-length * widest // self.unit)
        runs = (length - 1) // 2 if narrow else 0  # most shifts where single and double bytes take turns
        return 2 * length + 2 + runs


@dataclass(frozen=True)
class PythonScript:
    """Text in an encoding of Python. Its field counts bytes, or ``characters``."""

    name: str
    characters: bool = False
    without: frozenset[str] = frozenset()

    @property
    def reads(self) -> frozenset[str] | None:
        """The characters that a text read from the field may have; None: any."""
        return _encodable(self.name)

    @property
    def writes(self) -> frozenset[str] | None:
        """The characters that can be written; None: any."""
        return _less(_encodable(self.name), self.without)

    def room(self, text: str) -> int:
        """Return how much of the field a text takes, in the field's unit."""
        return len(text) if self.characters else len(text.encode(self.name))

    def most(self, length: int, signs: frozenset[str] | None) -> int:
        """Return the most that a text of ``length`` of these characters can take; of any, where there are None."""
        return length if self.characters else length * _widest(self.name, signs)


def _less(characters: frozenset[str] | None, without: frozenset[str]) -> frozenset[str] | None:
    if not without:
        return characters
    return (_every() if characters is None else characters) - without


@cache
def _every() -> frozenset[str]:
    return frozenset(chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000)


@cache
def _writes(page: Page) -> frozenset[str] | None:
    if page.form in (Form.UTF8, Form.UTF16_BE, Form.UTF16_LE):
        return None
    points = np.flatnonzero(page.codes >= 0)
    return None if len(points) >= _UNICODE else frozenset(map(chr, (*points.tolist(), *page.agreed)))


@cache
def _reads(page: Page) -> frozenset[str] | None:
    writes = _writes(page)
    if writes is None or not len(page.couples):
        return writes
    return writes | frozenset(map(chr, page.couples[:, :2].ravel().tolist()))


@lru_cache(maxsize=256)
def _widths(page: Page, signs: frozenset[str] | None) -> tuple[int, bool, int]:
    """Return the bytes of the widest character, whether one takes a single byte, and how many are written for one."""
    known = _writes(page)
    wanted = known if signs is None else signs if known is None else signs & known
    if wanted is None:
        return _WIDEST, True, 1
    said = [page.replaced(sign) for sign in wanted]
    shifts = 2 if page.form is Form.SHIFTED else 0
    sizes = {len(page.encode(sign)) for sign in set("".join(said))} or {1}
    widths = {size - shifts if size > shifts + 1 else size for size in sizes}
    return max(widths), 1 in widths, max(map(len, said), default=1)


@cache
def _encodable(name: str) -> frozenset[str] | None:
    """Return the characters that an encoding has; None where it has all."""
    found = frozenset(sign for sign in _every() if _size(sign, name) is not None)
    return None if len(found) >= _UNICODE else found


@lru_cache(maxsize=256)
def _widest(name: str, signs: frozenset[str] | None) -> int:
    wanted = _encodable(name) if signs is None else signs
    if wanted is None:
        return _WIDEST
    return max((_size(sign, name) or 1 for sign in wanted), default=1)


def _size(sign: str, name: str) -> int | None:
    try:
        return len(sign.encode(name))
    except UnicodeEncodeError:
        return None
