"""Values that changed, put into the text that a record came as; everything else of it stays as it stands.

    Splice(settings, text, old, fresh_text, new).of(reader, schema)      # the record's text with what changed

``new`` is the record as ``Writer`` renders it. Both trees are gone through by the layout: a leaf that says the same
is left alone; one that says something else gets its new text at its place; one that says nothing any more is taken
out; a new one is put in where the layout's order has it. Items of a repetition are matched by what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from difflib import SequenceMatcher
from typing import Any

import polars as pl
from lxml import etree

from adapters.xml.marks import Mark, marked
from adapters.xml.reading import Reader, is_nil
from adapters.xml.settings import XmlSettings, plain
from hrbus.spi import Field, Type

Schema = Mapping[str, Any]
Edit = tuple[int, int, str]
_EXACT = Context(prec=1000)
_TAG = re.compile(r"(</?)(?=[^\s:/>!?]+[\s/>])")


class Splice:
    """Collects the edits of one record. ``old`` and ``new`` are the elements whose texts are given beside them."""

    def __init__(
        self, settings: XmlSettings, text: str, old: etree._Element, fresh: str, new: etree._Element
    ) -> None:
        self._settings = settings
        self._text = text
        self._old = old
        self._fresh = fresh
        self._new = new
        self._marks = _by_element(old, text) | _by_element(new, fresh)
        self._edits: list[Edit] = []
        self._inner: dict[etree._Element, list[str]] = {}

    def of(self, reader: Reader, schema: Schema) -> list[Edit]:
        """Return what is to be replaced in the text: start, end, and what comes there, from front to back."""
        self._group(reader, self._old, self._new, schema)
        for element, pieces in self._inner.items():
            self._fill(self._marks[element], "".join(pieces))
        return _ordered(self._edits)

    # --- along the layout

    def _group(self, reader: Reader, old: etree._Element, new: etree._Element | None, schema: Schema) -> None:
        before = reader.record(old)
        after = reader.record(new) if new is not None else {}
        olds = reader.children(old)
        news = reader.children(new) if new is not None else {}
        for field in reader.fields:
            if field.type is Type.GROUP and not field.many:
                self._inside(reader, field, old, (olds.get(field.name), news.get(field.name)), schema)
            elif field.column not in schema:
                continue
            elif field.many:
                self._list(reader, field, old, (olds.get(field.name, []), news.get(field.name, [])), schema)
            elif _says(before.get(field.name)) != _says(after.get(field.name)):
                self._leaf(reader, field, old, new, (olds.get(field.name), news.get(field.name)))

    def _inside(
        self,
        reader: Reader,
        field: Field,
        parent: etree._Element,
        pair: tuple[list[etree._Element] | None, list[etree._Element] | None],
        schema: Schema,
    ) -> None:
        old, new = pair
        if old and is_nil(old[0]):
            if new:
                self._replace(parent, old[0], new[0])
        elif old:
            self._group(reader.inner[field.name], old[0], new[0] if new else None, schema)
        elif new:
            self._insert(reader, field, parent, [self._piece(parent, new[0])])

    def _leaf(
        self,
        reader: Reader,
        field: Field,
        parent: etree._Element,
        fresh: etree._Element | None,
        pair: tuple[list[etree._Element] | None, list[etree._Element] | None],
    ) -> None:
        old, new = pair
        if field.name.startswith("@"):
            self._attribute(reader, field, parent, fresh)
        elif field.name == "$text":
            self._write(field, parent, fresh)
        elif old and not new:
            self._remove(old[0])
        elif old and new:
            self._change(field, parent, old[0], new[0])
        elif new:
            self._insert(reader, field, parent, [self._piece(parent, new[0])])

    def _list(
        self,
        reader: Reader,
        field: Field,
        parent: etree._Element,
        pair: tuple[list[etree._Element], list[etree._Element]],
        schema: Schema,
    ) -> None:
        """Change the items of a repetition; items without anything in them are left where they are."""
        shape = _item(schema[field.column])
        old, old_keys = _keyed(reader, field, pair[0], shape)
        new, new_keys = _keyed(reader, field, pair[1], shape)
        steps = SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes()
        gone = {
            old_keys[number]: old[number]
            for kind, first, last, begin, end in steps
            if kind == "delete" or (kind == "replace" and last - first != end - begin)
            for number in range(first, last)
        }
        for kind, first, last, begin, end in steps:
            if kind == "equal":
                continue
            if last - first == end - begin:
                for before, after in zip(old[first:last], new[begin:end], strict=True):
                    self._item(reader, field, parent, before, after, shape)
                continue
            pieces = [
                self._own(gone[key]) if key in gone else self._piece(parent, item)
                for key, item in zip(new_keys[begin:end], new[begin:end], strict=True)
            ]
            for element in old[first:last]:
                self._remove(element)
            if last:
                self._after(old[last - 1], pieces)
            elif old:
                self._before(old[0], pieces)
            else:
                self._insert(reader, field, parent, pieces)

    def _item(
        self,
        reader: Reader,
        field: Field,
        parent: etree._Element,
        old: etree._Element,
        new: etree._Element,
        shape: Schema,
    ) -> None:
        if field.type is Type.GROUP and not is_nil(old):
            self._group(reader.inner[field.name], old, new, shape)
        else:
            self._change(field, parent, old, new)

    # --- edits

    def _change(self, field: Field, parent: etree._Element, old: etree._Element, new: etree._Element) -> None:
        if is_nil(old):
            self._replace(parent, old, new)
        else:
            self._write(field, old, new)

    def _write(self, field: Field, old: etree._Element, new: etree._Element | None) -> None:
        """Put the text of ``new`` in the place of that of ``old``; comments within stay, CDATA becomes text."""
        runs = self._marks[old].runs
        text = "".join(self._fresh[run.start : run.end] for run in self._marks[new].runs) if new is not None else ""
        if not runs:
            self._inner.setdefault(old, []).insert(0, text)
            return
        start, end, cdata = runs[0]
        if len(runs) == 1 and not cdata and (self._settings.trim or field.type is not Type.TEXT):
            whole = self._text[start:end]
            if whole.strip():  # blanks around a value are no part of it
                end -= len(whole) - len(whole.rstrip())
                start += len(whole) - len(whole.lstrip())
        self._edits.append((start, end, text))
        self._edits += [(run.start, run.end, "") for run in runs[1:]]

    def _attribute(self, reader: Reader, field: Field, old: etree._Element, new: etree._Element | None) -> None:
        mark = self._marks[old]
        there = _attribute_of(reader, field, old, mark)
        fresh = _attribute_of(reader, field, new, self._marks[new]) if new is not None else None
        value = self._fresh[slice(*self._marks[new].attributes[fresh])] if new is not None and fresh else None
        if there is None:
            if value is not None:
                name = field.name[1:]
                declared = self._declared(old, f" {name}=")
                self._edits.append((mark.room, mark.room, f'{declared} {name}="{value}"'))
            return
        start, end = mark.attributes[there]
        if value is None:
            self._edits.append((mark.gaps[there], end + 1, ""))
        else:
            quote = self._text[end]
            self._edits.append((start, end, value.replace("'", "&apos;") if quote == "'" else value))

    def _replace(self, parent: etree._Element, old: etree._Element, new: etree._Element) -> None:
        mark = self._marks[old]
        self._edits.append((mark.start, mark.end, self._piece(parent, new)))

    def _remove(self, element: etree._Element) -> None:
        mark = self._marks[element]
        self._edits.append((mark.start - len(self._indent(mark)), mark.end, ""))

    def _insert(self, reader: Reader, field: Field, parent: etree._Element, pieces: Sequence[str]) -> None:
        """Put elements in where the order of the layout has them: behind those before, or before those behind."""
        order = [each.name for each in reader.fields]
        at = order.index(field.name)
        known = [(order.index(name), each) for name, found in reader.children(parent).items() for each in found]
        earlier = [each for number, each in known if number < at]
        later = [each for number, each in known if number > at]
        if earlier:
            self._after(max(earlier, key=lambda each: self._marks[each].end), pieces)
        elif later:
            self._before(min(later, key=lambda each: self._marks[each].start), pieces)
        else:
            self._inner.setdefault(parent, []).extend(pieces)

    def _after(self, element: etree._Element, pieces: Sequence[str]) -> None:
        mark = self._marks[element]
        indent = self._indent(mark)
        self._edits += [(mark.end, mark.end, f"{indent}{piece}") for piece in pieces]

    def _before(self, element: etree._Element, pieces: Sequence[str]) -> None:
        mark = self._marks[element]
        indent = self._indent(mark)
        self._edits += [(mark.start, mark.start, f"{piece}{indent}") for piece in pieces]

    def _fill(self, mark: Mark, content: str) -> None:
        if mark.empty:
            before = self._text[: mark.end - 2].rstrip()
            self._edits.append((len(before), mark.end, f">{content}</{mark.name}>"))
        else:
            self._edits.append((mark.close, mark.close, content))

    # --- texts

    def _indent(self, mark: Mark) -> str:
        """Return the blanks between the markup before an element and the element."""
        before = self._text[: mark.start]
        bare = before.rstrip()
        return before[len(bare) :] if bare.endswith(">") else ""

    def _own(self, element: etree._Element) -> str:
        mark = self._marks[element]
        return self._text[mark.start : mark.end]

    def _piece(self, parent: etree._Element, new: etree._Element) -> str:
        """Return the text of a new element, with names and namespaces that mean the same below ``parent``."""
        mark = self._marks[new]
        text = self._fresh[mark.start : mark.end]
        above = self._marks[parent].name
        if "" not in self._settings.namespaces and ":" in above:
            text = _TAG.sub(rf"\g<1>{above.partition(':')[0]}:", text)
        named = re.match(r"<[^\s/>]+", text)
        cut = named.end() if named else 0
        return f"{text[:cut]}{self._declared(parent, text)}{text[cut:]}"

    def _declared(self, parent: etree._Element, text: str) -> str:
        """Return the declarations of the settings' prefixes that ``text`` uses and that mean something else here."""
        found = ""
        for prefix, uri in self._settings.namespaces.items():
            used = re.search(rf"[<\s]{re.escape(prefix)}:" if prefix else r"<[^\s:/>]+[\s/>]", text)
            if used and parent.nsmap.get(prefix or None, "") != uri:
                found += f' xmlns{":" if prefix else ""}{prefix}="{plain(uri)}"'
        return found


