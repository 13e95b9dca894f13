"""Layout files: which fields a JSON object has, and of which types.

    layout: interview order
    fields:
      external_id: text required
      candidate:
        email: text(254)
      requirements:
        - dimension: text
          weight: decimal(5.2)

The types are ``text``, ``text(n)`` (at most n characters), ``integer``, ``integer(n)`` (at most n digits),
``decimal(n.s)`` (n digits, s of them behind the point), ``float`` and ``boolean``; a mapping is an object, a list of
one item a list. ``required`` behind a type says that null and absence are refused. For files of fixed width a type
may be followed by its first place, counted from 1, and its width (``no: integer(8) at 1 width 8``).

The file is read strictly: every scalar is text, a key that stands twice and an alias are faults, every fault is told
with its line.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import yaml

from hrbus.spi import ConfigError, Fault, Field, Layout, Place, Type

_TYPE = re.compile(
    r"(?P<name>[a-z]+)(?:\((?P<size>[1-9][0-9]{0,4})(?:\.(?P<scale>[0-9]{1,2}))?\))?(?P<need> required)?"
    r"(?: at (?P<at>[1-9][0-9]{0,6}))?(?: width (?P<width>[1-9][0-9]{0,5}))?"
)
_WORDS = ("text", "integer", "decimal", "float", "boolean")
_MOST_DIGITS = 38
_USUAL_DIGITS = 18
_DEEPEST = 20


def read_layout(path: Path, *, shown: str = "") -> Layout:
    """Return the layout in the file at ``path``; ``shown`` is what messages call it. ConfigError with every fault."""
    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(Fault(f"cannot be read: {error.strerror}", Place(name), hint="check the path")) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            Fault(f"is not UTF-8 at byte {error.start}", Place(name), hint="save it as UTF-8")
        ) from None
    return _Reader(name).layout(text)


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._faults: list[Fault] = []

    def layout(self, text: str) -> Layout:
        root = self._compose(text)
        parts = self._mapping(root, "") if root is not None else {}
        for key, node in parts.items():
            if key not in ("layout", "fields"):
                self._fault(node, key, "unknown key", "a layout file has the keys layout and fields")
        title, fields = parts.get("layout"), parts.get("fields")
        if root is None or not isinstance(title, yaml.ScalarNode) or not isinstance(fields, yaml.MappingNode):
            self._fault(root, "", "expected the keys layout (a name) and fields", "begin with: layout: NAME")
            raise ConfigError(self._faults)
        found = self._fields(fields, "", 1)
        if self._faults:
            raise ConfigError(self._faults)
        return Layout(title.value, found)

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    mark = event.start_mark
                    place = Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file)
                    raise ConfigError(Fault(f"alias *{event.anchor}", place, hint="write the fields out"))
            composed: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file)
            raise ConfigError(Fault(f"not YAML: {error.problem}", place)) from None
        except yaml.YAMLError:
            raise ConfigError(Fault("not YAML: a character that YAML does not allow", Place(self._file))) from None
        return composed

    def _fields(self, node: yaml.MappingNode, prefix: str, depth: int) -> tuple[Field, ...]:
        if depth > _DEEPEST:
            self._fault(node, prefix, f"more than {_DEEPEST} levels", "make it flatter")
            return ()
        children = self._mapping(node, prefix)
        if not node.value:
            self._fault(node, prefix, "no fields", "name at least one")
        return tuple(self._field(key, child, prefix, depth) for key, child in children.items())

    def _field(self, key: str, node: yaml.Node, prefix: str, depth: int) -> Field:
        column = f"{prefix}{key}"
        place = self._place(node.start_mark)
        if isinstance(node, yaml.ScalarNode):
            return self._leaf(key, column, node, place, many=False)
        if isinstance(node, yaml.MappingNode):
            return Field(key, column, Type.GROUP, children=self._fields(node, f"{column}.", depth + 1), place=place)
        items = node.value
        if len(items) != 1 or isinstance(items[0], yaml.SequenceNode):
            self._fault(node, column, "expected a list of one item, which describes every item", "- dimension: text")
            return Field(key, column, Type.GROUP, many=True, place=place)
        if isinstance(items[0], yaml.ScalarNode):
            return self._leaf(key, column, items[0], place, many=True)
        return Field(key, column, Type.GROUP, many=True, children=self._fields(items[0], "", depth + 1), place=place)

    def _leaf(self, key: str, column: str, node: yaml.ScalarNode, place: Place, *, many: bool) -> Field:
        note = node.value
        match = _TYPE.fullmatch(note)
        word = match["name"] if match else note.split("(")[0].strip()
        if match is None or word not in _WORDS:
            near = get_close_matches(word, _WORDS, 1)
            hint = f"did you mean {near[0]}?" if near else f"the types are {', '.join(_WORDS)}"
            self._fault(node, column, f"{note!r} is not a type", hint)
            return Field(key, column, Type.TEXT, many=many, place=place)
        size = int(match["size"]) if match["size"] else None
        scale = int(match["scale"]) if match["scale"] else None
        need = match["need"] is not None
        fault = _misfit(word, size, scale)
        if fault:
            self._fault(node, column, *fault)
        field = Field(key, column, Type(word), many, required=need, note=note, place=place)
        field = replace(
            field,
            offset=int(match["at"]) - 1 if match["at"] else None,
            length=int(match["width"]) if match["width"] else None,
        )
        if word == "text":
            return replace(field, size=size)
        if word == "integer":
            return replace(field, digits=size or _USUAL_DIGITS)
        return replace(field, digits=size, scale=scale or 0) if word == "decimal" else field

    def _mapping(self, node: yaml.Node, path: str) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if not name or "." in name or name.startswith("_") or name == "<<":
                self._fault(key, path, f"{name!r} cannot be a field", "no dots, and no underscore in front")
            elif name in found:
                first = found[name].start_mark.line + 1
                self._fault(key, f"{path}{name}", f"stands twice; first in line {first}", "take one away")
            else:
                found[name] = value
        return found

    def _fault(self, node: yaml.Node | None, path: str, message: str, hint: str) -> None:
        place = self._place(node.start_mark) if node is not None else Place(self._file)
        self._faults.append(Fault(message, place, path.rstrip("."), hint))

    def _place(self, mark: yaml.Mark) -> Place:
        return Place(self._file, mark.line + 1, mark.column + 1)


def _misfit(word: str, size: int | None, scale: int | None) -> tuple[str, str] | None:
    """Return what is wrong with the numbers behind a type, and what to write."""
    if word == "decimal":
        if size is None or size > _MOST_DIGITS or (scale or 0) > size:
            return f"decimal needs its digits, at most {_MOST_DIGITS}", "write decimal(5.2) for 999.99"
    elif scale is not None:
        return f"{word} has no places behind a point", "use decimal(n.s)"
    elif word == "integer" and size and size > _MOST_DIGITS:
        return f"an integer has at most {_MOST_DIGITS} digits", "take text for longer ones"
    elif word in ("float", "boolean") and size:
        return f"{word} has no size", f"write {word}"
    return None
