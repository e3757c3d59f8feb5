# ruff: noqa: ANN001, ANN201, F821  # names of either library, put above this text by growth.py
"""One kind of value at growing sizes, by one side; prints the seconds to a literal, and back, by size."""

import dataclasses
import gc
import json
import statistics
import sys
import time

import msgpack
from flyteidl.core import literals_pb2

SIZES = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
# The next size takes ten times as long.
PATIENCE = 1.5


@dataclasses.dataclass
class Track:
    """A small record."""

    name: str
    seconds: float
    rating: int


def ints(size, i):
    """Make a list of ints; no two calls give an equal one, for literals are cached by value."""
    return list(range(i, size + i))


def strs(size, i):
    """Make a list of short texts."""
    return [f"track {j}" for j in range(i, size + i)]


def floats(size, i):
    """Make a dict of floats."""
    return {f"track {j}": j + 0.5 for j in range(i, size + i)}


def tracks(size, i):
    """Make a list of records."""
    return [Track(f"track {j}", j + 0.5, j) for j in range(i, size + i)]


KINDS = {
    "list[int]": (list[int], ints),
    "list[str]": (list[str], strs),
    "dict[str, float]": (dict[str, float], floats),
    "list of dataclasses": (list[Track], tracks),
}


def write_ints(values):
    """Write ints with nothing in between."""
    written = literals_pb2.Literal()
    add = written.collection.literals.add
    for value in values:
        add().scalar.primitive.integer = value
    return written


def write_strs(values):
    """Write texts."""
    written = literals_pb2.Literal()
    add = written.collection.literals.add
    for value in values:
        add().scalar.primitive.string_value = value
    return written


def write_floats(values):
    """Write a map of floats."""
    written = literals_pb2.Literal()
    literals = written.map.literals
    for key, value in values.items():
        literals[key].scalar.primitive.float_value = value
    return written


def write_tracks(values):
    """Write records as msgpack."""
    written = literals_pb2.Literal()
    add, pack = written.collection.literals.add, msgpack.packb
    for value in values:
        binary = add().scalar.binary
        binary.value = pack({"name": value.name, "seconds": value.seconds, "rating": value.rating})
        binary.tag = "msgpack"
    return written


def read_ints(literal):
    """Read ints."""
    return [item.scalar.primitive.integer for item in literal.collection.literals]


def read_strs(literal):
    """Read texts."""
    return [item.scalar.primitive.string_value for item in literal.collection.literals]


def read_floats(literal):
    """Read a map of floats."""
    return {key: item.scalar.primitive.float_value for key, item in literal.map.literals.items()}


def read_tracks(literal):
    """Read records."""
    unpack = msgpack.unpackb
    return [Track(**unpack(item.scalar.binary.value)) for item in literal.collection.literals]


BARE = {
    "list[int]": (write_ints, read_ints),
    "list[str]": (write_strs, read_strs),
    "dict[str, float]": (write_floats, read_floats),
    "list of dataclasses": (write_tracks, read_tracks),
}


def sides(side, kind):
    """Give how this side writes and reads this kind."""
    if side == "floor":
        return BARE[kind]
    python_type, _ = KINDS[kind]
    ctx = FlyteContextManager.current_context()
    expected = TypeEngine.to_literal_type(python_type)
    return (
        lambda value: TypeEngine.to_literal(ctx, value, python_type, expected),
        lambda literal: TypeEngine.to_python_value(ctx, literal, python_type),
    )


def timed(function, argument):
    """Call once, and give the processor's seconds, which the machine's other work does not count in, and the result."""
    start = time.process_time()
    result = function(argument)
    return time.process_time() - start, result


def main(side, kind):
    """Grow until a size would take too long."""
    write, read = sides(side, kind)
    make = KINDS[kind][1]
    found = {}
    gc.collect()
    gc.disable()  # a collection would fall on one size or the other by chance
    write(make(10, 10**7)), read(write(make(10, 2 * 10**7)))
    for size in SIZES:
        taken = []
        for i in range(max(1, min(20, 30_000 // size))):
            wrote, literal = timed(write, make(size, i))
            back, _ = timed(read, literal)
            taken.append((wrote, back))
            del literal, _
        to, back = (statistics.median(column) for column in zip(*taken, strict=True))
        found[f"to {size}"], found[f"back {size}"] = to, back
        if max(to, back) > PATIENCE:
            break
    print(json.dumps(found))


main(sys.argv[1], sys.argv[2])
