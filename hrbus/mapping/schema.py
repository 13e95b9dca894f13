"""The mapping language as JSON Schema 2020-12, so that editors complete and check mappings while they are typed.

schema = json_schema(vocabulary, [layout])
schema["properties"]["document"]["properties"]["Candidate"]      # {"$ref": "#/$defs/Candidate"}

What needs more than one look is left to ``hrbus check``: fields inside ``$each``, types, completeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hrbus.hrxml import Node, Vocabulary
from hrbus.mapping.binding import HEADS
from hrbus.mapping.converters import Converter, known
from hrbus.mapping.fields import ways
from hrbus.mapping.fill import FACTS
from hrbus.mapping.fragments import INCLUDE, WITH
from hrbus.mapping.rules import ENGINE, KEYS, TEXT_KEY
from hrbus.mapping.tables import OPTIONS
from hrbus.spi import Field, Layout

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_QUOTED = r"\"(?:[^\"]|\"\")*\""
_ARGUMENTS = rf"\((?:{_QUOTED}|'(?:[^']|'')*'|\([^()\"']*\)|[^()\"'|])*\)"
_SCALAR = {"type": ["string", "number", "boolean"]}
_ENGINE_SAYS = {
    "$each": "One element for each item of this repeated field.",
    "$when": "The element is there where this is not blank, or where the condition of a $sql holds.",
    TEXT_KEY: "The element's own text.",
    "$sql": "The element's own text, by one SQL expression; field names with signs stand in double quotes.",
    "$then": "Converters after $sql.",
    INCLUDE: "The keys of another file below mappings/, or of several.",
    WITH: "What stands for {{NAME}} in the included file.",
}
_SAYS = {
    "mapping": "A name, for people.",
    "layout": "The file of the layout, below mappings/.",
    "document": "The document as it will look; each leaf says where it comes from.",
    "join": "For each further root: the path in the first root that holds its key.",
    "drop": "Fields that are left out, each with the reason.",
    "fill": "Fields that no document carries, going out: const(…), run(date), run(time), run(moment), run(sequence).",
    "tables": "Codes and words, or the file below mappings/ that holds them.",
    "examples": "Records and the documents that they become.",
}


def json_schema(vocabulary: Vocabulary, layouts: Sequence[Layout] = ()) -> Schema:
    """Return the schema of a mapping's file; without layouts any name may be a field."""
    names = _Names(layouts)
    elements = _Elements()
    roots = {name: elements.of(vocabulary.root(name)) for name in vocabulary.roots}
    parts: dict[str, Schema] = {
        "mapping": _SCALAR,
        "layout": {"type": "string"},
        "document": _closed(roots, fragments=True),
        "join": {
            "type": "object",
            "propertyNames": {"enum": list(roots)},
            "additionalProperties": {"type": "string"},
        },
        "drop": names.keys(_SCALAR),
        "fill": names.keys({"$ref": "#/$defs/fill"}),
        "tables": {"type": "object", "additionalProperties": {"$ref": "#/$defs/table"}},
        "examples": {"type": "array", "items": {"$ref": "#/$defs/example"}},
    }
    body = _closed({key: {**parts.get(key, {}), **_said(_SAYS, key)} for key in KEYS}, fragments=True)
    needed = [{"required": ["mapping", "layout", "document"]}, {"required": [INCLUDE]}]
    own = {"leaf": names.leaf(), "then": names.then(), "fill": _fill(), "table": _table(), "example": _example()}
    defs = dict(sorted({**elements.defs, **own, **names.engine()}.items()))
    return {"$schema": DIALECT, "title": "hrbus mapping", **body, "anyOf": needed, "$defs": defs}


def _said(words: dict[str, str], key: str) -> Schema:
    return {"description": words[key]} if key in words else {}


def _closed(properties: dict[str, Schema], *, fragments: bool = False) -> Schema:
    """Return an object of these properties and no others, but what a fragment brings."""
    extra = {key: _engine(key) for key in (INCLUDE, WITH)} if fragments else {}
    return {"type": "object", "properties": {**properties, **extra}, "additionalProperties": False}


