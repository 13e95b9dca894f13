"""The reference interview service as a FastAPI application.

It is real in what it promises (orders are stored before they are answered, a key orders once) and invented in
whom it interviews. ``hrbus.sandbox.server`` runs it.

    app = create(Path("var/sandbox"), seed=7, life=Life(seed=7, minutes=5))
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from hrbus.clock import Clock, SystemClock
from hrbus.sandbox import controls, openapi, problems, routes
from hrbus.sandbox.faults import FaultMiddleware, Faults
from hrbus.sandbox.life import Life
from hrbus.sandbox.limits import BodyLimit
from hrbus.sandbox.orders import Orders
from hrbus.sandbox.quota import QuotaMiddleware
from hrbus.sandbox.store import Store
from hrbus.sandbox.tokens import DEMO, Client, Desk

FILE = "sandbox.sqlite"


def create(
    folder: Path,
    *,
    seed: int = 1,
    clock: Clock | None = None,
    life: Life | None = None,
    clients: Sequence[Client] = (DEMO,),
    quota: int = 60_000,
) -> FastAPI:
    """Return the service over the SQLite file in ``folder``, which is made where it is missing.

    ``seed`` decides every score; ``life`` how long interviews take and how many never come about (its own seed
    counts where it is given); ``clients`` who may ask for tokens; ``quota`` how many calls a minute are served.
    """
    store = Store(folder / FILE, life or Life(seed=seed), clock or SystemClock())
    faults = Faults()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(
        title="hrbus reference interview service",
        version="1.0.0",
        description="Orders AI interviews and answers with results. All persons and scores are invented.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.store = store
    app.state.faults = faults
    app.state.desk = Desk(store, clients)
    app.state.orders = Orders(store, faults)
    app.include_router(routes.router)
    app.include_router(controls.router)
    problems.install(app)
    openapi.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(FaultMiddleware, faults=faults)
    app.add_middleware(QuotaMiddleware, quota=quota)
    return app
