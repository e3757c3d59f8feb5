"""What `tree` takes: tasks, messages, literals, files and bytes; and the words for what it does not."""

from __future__ import annotations

import json
import os
import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from flyteidl.admin import launch_plan_pb2, task_pb2
from flyteidl.core import errors_pb2, interface_pb2, literals_pb2, tasks_pb2, types_pb2
from google.protobuf import json_format, struct_pb2, text_format

from shimnb.core.template import TaskTemplate
from shimnb.errors import FileError, MissingFileError, ShimError
from shimnb.notebook.tree.decode import MOST_BYTES
from shimnb.notebook.tree.sources import shown
from shimnb.notebook.tree.widget import tree

if TYPE_CHECKING:
    from pathlib import Path

    from google.protobuf.message import Message

ACCEPTED = "Pass a task, a TaskTemplate, a message of flyteidl, a dict, or the path or the bytes of a .pb file."
TELL = 'Say what it is: tree(data, "LiteralMap").'
PATHS = "A text is the path of a file: pass bytes, or a dict, for what you have at hand."


def literal(value: int = 3) -> literals_pb2.Literal:
    """Make a literal."""
    made = literals_pb2.Literal()
    made.scalar.primitive.integer = value
    return made


def literals() -> literals_pb2.LiteralMap:
    """Make inputs."""
    return literals_pb2.LiteralMap(literals={"n": literal(), "m": literal(4)})


def template() -> tasks_pb2.TaskTemplate:
    """Make a template."""
    made = tasks_pb2.TaskTemplate(type="sql", container=tasks_pb2.Container(image="img:1"))
    made.id.name = "top_tracks"
    made.custom.update({"limit": 3})
    return made


def interface() -> interface_pb2.TypedInterface:
    """Make an interface."""
    integer = interface_pb2.Variable(type=types_pb2.LiteralType(simple=types_pb2.INTEGER))
    return interface_pb2.TypedInterface(inputs=interface_pb2.VariableMap(variables={"n": integer}))


def struct() -> struct_pb2.Struct:
    """Make a Struct."""
    made = struct_pb2.Struct()
    made.update({"a": 1, "b": [True, "x"]})
    return made


def plan() -> launch_plan_pb2.LaunchPlan:
    """Make a launch plan."""
    made = launch_plan_pb2.LaunchPlan()
    made.spec.workflow_id.name = "wf"
    made.id.name = "plan"
    return made


MESSAGES: dict[str, Message] = {
    "LiteralMap": literals(),
    "TaskTemplate": template(),
    "Literal": literal(),
    "ErrorDocument": errors_pb2.ErrorDocument(
        error=errors_pb2.ContainerError(code="USER:X", message="no\n  such table")
    ),
    "TaskSpec": task_pb2.TaskSpec(template=template()),
    "LaunchPlan": plan(),
    "TypedInterface": interface(),
    "Struct": struct(),
}


def refused(*given: Any) -> ShimError:
    """Return the error that something is refused with."""
    with pytest.raises(ShimError) as caught:
        tree(*given)
    assert len(str(caught.value)) < 600
    return caught.value


def error_of(*given: Any) -> ShimError | None:
    """Return the error that something is refused with, if it is."""
    try:
        tree(*given)
    except ShimError as error:
        return error
    return None


# What is taken


@pytest.mark.parametrize("name", MESSAGES)
def test_bytes_are_read_as_the_message_that_they_fit(name: str) -> None:
    """The type is found by the fields, and stands in the title line."""
    found = shown(MESSAGES[name].SerializeToString())
    assert found.source == MESSAGES[name]
    assert found.notes[-1].split(" (")[0] == f"read as {name}"
    assert f"read as {name}" in found.title_line


@pytest.mark.parametrize("kind", ["LiteralMap", "flyteidl.core.LiteralMap", literals_pb2.LiteralMap])
def test_the_type_can_be_told(kind: object) -> None:
    """By name, by the full name, or by the class."""
    found = shown(literals().SerializeToString(), kind)
    assert (found.source, found.notes) == (literals(), ("read as LiteralMap",))


def test_no_bytes_are_a_message_where_the_type_is_told() -> None:
    """A task without outputs writes a file of no bytes."""
    assert shown(b"", "LiteralMap").node.count == 0


