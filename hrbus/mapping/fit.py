"""The proof that it fits back: whatever a mapping writes fits its field, or the mapping says what happens.

    for fault in misfits(mapping, layout, known): print(fault)

Each value is followed as a ``Range`` from the document's path through the converters, from the last to the first, to
its field. Where it begins, it is what the type of the path allows, and what the route's own mapping into documents
puts there. What is refused on the way by a converter (a code that no table has) cannot arrive, so it need not fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from hrbus.errors import Fault, Place
from hrbus.hrxml import PathError
from hrbus.mapping.binding import BoundElement, BoundLeaf, BoundNode, BoundSeveral
from hrbus.mapping.kinds import Kind
from hrbus.mapping.out import Feed, feeds, repetitions
from hrbus.mapping.ranges import ANY, Range
from hrbus.spi import Field, Layout, Type

if TYPE_CHECKING:
    from hrbus.mapping.mapping import Mapping as Rules

_SHOWN = 40
"""How much of a value a message shows."""
_SOME = 3
"""How many characters a message names."""
_MOST_FLOAT = Decimal("1e37")
"""The magnitude that every float can hold."""


# --- what documents hold --------------------------------------------------------------------------------------------


def documents(rules: Rules, layout: Layout) -> dict[str, Range]:
    """Return what a mapping puts into each place of its documents, from records of a codec's ``layout``."""
    found: dict[str, Range] = {}
    for path, held in _into(rules.trees[rules.root], layout.readable()):
        found[path] = found[path].join(held) if path in found else held
    return found


def _into(node: BoundNode, columns: Mapping[str, Field]) -> Iterator[tuple[str, Range]]:
    if isinstance(node, BoundLeaf):
        yield node.rule.path, _read(node, columns)
        return
    if isinstance(node, BoundElement) and node.each:
        inside = columns.get(node.each.column, node.each)
        columns = Layout("", inside.children).columns() if inside.children else {inside.column: inside}
    for child in node.items if isinstance(node, BoundSeveral) else node.children:
        yield from _into(child, columns)


def _read(leaf: BoundLeaf, columns: Mapping[str, Field]) -> Range:
    """Return what a leaf can say."""
    if leaf.constant is not None:
        return Range.of_texts([leaf.constant])
    ranges = [Range.of_field(columns.get(field.column, field)) for field in leaf.fields]
    if leaf.formula:
        held = Range.of(leaf.kind)
    elif leaf.separator is not None:
        held = _joined(ranges, leaf.separator)
    else:
        held = ranges[0]
    for _, step in leaf.steps:
        held = step.forward.after(held)
    return held


def _joined(parts: list[Range], separator: str) -> Range:
    lengths = [part.longest for part in parts if part.longest is not None]
    longest = sum(lengths) + len(separator) * (len(parts) - 1) if len(lengths) == len(parts) else None
    signs = [part.signs for part in parts if part.signs is not None]
    return Range(
        None, longest, frozenset(separator).union(*signs) if len(signs) == len(parts) else None
    )  # fmt: skip


# --- what is written ------------------------------------------------------------------------------------------------


def misfits(rules: Rules, layout: Layout, known: Mapping[str, Range]) -> Iterator[Fault]:
    """Yield a fault for each field of a codec's ``layout`` that the mapping may hand a value which does not fit.

    ``known`` is what the documents hold, by path with the root in front, where that is known.
    """
    trees = tuple(rules.trees.values())
    for field, feed in _written(trees, None, layout.columns()):
        if feed.leaf.refuses:
            continue
        held = _back(feed, field, rules, known)
        leaf = feed.leaf.rule
        yield from _fault(held, field, leaf.place, leaf.path, leaf.text.value)
    columns = layout.columns()
    for fill in rules.fills:
        field = columns.get(fill.field.column, fill.field)
        for fault in _fault(fill.range, field, rules.rules.fill_places.get(fill.field.name), "", ""):
            yield Fault(fault.message, fault.place, f"fill.{fill.field.name}", "write what fits the field")


def _written(
    nodes: tuple[BoundNode, ...], scope: BoundElement | None, columns: Mapping[str, Field]
) -> Iterator[tuple[Field, Feed]]:
    """Yield each field as the codec has it, and how it is fed."""
    for field, feed in feeds(nodes, scope).items():
        if field.type is not Type.GROUP:
            yield columns.get(field.column, field), feed
    for field, element in repetitions(nodes, scope).items():
        inside = columns.get(field.column, field)
        below = Layout("", inside.children).columns() if inside.children else {inside.column: inside}
        yield from _written((element,), element, below)


def _back(feed: Feed, field: Field, rules: Rules, known: Mapping[str, Range]) -> Range:
    """Return what arrives at a field."""
    leaf = feed.leaf
    held = _allowed(leaf.rule.path, rules)
    if leaf.rule.path in known:
        held = held.meet(known[leaf.rule.path])
    held = _of_kind(held, leaf.final)
    for _, step in reversed(leaf.steps):
        held = step.backward.after(held) if step.backward else ANY
    if leaf.split:
        held = Range(longest=held.longest, signs=held.signs)
    return _of_kind(held, Kind.of(field))


