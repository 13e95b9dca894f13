r"""Strict YAML with marks: what users write, before any of it has a type.

PyYAML alone drops duplicate keys and reads ``No`` as false and ``0123`` as 83. Here every scalar stays text until a
typed setting converts it; duplicate keys, anchors, aliases, merge keys and foreign tags are refused; everything
knows its line and column. The only tags are ``!env NAME`` and ``!file PATH``: secrets, whole values only.

    >>> node = loads("port: 0022\npassword: !env SFTP_PASSWORD", "connections.yaml")
    >>> node.plain()
    {'port': '0022', 'password': Secret('***')}
    >>> str(node.entries["port"].place)
    'connections.yaml:1:7'

The events of the parser are read, not its nodes: anchors are seen there, and depth is bounded by us.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import yaml as pyyaml

from hrbus.errors import ConfigError, Fault, Place

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

MOST_BYTES = 16 << 20
"""The largest file that is read; a user's file is a few kilobytes."""
MOST_LEVELS = 100
"""How deep a file may nest."""


@dataclass(frozen=True)
class Secret:
    """A value that stands elsewhere: in an environment variable (``env``) or a file (``file``). Prints as ``***``."""

    kind: str = field(repr=False)
    name: str = field(repr=False)
    place: Place = field(repr=False, compare=False)

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def resolve(self, environ: Mapping[str, str], folder: Path) -> str:
        """Return the secret itself; a relative path is below ``folder``. ConfigError where it is not there.

        One line end at the end of a file is not part of the secret: editors add it.
        """
        if self.kind == "env":
            if self.name in environ:
                return environ[self.name]
            raise ConfigError(
                Fault(
                    f"the environment variable {self.name} is not set",
                    self.place,
                    hint=f"set it where hrbus is started: export {self.name}=…",
                )
            )
        path = folder / self.name
        try:
            return path.read_text("utf-8").removesuffix("\n").removesuffix("\r")
        except (OSError, UnicodeDecodeError) as error:
            what = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise ConfigError(
                Fault(f"the secret's file {path} cannot be read: {what}", self.place, hint="put the secret there")
            ) from None


@dataclass(frozen=True)
class Text:
    """A scalar: always text. ``style`` is the sign that began it: nothing, ``'``, ``"``, ``|`` or ``>``."""

    value: str
    place: Place
    style: str = ""
    secret: Secret | None = None
    indent: int = 0

    def plain(self, secret: Callable[[Secret], object] | None = None) -> Any:
        """Return the text; for a secret what ``secret`` makes of it, or the ``Secret`` itself."""
        if self.secret is None:
            return self.value
        return secret(self.secret) if secret else self.secret

    def at(self, offset: int) -> Place:
        """Return the place of the character number ``offset`` (from 0), as near as the style allows."""
        if not self.place.line or self.style == ">":
            return self.place
        before = self.value[:offset]
        if self.style == "|":
            line = self.place.line + 1 + before.count("\n")
            return Place(self.place.file, line, self.indent + offset - (before.rfind("\n") + 1) + 1)
        if "\n" in before:
            return self.place
        return Place(self.place.file, self.place.line, self.place.column + offset + bool(self.style))


@dataclass(frozen=True)
class Items:
    """A list. ``flow`` says that it was written in brackets."""

    items: tuple[Node, ...]
    place: Place
    flow: bool = False

    def plain(self, secret: Callable[[Secret], object] | None = None) -> Any:
        """Return a list of what the items hold; see ``Text.plain``."""
        return [item.plain(secret) for item in self.items]


@dataclass(frozen=True)
class Entries:
    """Keys and what stands under them, in order. ``keys`` holds the place of each key, ``flow`` says: in braces."""

    entries: dict[str, Node]
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)
    flow: bool = False

    def plain(self, secret: Callable[[Secret], object] | None = None) -> Any:
        """Return a dict of what the entries hold; see ``Text.plain``."""
        return {key: node.plain(secret) for key, node in self.entries.items()}

    def get(self, key: str) -> Node | None:
        """Return what stands under ``key``, or None."""
        return self.entries.get(key)


Node: TypeAlias = Text | Items | Entries


def secrets(node: Node) -> Iterator[Secret]:
    """Yield every secret in ``node``, so that all that are missing can be named at once."""
    if isinstance(node, Text):
        if node.secret:
            yield node.secret
        return
    for child in node.items if isinstance(node, Items) else node.entries.values():
        yield from secrets(child)


