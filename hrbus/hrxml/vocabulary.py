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
from hrbus.hrxml.proof import doubts, proven
from hrbus.hrxml.read import Reader
from hrbus.hrxml.render import render
from hrbus.hrxml.schema import Schema
from hrbus.hrxml.schema import read as read_schema
from hrbus.hrxml.styles import Json, Xml
from hrbus.hrxml.validate import Failure, ProofError, Validator
from hrbus.values import RECORD, Documents, Validation

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

    def render(self, documents: Documents) -> pl.Series:
        """Return the HR-XML text of every document: a String column, without nulls, without an XML declaration.

        Characters that XML 1.0 cannot carry are left in the text, so ``check`` refuses that document and says where.
        Raises ValueError or PathError where the column does not fit the vocabulary.
        """
        return self.render_column(documents.root, documents.frame[documents.root])

    def render_column(self, root: str, trees: pl.Series) -> pl.Series:
        """Return the HR-XML text of every tree of a Struct column."""
        node = self.root(root)
        used = _namespaces(node, trees.dtype) - {self.namespace}
        declared = tuple(uri for uri in self._schema.prefixes if uri in used)
        return render(node, trees, Xml(self.namespace, self._schema.prefixes, declared))

    def payload(self, documents: Documents) -> pl.Series:
        """Return the canonical JSON payload of every document: a String column without nulls."""
        return self.payload_column(documents.root, documents.frame[documents.root])

    def payload_column(self, root: str, trees: pl.Series) -> pl.Series:
        """Return the canonical JSON payload of every tree of a Struct column."""
        return render(self.root(root), trees, Json())

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

    def proven(self, root: str, trees: pl.Series) -> pl.Series:
        """Return which trees of a Struct column are certainly valid, as Booleans: no text is made for that."""
        node = self.root(root)
        return in_slices(trees, lambda part: pl.Series(proven(node, part)))

    def doubts(self, root: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield what, among ``paths`` and above them, can never be proven by column, and why."""
        return doubts(self.root(root), paths)

    def judge(self, documents: Documents, validation: Validation) -> list[Failure]:
        """Return what is wrong with which documents, as ``check`` says it of their texts.

        ``validation`` says which of them become a text and are parsed. A sample counts records by their own number.
        Raises ProofError where the parser refuses what the columns proved.
        """
        if not validation.proven:
            return self.check(self.render(documents))
        frame = documents.frame
        good = self.proven(documents.root, frame[documents.root])
        asked = ~good
        if validation.sample:
            asked = asked | (frame[RECORD] % validation.sample == 0)
        rows = asked.arg_true()
        if not len(rows):
            return []
        found = self.check(self.render_column(documents.root, frame[documents.root].gather(rows)))
        failures = [Failure(int(rows[row]), reason, path) for row, reason, path in found]
        for row, reason, path in failures:
            if good[row]:
                raise ProofError(frame[RECORD][row], reason, path)
        return failures


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
