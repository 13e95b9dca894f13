"""An HR-XML release as hrbus speaks it: what may stand where, and documents in and out of text.

    vocabulary = load("2.5", Path("hrxml_schemas"))
    vocabulary.resolve("Candidate", "CandidateProfile/PersonalData/PersonName/GivenName").many   # True

The canonical payload, which the ledger stores, does not depend on who made the document: an element that the
vocabulary lets repeat is always an array; an element with text and attributes is always an object
(``{"@name": …, "$text": …}``); every other element with text is a string; what is absent is left out; the root's
own name is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from polars.datatypes import DataTypeClass

from hrbus.hrxml.columns import in_slices
from hrbus.hrxml.node import Kind, Node, PathError, nearest
from hrbus.hrxml.proof import doubts
from hrbus.hrxml.read import Reader
from hrbus.hrxml.schema import Schema
from hrbus.hrxml.schema import read as read_schema
from hrbus.hrxml.styles import Xml
from hrbus.hrxml.validate import Failure, Validator
from hrbus.hrxml.written import Written
from hrbus.values import RECORD, Documents

ENTRY = "hrxml.xsd"
"""The schema file in a release's folder that includes all the others."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """One release: ``path`` is its entry schema. Made by ``load``; read once, used everywhere, safe in threads."""

    release: str
    path: Path
    _schema: Schema = field(repr=False)

    @property
    def namespace(self) -> str:
        """The namespace of the release."""
        return self._schema.namespace

    @property
    def roots(self) -> tuple[str, ...]:
        """The names of the documents that the release knows."""
        return tuple(self._schema.roots)

    def root(self, name: str) -> Node:
        """Return the root element ``name``; raises RootError with the names that look like it."""
        found = self._nodes.get(name)
        if found is None:
            raise RootError(name, self.release, self.roots)
        return found

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {name: Node(item, "") for name, item in self._schema.roots.items()}

    def resolve(self, root: str, path: str) -> Node:
        """Return the node at ``path`` below ``root``: ``PersonData/Id/@idOwner``, ``…/IdValue/$text``.

        A path may begin with the root's own name. Raises PathError (a LookupError, with ``near``).
        """
        node = self.root(root)
        first, _, rest = path.partition("/")
        return node.find(rest if first == root and first not in node.fields else path)

    # --- out ----------------------------------------------------------------------------------------------------

    def written(self, documents: Documents) -> Written:
        """Return the documents on their way to text: XML, JSON and the verdict on them."""
        frame = documents.frame
        records = frame[RECORD] if RECORD in frame.columns else None
        return self.written_column(documents.root, frame[documents.root], records)

    def written_column(self, root: str, trees: pl.Series, records: pl.Series | None = None) -> Written:
        """Return the trees of a Struct column on their way to text; without ``records`` they are counted from 1."""
        node = self.root(root)
        used = _namespaces(node, trees.dtype) - {self.namespace}
        declared = tuple(uri for uri in self._schema.prefixes if uri in used)
        numbers = pl.int_range(1, len(trees) + 1, eager=True) if records is None else records
        style = Xml(self.namespace, self._schema.prefixes, declared)
        return Written(node, trees, numbers, style, self.check)

    def render(self, documents: Documents) -> pl.Series:
        """Return the HR-XML text of every document."""
        return self.written(documents).xml()

    def payload(self, documents: Documents) -> pl.Series:
        """Return the canonical JSON payload of every document."""
        return self.written(documents).payload()

    # --- in -----------------------------------------------------------------------------------------------------

    def dtype(self, root: str, paths: Iterable[str]) -> pl.Struct:
        """Return the canonical type of ``root``'s documents, restricted to what ``paths`` name.

        A path to an element takes all that is in it (an element that may hold itself, once); the path of an element
        with text and attributes takes both. No paths at all take everything. Raises PathError.
        """
        tree: dict[str, Any] = {}
        for path in sorted({self.resolve(root, path).path for path in paths}, key=len, reverse=True):
            *above, last = path.split("/")
            below = tree
            for name in above:
                below = below.setdefault(name, {})
            below[last] = {}
        return pl.Struct(_fields(self.root(root), tree, frozenset()))

    def read_payloads(self, payloads: pl.Series, root: str, paths: Iterable[str]) -> pl.Series:
        """Return payloads as a Struct column named ``root`` in canonical shape, restricted to ``paths``."""
        dtype = self.dtype(root, paths)
        return in_slices(payloads, lambda part: part.str.json_decode(dtype)).alias(root)

    def read(self, xml: bytes) -> tuple[str, dict[str, Any]]:
        """Return the root's name and the payload of one HR-XML text; raises RecordError. Does not validate."""
        return self._reader.read(xml)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._nodes, self.namespace)

    # --- judged -------------------------------------------------------------------------------------------------

    @cached_property
    def validator(self) -> Validator:
        """The judge of texts, compiled when it is first asked for."""
        return Validator(self.path, self._nodes)

    def check(self, texts: pl.Series) -> list[Failure]:
        """Return what is wrong with which of ``texts``, at least one failure for each that is not valid."""
        return self.validator.check(texts)

    def doubts(self, root: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield what, among ``paths`` and above them, can never be proven by column, and why."""
        return doubts(self.root(root), paths)


def load(release: str = "2.5", folder: Path | None = None) -> Vocabulary:
    """Return the vocabulary of ``release`` below ``folder``; raises ConfigError where it is not there or not good.

    Without a folder it is ``hrxml_schemas`` in the current folder, or else the one that hrbus came with.
    """
    path = (folder or schemas()) / release / ENTRY
    return Vocabulary(release, path, read_schema(path))


def schemas() -> Path:
    """Return the folder of schemas that is used where none is named."""
    here = Path("hrxml_schemas")
    package = Path(__file__).resolve().parent.parent
    own = (package / "_site" / here, package.parent / here)
    return next((folder for folder in (here, *own) if folder.is_dir()), here)


class RootError(PathError):
    """A root that the vocabulary does not have. ``near`` holds the names that look like it."""

    def __init__(self, name: str, release: str, roots: Iterable[str]) -> None:
        self.name = name
        self.near = nearest(name, roots)
        hint = f"did you mean {' or '.join(self.near)}?" if self.near else f"it has {', '.join(roots)}"
        LookupError.__init__(self, f"HR-XML {release} has no document {name} here; {hint}")


def _namespaces(node: Node, dtype: pl.DataType | DataTypeClass) -> set[str]:
    """Return the namespaces of all elements that a column of this type can hold."""
    found = {node.namespace}
    while isinstance(dtype, pl.List):
        dtype = dtype.inner
    if isinstance(dtype, pl.Struct):
        for item in dtype.fields:
            child = node.child(item.name)
            if child.kind is Kind.ELEMENT:
                found |= _namespaces(child, item.dtype)
    return found


def _fields(node: Node, tree: Mapping[str, Any], above: frozenset[int]) -> list[pl.Field]:
    """Return the fields of ``node`` that ``tree`` names; an empty one takes all, an element within itself once."""
    inside = above | {id(node.item.content)}
    found = []
    for child in node.fields.values():
        if child.name in tree if tree else id(child.item.content) not in inside:
            fields = _fields(child, tree.get(child.name, {}), inside)
            dtype: pl.DataType = pl.Struct(fields) if child.fields else pl.String()
            found.append(pl.Field(child.name, pl.List(dtype) if child.many else dtype))
    return found
