"""The converter that takes a whole name apart: which part is the family's, which the given, in which order.

    FULL | name(family, chinese)               欧阳娜娜 gives 欧阳
    FULL | name(given, given-family)           Vincent van Gogh gives Vincent

A part alone cannot be put back, so a mapping that writes a whole name back keeps it too (``FormattedName: FULL``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from hrbus.mapping.converters import Converter, Example, Half, Step, want, want_text
from hrbus.mapping.kinds import TEXT, Kind
from hrbus.mapping.tables import Table

PARTICLES = (
    "af|al|av|aw|bin|binti|d'|da|de|del|della|den|der|des|di|do|dos|du|el|ibn|la|las|le|lo|los|op|'t|te|"
    "ten|ter|tho|van|vom|von|y|zu|zum|zur"
)
"""Words before a family name that belong to it."""

COMPOUND = (
    "欧阳|歐陽|太史|端木|上官|司马|司馬|东方|東方|独孤|獨孤|南宫|南宮|万俟|闻人|聞人|"
    "夏侯|诸葛|諸葛|尉迟|尉遲|公羊|赫连|赫連|澹台|澹臺|皇甫|宗政|濮阳|濮陽|公冶|太叔|"
    "申屠|公孙|公孫|慕容|仲孙|仲孫|钟离|鍾離|长孙|長孫|宇文|司徒|鲜于|鮮于|司空|闾丘|"
    "閭丘|子车|子車|亓官|司寇|巫马|巫馬|公西|颛孙|顓孫|壤驷|壤駟|公良|漆雕|乐正|樂正|"
    "宰父|谷梁|穀梁|拓跋|夹谷|夾谷|轩辕|軒轅|令狐|段干|百里|呼延|东郭|東郭|南门|南門|"
    "羊舌|微生|梁丘|左丘|东门|東門|西门|西門|南荣|南榮|第五"
)
"""Chinese family names of two characters, simplified and traditional."""

_LEADING = rf"(?i:(?:{PARTICLES})\s+)"
_LAST = rf"(?P<particle>{_LEADING}*)(?P<core>\S+)"
PATTERNS = {
    "given-family": rf"^(?:(?P<given>.+?)\s+)?{_LAST}$",
    "family-given": rf"^{_LAST}(?:\s+(?P<given>.+))?$",
    "family-comma-given": (
        rf"^(?P<before>{_LEADING}*)(?P<core>[^,]+?)\s*"
        rf"(?:,\s*(?P<given>.*?)(?P<after>(?:\s+(?i:{PARTICLES}))*))?$"
    ),
    "chinese": (
        rf"^(?:(?P<spaced>\S+?)\s+(?P<rest>\S.*)|(?P<compound>{COMPOUND})(?P<more>[^·•\s]+)"
        r"|(?P<one>[^·•\s])(?P<others>[^·•\s]*)|(?P<given>\S+))$"
    ),
}
"""The orders, each with a pattern of its parts; leftmost alternatives come first."""
PARTS = ("family", "given", "particle", "core")


def _western(order: str, part: str) -> Callable[[pl.Expr], pl.Expr]:
    pattern = PATTERNS[order]

    def apply(value: pl.Expr) -> pl.Expr:
        found = value.str.strip_chars().str.extract_groups(pattern).struct
        given = _blank(found.field("given"))
        core = found.field("core")
        if order == "family-comma-given":
            particle = _blank(pl.coalesce(_blank(found.field("after")), _blank(found.field("before"))))
        else:
            particle = _blank(found.field("particle"))
        if part == "given":
            return given
        if part == "particle":
            return particle
        return core if part == "core" else pl.concat_str([particle, core], separator=" ", ignore_nulls=True)

    return apply


def _chinese(part: str) -> Callable[[pl.Expr], pl.Expr]:
    def apply(value: pl.Expr) -> pl.Expr:
        found = value.str.strip_chars().str.extract_groups(PATTERNS["chinese"]).struct
        if part in ("family", "core"):
            return pl.coalesce(found.field("spaced"), found.field("compound"), found.field("one"))
        if part == "given":
            return _blank(pl.coalesce(*(found.field(name) for name in ("rest", "more", "others", "given"))))
        return pl.lit(None, dtype=pl.String)

    return apply


def _blank(value: pl.Expr) -> pl.Expr:
    """Return text without outer blanks, null where there is none."""
    bare = value.str.strip_chars()
    return pl.when(bare != "").then(bare)


def _name(arguments: tuple[str, ...], kind: Kind, tables: Mapping[str, Table]) -> Step:
    want(arguments, 2)
    want_text(kind)
    part, order = arguments
    if part not in PARTS:
        raise ValueError(f"knows the parts {', '.join(PARTS)}, not {part!r}")
    if order not in PATTERNS:
        raise ValueError(f"knows the orders {', '.join(PATTERNS)}, not {order!r}")
    apply = _chinese(part) if order == "chinese" else _western(order, part)
    return Step(Half(apply, TEXT), None, "the other part of the name does not come back")


BUILT_IN = (
    Converter(
        "name",
        "One part of a whole name: family, given, particle (van, de la) or core (the family name without it). "
        "The order says how the name is written: given-family, family-given, family-comma-given or chinese (one "
        "character, or one of the compound family names; a name with a middle dot is a given name as a whole). "
        "What the name does not have is absent. There is no way back: keep the whole name too.",
        _name,
        "part, order",
        (
            Example("name(family, chinese)", "欧阳娜娜", "欧阳"),
            Example("name(given, chinese)", "王小明", "小明"),
            Example("name(family, given-family)", "Vincent van Gogh", "van Gogh"),
            Example("name(given, family-comma-given)", "Berg, Jan van der", "Jan"),
            Example("name(particle, family-comma-given)", "Berg, Jan van der", "van der"),
        ),
        domain="nothing: there is no way back",
    ),
)
