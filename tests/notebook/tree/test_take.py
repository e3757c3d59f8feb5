"""Taking: values, JSON, paths that evaluate, text proto that reads back, files; with secrets hidden."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from flyteidl.core import identifier_pb2, interface_pb2, literals_pb2, security_pb2, tasks_pb2, types_pb2
from google.protobuf import duration_pb2, json_format, struct_pb2, text_format, timestamp_pb2, wrappers_pb2
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from shimnb.core.custom import custom_to_struct, struct_to_dict
from shimnb.core.template import TaskTemplate
from shimnb.errors import ShimError
from shimnb.notebook.tree import take as taking
from shimnb.notebook.tree.diff import diff
from shimnb.notebook.tree.masks import scalar_of
from shimnb.notebook.tree.model import TreeModel
from shimnb.notebook.tree.nodes import json_node, literal_map_node, message_node, template_node
from shimnb.notebook.tree.take import Chain, download_answer, file_name, take_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shimnb.notebook.tree.node import Node

INTEGER = types_pb2.LiteralType(simple=types_pb2.INTEGER)
DATACLASS = types_pb2.LiteralType(
    simple=types_pb2.STRUCT,
    metadata=custom_to_struct({"title": "Row", "properties": {"a b": {"type": "integer"}}}),
    structure=types_pb2.TypeStructure(tag="t", dataclass_type={"x": INTEGER, 'say "x"': INTEGER}),
)
UNION = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[INTEGER, DATACLASS]))


def whole() -> tasks_pb2.TaskTemplate:
    """Make a template with something in every part of it."""
    made = tasks_pb2.TaskTemplate(
        type="python-task",
        task_type_version=3,
        id=identifier_pb2.Identifier(
            resource_type=identifier_pb2.TASK, project="p", domain="d", name="a.b", version="v"
        ),
        metadata=tasks_pb2.TaskMetadata(
            discoverable=True,
            runtime=tasks_pb2.RuntimeMetadata(type=tasks_pb2.RuntimeMetadata.FLYTE_SDK, version="1", flavor="python"),
            timeout=duration_pb2.Duration(seconds=90, nanos=5000),
            retries=literals_pb2.RetryStrategy(retries=2),
            interruptible=False,
            generates_deck=wrappers_pb2.BoolValue(value=True),
            tags={"team": "a", "x y": "b"},
            cache_ignore_input_vars=["a", "b"],
        ),
        interface=interface_pb2.TypedInterface(
            inputs=interface_pb2.VariableMap(
                variables={"a": interface_pb2.Variable(type=UNION), "b": interface_pb2.Variable(type=INTEGER)}
            ),
            outputs=interface_pb2.VariableMap(
                variables={
                    f"o{number}": interface_pb2.Variable(type=types_pb2.LiteralType(collection_type=INTEGER))
                    for number in (0, 2, 10)
                }
            ),
        ),
        custom=custom_to_struct({"window": {"start": "2024", "tags": ["a", 1.5, None]}, 'q"uote': True, "": {"\n": 1}}),
        container=tasks_pb2.Container(
            image="img:1",
            command=["run"],
            args=["--inputs", "{{.input}}"],
            resources=tasks_pb2.Resources(
                requests=[
                    tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.CPU, value="1"),
                    tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.MEMORY, value="512Mi"),
                ],
                limits=[tasks_pb2.Resources.ResourceEntry(name=tasks_pb2.Resources.CPU, value="2")],
            ),
            env=[
                literals_pb2.KeyValuePair(key="A", value="first"),
                literals_pb2.KeyValuePair(key="B-b", value="2"),
                literals_pb2.KeyValuePair(key="A", value="last"),
            ],
            config=[literals_pb2.KeyValuePair(key="c", value="3")],
            ports=[tasks_pb2.ContainerPort(container_port=8080)],
            data_config=tasks_pb2.DataLoadingConfig(enabled=True, input_path="/in"),
        ),
        security_context=security_pb2.SecurityContext(
            run_as=security_pb2.Identity(k8s_service_account="me"),
            secrets=[security_pb2.Secret(group="db", key="k", mount_requirement=security_pb2.Secret.ENV_VAR)],
        ),
        extended_resources=tasks_pb2.ExtendedResources(
            gpu_accelerator=tasks_pb2.GPUAccelerator(device="a100", unpartitioned=True)
        ),
        config={"k": "v", "k 2": ""},
    )
    return tasks_pb2.TaskTemplate.FromString(made.SerializeToString())


def pod() -> tasks_pb2.TaskTemplate:
    """Make a template with a pod instead of a container."""
    made = tasks_pb2.TaskTemplate(type="sidecar")
    made.k8s_pod.primary_container_name = "main"
    made.k8s_pod.metadata.labels["app.kubernetes.io/name"] = "x"
    made.k8s_pod.pod_spec.update({"containers": [{"name": "main", "tty": None, "ports": [8080, {"a": True}]}]})
    return made


def sql() -> tasks_pb2.TaskTemplate:
    """Make a template with a statement."""
    return tasks_pb2.TaskTemplate(sql=tasks_pb2.Sql(statement="select 1", dialect=tasks_pb2.Sql.ANSI))


def model(template: tasks_pb2.TaskTemplate | None = None) -> TreeModel:
    """Make the model of a template."""
    shown = whole() if template is None else template
    return TreeModel(template_node(shown), shown)


def chains(tree: TreeModel, at: tuple[int, ...] = ()) -> Iterator[Chain]:
    """Give every node of a tree, with the way to it."""
    chain = Chain.to(tree, at)
    yield chain
    for place in range(chain.node.count):
        yield from chains(tree, (*at, place))


def take(tree: TreeModel, node_id: str, form: str, *revealed: str) -> dict[str, Any]:
    """Ask as a view does, by an id."""
    at = tree.find(node_id)
    assert at is not None, node_id
    return take_answer(tree, {"at": list(at), "form": form, "revealed": list(revealed)})


def text(tree: TreeModel, node_id: str, form: str = "value", *revealed: str) -> str:
    """Take the text alone."""
    taken: str = take(tree, node_id, form, *revealed)["text"]
    return taken


# Paths.


def same(seen: Any, node: Node) -> bool:  # noqa: PLR0911  # one a kind of value
    """Tell whether what a path gives is what the node shows."""
    raw = node.raw
    if isinstance(seen, (Message, struct_pb2.Struct)):
        return isinstance(raw, Message) and bool(seen == raw)
    if hasattr(seen, "to_flyte_idl"):
        return bool(seen.to_flyte_idl() == raw)
    if isinstance(raw, struct_pb2.Struct):
        return bool(seen == struct_to_dict(raw))
    if isinstance(raw, struct_pb2.ListValue):
        return list(seen) == list(raw)
    if isinstance(raw, duration_pb2.Duration):
        return bool(seen == dt.timedelta(seconds=raw.seconds, microseconds=raw.nanos // 1000))
    if isinstance(raw, interface_pb2.VariableMap):
        return dict(seen) == dict(raw.variables)
    if hasattr(raw, "items"):
        return dict(seen) == dict(raw.items())
    if node.count and all(isinstance(each, literals_pb2.KeyValuePair) for each in raw):
        return bool(seen == {pair.key: pair.value for pair in raw})
    if node.count:
        return list(seen) == list(raw)
    return type(seen) is type(scalar_of(raw)) and seen == scalar_of(raw)


@pytest.mark.parametrize("template", [whole(), pod(), sql()], ids=["container", "pod", "sql"])
def test_every_path_gives_its_value_on_a_template(template: tasks_pb2.TaskTemplate) -> None:
    """What is copied runs in an executor as it stands, for every node."""
    tt = TaskTemplate(template)
    count = 0
    for chain in chains(model(template)):
        path = chain.path()
        assert same(eval(path, {"tt": tt}), chain.node), path  # noqa: S307  # what the test is about
        count += 1
    assert count > 3


KEYS = st.text(max_size=8) | st.sampled_from(
    ['say "x"', "back\\slash", "\u202e", "a.b", "'", "", "\ud83d\ude00"[:0], "~/x"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, st.text(max_size=4), max_size=3))
def test_paths_into_drawn_templates_give_their_values(custom: dict[str, Any], names: dict[str, str]) -> None:
    """Whatever the keys are."""
    struct = struct_pb2.Struct()
    struct.update(custom)
    template = tasks_pb2.TaskTemplate(custom=struct, config=names)
    template.metadata.tags.update(names)
    template.k8s_pod.pod_spec.CopyFrom(struct)
    for key, value in names.items():
        template.container.env.add(key=key, value=value)
    tt = TaskTemplate(template)
    for chain in chains(model(template)):
        assert same(eval(chain.path(), {"tt": tt}), chain.node), chain.path()  # noqa: S307


def test_the_paths_that_people_know() -> None:
    """In the words of the issue, and where a dict would hide a value."""
    tree = model()
    assert text(tree, "/custom/window/start", "path") == 'tt.custom["window"]["start"]'
    assert text(tree, "/container/env/1", "path") == 'tt.container.env["B-b"]'
    assert text(tree, "/container/env/0", "path") == "tt.to_flyte_idl().container.env[0].value"
    assert text(tree, "/container/env/2", "path") == 'tt.container.env["A"]'
    assert text(tree, "/container/resources/requests/1", "path") == "tt.container.resources.requests[1].value"
    assert take(tree, "/custom/window/start", "path")["what"] == 'tt.custom["window"]["start"]'


def test_what_has_no_path_says_so() -> None:
    """Unknown fields are no attributes."""
    template = tasks_pb2.TaskTemplate.FromString(b"\xf2\x3f\x01a")
    tree = model(template)
    with pytest.raises(ShimError) as error:
        take_answer(tree, {"at": [0], "form": "path"})
    assert str(error.value) == (
        "tree: unknown fields has no path: an executor cannot get to it. Copy its JSON instead."
    )


# Values.


@pytest.mark.parametrize(
    ("node_id", "value"),
    [
        ("/custom/window/start", "2024"),
        ("/custom/window/tags/1", "1.5"),
        ("/custom/window/tags/2", "None"),
        ("/custom/window/tags", "['a', 1.5, None]"),
        ('/custom/q"uote', "True"),
        ("/container/args", "['--inputs', '{{.input}}']"),
        ("/container/env", "{'A': 'last', 'B-b': '2'}"),
        ("/container/env/0", "first"),
        ("/container/resources/requests/1", "512Mi"),
        ("/metadata/timeout", "90.000005s"),
        ("/metadata/generates_deck", "True"),
        ("/metadata/tags", "{'team': 'a', 'x y': 'b'}"),
        ("/metadata/retries", '{\n  "retries": 2\n}'),
        ("/interface/outputs/o0", "list[int]"),
        ("/id/resource_type", "TASK"),
        ("/task_type_version", "3"),
    ],
)
def test_a_value_is_copied_as_python_writes_it(node_id: str, value: str) -> None:
    """A string as it is; a message, which Python has no text for, as its JSON."""
    got = text(model(), node_id)
    if value.startswith("{'"):
        assert eval(got) == eval(value)  # noqa: S307
    else:
        assert got == value


def test_a_long_value_is_copied_whole() -> None:
    """And with its lines as they are."""
    long = "line\n" * 1_000 + "\N{RIGHT-TO-LEFT OVERRIDE}</script>"
    assert text(model(tasks_pb2.TaskTemplate(custom=custom_to_struct({"q": long}))), "/custom/q") == long


def test_values_of_json_are_exact() -> None:
    """Integers of any length, and a float apart from an integer."""
    tree = TreeModel(json_node({"big": 2**70, "one": 1.0, "huge": 2**20_000, "rows": [1, None, (2,)], "b": b"\x00"}))
    got = {key: text(tree, f"/{key}") for key in ("big", "one", "rows", "b")}
    assert got == {"big": str(2**70), "one": "1.0", "rows": "[1, None, (2,)]", "b": "b'\\x00'"}
    assert int(text(tree, "/huge"), 0) == 2**20_000


def test_a_literal_is_copied_as_its_value() -> None:
    """The scalar in it, an instant in ISO 8601."""
    literals = literals_pb2.LiteralMap()
    literals.literals["n"].scalar.primitive.integer = 2**53 + 1
    literals.literals["t"].scalar.primitive.datetime.CopyFrom(timestamp_pb2.Timestamp(seconds=0, nanos=1000))
    literals.literals["xs"].collection.literals.add().scalar.primitive.boolean = True
    tree = TreeModel(literal_map_node(literals))
    assert [text(tree, f"/{key}") for key in ("n", "t")] == ["9007199254740993", "1970-01-01T00:00:00.000001Z"]
    assert json.loads(text(tree, "/xs")) == {"collection": {"literals": [{"scalar": {"primitive": {"boolean": True}}}]}}


# JSON.


def test_the_json_of_a_message_is_protobufs_own() -> None:
    """For the whole and for every message in it."""
    for chain in chains(model()):
        raw = chain.node.raw
        if isinstance(raw, Message):
            assert json.loads(chain.json()) == json_format.MessageToDict(raw), chain.path()


def test_the_json_of_custom_is_what_the_executor_gets() -> None:
    """A double is written as one."""
    tree = model(tasks_pb2.TaskTemplate(custom=custom_to_struct({"limit": 3, "x": [None, "é"]})))
    assert text(tree, "/custom", "json") == '{\n  "limit": 3.0,\n  "x": [\n    null,\n    "é"\n  ]\n}'
    assert text(tree, "/custom/limit", "json") == "3.0"


@pytest.mark.parametrize(
    ("node_id", "value"),
    [
        ("/container/args", ["--inputs", "{{.input}}"]),
        ("/container/args/0", "--inputs"),
        ("/config", {"k": "v", "k 2": ""}),
        ("/config/k", "v"),
        ("/id/resource_type", "TASK"),
        ("/container/ports", [{"containerPort": 8080}]),
        ("/security_context/secrets/0/mount_requirement", "ENV_VAR"),
        ("/metadata/interruptible", False),
    ],
)
def test_the_json_of_a_field_is_as_in_its_message(node_id: str, value: Any) -> None:
    """Names of enums, and items with what they hold."""
    assert json.loads(text(model(), node_id, "json")) == value


def test_what_has_no_json_says_so() -> None:
    """Protobuf refuses what JSON has no word for."""
    value = struct_pb2.Value(number_value=float("nan"))
    tree = TreeModel(message_node(value))
    chain = Chain((tree.root,))
    with pytest.raises(ShimError) as error:
        chain.json()
    assert "has no JSON" in str(error.value)
    assert str(error.value).endswith("Copy it as text proto instead.")


# Text proto.


def test_text_proto_reads_back_as_the_same_message() -> None:
    """For every node of a template: a message as itself, a field as its message with that field alone."""
    for template in (whole(), pod(), sql()):
        for chain in chains(model(template)):
            written = chain.text()
            named = written.splitlines()[0].removeprefix("# proto-message: ")
            holders = [node.raw for node in reversed(chain.nodes) if isinstance(node.raw, Message)]
            holder = next(raw for raw in holders if raw.DESCRIPTOR.full_name == named)
            again = text_format.Parse(written, type(holder)())
            if isinstance(chain.node.raw, Message):
                assert again == holder
            else:
                assert len(again.ListFields()) == 1
                field, value = again.ListFields()[0]
                given = getattr(holder, field.name)
                whole_field = chain.keys[-1] == field.name
                if whole_field:
                    assert value == given
                elif hasattr(value, "items"):
                    assert dict(value) == {chain.keys[-1]: given[chain.keys[-1]]}
                else:
                    assert list(value) == [given[chain.keys[-1]]]


@given(st.text(max_size=20))
def test_text_proto_of_any_string_reads_back(value: str) -> None:
    """Control characters, quotes and emoji too."""
    template = tasks_pb2.TaskTemplate(custom=struct_pb2.Struct(), config={"k": value})
    template.custom["q"] = value
    written = Chain((template_node(template),), bare=True).text()
    assert text_format.Parse(written, tasks_pb2.TaskTemplate()) == template


def test_json_has_no_text_proto_and_says_so() -> None:
    """The remedy is the JSON."""
    with pytest.raises(ShimError) as error:
        text(TreeModel(json_node({"a": 1})), "/a", "text")
    assert str(error.value) == "tree: a is JSON, and no message: it has no text proto. Copy its JSON instead."


# Secrets.


def secret() -> tasks_pb2.TaskTemplate:
    """Make a template with two secrets."""
    made = tasks_pb2.TaskTemplate(
        id=identifier_pb2.Identifier(name="t"), custom=custom_to_struct({"api_key": "hunter2", "n": 1})
    )
    made.container.env.add(key="DB_PASSWORD", value="swordfish")
    return made


ENV, KEY = "/container/env/0", "/custom/api_key"


@pytest.mark.parametrize("form", ["value", "json", "text"])
@pytest.mark.parametrize("node_id", ["", "/custom", KEY, "/container", "/container/env", ENV])
def test_secrets_are_hidden_in_copies(form: str, node_id: str) -> None:
    """In each form, of the value itself and of what holds it; and the reply says so."""
    reply = take(model(secret()), node_id, form)
    assert "hunter2" not in json.dumps(reply)
    assert "swordfish" not in json.dumps(reply)
    assert "hidden" in reply["text"]
    assert reply["note"] == ("2 values in it are hidden." if node_id == "" else "1 value in it is hidden.")


def test_a_revealed_secret_is_copied() -> None:
    """What a person has uncovered; of several, all have to be."""
    tree = model(secret())
    assert text(tree, KEY, "value", KEY) == "hunter2"
    assert text(tree, "/custom", "value", KEY) == "{'api_key': 'hunter2', 'n': 1.0}"
    assert "hunter2" not in text(tree, "", "json", KEY)
    assert "hunter2" in text(tree, "", "json", KEY, ENV)
    assert take(tree, KEY, "path")["text"] == 'tt.custom["api_key"]'


# Bounds.


def test_too_much_for_the_clipboard_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reply has to fit into a message."""
    monkeypatch.setattr(taking, "_MOST_COPIED", 10)
    with pytest.raises(ShimError) as error:
        text(model(), "/container", "json")
    assert str(error.value) == (
        "tree: container is 118 B: too much to copy. Download the template, or copy a part of it."
    )


