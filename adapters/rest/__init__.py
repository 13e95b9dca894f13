"""AI-interview services over REST: orders go out, results come in.

    connections:
      interviews:
        adapter: rest
        base_url: https://api.example.com/v1
        auth:
          type: oauth2_client_credentials
          token_url: https://api.example.com/oauth2/token
          client_id: hrbus
          client_secret: !env INTERVIEWS_SECRET

``operation: create`` of a target sends orders, ``operation: results`` of a source fetches what is finished. Which
paths and words a service uses stands in ``adapters.rest.operations`` as data.
"""

from __future__ import annotations

from adapters.rest.settings import Connection, OrdersSettings, ResultsSettings
from hrbus.spi import Adapter, Codec, Context, Kind, Source, Target

__all__ = ["REST"]


def _source(connection: Connection, settings: ResultsSettings, context: Context) -> Source:
    from adapters.rest.client import Client
    from adapters.rest.operations import REFERENCE
    from adapters.rest.results import ResultSource

    return ResultSource(Client(connection, context.clock, context.resolve), settings, context, REFERENCE)


def _target(connection: Connection, settings: OrdersSettings, codec: Codec, context: Context) -> Target:
    from adapters.rest.client import Client
    from adapters.rest.operations import REFERENCE
    from adapters.rest.orders import OrderTarget

    return OrderTarget(Client(connection, context.clock, context.resolve), settings, codec, context, REFERENCE)


REST = Adapter(
    name="rest",
    summary="AI-interview services over REST.",
    connection=Connection,
    source=Kind(ResultsSettings, _source),
    target=Kind(OrdersSettings, _target),
)