def load(path: Path | str, name: str = "") -> Node:
    """Return what the file holds; ConfigError with every fault. ``name`` is how messages call the file."""
    file = name or str(path)
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(Fault(f"cannot be read: {error.strerror}", Place(file))) from None
    if len(data) > MOST_BYTES:
        raise ConfigError(Fault(f"is larger than {MOST_BYTES >> 20} MiB", Place(file), hint="split it"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(Fault("is not UTF-8 text", Place(file, line), hint="save it as UTF-8")) from None
    return loads(text, file)


def loads(text: str, name: str = "<text>") -> Node:
    """Return what ``text`` holds; an empty text is an empty ``Entries``. ConfigError with every fault."""
    reader = _Reader(text, name)
    node = reader.read()
    if reader.faults:
        raise ConfigError(reader.faults)
    return node


@dataclass
class _Open:
    """A list or mapping that is still being read; ``key`` waits for its value."""

    event: Any
    place: Place
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    key: str | None = None
    spare: int = 0

    @property
    def wants_key(self) -> bool:
        return isinstance(self.event, pyyaml.MappingStartEvent) and self.key is None

    def close(self) -> Node:
        flow = bool(self.event.flow_style)
        if isinstance(self.event, pyyaml.SequenceStartEvent):
            return Items(tuple(self.items), self.place, flow)
        return Entries(self.entries, self.place, self.keys, flow)


class _Reader:
    """Builds nodes from the events of the parser, and keeps the faults."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.faults: list[Fault] = []
        self.documents = 0
        self.root: Node = Entries({}, Place(name, 1, 1))
        self.open: list[_Open] = []

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, split once: a file may hold thousands of literal blocks."""
        return self.text.split("\n")

    def read(self) -> Node:
        loader = getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader)
        try:
            for event in pyyaml.parse(self.text, loader):
                self.take(event)
        except pyyaml.reader.ReaderError as error:
            self.unreadable(error.position)
        except UnicodeEncodeError as error:
            self.unreadable(error.start)
        except pyyaml.MarkedYAMLError as error:
            self.syntax(error)
        except _TooDeepError as error:
            self.fault(f"nests deeper than {MOST_LEVELS} levels", error.place)
        return self.root

    def take(self, event: Any) -> None:
        if isinstance(event, pyyaml.DocumentStartEvent):
            self.documents += 1
            if self.documents == 2:
                self.fault("a second document begins", self.place(event), "one document a file: remove the ---")
        elif isinstance(event, pyyaml.AliasEvent):
            self.fault("an alias (*name) is refused", self.place(event), "write the value out")
            self.put(Text("", self.place(event)))
        elif isinstance(event, pyyaml.ScalarEvent):
            self.marks(event)
            self.put(self.scalar(event))
        elif isinstance(event, pyyaml.CollectionStartEvent):
            self.marks(event)
            if event.tag is not None:
                self.fault(f"the tag {event.tag} is refused", self.place(event), "only !env NAME and !file PATH")
            if len(self.open) >= MOST_LEVELS:
                raise _TooDeepError(self.place(event))
            self.open.append(_Open(event, self.place(event)))
        elif isinstance(event, pyyaml.CollectionEndEvent):
            self.put(self.open.pop().close())

    def put(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if isinstance(top.event, pyyaml.SequenceStartEvent):
            top.items.append(node)
        elif top.key is None:
            top.key = self.key(node, top)
            top.keys[top.key] = node.place
        else:
            top.entries[top.key] = node
            top.key = None

    def key(self, node: Node, top: _Open) -> str:
        """Return the text of a key; one that is at fault gets a name of its own, so that reading goes on."""
        top.spare += 1
        spare = f"\0{top.spare}"
        if not isinstance(node, Text) or node.secret:
            self.fault("a key must be plain text", node.place)
            return spare
        if node.value == "<<" and not node.style:
            self.fault("a merge key (<<) is refused", node.place, "write the entries out")
            return spare
        if node.value in top.keys:
            first = top.keys[node.value]
            self.fault(f"the key {node.value} stands twice", node.place, f"the first is in line {first.line}")
            return spare
        return node.value

    def scalar(self, event: Any) -> Text:
        place, style = self.place(event), event.style or ""
        secret = None
        if event.tag in ("!env", "!file"):
            secret = Secret(event.tag[1:], event.value.strip(), place)
            if not secret.name:
                self.fault(f"{event.tag} needs a name", place, "write !env NAME or !file PATH")
        elif event.tag is not None and event.tag != "!":
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fault(f"the tag {tag} is refused", place, "only !env NAME and !file PATH")
        if any("\ud800" <= sign <= "\udfff" for sign in event.value):  # the parser without libyaml lets them in
            self.fault("holds half a character (a surrogate)", place)
        return Text("" if secret else event.value, place, style, secret, self.indent(event) if style == "|" else 0)

    def indent(self, event: Any) -> int:
        lines = self.lines[event.start_mark.line + 1 : event.end_mark.line + 1]
        first = next((line for line in lines if line.strip()), "")
        return len(first) - len(first.lstrip(" "))

    def marks(self, event: Any) -> None:
        if event.anchor is not None:
            self.fault("an anchor (&name) is refused", self.place(event), "write the value out where it is used")

    def place(self, event: Any) -> Place:
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def fault(self, message: str, place: Place, hint: str = "") -> None:
        self.faults.append(Fault(message, place, hint=hint))

    def unreadable(self, position: int) -> None:
        before = self.text[:position]
        place = Place(self.name, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
        self.fault("holds a character that YAML does not allow", place, "remove it")

    def syntax(self, error: pyyaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        place = Place(self.name, mark.line + 1, mark.column + 1) if mark else Place(self.name)
        message = " ".join(part for part in (error.context, error.problem) if part)
        line = self.text.split("\n")[mark.line] if mark and mark.line <= self.text.count("\n") else ""
        quoted = _BEGINS_QUOTED.match(line)
        hint = f"a value that begins with a quote ends with it; write {quoted[1]}: ({quoted[2]})" if quoted else _LOOK
        self.fault(f"is not YAML: {message}", place, hint)


_BEGINS_QUOTED = re.compile(r"""\s*(?:- )?([^\s:"']+):\s+((?:"[^"]*"|'[^']*')\s*[^\s#].*?)\s*$""")
"""A line whose value goes on after a quoted part, as a formula may that begins with the name of a field."""
_LOOK = "check indentation, colons and quotes, here and one line up"


class _TooDeepError(Exception):
    def __init__(self, place: Place) -> None:
        self.place = place


# --- faults of typed settings ---------------------------------------------------------------------------------------


def faults_of(
    error: ValidationError, node: Node, model: type[BaseModel] | None = None, path: str = ""
) -> tuple[Fault, ...]:
    """Return pydantic's faults as ours: with line and column, the path, and a *did you mean* for unknown keys.

    ``node`` is what was validated; ``path`` stands before each fault's own; ``model`` knows the names that a
    mistyped key may have meant. Values are never part of a message.
    """
    details = error.errors(include_url=False, include_input=False)
    return tuple(_fault_of(detail, node, model, path) for detail in details)


def _fault_of(detail: Any, node: Node, model: type[BaseModel] | None, path: str) -> Fault:
    names, found, place, kinds = [path] if path else [], node, node.place, [model] if model else []
    steps = detail["loc"]
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if isinstance(found, Entries) and str(step) in found.entries:
            place, found = found.keys[str(step)], found.entries[str(step)]
        elif isinstance(found, Items) and isinstance(step, int) and step < len(found.items):
            found = found.items[step]
            place = found.place
        elif not (last and detail["type"] == "missing"):
            continue  # a step of the type (a member of a union), not of the file
        names.append(f"[{step}]" if isinstance(step, int) else str(step))
        if not last:
            kinds = _models_below(kinds, step)
    written = ".".join(names).replace(".[", "[")
    if detail["type"] == "extra_forbidden":
        return Fault("unknown key", place, written, _did_you_mean(str(steps[-1]), kinds))
    if detail["type"] == "missing":
        return Fault("is missing", place, written, f"write {steps[-1]}: …")
    if found is not node and isinstance(found, (Text, Entries, Items)):
        place = found.place
    message = detail["msg"].removeprefix("Value error, ")
    return Fault(message[:1].lower() + message[1:], place, written)


def _models_below(kinds: list[type[BaseModel]], step: object) -> list[type[BaseModel]]:
    fields = [f for kind in kinds for name, f in kind.model_fields.items() if step in (name, f.alias)]
    return [model for f in fields for model in _models_in(f.annotation)] or (kinds if isinstance(step, int) else [])


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _did_you_mean(word: str, kinds: list[type[BaseModel]]) -> str:
    known = [f.alias or name for kind in kinds for name, f in kind.model_fields.items()]
    near = get_close_matches(word, known, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"known here: {', '.join(sorted(set(known)))}" if known else ""