def test_a_row_that_is_gone_says_so() -> None:
    """A position that the tree does not have."""
    with pytest.raises(ShimError, match="this row is not there any more"):
        take_answer(model(), {"at": [0, 99], "form": "value"})


# Files.


def download(tree: TreeModel, form: str, *revealed: str) -> tuple[str, bytes]:
    """Fetch all slices of a file; give its name and bytes."""
    data, start, name = b"", 0, ""
    while start is not None:
        reply = download_answer(tree, {"form": form, "start": start, "revealed": list(revealed)})
        data += b"".join(reply["buffers"])
        start, name = reply["next"], reply["name"]
    assert len(data) == reply["total"]
    return name, data


def test_a_template_is_downloaded_in_three_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each reads back as the same template, in slices of any size."""
    monkeypatch.setattr(taking, "_SLICE", 100)
    template = whole()
    name, data = download(model(template), ".pb")
    assert (name, tasks_pb2.TaskTemplate.FromString(data)) == ("a.b.pb", template)
    name, data = download(model(template), ".json")
    assert (name, json_format.Parse(data, tasks_pb2.TaskTemplate())) == ("a.b.json", template)
    name, data = download(model(template), ".txtpb")
    assert (name, text_format.Parse(data, tasks_pb2.TaskTemplate())) == ("a.b.txtpb", template)


def test_the_bytes_of_a_download_are_the_templates() -> None:
    """To the last one."""
    template = sql()
    assert download(model(template), ".pb")[1] == template.SerializeToString()


def test_no_binary_is_downloaded_with_secrets_in_it() -> None:
    """It could not say that something is hidden; what is revealed may go."""
    tree = model(secret())
    with pytest.raises(ShimError) as error:
        download(tree, ".pb")
    assert str(error.value) == (
        "tree: this TaskTemplate has 2 hidden values, which a .pb would hold as they are. "
        "Reveal them first, or download the .json or .txtpb, where they stay hidden."
    )
    assert tasks_pb2.TaskTemplate.FromString(download(tree, ".pb", ENV, KEY)[1]) == secret()


@pytest.mark.parametrize("form", [".json", ".txtpb"])
def test_other_files_hide_secrets(form: str) -> None:
    """Until all are revealed."""
    tree = model(secret())
    hidden = download(tree, form)[1]
    assert b"hunter2" not in hidden
    assert b"swordfish" not in hidden
    assert b"hidden" in hidden
    assert b"hunter2" in download(tree, form, ENV, KEY)[1]


def test_a_dict_is_downloaded_as_json_alone() -> None:
    """It is no message."""
    tree = TreeModel(json_node({"a": 1}))
    assert download(tree, ".json") == ("dict.json", b'{\n  "a": 1\n}\n')
    with pytest.raises(ShimError) as error:
        download(tree, ".pb")
    assert str(error.value) == "tree: a dict is no message: it has no .pb. Download the .json."


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("shimcells.top_tracks.top_tracks", "shimcells.top_tracks.top_tracks.pb"),
        ("../../etc/passwd", "etc_passwd.pb"),
        ('a\\b:c*?"<>|\x00\u202e', "a_b_c.pb"),
        (".hidden", "hidden.pb"),
        ("con", "_con.pb"),
        ("", "template.pb"),
        ("x" * 300, "x" * 80 + ".pb"),
    ],
)
def test_the_name_of_a_file_is_safe(name: str, safe: str) -> None:
    """No folder, no device, no hidden file, nothing that a reader could not see."""
    assert file_name(name, ".pb") == safe


def test_what_a_comparison_shows_is_taken() -> None:
    """Of a row that changed, what it is now; of one that is gone, what it was."""
    before, after = whole(), whole()
    after.config["k"] = "w"
    after.container.env[0].value = "another"
    tree = diff(before, after).model
    env = next(
        chain for chain in chains(tree) if chain.node.kind == "text" and chain.node.raw == after.container.env[0]
    )
    assert env.path() == "tt.to_flyte_idl().container.env[0].value"
    changed = next(chain for chain in chains(tree) if chain.node.path == 'tt.config["k"]')
    assert changed.value() == "w"
    assert text_format.Parse(changed.text(), tasks_pb2.TaskTemplate()).config == {"k": "w"}
