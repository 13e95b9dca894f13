"""Converters as a third party would bring them."""

from __future__ import annotations

from collections.abc import Mapping

from hrbus.mapping.converters import Converter, Half, Step
from hrbus.mapping.kinds import Kind
from hrbus.mapping.tables import Table


def _reverse(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    half = Half(lambda value: value.str.reverse(), kind)
    return Step(half, half)


REVERSE = Converter("reverse", "Turns a text round.", _reverse)
TRIM = Converter("trim", "Has a name that is taken.", _reverse)
NOTHING = "not a converter"
