"""Examples in a mapping: what a record becomes, and that it comes back.

    examples:
      - record: {APPL-NO: "00004711", APPL-FIRST-NAME: ADA}
        document: {Candidate/CandidateProfile/PersonalData/PersonName/GivenName: ADA}

A record names some fields; the others are blank. A document names some paths, ``path[2]`` for a second item; an empty
text means that nothing stands there. What is not named is not compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from hrbus import yaml
from hrbus.errors import Fault, Place
from hrbus.hrxml import Node, PathError
from hrbus.mapping.check import Direction
from hrbus.mapping.fill import Run
from hrbus.mapping.kinds import Kind, column_dtype, from_text
from hrbus.mapping.out import feeds, repetitions
from hrbus.spi import Field, Layout
from hrbus.values import RECORD, Batch, Documents

if TYPE_CHECKING:
    from hrbus.mapping.mapping import Mapping

_STEP = re.compile(r"(.*?)(?:\[([1-9][0-9]{0,3})\])?")
_RUN = Run(datetime(2000, 1, 1, tzinfo=UTC), 1)


class _ExampleError(Exception):
    """Something in an example that cannot be used."""

    def __init__(self, message: str, place: Place, hint: str = "") -> None:
        self.fault = Fault(message, place, "examples", hint)
        super().__init__(message)


def check_example(mapping: Mapping, node: yaml.Node, direction: Direction) -> Iterator[Fault]:
    """Yield what does not come out as one example says."""
    try:
        record, document = _part(node, "record"), _part(node, "document")
        if direction is Direction.INTO:
            yield from _forward(mapping, record, document)
        else:
            yield from _backward(mapping, record, document)
    except _ExampleError as error:
        yield error.fault


def _part(node: yaml.Node, key: str) -> yaml.Entries:
    found = node.get(key) if isinstance(node, yaml.Entries) else None
    if not isinstance(found, yaml.Entries):
        raise _ExampleError(f"an example needs {key}:", node.place, "write record: and document: below the dash")
    return found


# --- forward --------------------------------------------------------------------------------------------------------


def _forward(mapping: Mapping, record: yaml.Entries, document: yaml.Entries) -> Iterator[Fault]:
    row = _row(mapping.wide, record)
    schema = {RECORD: pl.Int64(), **{name: column_dtype(f) for name, f in mapping.wide.readable().items()}}
    documents = mapping.into(Batch(pl.DataFrame([{RECORD: 1, **row}], schema=schema)))
    if documents.rejects:
        reject = documents.rejects[0]
        yield Fault(f"the record is rejected: {reject.field}: {reject.reason}", record.place, "examples")
        return
    tree = {mapping.root: documents.frame.get_column(mapping.root).to_list()[0]}
    for path, wanted in document.entries.items():
        expected = _text(wanted)
        found = _at(tree, path)
        if found != expected:
            message = f"{path} is {_said(found)}, not {_said(expected)}"
            yield Fault(message, wanted.place, "examples")
    yield from _returned(mapping, documents, record, row)


def _returned(mapping: Mapping, documents: Documents, record: yaml.Entries, row: dict[str, Any]) -> Iterator[Fault]:
    """Yield the fields that do not come back, of those that are fed by rules that lose nothing."""
    payloads = mapping.vocabulary.payload(documents)
    column = mapping.vocabulary.read_payloads(payloads, mapping.root, mapping.paths[mapping.root])
    again = Documents(documents.frame.select(RECORD).with_columns(column.alias(mapping.root)), (), mapping.root)
    batch = mapping.out(again, _RUN)
    main = (mapping.trees[mapping.root],)
    lossless = {field.column for field, feed in feeds(main).items() if not feed.leaf.lossy}
    if batch.rejects:
        reject = batch.rejects[0]
        yield Fault(f"does not come back: {reject.field}: {reject.reason}", record.place, "examples")
        return
    back = batch.frame.row(0, named=True)
    for name, node in record.entries.items():
        field = mapping.wide.find(name)
        if field and field.column in lossless and field.column in back:
            before, after = _plain(row[field.column]), _plain(back[field.column])
            if before != after:
                message = f"{name} comes back as {_said(after)}, not {_said(before)}"
                yield Fault(message, node.place, "examples", "map it so that it comes back, or leave it out here")
        elif field and field.many and field in repetitions(main) and isinstance(node, yaml.Items):
            found = len(back.get(field.column) or [])
            if found > len(node.items):
                yield Fault(f"{name} comes back with {found} items", node.place, "examples")


# --- backward -------------------------------------------------------------------------------------------------------


def _backward(mapping: Mapping, record: yaml.Entries, document: yaml.Entries) -> Iterator[Fault]:
    trees: dict[str, dict[str, Any]] = {root: {} for root in mapping.roots}
    for path, node in document.entries.items():
        root, _, rest = path.partition("/")
        if root not in trees:
            raise _ExampleError(f"{path} does not begin with {' or '.join(trees)}", document.keys[path])
        text = _text(node)
        if text:
            try:
                _put(trees[root], mapping.vocabulary.root(root), rest.split("/"), text)
            except PathError as error:
                raise _ExampleError(str(error), document.keys[path]) from None
    frame = pl.DataFrame({RECORD: [1]})
    for root, tree in trees.items():
        payload = pl.Series([json.dumps(tree)])
        column = mapping.vocabulary.read_payloads(payload, root, mapping.paths[root])
        frame = frame.with_columns(column.alias(root))
    batch = mapping.out(Documents(frame, (), mapping.root), _RUN)
    if batch.rejects:
        reject = batch.rejects[0]
        yield Fault(f"the document is rejected: {reject.field}: {reject.reason}", document.place, "examples")
        return
    wanted = _row(mapping.wide, record)
    own = {name: node for name, node in record.entries.items() if name not in mapping.references}
    yield from _compared(mapping.layout, replace(record, entries=own), batch.frame.row(0, named=True), wanted)


def _compared(
    layout: Layout, record: yaml.Entries, found: dict[str, Any], wanted: dict[str, Any], group: Field | None = None
) -> Iterator[Fault]:
    """Yield each field that a record names and that is another; ``group`` is the one whose item is compared."""
    for name, node in record.entries.items():
        field = layout.find(name, group)
        if field is None:
            continue
        before, after = found.get(field.column), wanted[field.column]
        if field.children and isinstance(node, yaml.Items) and len(before or ()) == len(after):
            for item, one, other in zip(node.items, before or (), after, strict=True):
                if isinstance(item, yaml.Entries):
                    yield from _compared(layout, item, one, other, field)
        elif _plain(before) != _plain(after):
            yield Fault(f"{name} is {_said(_plain(before))}, not {_said(_plain(after))}", node.place, "examples")


def _put(tree: dict[str, Any], node: Node, steps: list[str], text: str) -> None:
    """Put a text at a path of a payload in canonical shape."""
    name, number = _step(steps[0])
    child = node.child(name)
    last = len(steps) == 1
    if last and child.is_leaf and not child.many:
        tree[name] = text
        return
    if child.many:
        items = tree.setdefault(name, [])
        while len(items) < number:
            items.append({} if child.fields else None)
        if last and child.is_leaf:
            items[number - 1] = text
            return
        below = items[number - 1]
    else:
        below = tree.setdefault(name, {})
    _put(below, child, ["$text"] if last else steps[1:], text)


def _step(step: str) -> tuple[str, int]:
    match = _STEP.fullmatch(step)
    name, number = match.groups() if match else (step, None)
    return name, int(number or 1)


# --- values ---------------------------------------------------------------------------------------------------------


def _row(layout: Layout, record: yaml.Entries, within: Field | None = None) -> dict[str, Any]:
    """Return the values of a record's fields by column; those that are not named are blank."""
    fields = Layout("", within.children).columns() if within else layout.readable()
    row: dict[str, Any] = {name: _blank(field) for name, field in fields.items()}
    for name, node in record.entries.items():
        field = layout.find(name, within)
        if field is None:
            near = layout.near(name, within)
            hint = f"did you mean {near[0]}?" if near else ""
            raise _ExampleError(f"{layout.name} has no field {name}", record.keys[name], hint)
        row[field.column] = _value(layout, field, node)
    return row


