# ruff: noqa: ANN001, ANN201, PLR2004, S101  # as short as what it measures
"""The least that the same work takes: the messages made, encoded and decoded by hand."""

import gc
import json
import statistics
import time

from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf import struct_pb2


def median(function, repeats, scale):
    """Time `function(i)`."""
    taken = []
    for i in range(repeats + 3):
        start = time.perf_counter()
        function(i)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[3:]) * scale


INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
ARGS = [
    *("shimnb-execute", "--inputs", "{{.input}}", "--output-prefix", "{{.outputPrefix}}"),
    *("--raw-output-data-prefix", "{{.rawOutputDataPrefix}}", "--resolver", "a.b.c", "--"),
    *("{{.taskTemplatePath}}", "executor_module.Executor"),
]


def template(_):
    """Make the template of libraries.py's task."""
    custom = struct_pb2.Struct()
    custom.update({"uri": "chinook.db", "query": "select 1", "limit": 5})
    variable = interface_pb2.Variable(type=INTEGER)
    return tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK, project="p", domain="d", name="t0", version="v"
        ),
        type="python-task",
        metadata=tasks_pb2.TaskMetadata(
            runtime=tasks_pb2.RuntimeMetadata(type=1, version="1", flavor="python"),
            retries=literals_pb2.RetryStrategy(retries=0),
        ),
        interface=interface_pb2.TypedInterface(
            inputs=interface_pb2.VariableMap(variables={"a": variable}),
            outputs=interface_pb2.VariableMap(variables={"o0": variable}),
        ),
        custom=custom,
        container=tasks_pb2.Container(image="a/b:c", args=ARGS),
    )


def literal(value):
    """Make the literal of an int."""
    return literals_pb2.Literal(scalar=literals_pb2.Scalar(primitive=literals_pb2.Primitive(integer=value)))


def call(i):
    """Make the template and the input, encode and decode the template, make the output and read it."""
    decoded = tasks_pb2.TaskTemplate.FromString(template(i).SerializeToString())
    inputs = literals_pb2.LiteralMap(literals={"a": literal(3)})
    assert decoded.custom.fields["limit"].number_value == 5
    result = literals_pb2.LiteralMap(literals={"o0": literal(inputs.literals["a"].scalar.primitive.integer * 2)})
    return result.literals["o0"].scalar.primitive.integer


def fill(i):
    """Write a list of ints."""
    written = literals_pb2.Literal()
    add = written.collection.literals.add
    for value in numbers[i]:
        add().scalar.primitive.integer = value
    return written


def read(_):
    """Read a list of ints."""
    return [item.scalar.primitive.integer for item in ints.collection.literals]


numbers = [list(range(i, 10_000 + i)) for i in range(8)]
ints = fill(0)
found = {}
gc.collect()
gc.disable()
found["task(a=3)"] = median(call, 200, 1e6)
found["template of a task, as a message"] = median(template, 200, 1e6)
found["list[int] of 10,000 to a literal"] = median(fill, 5, 1e3)
found["list[int] of 10,000 back"] = median(read, 5, 1e3)
print(json.dumps(found))
