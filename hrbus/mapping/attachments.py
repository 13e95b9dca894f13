"""Converters of attachments: what stands in a file beside a batch becomes part of a document, and comes back as one.

    TextResume: APPL-RESUME | attachment(resumes, text, utf-8)
    LinkToResume: APPL-RESUME | attachment(resumes, path)

A document that is kept in the ledger should name a large file; ``embedded`` reads it where the document goes out.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import mimetypes
from collections.abc import Callable, Mapping

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want, want_text
from hrbus.mapping.kinds import TEXT, Kind
from hrbus.mapping.stores import Store

HOW = ("path", "base64", "text", "sha256", "media_type")
CONTENT = ("base64", "text")


def converters(stores: Mapping[str, Store]) -> tuple[Converter, ...]:
    """Return the converters that know ``stores``."""
    attachment = Converter(
        "attachment",
        "A file that the field names, below a folder of `attachments:`: its path, its content as base64 or as text "
        "(in an encoding of Python's; utf-8 without one), its sha256 or its media_type (by the ending of its name). "
        "A file that is no plain file below the folder, is too large, or is not text of that encoding rejects the "
        "record; one that is not there does as well, unless `missing: absent` leaves it out. Backwards the content "
        "is written to the folder, and the field gets the name of the file: the first half of its SHA-256.",
        lambda arguments, kind, tables: _attachment(stores, arguments, kind),
        "name, path | base64 | text | sha256 | media_type [, encoding]",
        (
            Example("attachment(resumes, path)", "cv.txt", "cv.txt"),
            Example("attachment(resumes, base64)", "cv.txt", "SGVsbG8="),
            Example("attachment(resumes, text)", "cv.txt", "Hello"),
            Example("attachment(resumes, media_type)", "cv.txt", "text/plain"),
        ),
        domain="a path; of base64 and text the content, under the name of it",
    )
    embedded = Converter(
        "embedded",
        "The mirror of attachment: the field holds the content, and the document names the file. Into the document "
        "the content is written to the folder; on the way out the file is read, as base64 or text.",
        lambda arguments, kind, tables: _embedded(stores, arguments, kind),
        "name, base64 | text [, encoding]",
        (
            Example("embedded(resumes, text)", "Hello", "185f8db32271fe25f561a6fc938b2e26"),
            Example("embedded(resumes, base64)", "SGVsbG8=", "185f8db32271fe25f561a6fc938b2e26"),
        ),
        domain="every content within the bound: text of the encoding, base64 without line ends",
    )
    return attachment, embedded


BUILT_IN = converters({})


def _attachment(stores: Mapping[str, Store], arguments: tuple[str, ...], kind: Kind) -> Step:
    store, how, encoding = _arguments(stores, arguments, HOW)
    want_text(kind)
    there = f"names no file below {store.folder} that can be taken: a plain file"
    if how in CONTENT:
        size = f" of at most {store.most} bytes" + (f" of {encoding} text" if how == "text" else "")
        return Step(
            _reading(store, _content(store, how, encoding), there + size),
            _writing(store, how, encoding, kind),
            "a file comes back under the name of its content",
            weight=store.most,
        )
    if how == "path":
        return Step(_reading(store, store.there, there), Half(lambda value: value, kind))
    if how == "sha256":
        return Step(_reading(store, store.digest, there), None, "a digest does not name its file")

    def known(name: str) -> str | None:
        return mimetypes.guess_type(name)[0] if store.there(name) else None

    return Step(_reading(store, known, f"{there} whose ending is known"), None, "a media type does not name a file")


def _embedded(stores: Mapping[str, Store], arguments: tuple[str, ...], kind: Kind) -> Step:
    store, how, encoding = _arguments(stores, arguments, CONTENT)
    want_text(kind)
    reason = f"names no file below {store.folder} that can be taken: a plain file of at most {store.most} bytes"
    back = _reading(store, _content(store, how, encoding), reason)
    return Step(
        _writing(store, how, encoding, TEXT), Half(back.apply, kind, back.fails, back.reason), weight=store.most
    )


def _arguments(
    stores: Mapping[str, Store], arguments: tuple[str, ...], known: tuple[str, ...]
) -> tuple[Store, str, str]:
    want(arguments, 2, 3)
    name, how = arguments[:2]
    if name not in stores:
        raise ValueError(f"needs a name of attachments:, not {name}; declared here: {', '.join(stores) or 'none'}")
    if how not in known:
        raise ValueError(f"cannot give {how}: {', '.join(known)}")
    if len(arguments) == 3 and how != "text":
        raise ValueError("takes an encoding for text only")
    encoding = arguments[2] if len(arguments) == 3 else "utf-8"
    try:
        found = codecs.lookup(encoding)
    except LookupError:
        raise ValueError(f"knows no encoding {encoding}; write one such as utf-8, gb18030 or cp1252") from None
    if not getattr(found, "_is_text_encoding", True):
        raise ValueError(f"knows no encoding of text {encoding}")
    return stores[name], how, encoding


def _content(store: Store, how: str, encoding: str) -> Callable[[str], str | None]:
    def content(name: str) -> str | None:
        found = store.content(name)
        if found is None:
            return None
        return base64.b64encode(found).decode() if how == "base64" else found.decode(encoding)

    return content


def _reading(store: Store, read_one: Callable[[str], str | None], reason: str) -> Half:
    """Return the half that makes something of the file that a text names; empty text is one that may be absent."""

    def one(name: str) -> str | None:
        try:
            found = read_one(name.strip())
        except (LookupError, UnicodeError):
            return None
        return "" if found is None and store.absent and _missing(store, name.strip()) else found

    return Half(_each(one), Kind(TEXT.type, blank=True), True, reason)


def _missing(store: Store, name: str) -> bool:
    return store.there(name) is None


def _writing(store: Store, how: str, encoding: str, kind: Kind) -> Half:
    """Return the half that writes a content, and gives the name of its file."""

    def one(text: str) -> str | None:
        try:
            content = (
                base64.b64decode("".join(text.split()), validate=True) if how == "base64" else text.encode(encoding)
            )
            return store.keep(content)
        except (LookupError, UnicodeError, binascii.Error):
            return None

    what = "base64" if how == "base64" else f"{encoding} text"
    return Half(_each(one), kind, True, f"is not {what} of at most {store.most} bytes")


def _each(one: Callable[[str], str | None]) -> Callable[[pl.Expr], pl.Expr]:
    """Return the function that converts each different text of a column once."""

    def column(values: pl.Series) -> pl.Series:
        seen: dict[str, str | None] = {}
        made = []
        for value in values:
            if value is not None and value not in seen:
                seen[value] = one(value)
            made.append(None if value is None else seen[value])
        return pl.Series(values.name, made, dtype=pl.String)

    return lambda value: value.map_batches(column, return_dtype=pl.String, is_elementwise=True)
