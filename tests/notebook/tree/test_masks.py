"""Secrets: hidden in every row, preview, copy and slice, until somebody reveals one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import literals_pb2, tasks_pb2
from google.protobuf import struct_pb2

from shimnb.core.custom import custom_to_struct
from shimnb.errors import ShimError
from shimnb.notebook.tree.masks import hides, holds_hidden, taken, taken_text
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.nodes import Node, json_node, literal_node, rows, template_node
from shimnb.notebook.tree.static_forms import static_html, static_text
from shimnb.notebook.tree.texts import reveal_answer, slice_of, text_answer
from shimnb.notebook.tree.widget import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = (
    "hunter2-env",
    "hunter2-config",
    "hunter2-pod",
    "hunter2-custom",
    "hunter2-map",
    "me:hunter2@",
    "hunter2-own",
)
LONG_SECRET = "x" * 300 + " postgres://me:hunter2@db/" + "y" * 70_000


def pairs(values: dict[str, str]) -> list[literals_pb2.KeyValuePair]:
    """Make a list of keys and values."""
    return [literals_pb2.KeyValuePair(key=key, value=value) for key, value in values.items()]


def pod() -> struct_pb2.Struct:
    """Make a pod spec, with variables where Kubernetes has them."""
    made = struct_pb2.Struct()
    env = [{"name": "API_TOKEN", "value": "hunter2-pod"}, {"name": "LANG", "value": "C"}]
    made.update({"containers": [{"name": "main", "env": env}], "initContainers": [{"env": env}]})
    return made


def templates() -> list[tasks_pb2.TaskTemplate]:
    """Make templates that have a secret wherever one may stand."""
    container = tasks_pb2.Container(
        image="img:1",
        args=["run", "postgres://me:hunter2@db/music"],
        env=pairs({"DB_PASSWORD": "hunter2-env", "LOG_LEVEL": "debug", "URL": "http://me:hunter2@h/"}),
        config=pairs({"auth_token": "hunter2-config"}),
    )
    custom = custom_to_struct(
        {
            "api_key": "hunter2-custom",
            "password": 12345678.0,
            "env": {"SESSION_TOKEN": "hunter2-map", "PLACE": "here"},
            "vars": [{"name": "MY_SECRET", "value": "hunter2-own"}],
            "long": LONG_SECRET,
            "plain": "select 1",
        }
    )
    return [
        tasks_pb2.TaskTemplate(custom=custom, config={"private": "hunter2-map", "region": "eu"}, container=container),
        tasks_pb2.TaskTemplate(k8s_pod=tasks_pb2.K8sPod(pod_spec=pod())),
        tasks_pb2.TaskTemplate(sql=tasks_pb2.Sql(statement="copy from 's3://u:hunter2@b'")),
    ]


def walk(node: Node) -> Iterator[Node]:
    """Give a node and all below it."""
    yield node
    for child in node.children():
        yield from walk(child)


def at(node: Node, node_id: str) -> Node:
    """Find a node that has to be there."""
    found = node.find(node_id)
    assert found is not None, node_id
    return found


@pytest.mark.parametrize("template", templates())
def test_no_row_has_a_secret(template: tasks_pb2.TaskTemplate) -> None:
    """Not its value, nor a preview, a badge, a tooltip or how it was written."""
    for unset in (False, True):
        told = json.dumps(rows(template_node(template, unset=unset), budget=10_000_000))
        assert "hunter2" not in told
        assert "12345678" not in told
        assert "hidden" in told


@pytest.mark.parametrize("template", templates())
def test_no_form_without_a_front_end_has_a_secret(template: tasks_pb2.TaskTemplate) -> None:
    """Neither the HTML of a saved notebook nor a terminal's text, nor the widget's state."""
    node = template_node(template)
    everything = {each.id for each in walk(node)}
    assert "hunter2" not in static_html(node, opened=everything, budget=10_000_000)
    assert "hunter2" not in static_text(node, depth=99, budget=10_000_000)
    assert "hunter2" not in json.dumps(tree(template).get_state(), default=str)


@pytest.mark.parametrize("template", templates())
def test_what_is_taken_has_no_secret(template: tasks_pb2.TaskTemplate) -> None:
    """A copy of any part hides the same values, and the message itself is left alone."""
    before = template.SerializeToString()
    for node in walk(template_node(template)):
        assert "hunter2" not in repr(taken(node)), node.id
        assert "hunter2" not in taken_text(node), node.id
    assert template.SerializeToString() == before


def test_a_secret_is_hidden_by_itself_alone() -> None:
    """What stands beside it is shown."""
    [template, spec, _] = templates()
    env = at(template_node(template), "/container/env")
    assert {child.key: child.value for child in env.children()} == {
        "DB_PASSWORD": "hidden",
        "LOG_LEVEL": '"debug"',
        "URL": "hidden",
    }
    custom = at(template_node(template), "/custom")
    assert {child.key for child in walk(custom) if child.secret} == {
        "api_key",
        "password",
        "SESSION_TOKEN",
        "value",
        "long",
    }
    variables = at(template_node(spec), "/k8s_pod/pod_spec/containers/0/env")
    assert [child.value for child in variables.children()] == [
        '{name: "API_TOKEN", value: hidden}',
        '{name: "LANG", value: "C"}',
    ]


def test_what_is_taken_is_what_is_shown() -> None:
    """The rows and the copies go by the same rule, in a message and in a dict."""
    value = {
        "env": {"A_TOKEN": "x", "B": "y"},
        "list": [{"name": "K_SECRET", "value": "z"}, "http://a:b@c/"],
        "password": "p",
        "GITHUB_TOKEN": "t",
        "n": 1,
    }
    expected = {
        "env": {"A_TOKEN": "hidden", "B": "y"},
        "list": [{"name": "K_SECRET", "value": "hidden"}, "hidden"],
        "password": "hidden",
        "GITHUB_TOKEN": "hidden",
        "n": 1,
    }
    struct = struct_pb2.Struct()
    struct.update(value)
    in_message = taken(at(template_node(tasks_pb2.TaskTemplate(custom=struct)), "/custom"))
    assert taken(json_node(value)) == expected
    assert dict(in_message.fields["env"].struct_value) == expected["env"]
    for root in (json_node(value), template_node(tasks_pb2.TaskTemplate(custom=struct)).children()[0]):
        assert sorted(node.key for node in walk(root) if node.secret) == [
            "1",
            "A_TOKEN",
            "GITHUB_TOKEN",
            "password",
            "value",
        ]
        assert holds_hidden(root)
    assert not holds_hidden(json_node({"n": 1}))


@pytest.mark.parametrize(
    ("key", "value", "hidden"),
    [
        ("password", "hunter2", True),
        ("password", 1234, True),
        ("password", "1234", True),
        ("password", "", False),
        ("password", True, False),
        ("password_file", "/run/secrets/db", False),
        ("max_tokens", 4096, False),
        ("query", "select password from users", False),
        ("uri", "postgres://me:hunter2@db/music", True),
        ("uri", "postgres://db/music", False),
    ],
)
def test_what_looks_like_a_secret(key: str, value: Any, hidden: bool) -> None:  # a case each
    """By the name that it stands under, or by its form."""
    assert hides(key, value) is hidden


def test_a_hidden_value_is_given_to_who_reveals_it() -> None:
    """In an answer of its own, and only there."""
    [template, *_] = templates()
    model = TreeModel(template_node(template))
    place = list(model.find("/container/env/0") or ())
    assert reveal_answer(model, {"at": place}) == {"value": '"hunter2-env"', "kind": "text", "long": False}
    with pytest.raises(ShimError) as caught:
        text_answer(model, {"at": place, "start": 0})
    assert str(caught.value) == "tree: the value is hidden. Reveal it first."
    assert text_answer(model, {"at": place, "start": 0, "reveal": True})["text"] == "hunter2-env"


def test_a_revealed_value_is_in_no_state() -> None:
    """What is saved with a notebook does not know what somebody looked at."""
    [template, *_] = templates()
    widget = tree(template)
    answers: list[Any] = []
    widget.send = lambda content, buffers=None: answers.append(content)
    place = list(widget.model.find("/container/env/0") or ())
    widget._handle_custom_msg({"type": "reveal", "at": place, "request": "r"}, [])
    assert answers[0]["value"] == '"hunter2-env"'
    assert "hunter2" not in json.dumps(widget.get_state(), default=str)
    assert "hunter2" not in widget.static_html() + widget.static_text()


def test_a_secret_far_down_a_long_text_is_hidden_in_its_slice() -> None:
    """A row looks at the beginning alone; a slice looks at itself, and at what it borders on."""
    text = "x" * 100_000 + " postgres://me:hunter2@db/music " + "y" * 100_000
    [node] = json_node({"log": text}).children()
    assert not node.secret
    assert taken_text(node) == "hidden"
    for start in range(0, len(text), 8_192):
        assert "hunter2" not in slice_of(node, start)["text"]
    assert slice_of(node, 98_304) == {
        "text": "",
        "start": 98_304,
        "next": 114_688,
        "total": len(text),
        "unit": "characters",
        "form": "text",
        "hidden": True,
    }
    assert "hunter2" in slice_of(node, 98_304, revealed=True)["text"]


def test_literals_are_shown_as_they_are() -> None:
    """They are a run's own values: an executor's result is no variable of the environment."""
    literal = literals_pb2.Literal()
    literal.scalar.generic.update({"password": "hunter2"})
    node = literal_node(literal)
    assert node.value == '{password: "hunter2"}'
    assert taken(node) == literal


def test_defaults_of_a_signature_are_hidden_too() -> None:
    """An input's default is a value that somebody wrote."""
    template = tasks_pb2.TaskTemplate()
    template.interface.inputs.variables["api_key"].type.simple = 3
    made = template_node(template, defaults={"api_key": "hunter2"})
    assert at(made, "/interface").value == "(api_key: str = hidden) -> None"


@pytest.mark.parametrize("template", templates())
def test_no_answer_has_a_secret_that_was_not_asked_for(template: tasks_pb2.TaskTemplate) -> None:
    """What is found, copied and downloaded is what the rows say."""
    widget = tree(template)
    answers: list[Any] = []
    widget.send = lambda content, buffers=None: answers.append((content, buffers))
    positions = [list(widget.model.find(node.id) or ()) for node in walk(widget.model.root) if node.id]
    questions: list[dict[str, Any]] = [{"type": "find", "query": query} for query in ("hunter2", "/hunt.*/")]
    questions += [
        {"type": "take", "at": position, "form": form} for position in positions for form in ("value", "json", "txtpb")
    ]
    questions += [{"type": "text", "at": position, "start": 0} for position in positions]
    questions += [{"type": "download", "form": form, "start": 0} for form in (".pb", ".json", ".txtpb")]
    for question in questions:
        widget._handle_custom_msg({"request": "r", **question}, [])
    assert len(answers) == len(questions)
    assert "hunter2" not in repr(answers)
    assert [content["count"] for content, _ in answers[:2]] == [0, 0]
