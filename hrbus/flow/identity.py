"""What makes a record the same as another: its business key, and the digest of what it says.

The digest is taken of the layout's fields, by name, not of bytes, where a time stamp in a filler would change
everyone, and not of the mapped document, where a mended mapping would. Fields that are null or blank are left out, so
a field that is added to a layout and blank for all changes nobody; so does another order of the fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import polars as pl

from hrbus.ledger.compare import BUSINESS_KEY, DIGEST

BETWEEN = "\x1f"
"""What stands between the parts of a business key (ASCII: unit separator)."""

_DIGEST_BYTES = 16


def identified(frame: pl.DataFrame, key: Sequence[str], ignore: Iterable[str] = ()) -> pl.DataFrame:
    """Return ``frame`` with its business key and digest added; the key is null where one of its parts is blank."""
    left_out = set(ignore)
    columns = [name for name in sorted(frame.columns) if not name.startswith("_") and name not in left_out]
    texts = frame.select(_parts([(name, pl.col(name), frame.schema[name]) for name in columns]).alias("text"))["text"]
    digests = [hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest() for text in texts]
    return frame.with_columns(key_of(key).alias(BUSINESS_KEY), pl.Series(DIGEST, digests, pl.Binary))


def key_of(columns: Sequence[str]) -> pl.Expr:
    """Return the business key of a record: the trimmed texts of its columns, null where one is blank."""
    parts = [pl.col(name).cast(pl.String).str.strip_chars() for name in columns]
    return pl.concat_str([pl.when(part != "").then(part) for part in parts], separator=BETWEEN)


def send_keys(operation: str, keys: pl.Series, revisions: pl.Series) -> pl.Series:
    """Return the key of every send: the same for the same operation, business key and revision, and no other."""
    rows = zip(keys, revisions, strict=True)
    texts = (BETWEEN.join((operation, key, str(revision))) for key, revision in rows)
    return pl.Series([hashlib.sha256(text.encode()).hexdigest()[:40] for text in texts], dtype=pl.String)


def _parts(fields: Iterable[tuple[str, pl.Expr, pl.DataType]]) -> pl.Expr:
    """Return ``name=length:text`` of all fields in one text: the lengths keep two records from reading the same."""
    pieces = []
    for name, values, dtype in fields:
        text = _text(values, dtype)
        said = pl.concat_str(pl.lit(f"{name}="), text.str.len_bytes().cast(pl.String), pl.lit(":"), text)
        pieces.append(pl.when(text != "").then(said))
    return pl.concat_str(pieces, ignore_nulls=True) if pieces else pl.lit("")


def _text(values: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        item = _parts([("", pl.element(), dtype.inner)])  # type: ignore[list-item]
        inner = pl.concat_str(pl.lit("["), item, pl.lit("]")).fill_null("[]")
        return values.list.eval(inner).list.join("")
    if isinstance(dtype, pl.Struct):
        named = sorted(dtype.fields, key=lambda each: each.name)
        return _parts([(each.name, values.struct.field(each.name), each.dtype) for each in named])  # type: ignore[misc]
    if dtype == pl.Binary:
        return values.bin.encode("hex")
    return values.cast(pl.String)