def _engine(key: str) -> Schema:
    return {"$ref": f"#/$defs/{key}"}


def _fragment(key: str) -> Schema:
    if key == INCLUDE:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    return {"type": "object", "additionalProperties": _SCALAR}


# --- leaves ---------------------------------------------------------------------------------------------------------


class _Names:
    """The names of the fields of some layouts, and what leaves and keys may be made of them."""

    def __init__(self, layouts: Sequence[Layout]) -> None:
        self.fields: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.all: dict[str, str] = {}
        for layout in layouts:
            for name, field in _named((*layout.fields, *layout.views)):
                self.fields.setdefault(name, field.note)
                if field.many:
                    self.groups.setdefault(name, field.note)
            self.all |= {name: self.fields.get(name, "") for name in _keys(layout)}

    def leaf(self) -> Schema:
        """Return what a leaf may be: a pattern that holds it, and what an editor offers."""
        field = _any_of(self.fields) if self.fields else r"[\w$#@][\w$#@.\-]*"
        head = rf"(?:(?:{'|'.join(HEADS)})\s*{_ARGUMENTS}|{_QUOTED}|{field})"
        return {
            "description": "FIELD | converter | …, or const(text), or join(separator, FIELD, FIELD)",
            "type": ["string", "number", "boolean"],
            "pattern": rf"^\s*{head}{_pipes()}$",
            "anyOf": [{"enum": [*self.fields]}, _SCALAR] if self.fields else [_SCALAR],
            "defaultSnippets": [
                *({"label": name, "description": note, "body": name} for name, note in self.fields.items()),
                *(_snippet(converter) for converter in known().values()),
                {"label": "const(text)", "description": "Always the same text.", "body": "const(${1:text})"},
                {"label": "join(separator, FIELD, FIELD)", "body": 'join("${1: }", ${2:FIELD}, ${3:FIELD})'},
            ],
        }

    def then(self) -> Schema:
        """Return what may stand after a formula."""
        names = "|".join(map(re.escape, known()))
        first = rf"^\s*(?:{names})\s*(?:{_ARGUMENTS})?"
        return {"type": "string", "pattern": first + _pipes() + "$", **_said(_ENGINE_SAYS, "$then")}

    def engine(self) -> dict[str, Schema]:
        """Return what stands behind the keys that are the engine's, by key."""
        leaf, sql = {"$ref": "#/$defs/leaf"}, {"type": "string"}
        condition = {
            "type": "object",
            "properties": {"$sql": sql},
            "required": ["$sql"],
            "additionalProperties": False,
        }
        groups = [{"enum": [*self.groups]}] if self.groups else []
        found: dict[str, Schema] = {
            "$each": {"anyOf": [*groups, {"type": "string"}]},
            "$when": {"anyOf": [leaf, condition]},
            TEXT_KEY: leaf,
            "$sql": sql,
            "$then": {"$ref": "#/$defs/then"},
            **{key: _fragment(key) for key in (INCLUDE, WITH)},
        }
        return {key: {**found.get(key, {}), **_said(_ENGINE_SAYS, key)} for key in (*ENGINE, INCLUDE, WITH)}

    def keys(self, value: Schema) -> Schema:
        """Return an object whose keys are fields."""
        found: Schema = {"type": "object", "additionalProperties": value}
        if self.all:
            found["properties"] = {name: {**value, "description": note} for name, note in self.all.items()}
            found["propertyNames"] = {"pattern": f"^(?:{_any_of(self.all)}|\\$include|\\$with)$"}
        return found


def _named(fields: Iterable[Field]) -> Iterator[tuple[str, Field]]:
    """Yield every name by which a leaf may call a field or one of its conditions."""
    for field in fields:
        if field.children and not field.many:
            yield from _named(field.children)
            continue
        yield field.column, field
        yield field.name, field
        yield from ((condition.name, field) for condition in field.conditions)
        yield from _named(field.children)


