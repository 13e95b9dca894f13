"""What makes a record the same as another: its business key, and the digest of what it says.

The digest is taken of the layout's fields, by name, not of bytes, where a time stamp in a filler would change
everyone, and not of the mapped document, where a mended mapping would. Fields that are null or blank are left out, so
a field that is added to a layout and blank for all changes nobody; so does another order of the fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import polars as pl

from hrbus.ledger.compare import BETWEEN, BUSINESS_KEY, DIGEST

_DIGEST_BYTES = 16
_FIELD, _SAYS, _OPEN, _CLOSE, _ESCAPE = "\x1e", "\x1f", "\x1d", "\x1c", "\x1b"
_MARKS = "[\x1b-\x1f]"


def identified(frame: pl.DataFrame, key: Sequence[str], ignore: Iterable[str] = ()) -> pl.DataFrame:
    """Return ``frame`` with its business key and digest added; the key is null where one of its parts is blank."""
    left_out = set(ignore)
    columns = [name for name in frame.columns if not name.startswith("_") and name not in left_out]
    texts = _row_texts(frame, columns)
    digests = [hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).digest() for text in texts]
    return frame.with_columns(key_of(key).alias(BUSINESS_KEY), pl.Series(DIGEST, digests, pl.Binary))


def key_of(columns: Sequence[str]) -> pl.Expr:
    """Return the business key of a record: its columns' trimmed texts; null where one is blank or holds U+0000."""
    parts = [pl.col(name).cast(pl.String).str.strip_chars() for name in columns]
    good = [(part != "") & ~part.str.contains("\x00", literal=True) for part in parts]
    return pl.concat_str(
        [pl.when(fine).then(part) for fine, part in zip(good, parts, strict=True)], separator=BETWEEN
    )


def send_keys(operation: str, keys: pl.Series, revisions: pl.Series) -> pl.Series:
    """Return the key of every send: the same for the same operation, business key and revision, and no other."""
    rows = zip(keys, revisions, strict=True)
    texts = (BETWEEN.join((operation, key, str(revision))) for key, revision in rows)
    return pl.Series([hashlib.sha256(text.encode()).hexdigest()[:40] for text in texts], dtype=pl.String)


def _row_texts(frame: pl.DataFrame, columns: Iterable[str]) -> pl.Series:
    """Return what each row says: mark, name, mark and text of every column that says something, in order of names."""
    pieces: list[pl.Series | pl.Expr] = []
    for name in sorted(columns):
        text = _texts(frame[name])
        said = pl.lit(f"{_FIELD}{name}{_SAYS}")
        blank = text.is_null() | (text == "")
        pieces += [pl.when(~blank).then(said) if blank.any() else said, text]
    texts = pl.concat_str(pieces, ignore_nulls=True) if pieces else pl.lit("")
    return frame.with_columns(texts.alias("_said"))["_said"]


def _texts(values: pl.Series) -> pl.Series:
    """Return a column as text; a list is the texts of its items between brackets."""
    if isinstance(values.dtype, pl.List):
        return _list_texts(values)
    if isinstance(values.dtype, pl.Struct):
        inside = values.struct.unnest()
        return _row_texts(inside, inside.columns)
    if values.dtype == pl.Binary:
        return values.bin.encode("hex")
    text = values.cast(pl.String)
    if values.dtype == pl.String and text.str.contains(_MARKS).any():
        # The marks themselves must not be taken for what they mark: a text that holds them says so in other letters.
        return text.str.replace_all(f"({_MARKS})", f"{_ESCAPE}$1")
    return text


def _list_texts(values: pl.Series) -> pl.Series:
    filled = pl.DataFrame({"row": pl.int_range(values.len(), eager=True), "items": values}).filter(
        pl.col("items").list.len() > 0
    )
    items = filled.explode("items")
    said = pl.concat_str(pl.lit(_OPEN), _texts(items["items"]).fill_null(""), pl.lit(_CLOSE)).alias("said")
    joined = items.select("row", said).group_by("row", maintain_order=True).agg(pl.col("said").str.join(""))
    rows = pl.DataFrame({"row": pl.int_range(values.len(), eager=True)})
    return rows.join(joined, on="row", how="left", maintain_order="left")["said"]
