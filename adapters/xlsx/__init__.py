"""Sheets of Excel workbooks (``.xlsx``): a row is a record, the titles in its first row name the fields.

codec:
type: xlsx
layout: layouts/staff.yaml
sheet: 员工
dates: [born]
"""

from __future__ import annotations

from adapters.flat.layout import flat_layout
from adapters.xlsx.settings import XlsxSettings
from hrbus.spi import Codec, CodecKind, Context


def _make(settings: XlsxSettings, context: Context) -> Codec:
    from adapters.xlsx.codec import XlsxCodec

    return XlsxCodec(flat_layout(settings.layout, context), settings)


XLSX = CodecKind(
    name="xlsx",
    summary="Sheets of Excel workbooks (xlsx).",
    settings=XlsxSettings,
    make=_make,
)
