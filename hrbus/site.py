"""A site: the folder with a user's own connections, routes, mappings and schemas, and with what hrbus keeps.

    site = find(None, os.environ)        # --site, $HRBUS_SITE, or the current folder if it has config/
    site.mappings / "applicants.yaml"

A clone of the project is a site. From a wheel, ``init(folder)`` copies the content out.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import distributions
from pathlib import Path

from hrbus.errors import ConfigError, Fault

CONTENT = ("config", "mappings", "hrxml_schemas")
"""The folders of a site that a user edits."""

VARIABLE = "HRBUS_SITE"
"""The environment variable that names the site."""

OUR_NAMES = ("adapters", "scheduler")
"""Top-level names that are ours, although other packages bear them too."""

_LISTED = re.compile(rf"^({'|'.join(OUR_NAMES)})(?:/.*|\.py,.*)?$", re.MULTILINE)
"""One of them in the list of files that a package installed, or in that of its names."""


@dataclass(frozen=True)
class Site:
    """The paths of a site. ``root`` is absolute; nothing is made here, and no file read."""

    root: Path

    @property
    def config(self) -> Path:
        """Connections, routes and jobs."""
        return self.root / "config"

    @property
    def mappings(self) -> Path:
        """Mappings, with copybooks, layouts and tables."""
        return self.root / "mappings"

    def below_mappings(self, name: str) -> Path | None:
        """Return the file ``name`` below mappings/; None where it leads out of there, by dots or by a link."""
        file = self.mappings / name
        return file if file.resolve().is_relative_to(self.mappings.resolve()) else None

    @property
    def schemas(self) -> Path:
        """HR-XML schemas: our profile, and a user's official copies."""
        return self.root / "hrxml_schemas"

    @property
    def var(self) -> Path:
        """What hrbus keeps: back it up, do not edit it."""
        return self.root / "var"

    @property
    def ledger(self) -> Path:
        """The ledger's SQLite file."""
        return self.var / "ledger.db"

    @property
    def ledger_url(self) -> str:
        """The ledger as a URL for SQLAlchemy."""
        return f"sqlite:///{self.ledger}"

    @property
    def spool(self) -> Path:
        """Artifacts while they are worked on."""
        return self.var / "spool"

    @property
    def log(self) -> Path:
        """Logs."""
        return self.var / "log"

    def keep(self) -> None:
        """Make the folders that hrbus writes to, for the owner only: they hold personal data."""
        for folder in (self.var, self.spool, self.log):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def shown(self, path: Path) -> str:
        """Return ``path`` as messages call it: relative to the site where it is inside."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def find(asked: Path | None, environ: Mapping[str, str], folder: Path | None = None) -> Site:
    """Return the site: ``asked`` (--site), else $HRBUS_SITE, else ``folder`` (default: the current one).

    ConfigError where that folder has no config/, saying how to make one.
    """
    named = asked or (Path(environ[VARIABLE]) if environ.get(VARIABLE) else None)
    root = (named or folder or Path.cwd()).absolute()
    if (root / "config").is_dir():
        return Site(root)
    if named is None:
        hint = f"go to one, name one with --site DIR or {VARIABLE}, or make one: hrbus init DIR"
        raise ConfigError(Fault(f"the current folder {root} is no site: it has no config/", hint=hint))
    said = "--site" if asked else VARIABLE
    message = f"{root} ({said}) is no site: it has no config/"
    raise ConfigError(Fault(message, hint=f"make one: hrbus init {root}"))


def content() -> Path:
    """Return the folder with the content that hrbus brings along: ``hrbus/_site`` of a wheel, or the clone."""
    package = Path(__file__).resolve().parent
    for folder in (package / "_site", package.parent):
        if all((folder / name).is_dir() for name in CONTENT):
            return folder
    raise ConfigError(Fault("this installation of hrbus came without its content", hint="install it again"))


def init(folder: Path, source: Path | None = None) -> list[Path]:
    """Copy the content into ``folder`` and return the files made, relative to it.

    A folder that already has one of the content's folders is refused: nothing of a user's is overwritten.
    """
    source = source or content()
    taken = [name for name in CONTENT if (folder / name).exists()]
    if taken:
        message = f"{folder} already has {', '.join(taken)}"
        raise ConfigError(Fault(message, hint="choose an empty folder; nothing was changed"))
    made: list[Path] = []
    for name in CONTENT:
        for file in sorted((source / name).rglob("*")):
            if file.is_file() and not _is_by_product(file):
                target = folder / file.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
                made.append(target.relative_to(folder))
    return made


def _is_by_product(file: Path) -> bool:
    return "__pycache__" in file.parts or file.name.startswith(".") or file.suffix in {".pyc", ".part"}


def guard(
    owners: Callable[[], Mapping[str, list[str]]] | None = None,
    origin: Callable[[str], Path | None] | None = None,
) -> None:
    """Refuse to start where somebody else's package stands at the names ``adapters`` or ``scheduler``.

    Two things are looked at: who installed the names (``importlib.metadata``), and which file an import would take
    (a folder on PYTHONPATH comes first without being installed). hrbus belongs in a virtual environment of its own.
    """
    hint = "install hrbus into a virtual environment of its own"
    installed = (owners or _owners)()
    for name in OUR_NAMES:
        foreign = sorted({owner for owner in installed.get(name, []) if owner != "hrbus"})
        if foreign:
            message = f"the package {foreign[0]} occupies the name {name}, which hrbus needs"
            raise ConfigError(Fault(message, hint=f"pip uninstall {foreign[0]}, or {hint}"))
        found = (origin or _origin)(name)
        if found and found.parent != Path(__file__).resolve().parent.parent:
            message = f"import {name} would take {found}, which is not part of hrbus"
            raise ConfigError(Fault(message, hint=f"take its folder out of PYTHONPATH, or {hint}"))


def _owners() -> Mapping[str, list[str]]:
    """Return which packages installed our names.

    ``packages_distributions`` says that of all names, and reads for a quarter of a second: every command would wait.
    """
    found: dict[str, list[str]] = {}
    for package in distributions():
        listed = package.read_text("top_level.txt") or package.read_text("RECORD") or ""
        for name in set(_LISTED.findall(listed)):
            found.setdefault(name, []).append(package.name)
    return found


def _origin(name: str) -> Path | None:
    """Return the package folder or module file that ``import name`` takes, None where there is none."""
    spec = PathFinder.find_spec(name)
    if spec is None or not spec.origin:
        return None
    file = Path(spec.origin).resolve()
    return file.parent if file.name == "__init__.py" else file
