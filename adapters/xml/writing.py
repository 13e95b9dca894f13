"""From columns to elements, a whole column at a time.

Null means absent: no element, no attribute. Empty text is an empty element. An element of which nothing is there is
left out, except the record itself.

    Writer(layout, settings).records(frame)         # ['<Employee no="17"><name>Ada</name></Employee>']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars as pl
from polars.datatypes import DataTypeClass

from adapters.flat.cells import Failures
from adapters.flat.lines import Encoding
from adapters.json.columns import dtype_of
from adapters.json.writing import fitted
from adapters.xml.settings import IN_ATTRIBUTE, IN_TEXT, NAME, XmlSettings, plain
from hrbus.spi import ConfigError, Fault, Field, Layout, Place, Type

_FORBIDDEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x{fffe}\x{ffff}]"

_THERE = "<>"
"""Stands before an element's own text while it is put together, for empty text is there too; never left in it."""

Get = Callable[[str], pl.Expr]


def check_names(layout: Layout, settings: XmlSettings) -> None:
    """Raise ConfigError where a field of ``layout`` cannot be an element or attribute."""
    faults: list[Fault] = []
    _check(layout.fields, settings, faults)
    for name in settings.steps:
        _check_encoding(name, settings, None, "record", faults)
    if faults:
        raise ConfigError(faults)


def _check(fields: Sequence[Field], settings: XmlSettings, faults: list[Fault]) -> None:
    for field in fields:
        _check(field.children, settings, faults)
        simple = field.type is not Type.GROUP and not field.many
        match = NAME.fullmatch(field.name.removeprefix("@"))
        if field.name == "$text" and simple:
            continue
        if match is None or (field.name.startswith("@") and not simple):
            faults.append(Fault("cannot be an element or attribute", field.place, field.column, "an XML name"))
        elif match["prefix"] and match["prefix"] not in settings.namespaces:
            hint = f"say in namespaces what {match['prefix']} stands for"
            faults.append(Fault("has a prefix without namespace", field.place, field.column, hint))
        else:
            _check_encoding(field.name, settings, field.place, field.column, faults)


def _check_encoding(name: str, settings: XmlSettings, place: Place | None, path: str, faults: list[Fault]) -> None:
    """Add a fault where a name cannot be written: there is no other way to write it, as there is for text."""
    try:
        name.encode(Encoding.of(settings.encoding).name)
    except UnicodeEncodeError:
        hint = "take utf-8 or gb18030"
        faults.append(Fault(f"holds a character that {settings.encoding} does not have", place, path, hint))


