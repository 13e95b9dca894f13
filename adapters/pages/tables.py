"""Makes pages: the EBCDIC ones from ``tables.npz``, the others from Python's codecs."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from adapters.pages.page import ASTRAL, FOURS, NONE, Form, Page, Points

_FILE = Path(__file__).with_name("tables.npz")
_MISSING = 0xFFFF
_EBCDIC_A = 0xC1
UNICODE = {"utf-8": Form.UTF8, "utf-16-be": Form.UTF16_BE, "utf-16-le": Form.UTF16_LE}
_EMPTY = np.empty(0, dtype=np.int32)


@cache
def ebcdic(number: str) -> Page | None:
    """Return the EBCDIC page of that number (``037``, ``935``) from our own tables; None where there is none."""
    with np.load(_FILE) as file:
        if f"{number}.single" not in file:
            return None
        points = _points(file[f"{number}.single"])
        if f"{number}.double" not in file:
            return made(f"cp{number}", Form.SINGLE, points)
        double = _points(np.cumsum(file[f"{number}.double"], dtype=np.uint16))
        more = file[f"{number}.more"].astype(np.int32)
        chosen = file[f"{number}.chosen"].tolist()
    couples = more[more[:, 2] > 0][:, [1, 2, 0]]
    for code, point, second in more.tolist():
        if not second:
            double[code] = point
    double[couples[:, 2]] = -2 - np.arange(len(couples))
    return made(f"cp{number}", Form.SHIFTED, points, double, couples=couples, chosen=chosen)


def _points(stored: np.ndarray[tuple[int, ...], np.dtype[np.uint16]]) -> Points:
    return np.where(stored == _MISSING, NONE, stored.astype(np.int32)).astype(np.int32)


@cache
def unicode(name: str) -> Page:
    """Return UTF-8 or UTF-16, by Python's name for it."""
    points = np.where(np.arange(256) < 0x80, np.arange(256), NONE).astype(np.int32)
    return made(name, UNICODE[name], points)


@cache
def of_codec(name: str) -> Page | None:
    """Return the page of a codec of Python; None where the codec has a state, or codes of other lengths."""
    if name in UNICODE:
        return unicode(name)
    points = np.array([_one(_decoded(bytes([code]), name)) for code in range(256)], dtype=np.int32)
    leads = np.flatnonzero(points[0x80:] < 0) + 0x80
    double = np.full(1 << 16, NONE, dtype=np.int32)
    couples: list[tuple[int, int, int]] = []
    for code, text in _pairs(name, leads.tolist()):
        double[code] = _one(text)
        if len(text) == 2:
            double[code] = -2 - len(couples)
            couples.append((ord(text[0]), ord(text[1]), code))
    if (double == NONE).all():
        return made(name, Form.SINGLE, points, chosen=_chosen(name, points, _EMPTY))
    if name == "gb18030":
        return made(name, Form.LEAD, points, double, four=_fours(), chosen=_chosen(name, points, double))
    if _longer(name):
        return None
    rows = np.array(couples, dtype=np.int32).reshape(-1, 3)
    return made(name, Form.LEAD, points, double, couples=rows, chosen=_chosen(name, points, double))


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeError:
        return ""


def _one(text: str) -> int:
    return ord(text) if len(text) == 1 else NONE


def _pairs(name: str, leads: list[int]) -> Iterator[tuple[int, str]]:
    for lead in leads:
        for second in range(0x21, 0xFF):
            if text := _decoded(bytes([lead, second]), name):
                yield lead << 8 | second, text


def _longer(name: str) -> bool:
    """Say whether the codec has characters of three bytes (EUC-JP has)."""
    return any(len(chr(point).encode(name, "ignore")) == 3 for point in range(0xA0, 0x10000))


def _chosen(name: str, points: Points, double: Points) -> list[int]:
    """Return which code Python writes where several read as the same character."""
    both = np.concatenate([points, double])
    found, counts = np.unique(both[both >= 0], return_counts=True)
    texts = [chr(point) for point in found[counts > 1].tolist()]
    return [int.from_bytes(text.encode(name), "big") for text in texts]


def _fours() -> Points:
    """Return the code points of the four-byte codes of GB 18030 in the Basic Multilingual Plane."""
    four = np.full(FOURS, NONE, dtype=np.int32)
    for point in range(0x80, 0x10000):
        data = chr(point).encode("gb18030", "ignore")
        if len(data) == 4:
            first, second, third, fourth = data
            number = ((first - 0x81) * 10 + second - 0x30) * 1260 + (third - 0x81) * 10 + fourth - 0x30
            four[number] = point
    return four


def made(
    name: str,
    form: Form,
    points: Points,
    double: Points = _EMPTY,
    *,
    four: Points = _EMPTY,
    couples: Points = _EMPTY,
    chosen: list[int] | None = None,
) -> Page:
    """Return a page from the code points of its codes.

    Of several codes for a character the lowest is written, or the one that is ``chosen``.
    """
    top = 0x110000 if len(four) else max(0x10000, int(double.max(initial=0)) + 1)
    codes = np.full(top, NONE, dtype=np.int32)
    for number, table in ((0x10000, four), (0, double), (0, points)):
        there = np.flatnonzero(table >= 0)[::-1]
        codes[table[there]] = there + number
    for code in chosen or []:
        codes[points[code] if code < 0x100 else double[code]] = code
    if len(four):
        codes[0x10000:] = np.arange(0x100000) + ASTRAL + 0x10000
    narrow = np.full(256, 0x80, dtype=np.uint8)
    wide = np.zeros((256, 4), dtype=np.uint8)
    for code, point in enumerate(points.tolist()):
        if point >= 0:
            text = chr(point).encode("utf-8")
            wide[code, : len(text) + 1] = [len(text), *text]
            narrow[code] = min(128, point)
    small = codes[:0x10000]
    reverse = np.where(small > 0xFF, NONE, small).astype(np.int16)
    blank = int(max(reverse[ord(" ")], 0))
    return Page(
        name=name,
        form=form,
        blank=blank,
        ebcdic=bool(reverse[ord("A")] == _EBCDIC_A),
        narrow=narrow,
        wide=wide,
        reverse=reverse,
        points=points,
        double=double,
        four=four,
        couples=couples.reshape(-1, 3),
        codes=codes,
    )


STATEFUL = ("iso2022", "hz", "utf-7", "utf_7", "unicode_escape", "raw_unicode_escape", "idna", "punycode")


def codec_name(name: str) -> str | None:
    """Return Python's own name for an encoding, or None where it has none that records could use."""
    try:
        found = codecs.lookup(name)
        found.encode("A")
    except (LookupError, TypeError, ValueError):
        return None
    return None if found.name.startswith(STATEFUL) else found.name
