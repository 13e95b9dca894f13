"""A night of the demonstration: the extract goes out, interviews are held, results come back.

    night = Night(Path("var/demo"))
    with night.open(note=print) as stage:
        stage.arrive()                       # the legacy system writes its extract
        stage.run("applicants")
        stage.wait(3600)                     # an hour of the interview service's time
        stage.run("results")

The folder is a site of its own; a second night in it finds everything as the first one left it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hrbus import site as sites
from hrbus.app import App
from hrbus.demo import extract
from hrbus.flow import Progress
from hrbus.flow.progress import quiet
from hrbus.sandbox.world import World, open_world
from hrbus.site import Site
from hrbus.spi import Summary

ROUTES = ("vacancies", "applicants", "results")
"""What a night runs, in this order."""


@dataclass(frozen=True)
class Stage:
    """Both sides, open: the hub's and the far one's."""

    app: App
    world: World
    number: int

    def arrive(self) -> list[Path]:
        """Let the legacy system write tonight's extract; return its files."""
        return extract.write(self.world.root / "outgoing", self.app.context(), night=self.number)

    def run(self, route: str, progress: Progress = quiet) -> Summary:
        """Run a route of the site."""
        return self.app.run(route, progress=progress)

    def wait(self, seconds: float) -> None:
        """Let time pass at the interview service."""
        self.world.store.advance(seconds)


@dataclass(frozen=True)
class Night:
    """The folder of the demonstration."""

    folder: Path

    @property
    def site(self) -> Site:
        """The demonstration's own site."""
        return Site(self.folder.absolute())

    @contextmanager
    def open(self, note: Callable[[str], None] = lambda line: None) -> Iterator[Stage]:
        """Start both servers and open the hub while the block runs; make the site where there is none."""
        if not self.site.config.is_dir():
            sites.init(self.site.root)
        with open_world(self.site.var / "sandbox") as world:
            self._point_to(world)
            with App.open(self.site, note=note) as app:
                yield Stage(app, world, self._next())

    def _point_to(self, world: World) -> None:
        """Write the ports of tonight's servers into the site's connections."""
        file = self.site.config / "connections.yaml"
        text = file.read_text("utf-8")
        text = re.sub(r"(?m)^(    port: )\d+$", rf"\g<1>{world.files.port}", text)
        text = re.sub(r"(http://127\.0\.0\.1:)\d+", rf"\g<1>{world.service.port}", text)
        file.write_text(text, "utf-8")

    def _next(self) -> int:
        counter = self.site.var / "night"
        number = int(counter.read_text("ascii")) + 1 if counter.exists() else 1
        counter.write_text(str(number), "ascii")
        return number