def test_a_file_is_read(tmp_path: Path) -> None:
    """By a path or its text; the title line has the file's name and what it was read as."""
    file = tmp_path / "outputs.pb"
    file.write_bytes(literals().SerializeToString())
    assert tree(file).title["name"] == tree(str(file)).title["name"] == "outputs.pb"
    assert tree(file).static_text().splitlines()[0] == "outputs.pb · read as LiteralMap · 26 B"
    assert tree(f"file://{file}").title["notes"] == ["read as LiteralMap"]


def test_an_empty_file_is_what_its_name_says(tmp_path: Path) -> None:
    """The outputs of a task without outputs have no bytes."""
    file = tmp_path / "outputs.pb"
    file.write_bytes(b"")
    assert shown(file).notes == ("read as LiteralMap, empty",)


def test_a_uri_is_read() -> None:
    """Anything that fsspec opens."""
    with fsspec.open("memory://tree/inputs.pb", "wb") as file:
        file.write(literals().SerializeToString())
    assert shown("memory://tree/inputs.pb").source == literals()


def test_a_template_is_read_from_json_and_from_text(tmp_path: Path) -> None:
    """As the tree itself writes them."""
    one, two = tmp_path / "t.json", tmp_path / "t.txtpb"
    one.write_text(json_format.MessageToJson(template()))
    two.write_text(text_format.MessageToString(template()))
    assert shown(one).source == shown(two).source == template()
    assert shown(one).notes[-1] == shown(two).notes[-1] == "read as TaskTemplate"


def test_other_json_is_shown_as_it_is(tmp_path: Path) -> None:
    """A file of JSON is no template because it ends in .json."""
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"type": "sql", "id": 3}))
    assert shown(file).heading == "a.json · read as JSON · 21 B"
    file.write_text("3")
    assert tree(file).static_text() == "a.json · read as JSON · 1 B\n└─ value: 3  int"


def test_the_header_of_a_text_proto_says_its_type(tmp_path: Path) -> None:
    """As other tools write it."""
    file = tmp_path / "a.textproto"
    file.write_text('# proto-message: flyteidl.core.Identifier\nname: "x"\n')
    assert shown(file).notes == ("read as Identifier",)


def test_literals_by_name_are_a_map() -> None:
    """A dict of literals is shown as the map that they make."""
    assert shown({"n": literal()}).source == literals_pb2.LiteralMap(literals={"n": literal()})


def test_messages_by_name_are_shown() -> None:
    """A dict of other messages has each of them."""
    [made] = tree({"t": template()}).rows
    assert (made["key"], made["type"]) == ("t", "TaskTemplate")


def test_a_model_with_to_flyte_idl_is_shown() -> None:
    """As flytekit's models have it; none of flytekit is imported."""

    class Model:
        def to_flyte_idl(self) -> literals_pb2.LiteralMap:
            return literals()

    assert shown(Model()).source == literals()
    assert shown(TaskTemplate(template())).source == template()
    assert shown({"t": TaskTemplate(template())}).node.count == 1


def test_a_tree_of_any_depth_is_shown() -> None:
    """Five thousand levels are no error; nor are keys of any kind."""
    value: Any = 1
    for _ in range(5000):
        value = {"k": [value]}
    assert tree({1: value, None: 2, (3, 4): 5}).count == 3


# What is not


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "None"),
        (3, "a value of type int"),
        ({1, 2}, "a value of type set"),
        (tasks_pb2.TaskTemplate, "the class TaskTemplate"),
    ],
)
def test_what_has_no_tree_is_said(given: Any, words: str) -> None:
    """With what was given, and what would do."""
    assert str(refused(given)) == f"tree: {words} has no tree. {ACCEPTED}"


def test_a_model_that_gives_no_message_is_said() -> None:
    """A mock answers everything."""

    class Model:
        def to_flyte_idl(self) -> int:
            return 3

    assert str(refused(Model())) == f"tree: what to_flyte_idl() of a Model gives, a int, has no tree. {ACCEPTED}"


def test_a_task_without_a_template_is_said() -> None:
    """It has no image."""
    error = refused(SimpleNamespace(task_template=None))
    assert str(error) == "tree: the task has no template. Give it an image: container_image=."


@pytest.mark.parametrize("seed", range(200))
def test_random_bytes_are_no_message(seed: int) -> None:
    """They are refused in words, or are a message; nothing else is raised."""
    drawn = random.Random(seed)  # noqa: S311  # no secret: the same ones each time
    data = drawn.randbytes(drawn.randrange(1, 400))
    error = error_of(data)
    assert error is None or (error.where == "bytes" and error.remedy and len(str(error)) < 400)