def says(value: dict[str, Any], fields: Sequence[Field], schema: Schema) -> Any:
    """Return what a record says in the columns of ``schema``: equal where two say the same."""
    return _says(_given(fields, value, schema))


def _by_element(root: etree._Element, text: str) -> dict[etree._Element, Mark]:
    return dict(zip(root.iter(), marked(text), strict=True))


def _attribute_of(reader: Reader, field: Field, element: etree._Element, mark: Mark) -> str | None:
    """Return the attribute of ``field`` as it is written; None where there is none."""
    for name in mark.attributes:
        prefix, _, local = name.rpartition(":")
        full = f"{{{element.nsmap.get(prefix, '')}}}{local}" if prefix else local
        if reader.attribute(full) == field.name:
            return name
    return None


def _item(dtype: Any) -> Schema:
    """Return the columns of the items of a list of structs."""
    inner = dtype.inner if isinstance(dtype, pl.List) else dtype
    return {each.name: each.dtype for each in inner.fields} if isinstance(inner, pl.Struct) else {}


def _keyed(
    reader: Reader, field: Field, elements: Sequence[etree._Element], shape: Schema
) -> tuple[list[etree._Element], list[str]]:
    """Return the items that say something, and what each says."""
    found = []
    for element in elements:
        value = reader.value(field, element)
        said = _says(_given(field.children, value, shape) if isinstance(value, dict) else value)
        if said is not None:
            found.append((element, repr(said)))
    return [element for element, _ in found], [key for _, key in found]


