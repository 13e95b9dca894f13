"""Several calls at once, their answers in order, and nothing lost when one of them fails.

with ThreadPoolExecutor(4) as pool:
    for answer in in_order(pool, send, orders, ahead=8):
        ...
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def in_order(
    pool: Executor, function: Callable[[Item], Made], items: Iterable[Item], *, ahead: int
) -> Iterator[Made]:
    """Yield ``function`` of every item, in order, with at most ``ahead`` of them begun.

    After the first failure, defects included, nothing new is begun; what was begun is awaited and yielded, then the
    failure is raised: what a far side has done is told in any case.
    """
    begun: deque[Future[Made]] = deque()
    failure: Exception | None = None
    waiting = iter(items)
    while failure is None:
        try:
            item = next(waiting)
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001 - raised at the end
            failure = error
            break
        begun.append(pool.submit(function, item))
        if len(begun) == ahead:
            try:
                made = begun.popleft().result()
            except Exception as error:  # noqa: BLE001 - raised at the end
                failure = error
            else:
                yield made
    while begun:
        try:
            made = begun.popleft().result()
        except Exception as error:  # noqa: BLE001 - raised at the end
            failure = failure or error
        else:
            yield made
    if failure is not None:
        raise failure