def test_what_is_no_protobuf_is_said() -> None:
    """By the byte at which there is no field."""
    assert str(refused(b"\xff" * 40)) == (
        "bytes: it is no protobuf message: there is no field at byte 0. Pass a whole .pb file."
    )
    assert str(refused(b"\x89PNG\r\n\x1a\n")) == (
        "bytes: it is no protobuf message: it is cut off within the field at byte 0, after 8 bytes. Pass a whole .pb file."
    )


def test_a_message_that_is_cut_off_is_said() -> None:
    """With the bytes that are missing; told what it is or not."""
    data = template().SerializeToString()[:-3]
    assert str(refused(data)) == (
        "bytes: it is no protobuf message: it is cut off, 3 bytes are missing from the field at byte 41. "
        "Pass a whole .pb file."
    )
    assert str(refused(data, "TaskTemplate")) == (
        "bytes: it is no TaskTemplate: it is cut off, 3 bytes are missing from the field at byte 41. Pass the whole file."
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_every_cut_is_an_error_or_a_message(name: str) -> None:
    """A file that was cut anywhere is never a traceback."""
    data = MESSAGES[name].SerializeToString()
    for length in range(len(data)):
        for kind in (None, name):
            error = error_of(data[:length], kind)
            assert error is None or error.remedy


def test_bytes_that_fit_nothing_are_said() -> None:
    """The person knows better."""
    assert str(refused(b"\x9a\x7e\x01a")) == f"bytes: it fits none of the 14 message types that are tried. {TELL}"


def test_a_newer_message_is_said() -> None:
    """Fields without a name are no fit, unless somebody says so."""
    newer = template().SerializeToString() + b"\x9a\x7e\x01a"
    assert str(refused(newer)) == (
        "bytes: it fits none of the 14 message types that are tried. It could be a TaskTemplate, with fields that this "
        f"flyteidl does not have (2019). {TELL}"
    )
    assert "unknown fields" in tree(newer, "TaskTemplate").static_text()


def test_no_bytes_are_no_message() -> None:
    """They would fit every type."""
    assert str(refused(b"")) == f"bytes: it is empty, and no bytes are a message of any type. {TELL}"


def test_bytes_of_another_type_are_said() -> None:
    """A told type is held to; fields that it does not have are told in the title line."""
    assert shown(template().SerializeToString(), "Identifier").notes == ("read as Identifier, which has no field 1",)
    assert str(refused(b"\n\x03\n\x01\xff", "LiteralMap")) == (
        "bytes: it is no LiteralMap: a field of it is damaged. Read it as what it is: tree(data) finds that out."
    )


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Nonsense", 'flyteidl has no message "Nonsense". Name one of its messages, such as LiteralMap.'),
        ("LiteralMpa", 'flyteidl has no message "LiteralMpa". Did you mean LiteralMap or Literal or LiteralType?'),
        (
            "TaskExecution",
            (
                '"TaskExecution" is the name of several messages. '
                "Write flyteidl.core.TaskExecution or flyteidl.admin.TaskExecution."
            ),
        ),
        (
            3,
            'a message type is a name or a class of a message, not a value of type int. Write tree(data, "LiteralMap").',
        ),
    ],
)
def test_an_unknown_message_type_is_said(kind: object, words: str) -> None:
    """With names that are close."""
    assert str(refused(b"\x08\x01", kind)) == f"tree: {words}"


def test_a_type_for_what_has_one_is_said() -> None:
    """A message is not read as another one."""
    assert str(refused(literals(), "TaskTemplate")) == (
        'tree: a value of type LiteralMap is not read as "TaskTemplate". '
        "The type is for bytes, a file or a dict: leave it out."
    )
    assert str(refused({"nonsense": 1}, "TaskTemplate")).startswith("dict: its JSON is no TaskTemplate: Message type")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """A text that is no path is this error too; it is not taken for something else."""
    error = refused(tmp_path / "a.pb")
    assert isinstance(error, MissingFileError)
    assert isinstance(error, FileNotFoundError)
    assert str(error) == f"{tmp_path}/a.pb: there is no such file. Give the path of one that is there. {PATHS}"
    assert str(refused("select 1")) == f"select 1: there is no such file. Give the path of one that is there. {PATHS}"
    assert str(refused("memory://tree/none.pb")) == (
        "memory://tree/none.pb: there is no such file. Give the path of one that is there."
    )