class Writer:
    """Writes records. ``head`` and ``tail`` are the text before the first and after the last."""

    def __init__(self, layout: Layout, settings: XmlSettings) -> None:
        self._layout = layout
        self._settings = settings
        *outer, self._record = settings.steps
        declared = settings.declarations
        name = settings.encoding.removesuffix("-sig").upper()
        self.head = f'<?xml version="1.0" encoding="{name}"?>\n'
        if outer:
            self.head += f"<{outer[0]}{declared}>\n" + "".join(f"<{step}>\n" for step in outer[1:])
        self._begun = self._record if outer else f"{self._record}{declared}"
        self.tail = "".join(f"</{step}>\n" for step in reversed(outer))

    def records(self, frame: pl.DataFrame) -> tuple[list[str], Failures]:
        """Return the element of each record, and by row the field that does not fit, and why."""
        frame, failures = fitted(frame, self._layout)
        text = self._element(self._record, self._layout.fields, pl.col, frame.schema, top=True, begun=self._begun)
        texts = frame.select((pl.repeat("", pl.len()) if text is None else text).alias("text")).to_series()
        for row in texts.str.contains(_FORBIDDEN).arg_true():
            failures.setdefault(row, (_culprit(frame, row), "holds a character that XML does not have"))
        return texts.to_list(), failures

    def _element(
        self,
        name: str,
        fields: Sequence[Field],
        get: Get,
        schema: Mapping[str, pl.DataType],
        *,
        top: bool = False,
        begun: str = "",
    ) -> pl.Expr | None:
        """Return an element of ``fields``; empty text where none of them is there, unless it is the ``top`` one.

        Its start tag begins with ``begun``, or the name. Each part is named once: what is named twice at every depth
        doubles with every depth. So the element is put together first, and looked at then.
        """
        tag = begun or name
        attributes: list[pl.Expr] = []
        content: list[pl.Expr] = []
        for field in fields:
            value = self._value(field, get, schema)
            if value is not None:
                (attributes if field.name.startswith("@") else content).append(value)
        if not attributes and not content:
            return pl.lit(f"<{tag}/>") if top else None
        parts = [pl.lit(f"<{tag}"), *attributes, pl.lit(">"), *content, pl.lit(f"</{name}>")]
        text = pl.concat_str(parts, ignore_nulls=True)
        ended = re.escape(f"</{name}>")
        if not top:
            text = text.str.replace(f"^<{re.escape(name)}>{ended}$", "")
        text = text.str.replace(f"^(<[^>]*)>(?:{_THERE})?{ended}$", "${1}/>")
        own = any(field.name == "$text" for field in fields)
        return text.str.replace(_THERE, "", literal=True) if own else text

    def _value(self, field: Field, get: Get, schema: Mapping[str, pl.DataType]) -> pl.Expr | None:
        if field.type is Type.GROUP and not field.many:
            return self._element(field.name, field.children, get, schema)
        if field.column not in schema:
            return None
        dtype = schema[field.column]
        value = get(field.column)
        if field.many:
            return self._items(field, value, dtype)
        if field.name.startswith("@"):
            name = field.name[1:]
            return pl.concat_str([pl.lit(f' {name}="'), self._text(value, dtype, IN_ATTRIBUTE), pl.lit('"')])
        text = self._text(value, dtype, IN_TEXT)
        return pl.concat_str([pl.lit(_THERE), text]) if field.name == "$text" else _tagged(field.name, text)

    def _items(self, field: Field, value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
        inner = _instance(dtype.inner) if isinstance(dtype, pl.List) else dtype_of(field)
        if isinstance(inner, pl.Struct):
            schema = {each.name: _instance(each.dtype) for each in inner.fields}
            item = self._element(field.name, field.children, pl.element().struct.field, schema, top=True)
        else:
            item = _tagged(field.name, self._text(pl.element(), inner, IN_TEXT))
        joined = value.list.eval(pl.lit(f"<{field.name}/>") if item is None else item).list.join("")
        return pl.when(value.list.len() > 0).then(joined)

    def _text(self, value: pl.Expr, dtype: pl.DataType, escapes: dict[str, str]) -> pl.Expr:
        if dtype == pl.String:
            return value.str.replace_many(list(escapes), list(escapes.values()))
        if dtype == pl.Boolean:
            yes, no = pl.lit(plain(self._settings.true[0])), pl.lit(plain(self._settings.false[0]))
            return pl.when(value.is_not_null()).then(pl.when(value).then(yes).otherwise(no))
        return value.cast(pl.String)


def _tagged(name: str, text: pl.Expr) -> pl.Expr:
    full = pl.concat_str([pl.lit(f"<{name}>"), text, pl.lit(f"</{name}>")])
    return pl.when(text == "").then(pl.lit(f"<{name}/>")).otherwise(full)


def _culprit(frame: pl.DataFrame, row: int) -> str:
    """Return the text column of ``row`` that holds a character which XML does not have; nothing within lists."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    bad = frame[row].select(pl.col(texts).str.contains(_FORBIDDEN)).row(0, named=True) if texts else {}
    return next((name for name, found in bad.items() if found), "")


def _instance(dtype: pl.DataType | DataTypeClass) -> pl.DataType:
    return dtype() if isinstance(dtype, type) else dtype
