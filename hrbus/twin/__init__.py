"""Synthetic records: the shapes of a file and none of its people.

learner = Learner(codec.layout)
for batch in codec.decode(stream, origin): learner.take(batch.frame)
for frame in twins(codec.layout, learner.shapes(), 1000, seed=1): …
"""

from hrbus.twin.make import twins
from hrbus.twin.shapes import Learner, Shape, of_layout

__all__ = ["Learner", "Shape", "of_layout", "twins"]