def test_a_folder_is_said(tmp_path: Path) -> None:
    """With the messages in it."""
    assert str(refused(tmp_path)) == f"{tmp_path}: it is a folder, and a file is wanted. Name a .pb file."
    for name in ("inputs.pb", "outputs.pb", "deck.html"):
        (tmp_path / name).touch()
    error = refused(tmp_path)
    assert isinstance(error, FileError)
    assert str(error) == (
        f"{tmp_path}: it is a folder, and a file is wanted. Name a file in it: inputs.pb, outputs.pb."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty text"),
        ("a\0b", 'the text "a\\x00b"'),
        ("id {\n}", 'the text "id {\\n}"'),
        ("x" * 200_000_000, f'the text "{"x" * 40}…" (200,000,000 characters)'),
    ],
)
def test_a_text_that_is_no_path_is_said(text: str, words: str) -> None:
    """However long it is."""
    assert str(refused(text)) == f"tree: {words} is no path. {PATHS}"


def test_a_long_string_in_a_dict_is_shown_cut() -> None:
    """A value of 200 MB is an inert text."""
    widget = tree({"text": "x" * 200_000_000})
    assert widget.rows[0]["value"] == f'"{"x" * 120}…" (200,000,000 characters)'


def test_a_large_file_is_said(tmp_path: Path) -> None:
    """Before it is read; bytes of that size too."""
    file = tmp_path / "a.pb"
    with file.open("wb") as sink:
        sink.truncate(200_000_000)
    assert str(refused(file)) == (
        f"{file}: it has 190.7 MB, and a tree reads up to 64.0 MB. "
        "Parse it, and pass the part of the message that you want to see."
    )
    assert str(refused(bytes(MOST_BYTES + 1))) == (
        "bytes: it has 64.0 MB, and a tree reads up to 64.0 MB. "
        "Parse it, and pass the part of the message that you want to see."
    )


def test_what_is_no_regular_file_is_said(tmp_path: Path) -> None:
    """A pipe would never end."""
    os.mkfifo(tmp_path / "pipe")
    assert str(refused(tmp_path / "pipe")) == (f"{tmp_path}/pipe: it is no regular file. Give the path of a .pb file.")


def test_a_broken_json_or_text_file_is_said(tmp_path: Path) -> None:
    """With the place of the mistake."""
    file = tmp_path / "a.json"
    file.write_text('{"a": ')
    assert str(refused(file)) == (f"{file}: it is no JSON: Expecting value: line 1 column 7 (char 6). Mend it there.")
    file.write_text("[" * 100_000)
    assert str(refused(file)) == f"{file}: its JSON is nested too deeply to be read. Read a part of it."
    file.write_bytes(b'"\xff"')
    assert str(refused(file)) == f"{file}: it is no text in UTF-8, at byte 1. Name a binary message .pb."
    text = tmp_path / "a.txtpb"
    text.write_text("nothing: of ours")
    assert str(refused(text)) == (
        f'{text}: its text fits none of the 14 message types that are tried. Say what it is: tree(path, "TaskTemplate").'
    )


def test_an_error_shows_no_secret_of_a_uri() -> None:
    """A path may have a password in it."""
    assert "hunter2" not in str(refused("memory://me:hunter2@tree/none.pb"))


def test_a_path_is_shown_inert(tmp_path: Path) -> None:
    """Marks that turn the direction of writing are written as escapes."""
    assert "\u202e" not in str(refused(tmp_path / "a\u202eb.pb"))


def test_a_dict_that_holds_itself_is_said() -> None:
    """It would have no end; one that holds something twice has."""
    cycle: dict[str, Any] = {"list": []}
    cycle["list"].append(cycle)
    assert str(refused(cycle)) == "tree: the dict holds itself. Put a copy, or a name, where it comes again."
    twice = {"a": 1}
    assert tree([twice, twice]).count == 2


def test_a_message_deeper_than_a_decoder_reads_is_shown() -> None:
    """Built by hand, five thousand messages may stand within one another."""
    value = struct_pb2.Value()
    inner = value
    for _ in range(5000):
        inner = inner.list_value.values.add()
    assert tree(value).count == 1
