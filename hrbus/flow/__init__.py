"""The pipe: from a source through codec, mapping and ledger to a target, the same for every route.

    source ─bytes→ spool → codec ─Batch→ into ─Documents→ check → ledger ─Documents→ out ─Batch→ target → settle

``run`` puts the parts of a ``Route`` together; ``intake`` and ``delivery`` are its two halves.
"""

from __future__ import annotations

from hrbus.flow.progress import Progress
from hrbus.flow.route import Route
from hrbus.flow.run import run

__all__ = ["Progress", "Route", "run"]