def _keys(layout: Layout) -> Iterator[str]:
    """Yield what drop and fill may call fields and groups of a layout."""
    for way in ways(layout.fields):
        yield ".".join(way)
        for part in way:
            pieces = part.split(".")
            yield from (".".join(pieces[:count]) for count in range(1, len(pieces) + 1))
            yield pieces[-1]


def _any_of(names: Iterable[str]) -> str:
    """Return a pattern of names, in capitals or small letters."""
    return "(?:" + "|".join("".join(map(_either, name)) for name in sorted(names, key=len, reverse=True)) + ")"


def _either(sign: str) -> str:
    small, capital = sign.lower(), sign.upper()
    return f"[{capital}{small}]" if sign.isascii() and sign.isalpha() else re.escape(sign)


def _pipes() -> str:
    names = "|".join(map(re.escape, (*known(), "split")))
    return rf"\s*(?:\|\s*(?:{names})\s*(?:{_ARGUMENTS})?\s*)*"


def _snippet(converter: Converter) -> Schema:
    """Return a converter as an editor offers it, its arguments to be filled in."""
    call = f"{converter.name}({converter.arguments})" if converter.arguments else converter.name
    example = f" Such as {converter.examples[0].call}." if converter.examples and converter.arguments else ""
    parts = re.sub(r"\s*\[.*", "", converter.arguments).split(",")
    wanted = ", ".join(f"${{{number}:{part.strip()}}}" for number, part in enumerate(parts, 2))
    body = f"${{1:FIELD}} | {converter.name}({wanted})" if converter.arguments else f"${{1:FIELD}} | {converter.name}"
    return {"label": f"FIELD | {call}", "description": converter.summary + example, "body": body}


# --- elements -------------------------------------------------------------------------------------------------------


class _Elements:
    """Definitions of the vocabulary's elements, each made once: an element may hold itself."""

    def __init__(self) -> None:
        self.defs: dict[str, Schema] = {}
        self._known: dict[int, str] = {}

    def of(self, node: Node) -> Schema:
        """Return a reference to what an element may hold."""
        content = node.item.content
        if id(content) not in self._known:
            name, number = node.name.lstrip("@$"), 1
            while (own := name if number == 1 else f"{name}-{number}") in self.defs:
                number += 1
            self._known[id(content)] = own
            self.defs[own] = {}
            children = {child.name: self.child(child) for child in node.fields.values()}
            self.defs[own] = _closed({**{key: _engine(key) for key in ENGINE}, **children}, fragments=True)
        return {"$ref": f"#/$defs/{self._known[id(content)]}"}

    def child(self, node: Node) -> Schema:
        """Return what may stand at a place below an element."""
        leaf = {"$ref": "#/$defs/leaf"}
        said = {"description": node.facets.describe()} if node.facets else {}
        if node.name.startswith(("@", "$")):
            return {**leaf, **said}
        plain = [leaf] if node.is_leaf or TEXT_KEY in node.fields else []
        one = [*plain, self.of(node)]
        if not node.many:
            return {"anyOf": one, **said} if len(one) > 1 else {**one[0], **said}
        return {"anyOf": [*one, {"type": "array", "items": {"anyOf": one}, "minItems": 1}], **said}


# --- the other keys -------------------------------------------------------------------------------------------------


def _fill() -> Schema:
    facts = "|".join((*FACTS, "sequence"))
    return {
        "type": "string",
        "pattern": rf"^\s*(?:const\s*{_ARGUMENTS}|run\(\s*(?:{facts})\s*(?:,[^()]*)?\))\s*$",
        "defaultSnippets": [
            {"label": call, "body": call} for call in ("const(text)", *(f"run({fact})" for fact in facts.split("|")))
        ],
    }


def _table() -> Schema:
    plain = {"type": "object", "propertyNames": {"pattern": r"^[^$]"}, "additionalProperties": _SCALAR}
    chosen = _closed({key: {} if key == "$where" else _SCALAR for key in OPTIONS})
    return {"anyOf": [{"type": "string"}, {**chosen, "required": [OPTIONS[0]]}, plain]}


def _example() -> Schema:
    part = {"type": "object"}
    return {**_closed({"record": part, "document": part}), "required": ["record", "document"]}
