"""REST: orders a second, singly and in bulk, and results a second, each beside a bare client in the same run.

    python benchmarks/bench_rest.py [orders]

The service is a process that answers from memory and checks nothing (the null server), so what is measured is the
client. The bare client is a loop over one ``requests.Session`` that posts bodies made beforehand.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import requests

from adapters.json import JSON
from adapters.rest import REST
from hrbus.spi import ID, KEY, Batch
from hrbus.testing import RecordingDelivery, a_context

LAYOUT = Path(__file__).resolve().parent.parent / "mappings" / "layouts"
KEYS = re.compile(rb'"idempotency_key":"([^"]+)"')
INTERVIEW = b'{"id":"i","external_id":"e","status":"created","created_at":"2026-01-05T08:00:00.000Z"}'
RESULT = json.dumps(
    {
        "id": "r", "version": 1, "overall": {"raw": 7.3, "minimum": 1, "maximum": 10, "band": "good"},
        "dimensions": [{"code": f"D{n}", "raw": 3.5, "maximum": 5, "comment": "x" * 80} for n in range(5)],
        "recommendation": "advance", "scored_at": "2026-01-05T08:30:00.000Z",
    }
).encode()  # fmt: skip


def answer(path: bytes, body: bytes) -> bytes:
    """Return what the null server says."""
    if path.endswith(b"/batch"):
        items = [
            b'{"idempotency_key":"%s","status":201,"interview":%s}' % (key, INTERVIEW) for key in KEYS.findall(body)
        ]
        return b'{"items":[%s]}' % b",".join(items)
    if path.endswith(b"/result"):
        return RESULT
    if b"/interviews?" in path:
        match = re.search(rb"cursor=(\d+)", path)
        page = int(match[1]) if match else 0
        items = [b'{"id":"%d","external_id":"e%d","updated_at":"%08d"}' % ((page * 100 + n,) * 3) for n in range(100)]
        more = b"null" if page == 9 else b'"%d"' % (page + 1)
        return b'{"items":[%s],"next_cursor":%s}' % (b",".join(items), more)
    return INTERVIEW


async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    while head := await _head(reader):
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        said = answer(head.split(b" ", 2)[1], body)
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said) + said
        )
        await writer.drain()
    writer.close()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def null_server(pipe: Pipe) -> None:
    """Run the null server; send its port through ``pipe``."""

    async def run() -> None:
        server = await asyncio.start_server(serve_one, "127.0.0.1", 0, limit=1 << 20)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def orders(count: int) -> Batch:
    """Return orders of some 250 bytes each."""
    number = pl.int_range(count, eager=True)
    text = number.cast(pl.String).str.zfill(8)
    return Batch(
        pl.DataFrame({ID: number, KEY: text + "/create/1", "external_id": text}).with_columns(
            pl.lit("ai-interview-standard").alias("template_id"),
            pl.lit("P1").alias("candidate.external_id"),
            pl.lit("Ada Müller").alias("candidate.name.full"),
            pl.lit("ada@example.com").alias("candidate.email"),
            pl.lit("REQ-1").alias("job.external_id"),
            pl.lit("COBOL programmer").alias("job.title"),
        )
    )


def deliver(origin: str, batch: Batch, bulk: int, connections: int) -> Callable[[], int]:
    """Return a delivery of ``batch`` by the adapter."""
    assert REST.target is not None
    context = a_context(LAYOUT.parent.parent)
    codec = JSON.make(JSON.settings.model_validate({"layout": "layouts/order.yaml"}), context)
    connection = REST.connection.model_validate({"base_url": origin, "connections": connections})
    target = REST.target.make(connection, REST.target.settings.model_validate({"bulk": bulk}), codec, context)
    return lambda: sum(each.frame.height for each in target.deliver([batch], RecordingDelivery()))


def fetch(origin: str, connections: int) -> Callable[[], int]:
    """Return a fetch of a thousand results by the adapter."""
    assert REST.source is not None
    connection = REST.connection.model_validate({"base_url": origin, "connections": connections})
    with TemporaryDirectory() as site:
        source = REST.source.make(connection, REST.source.settings(), a_context(Path(site)))
    return lambda: sum(artifact.open().read().count(b"\n") for artifact in source.poll())


def bare(origin: str, path: str, bodies: list[bytes]) -> Callable[[], int]:
    """Return a loop of posts over one session."""

    def run() -> int:
        with requests.Session() as session:
            session.trust_env = False
            for body in bodies:
                session.post(origin + path, data=body, headers={"Content-Type": "application/json"}).json()
        return len(bodies)

    return run


def row(name: str, run: Callable[[], int], each: int = 1) -> float:
    """Run, print and return how many a second; the better of two runs counts, as the first one warms up."""
    rate = 0.0
    for _ in range(2):
        begun = time.perf_counter()
        rate = max(rate, run() * each / (time.perf_counter() - begun))
    print(f"{name:44} {rate:12,.0f} /s")
    return rate


def main(count: int) -> None:
    """Measure and print."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=null_server, args=(theirs,), daemon=True)
    process.start()
    origin = f"http://127.0.0.1:{ours.recv()}"
    try:
        single = b'{"external_id":"1","candidate":{"email":"ada@example.com"}}' * 4
        plain = row("single orders, bare session", bare(origin, "/interviews", [single] * count))
        one = row("single orders, adapter, 1 connection", deliver(origin, orders(count), 0, 1))
        row("single orders, adapter, 4 connections", deliver(origin, orders(count), 0, 4))
        print(f"{'adapter beside bare session':44} {one / plain:12.2f}")
        item = b'{"idempotency_key":"00000001","order":' + single[:250] + b"}"
        body = b'{"items":[' + b",".join([item] * 500) + b"]}"
        row("bulk orders, bare session", bare(origin, "/interviews/batch", [body] * (count // 25)), 500)
        row("bulk orders, adapter, 1 connection", deliver(origin, orders(count * 20), 500, 1))
        row("results, adapter, 1 connection", fetch(origin, 1))
        row("results, adapter, 4 connections", fetch(origin, 4))
    finally:
        process.terminate()
        process.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
