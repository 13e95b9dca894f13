"""Reads a vocabulary out of XML Schema files with xmlschema: the one place that knows that library's types.

contents = read(Path("hrxml_schemas/2.5/hrxml.xsd"))
contents.roots["Candidate"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hrbus.errors import ConfigError, Fault, Place
from hrbus.hrxml.model import Group, Particle
from hrbus.hrxml.node import TEXT, Content, Facets, Item, Kind

if TYPE_CHECKING:
    from xmlschema import XMLSchema

XML = "http://www.w3.org/XML/1998/namespace"


@dataclass(frozen=True)
class Schema:
    """A schema as read: its global elements by name, its target namespace, and a prefix for every other one."""

    namespace: str
    prefixes: dict[str, str]
    roots: dict[str, Item]


def read(path: Path) -> Schema:
    """Read the schema at ``path`` and what it includes; raises ConfigError where it is not a good schema."""
    import xmlschema

    if not path.is_file():
        raise ConfigError(Fault("there is no such schema", Place(str(path)), hint="see hrxml_schemas/README.md"))
    try:
        schema = xmlschema.XMLSchema(str(path), allow="local", defuse="always")
    except (xmlschema.XMLSchemaException, OSError, SyntaxError) as error:
        raise ConfigError(Fault(f"this schema cannot be read: {error}", Place(str(path)))) from error
    reader = _Reader()
    roots = {e.local_name: reader.element(e) for e in schema.elements.values()}
    return Schema(schema.target_namespace, _prefixes(schema), roots)


def _prefixes(schema: XMLSchema) -> dict[str, str]:
    """Return namespace → prefix for the namespaces that the schema files give a prefix, other than its own."""
    found: dict[str, str] = {}
    for part in schema.maps.schemas:
        for prefix, namespace in part.namespaces.items():
            own = {schema.target_namespace, XML, "http://www.w3.org/2001/XMLSchema"}
            if prefix and namespace not in own and "xmlschema" not in namespace.lower():
                found.setdefault(namespace, prefix)
    return found


class _Reader:
    """Turns xmlschema's components into items; a type is turned once, so that recursion ends."""

    def __init__(self) -> None:
        self._contents: dict[int, Content] = {}
        self._facets: dict[int, Facets] = {}
        self._choices = count(1)

    def element(self, element: Any, many: bool = False, required: bool = True, choice: int = 0) -> Item:
        content = self._content(element.type)
        space = element.target_namespace or ""
        return Item(element.local_name, Kind.ELEMENT, space, many, required, choice, content, _beyond(element))

    def _content(self, kind: Any) -> Content:
        found = self._contents.get(id(kind))
        if found is None:
            found = self._contents[id(kind)] = Content()
            if kind.is_simple():
                found.facets = self.facets(kind)
            else:
                self._fill(found, kind)
        return found

    def _fill(self, content: Content, kind: Any) -> None:
        items = [self._attribute(a) for name, a in kind.attributes.items() if name is not None]
        if kind.has_simple_content():
            content.facets = self.facets(kind.content)
            if items:
                text = Content(facets=content.facets)
                items.append(Item(TEXT, Kind.TEXT, "", many=False, required=True, choice=0, content=text))
        else:
            content.open = kind.mixed
            content.model = _model(kind.content)
            items += self._particles(kind.content, content)
        seen: set[str] = set()
        for item in items:  # a name that the schema lists twice is one field
            if item.name not in seen:
                content.items.append(item)
            seen.add(item.name)

    def _attribute(self, attribute: Any) -> Item:
        namespace = attribute.target_namespace if attribute.qualified or attribute.ref is not None else ""
        name = f"@xml:{attribute.local_name}" if namespace == XML else f"@{attribute.local_name}"
        content = Content(facets=self.facets(attribute.type))
        beyond = "" if attribute.fixed is None else "its value is fixed"
        return Item(name, Kind.ATTRIBUTE, namespace or "", False, attribute.use == "required", 0, content, beyond)

    def _particles(
        self, group: Any, content: Content, many: bool = False, required: bool = True, choice: int = 0
    ) -> Iterator[Item]:
        many = many or group.max_occurs != 1
        required = required and group.min_occurs > 0
        if group.model == "choice" and len(group) > 1:
            choice, required = choice or next(self._choices), False
        for particle in group:
            if hasattr(particle, "model"):
                yield from self._particles(particle, content, many, required, choice)
            elif particle.name is None:
                content.open = True
            else:
                repeats = many or particle.max_occurs != 1
                yield self.element(particle, repeats, required and particle.min_occurs > 0, choice)

    def facets(self, kind: Any) -> Facets:
        found = self._facets.get(id(kind))
        if found is None:
            found = self._facets[id(kind)] = _facets(self, kind)
        return found