def _value(layout: Layout, field: Field, node: yaml.Node) -> Any:
    if not field.many:
        return _single(field, node)
    if not isinstance(node, yaml.Items):
        raise _ExampleError(f"{field.name} repeats, so it is a list", node.place, "begin each item with a dash")
    if not field.children:
        return [_single(field, item) for item in node.items]
    rows = []
    for item in node.items:
        if not isinstance(item, yaml.Entries):
            raise _ExampleError(f"an item of {field.name} holds fields", item.place)
        rows.append(_row(layout, item, field))
    return rows


def _single(field: Field, node: yaml.Node) -> Any:
    text, kind = _text(node), Kind.of(field)
    if kind.blank or not text:
        return text if kind.blank else None
    value = pl.select(from_text(pl.lit(text), kind).cast(kind.dtype).alias("value")).item()
    if value is None:
        raise _ExampleError(f"{text!r} is not a value of {field.name}", node.place)
    return value


def _blank(field: Field) -> Any:
    if field.many:
        return []
    return "" if Kind.of(field).blank else None


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.Text) or node.secret:
        raise _ExampleError("text should stand here", node.place)
    return node.value


def _at(tree: Any, path: str) -> str:
    """Return the text at a path of a document in compact shape; empty where there is none."""
    for step in path.split("/"):
        name, number = _step(step)
        tree = tree.get(name) if isinstance(tree, dict) else None
        if isinstance(tree, list):
            tree = tree[number - 1] if len(tree) >= number else None
        elif number > 1:
            tree = None
    if isinstance(tree, dict):
        tree = tree.get("$text")
    return tree if isinstance(tree, str) else ""


def _plain(value: Any) -> Any:
    """Return a value as an example writes it, so that blank and absent are the same."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if value is None or isinstance(value, str):
        return value or ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _said(value: Any) -> str:
    return "absent" if value in ("", [], None) else repr(value)
