"""Elements to objects, as the layout nests them; what does not fit is left as text, which the columns then refuse.

reader = Reader(layout.fields, settings)
reader.record(element)      # {"@no": 17, "person": {"name": "Ada"}, "skill": ["COBOL"]}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from lxml import etree

from adapters.xml.settings import XmlSettings
from hrbus.spi import Field, RecordError, Type

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})")
_FLOAT = re.compile(r"[+-]?[0-9]{1,400}(?:\.[0-9]{0,400})?(?:[eE][+-]?[0-9]{1,3})?")

Part = Callable[[etree._Element], Any]
Convert = Callable[[str], Any]


class Reader:
    """Reads elements that have ``fields``. RecordError where the shape of one is not that of the layout."""

    def __init__(self, fields: Sequence[Field], settings: XmlSettings) -> None:
        self._strict = settings.unknown == "reject"
        self._attributes: dict[str, tuple[str, Convert]] = {}
        self._children: dict[str, tuple[Field, Part]] = {}
        self.fields = fields
        self.inner: dict[str, Reader] = {}
        self._texts: list[tuple[str, Convert]] = []
        for field in fields:
            if field.name.startswith("@"):
                name = field.name[1:]
                self._attributes[settings.tag(name) if ":" in name else name] = (field.name, _value(field, settings))
            elif field.name == "$text":
                self._texts.append((field.name, _value(field, settings)))
            else:
                if field.type is Type.GROUP:
                    self.inner[field.name] = Reader(field.children, settings)
                self._children[settings.tag(field.name)] = (field, self._part(field, settings))

    def record(self, element: etree._Element) -> dict[str, Any]:
        """Return the object that ``element`` is."""
        found: dict[str, Any] = {}
        for name, value in element.attrib.items():
            known = self._attributes.get(str(name))
            if known:
                found[known[0]] = known[1](str(value))
            elif self._strict and not str(name).startswith(_XSI):
                raise RecordError("holds an attribute that the layout does not name", field="?")
        for child in element:
            self._child(child, found)
        for name, convert in self._texts:
            found[name] = convert(element.text or "")
        return found

    def attribute(self, name: str) -> str | None:
        """Return the field of an attribute by its full name, None where the layout does not name it."""
        known = self._attributes.get(name)
        return known[0] if known else None

    def children(self, element: etree._Element) -> dict[str, list[etree._Element]]:
        """Return the children that the layout names, by field."""
        found: dict[str, list[etree._Element]] = {}
        for child in element:
            part = self._known(child)
            if part:
                found.setdefault(part[0].name, []).append(child)
        return found

    def value(self, field: Field, element: etree._Element) -> Any:
        """Return what the element of ``field`` says: one item of it, where it is repeated."""
        return self._known_of(field)[1](element)

    def _known(self, child: etree._Element) -> tuple[Field, Part] | None:
        tag = str(child.tag)
        return self._children.get(tag) or self._children.get("{*}" + tag.rpartition("}")[2])

    def _known_of(self, field: Field) -> tuple[Field, Part]:
        return next(part for part in self._children.values() if part[0] is field)

    def _child(self, child: etree._Element, found: dict[str, Any]) -> None:
        part = self._known(child)
        if part is None:
            if self._strict:
                raise RecordError("holds an element that the layout does not name", field="?")
            return
        field, take = part
        if field.many:
            found.setdefault(field.name, []).append(take(child))
        elif field.name in found:
            raise RecordError("stands more than once", field=field.column)
        else:
            found[field.name] = take(child)

    def _part(self, field: Field, settings: XmlSettings) -> Part:
        """Return what reads the element of ``field``."""
        if field.type is Type.GROUP:
            inner = self.inner[field.name]
            return lambda element: None if is_nil(element) else inner.record(element)
        convert = _value(field, settings)

        def leaf(element: etree._Element) -> Any:
            if len(element):
                raise RecordError("holds elements, and the layout has a value there", field=field.column)
            return None if is_nil(element) else convert(element.text or "")

        return leaf


def _value(field: Field, settings: XmlSettings) -> Convert:
    """Return what makes a value of text; what cannot be made stays text."""
    if field.type is Type.TEXT:
        return str.strip if settings.trim else str
    if field.type is Type.BOOLEAN:
        words = dict.fromkeys(settings.true, True) | dict.fromkeys(settings.false, False)
        return lambda text: words.get(text.strip(), text) if text.strip() else None
    pattern = _FLOAT if field.type is Type.FLOAT else _NUMBER

    def number(text: str) -> Any:
        text = text.strip()
        return Decimal(text) if pattern.fullmatch(text) else text or None

    return number


def is_nil(element: etree._Element) -> bool:
    """Say whether an element says of itself that it is nothing (``xsi:nil``)."""
    return element.get(_NIL) in ("true", "1")