def _beyond(element: Any) -> str:
    """Return what an element asks that neither its type nor its number tells; empty where nothing."""
    if element.abstract or element.type.abstract:
        return "it is abstract"
    if element.fixed is not None:
        return "its value is fixed"
    return "its schema has keys" if element.identities else ""


def _model(group: Any) -> Group:
    parts: list[Particle | Group] = []
    wild = False
    for particle in group:
        if hasattr(particle, "model"):
            parts.append(_model(particle))
        elif particle.name is None:
            wild = wild or particle.min_occurs > 0
        else:
            parts.append(Particle(particle.local_name, particle.min_occurs, particle.max_occurs))
    return Group(group.model, tuple(parts), group.min_occurs, group.max_occurs, wild)


def _facets(reader: _Reader, kind: Any) -> Facets:
    steps = list(_steps(kind))
    last = steps[-1]
    if last.is_union():
        own = any(step.facets for step in steps)
        members = tuple(reader.facets(member) for member in last.member_types)
        return Facets(kind.local_name or "", "union", members=members, beyond=_LIMITED if own else "")
    primitive = getattr(kind, "primitive_type", None)
    base = (primitive.local_name if primitive is not None else None) or "string"
    length, shortest, longest = (_number(kind, name) for name in ("length", "minLength", "maxLength"))
    return Facets(
        kind.local_name or "",
        base,
        _builtin(kind, last, base),
        enumeration=tuple(str(value) for value in kind.enumeration or ()),
        patterns=() if kind.is_list() else tuple(_patterns(steps)),
        min_length=(shortest if length is None else length) or None,
        max_length=longest if length is None else length,
        minimum=None if kind.min_value is None else str(kind.min_value),
        maximum=None if kind.max_value is None else str(kind.max_value),
        minimum_open=_number(kind, "minExclusive") is not None,
        maximum_open=_number(kind, "maxExclusive") is not None,
        total_digits=_number(kind, "totalDigits"),
        fraction_digits=_number(kind, "fractionDigits"),
        beyond="it is a list" if last.is_list() or kind.is_list() else "",
    )


def _builtin(kind: Any, last: Any, base: str) -> str:
    """Return the built-in type that has the same lexical space; a string with other white space is one of them."""
    name = last.local_name or base
    if name in ("string", "normalizedString"):
        return {"replace": "normalizedString", "collapse": "token"}.get(_number(kind, "whiteSpace"), name)
    return str(name)


_LIMITED = "it limits a type that is one of several"


def _steps(kind: Any) -> Iterator[Any]:
    """Yield a type and those that it restricts, down to one of XML Schema's own, a union or a list."""
    yield kind
    while not _is_builtin(kind) and kind.derivation == "restriction" and kind.base_type is not None:
        kind = kind.base_type
        yield kind


def _number(kind: Any, name: str) -> Any:
    """Return the value of the facet ``name`` where the type or one that it restricts has it."""
    return getattr(kind.get_facet(f"{{http://www.w3.org/2001/XMLSchema}}{name}"), "value", None)


def _is_builtin(kind: Any) -> bool:
    return bool(kind.name) and kind.name.startswith("{http://www.w3.org/2001/XMLSchema}")


def _patterns(steps: Iterable[Any]) -> Iterator[str]:
    """Yield one pattern for each step that has some: those of one step are alternatives."""
    for step in steps:
        own = None if _is_builtin(step) else step.facets.get("{http://www.w3.org/2001/XMLSchema}pattern")
        if own is not None:
            yield "|".join(source.attrib["value"] for source in own)
