"""A workbook before it is opened: how large it is unpacked, and where the cells of a sheet stand.

The reader allocates a sheet from its first cell to its last, and reads errors (#N/A) as nothing. A workbook of a few
bytes with a cell in the last corner would take all memory, so its parts are looked through first. Cells are found by
their tags; one whose place cannot be found that way is refused rather than guessed.

    Package(stream, "STAFF.XLSX", 1 << 29).look("Sheet1", 20_000_000)       # {(7, 2)}, which hold errors
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from typing import BinaryIO

from lxml import etree

from hrbus.spi import BatchError

_CHUNK = 1 << 20
_CELL = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?c(?=[\s/>])")
_VALUE = rb"(?:\"[^\"<>]*\"|'[^'<>]*')"
_PLACE = re.compile(
    rb"<(?:[A-Za-z][\w.-]*:)?c\s+(?:(?!r=)[\w:.-]+=" + _VALUE + rb"\s+)*+r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']"
)
_ERROR = re.compile(rb"<(?:[A-Za-z][\w.-]*:)?c\s[^<>]*\bt=[\"']e[\"'][^<>]*>")
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError)
_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_LINKS = "xl/_rels/workbook.xml.rels"


class Package:
    """The parts of a workbook; ``sheets`` are their names, in order. BatchError where it is none, or too large."""

    def __init__(self, stream: BinaryIO, artifact: str, largest: int) -> None:
        self._artifact = artifact
        try:
            self._archive = zipfile.ZipFile(stream)
            left = largest
            for member in self._archive.infolist():
                for piece in self._pieces(member):
                    left -= len(piece)
                    if left < 0:
                        raise BatchError(
                            f"{artifact} unpacks to more than {largest} bytes; raise largest if that is meant"
                        )
            self._sheets = self._list()
        except (*_BROKEN, etree.XMLSyntaxError):
            raise self._none() from None
        self.sheets = list(self._sheets)

    def look(self, sheet: str, most: int) -> set[tuple[int, int]]:
        """Return the cells of ``sheet`` that hold an error, as row and column from 0.

        BatchError where its cells reach over more than ``most``, or cannot be placed.
        """
        errors: set[tuple[int, int]] = set()
        columns: set[bytes] = set()
        last_row = seen = placed = 0
        rest = b""
        try:
            member = self._sheets[sheet]
            if member is None:
                raise BatchError(f"{self._artifact}: the sheet {sheet} has no cells")
            for piece in self._pieces(member):
                data = rest + piece
                cut = data.rfind(b">") + 1
                data, rest = data[:cut], data[cut:]
                if len(rest) > _CHUNK or b"\0" in data[:4]:
                    raise self._none()
                seen += len(_CELL.findall(data))
                places = _PLACE.findall(data)
                placed += len(places)
                columns |= {column for column, _ in places}
                last_row = max([last_row, *{int(row) for _, row in places}])
                errors |= {_place(match[0]) for match in _ERROR.finditer(data)}
        except _BROKEN:
            raise self._none() from None
        if seen != placed:
            raise BatchError(f"{self._artifact} has cells without a place; save it again with a spreadsheet program")
        width = max(map(_column, columns), default=-1) + 1
        if last_row * width > most:
            raise BatchError(
                f"{self._artifact}: the sheet reaches over {last_row} rows and {width} columns,"
                f" more than {most} cells; clear what stands far out, or raise cells"
            )
        return errors

    def _none(self) -> BatchError:
        return BatchError(f"{self._artifact} is no xlsx workbook, or a damaged one; fetch it again")

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the content of a part to its real end; the size that its entry claims is not believed."""
        entry = copy(member)
        entry.file_size = 1 << 62
        with self._archive.open(entry) as content:
            while data := content.read(_CHUNK):
                yield data

    def _read(self, name: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(b"".join(self._pieces(self._archive.getinfo(name))), parser)

    def _list(self) -> dict[str, zipfile.ZipInfo | None]:
        """Return the sheets by name, in order; a chart that is a sheet has no part with cells."""
        targets = {each.get("Id"): each.get("Target") or "" for each in self._read(_LINKS).iter("{*}Relationship")}
        found: dict[str, zipfile.ZipInfo | None] = {}
        for each in self._read("xl/workbook.xml").iter("{*}sheet"):
            target = targets.get(each.get(_RELATION) or each.get(_STRICT), "")
            path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            found[each.get("name") or ""] = self._archive.getinfo(path) if "worksheets" in target else None
        return found


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _place(tag: bytes) -> tuple[int, int]:
    match = _REFERENCE.search(tag)
    return (int(match[2]) - 1, _column(match[1])) if match else (-1, -1)
