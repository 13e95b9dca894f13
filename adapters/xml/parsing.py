"""How XML is parsed here: no entities, nothing loaded, libxml2's bounds kept; comments and instructions passed over.

OPTIONS = the settings of every parser of this package
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from lxml import etree

OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def parsed(document: bytes) -> etree._Element:
    """Return the root of a document that was read before; raises XMLSyntaxError where it is none."""
    return etree.fromstring(document, etree.XMLParser(**OPTIONS))


def declared(head: bytes) -> str:
    """Return the encoding that a file says it has, as Python calls it."""
    match = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    try:
        return codecs.lookup(match[1].decode("ascii")).name if match else "utf-8"
    except LookupError:
        return "utf-8"
