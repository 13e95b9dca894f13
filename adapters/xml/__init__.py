"""Records of an XML file: a path says which element is a record, the layout file which of its parts are fields.

    codec:
      type: xml
      layout: layouts/staff.yaml         # "@no": integer(6)   person: {name: text}   skill: [text]
      record: Export/Staff/Employee

A field is a child element of its name; ``@name`` is an attribute, ``$text`` the text of an element that also has
attributes; a nested mapping is a nested element, a list a repeated one.
"""

from __future__ import annotations

from adapters.xml.settings import XmlSettings
from hrbus.spi import Codec, CodecKind, Context


def _make(settings: XmlSettings, context: Context) -> Codec:
    from adapters.json.layouts import read_layout
    from adapters.xml.codec import XmlCodec

    path = context.resolve(settings.layout, "mappings")
    return XmlCodec(read_layout(path, shown=str(path.relative_to(context.site))), settings)


XML = CodecKind(
    name="xml",
    summary="Records of an XML file, found by the path of their element.",
    settings=XmlSettings,
    make=_make,
)
