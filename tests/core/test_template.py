"""The view over a template: flytekit's attribute names, read-only, decoded."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import fsspec
import pytest
from flyteidl.core import literals_pb2, tasks_pb2

from shimnb import TaskTemplate
from shimnb.core.custom import custom_to_struct
from shimnb.core.resolver import _read
from shimnb.errors import TemplateError


def message() -> tasks_pb2.TaskTemplate:
    """Make a template with something in every part."""
    template = tasks_pb2.TaskTemplate(type="sql", custom=custom_to_struct({"n": 3}), config={"a": "b"})
    template.id.name = "t"
    template.metadata.retries.retries = 2
    template.metadata.timeout.FromTimedelta(dt.timedelta(seconds=1, microseconds=5))
    template.metadata.cache_ignore_input_vars.append("a")
    template.container.image = "i:1"
    template.container.args.extend(["a", "b"])
    template.container.env.append(literals_pb2.KeyValuePair(key="K", value="V"))
    for name in ("o10", "o2", "o0", "b", "a"):
        template.interface.outputs.variables[name].description = name
    return template


def test_the_attributes_are_flytekits() -> None:
    """Dicts where flytekit has dicts, plain fields where the message has them."""
    template = TaskTemplate(message())
    assert (template.id.name, template.type, template.custom, template.config) == ("t", "sql", {"n": 3.0}, {"a": "b"})
    assert template.metadata.retries.retries == 2
    assert template.metadata.timeout == dt.timedelta(seconds=1, microseconds=5)
    assert template.metadata.interruptible is None
    assert template.metadata.generates_deck is False
    assert template.metadata.cache_ignore_input_vars == ("a",)
    assert template.metadata.k8s_object_metadata is None
    assert template.container is not None
    assert (template.container.image, template.container.args, template.container.command) == ("i:1", ["a", "b"], [])
    assert (template.container.env, template.container.config) == ({"K": "V"}, {})
    assert (template.security_context, template.extended_resources, template.k8s_pod, template.sql) == (None,) * 4


def test_outputs_come_in_the_order_of_their_numbers() -> None:
    """A map keeps no order; o2 is before o10."""
    assert list(TaskTemplate(message()).interface.outputs) == ["a", "b", "o0", "o2", "o10"]


def test_a_view_is_read_only() -> None:
    """What the cluster has is not changed from here."""
    template = TaskTemplate(message())
    with pytest.raises(AttributeError) as caught:
        template.type = "x"
    assert str(caught.value) == "TaskTemplate.type is read-only: the template is what the cluster sees"
    template.to_flyte_idl().type = "x"
    assert template.type == "sql"


def test_a_view_is_copied_pickled_and_compared_by_its_message() -> None:
    """It travels to another process."""
    template = TaskTemplate(message())
    assert copy.deepcopy(template) == template == pickle.loads(pickle.dumps(template))
    assert TaskTemplate(tasks_pb2.TaskTemplate()) != template


def test_the_size_is_that_of_the_bytes() -> None:
    """Decoded or not."""
    encoded = message().SerializeToString()
    assert TaskTemplate.from_bytes(encoded).size == TaskTemplate(message()).size == len(encoded)


def test_bytes_that_are_no_template_are_refused() -> None:
    """The error names the source and the number of bytes."""
    with pytest.raises(TemplateError) as caught:
        TaskTemplate.from_bytes(b"\xff\xff\xff", "t.pb")
    assert str(caught.value).startswith("t.pb: 3 bytes that are no TaskTemplate (")
    assert str(caught.value).endswith(
        "Write it with task.serialize_to_model(settings).to_flyte_idl().SerializeToString()."
    )


def test_an_attribute_that_is_not_there_is_an_attribute_error() -> None:
    """As on any object."""
    with pytest.raises(AttributeError):
        TaskTemplate(message()).nope  # noqa: B018
    assert "custom" in dir(TaskTemplate(message()))


def test_a_template_is_loaded_from_a_scheme() -> None:
    """The engine may name a URI; what cannot be read is a TemplateError."""
    encoded = tasks_pb2.TaskTemplate(type="sql").SerializeToString()
    fsspec.filesystem("memory").pipe_file("/t/template.pb", encoded)
    assert _read("memory://t/template.pb").type == "sql"
    with pytest.raises(TemplateError) as caught:
        _read("memory://t/nope.pb")
    problem = "the template cannot be read: there is no such file"
    assert str(caught.value) == f"memory://t/nope.pb: {problem}. Give the path of one that is there."