def _given(fields: Sequence[Field], value: dict[str, Any], shape: Schema) -> dict[str, Any]:
    """Return what ``value`` says in the columns of ``shape``."""
    made: dict[str, Any] = {}
    for field in fields:
        held = value.get(field.name)
        if field.type is Type.GROUP and not field.many:
            made[field.name] = _given(field.children, held or {}, shape)
        elif field.column in shape:
            inner = _item(shape[field.column])
            items = held if field.many and field.type is Type.GROUP else None
            made[field.name] = [_given(field.children, each or {}, inner) for each in items] if items else held
    return made


def _says(value: Any) -> Any:
    """Return a value without what says nothing; None where nothing is left of it."""
    if isinstance(value, dict):
        return {name: said for name, held in value.items() if (said := _says(held)) is not None} or None
    if isinstance(value, list):
        return [said for held in value if (said := _says(held)) is not None] or None
    if isinstance(value, Decimal):
        return value.normalize(_EXACT)
    return None if value == "" else value


def _ordered(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits from front to back; what is put in where something is taken out comes behind it."""
    made: list[Edit] = []
    reached = 0
    for start, end, text in sorted(edits, key=lambda edit: edit[0]):
        start, end = max(start, reached), max(end, reached)
        made.append((start, end, text))
        reached = end
    return made
