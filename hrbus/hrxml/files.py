"""Files of HR-XML: judging them, and taking in a user's own copy of an official release.

for fault in validate_file(Path("candidate.xml"), "2.5", site / "hrxml_schemas"): print(fault)
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from hrbus.errors import ConfigError, Fault, Place
from hrbus.hrxml.read import parser
from hrbus.hrxml.validate import Validator
from hrbus.hrxml.vocabulary import ENTRY, Vocabulary, load, schemas

OFFICIAL = "official"
_XS = "{http://www.w3.org/2001/XMLSchema}"


def validate_file(
    path: Path, release: str = "2.5", folder: Path | None = None, *, official: bool = False
) -> list[Fault]:
    """Return what is wrong with a file that holds one HR-XML document, or one on each line.

    Judged by hrbus's profile of ``release`` below ``folder`` (as ``load`` finds it); with ``official``, by the
    official schemas that ``add_official`` took in. Raises ConfigError where a schema or the file is not there.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(Fault(f"this file cannot be read: {error.strerror}", Place(str(path)))) from error
    folder = folder or schemas()
    vocabulary = load(release, folder)
    judge = official_validator(vocabulary, folder) if official else vocabulary.validator
    faults = []
    for first, text in _documents(content, vocabulary.roots):
        for line, reason, where in judge.faults(text):
            faults.append(Fault(reason, Place(str(path), first + line), where))
    return faults


def official_validator(vocabulary: Vocabulary, folder: Path) -> Validator:
    """Return the judge by the official schemas of the vocabulary's release; ConfigError where there are none."""
    entry = folder / OFFICIAL / vocabulary.release / ENTRY
    if not entry.is_file():
        hint = "add your copy of the release: hrbus schemas add DIR"
        raise ConfigError(Fault("the official schemas are not here", Place(str(entry.parent)), hint=hint))
    return Validator(entry, {name: vocabulary.root(name) for name in vocabulary.roots})


def add_official(site: Path, source: Path) -> Path:
    """Copy the official schemas in ``source`` into the site, and return the folder, named after their release.

    They are known by their namespace. Only ``*.xsd`` files are copied, with the folders between them; an entry that
    includes one schema for each root of the profile, and hrbus's extension, is written beside them. What was there
    before is replaced once the new copy has proved good. Raises ConfigError.
    """
    folder = site / "hrxml_schemas"
    if not source.is_dir():
        raise ConfigError(Fault("this is not a folder", Place(str(source)), hint="name the folder of the release"))
    found = dict(_declarations(source))
    for vocabulary in _profiles(folder):
        if all((vocabulary.namespace, root) in found for root in vocabulary.roots):
            roots = [found[vocabulary.namespace, root] for root in vocabulary.roots]
            return _take(folder, source, vocabulary, roots)
    known = ", ".join(f"{v.release} ({v.namespace})" for v in _profiles(folder))
    raise ConfigError(
        Fault("no release that hrbus knows is complete here", Place(str(source)), hint=f"expected one of {known}")
    )


def _documents(content: bytes, roots: Iterable[str]) -> Iterator[tuple[int, bytes]]:
    """Yield every document and the number of lines before it; each line is one where each begins with a root."""
    begins = re.compile(rb"\s*<(?:[\w.-]+:)?(?:" + "|".join(roots).encode() + rb")[\s/>]")
    lines = content.splitlines()
    if sum(1 for line in lines if line.strip()) < 2 or not all(begins.match(line) for line in lines if line.strip()):
        yield 0, content
        return
    for number, line in enumerate(lines):
        if line.strip():
            yield number, line


def _profiles(folder: Path) -> Iterator[Vocabulary]:
    for entry in sorted(folder.glob(f"*/{ENTRY}")):
        yield load(entry.parent.name, folder)


def _declarations(source: Path) -> Iterator[tuple[tuple[str, str], Path]]:
    """Yield (namespace, global element) and the file that declares it."""
    for path in sorted(source.rglob("*.xsd")):
        try:
            schema = etree.parse(str(path), parser()).getroot()
        except (etree.XMLSyntaxError, OSError) as error:
            raise ConfigError(Fault("this schema cannot be read", Place(str(path)))) from error
        for element in schema.iterchildren(f"{_XS}element"):
            yield (schema.get("targetNamespace", ""), element.get("name", "")), path.relative_to(source)


def _take(folder: Path, source: Path, vocabulary: Vocabulary, roots: list[Path]) -> Path:
    """Copy, write the entry, compile it, and only then put it in place."""
    target = folder / OFFICIAL / vocabulary.release
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for path in source.rglob("*.xsd"):
        copy = fresh / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    extensions = sorted(folder.glob("extension/*.xsd"))
    (fresh / ENTRY).write_text(_entry(vocabulary.namespace, roots, extensions), encoding="utf-8")
    try:
        etree.XMLSchema(etree.parse(str(fresh / ENTRY), parser()))
    except etree.XMLSchemaParseError as error:
        shutil.rmtree(fresh)
        raise ConfigError(Fault(f"these schemas do not hold together: {error}", Place(str(source)))) from error
    shutil.rmtree(target, ignore_errors=True)
    return fresh.rename(target)


def _entry(namespace: str, roots: list[Path], extensions: list[Path]) -> str:
    """Return a schema that brings the official roots and hrbus's extensions together; seen from official/RELEASE."""
    imports = "".join(
        f'  <xs:import namespace="urn:hrbus:extension:{path.stem}" schemaLocation="../../extension/{path.name}"/>\n'
        for path in extensions
    )
    includes = "".join(f'  <xs:include schemaLocation="{path.as_posix()}"/>\n' for path in dict.fromkeys(roots))
    return (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}" '
        f'elementFormDefault="qualified">\n{includes}{imports}</xs:schema>\n'
    )