def _of_kind(held: Range, kind: Kind) -> Range:
    """Return what is left of texts that were read as a kind: those that are none have been refused."""
    if kind.number:
        return held.written(kind, kind.scale)
    return held if kind.type is Type.TEXT or held.texts is not None else held.meet(Range.of(kind))


def _allowed(path: str, rules: Rules) -> Range:
    """Return what the vocabulary allows at a path."""
    root, _, below = path.partition("/")
    try:
        node = rules.vocabulary.resolve(root, below)
    except PathError:
        return ANY
    holder = node if node.is_leaf else node.fields.get("$text")
    return Range.of_facets(holder.facets) if holder and holder.facets else ANY


# --- what is told ---------------------------------------------------------------------------------------------------


def _fault(held: Range, field: Field, place: Place | None, path: str, written: str) -> Iterator[Fault]:
    """Yield why a range does not fit a field."""
    head = written.partition("|")[0].strip()
    rest = written.partition("|")[2]
    tail = f" | {rest.strip()}" if rest else ""
    refuse = f"{head} | reject{tail}"
    if field.type in (Type.INTEGER, Type.DECIMAL):
        message = _number(held, field)
        hint = f"write {refuse}"
    elif field.type is Type.FLOAT:
        message = _float(held, field)
        hint = f"write {refuse}"
    elif field.type is Type.TEXT:
        strange, long = _strange(held, field), _long(held, field)
        most = _cut(held, field) if long else 0
        message = "; ".join(filter(None, (long, strange)))
        if strange:
            cut = f", or {head} | reject | cut({most}){tail}" if most else ""
            hint = f"write {refuse}{cut}"
        else:
            hint = f"write {head} | cut({most}){tail}, or {refuse}" if most else f"write {refuse}"
    else:
        message = ""
    if message:
        yield Fault(message, place, path, hint)


def _strange(held: Range, field: Field) -> str:
    """Say which characters a field cannot hold; nothing where it can hold all that come."""
    script = field.script
    has = script.writes if script else None
    if script is None or has is None:
        return ""
    if held.texts is not None:
        wrong = next((text for text in sorted(held.texts) if not has.issuperset(text)), None)
        return (
            "" if wrong is None else f"{_quoted(wrong)} may come, and {script.name} of {field.name} has not all of it"
        )
    if held.signs is None:
        return f"any character may come, and {field.name} holds those of {script.name} alone"
    missing = sorted(held.signs - has)
    if not missing:
        return ""
    some = ", ".join(f"U+{ord(sign):04X}" for sign in missing[:_SOME]) + (" …" if len(missing) > _SOME else "")
    return f"{some} may come, and {script.name} of {field.name} has no such character"


def _long(held: Range, field: Field) -> str:
    """Say how long a text may be, where that is more than a field holds."""
    size, script = field.size, field.script
    if size is None or held.texts == frozenset():
        return ""
    if held.texts is not None:
        has = script.writes if script else None
        rooms = {
            text: script.room(text) if script else len(text)
            for text in sorted(held.texts)
            if has is None or has.issuperset(text)
        }
        longest = max(rooms, key=rooms.__getitem__, default="")
        return (
            ""
            if rooms.get(longest, 0) <= size
            else f"{_quoted(longest)} may come, and {field.name} holds {size} {field.unit}"
        )
    if held.longest is None:
        return f"text of any length may come, and {field.name} holds {size} {field.unit}"
    room = script.most(held.longest, held.signs) if script else held.longest
    if room <= size:
        return ""
    such = f" such as {held.shown}" if held.shown else ""
    taking = f", which may take {room} {field.unit}" if room != held.longest else ""
    return (
        f"text of {held.longest} characters{such} may come{taking}, and {field.name} holds {size} {field.unit}"
    )  # fmt: skip


def _cut(held: Range, field: Field) -> int:
    """Return how many characters of any text that may come surely fit."""
    size, script = field.size or 0, field.script
    if held.texts is not None:
        return 0
    if script is None:
        return size
    return next((length for length in range(size, 0, -1) if script.most(length, held.signs) <= size), 0)


def _number(held: Range, field: Field) -> str:
    if field.gaps:
        return f"a number with digits that {field.name} does not keep may come ({field.note})"
    room = Kind.of(field)
    bounds = Range.of(room)
    least, greatest = held.least, held.greatest
    outside = None
    if least is None or (bounds.least is not None and least < bounds.least):
        outside = "any number" if least is None else least
    elif greatest is None or (bounds.greatest is not None and greatest > bounds.greatest):
        outside = "any number" if greatest is None else greatest
    if outside is not None and held.texts != frozenset():
        return f"{outside} may come, and {field.name} holds {room.digits} digits"
    if field.size is not None and (held.longest is None or held.longest > field.size):
        return f"{held.shown or 'any number'} may come, and {field.name} holds {field.size} {field.unit}"
    return ""


def _float(held: Range, field: Field) -> str:
    bounds = (held.least, held.greatest)
    if all(bound is not None and abs(bound) <= _MOST_FLOAT for bound in bounds):
        return ""
    return f"a number of any size may come, and {field.name} is a float"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
