"""Opening a site's ledger to look into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hrbus.ledger.report import Report
    from hrbus.site import Site


@contextmanager
def report(site: Site) -> Iterator[Report | None]:
    """Give the site's ledger as a report; None where nothing ever ran, so that looking makes no ledger."""
    if not site.ledger.exists():
        yield None
        return
    from hrbus.clock import SystemClock
    from hrbus.ledger import Ledger
    from hrbus.ledger.report import Report

    with Ledger(site.ledger_url, SystemClock()) as ledger:
        yield Report(ledger.database)
