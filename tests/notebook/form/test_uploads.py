"""Uploads: received in chunks, under clean names, in a folder that goes with the form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shimnb import define
from shimnb.errors import FileError
from shimnb.notebook.form.uploads import CHUNK, Uploads, clean_name
from shimnb.notebook.form.widget import FormWidget


def send(uploads: Uploads, token: str, data: bytes, **told: Any) -> dict[str, Any]:
    """Upload one file."""
    uploads.begin(token, {"name": "a.csv", "files": [{"path": "a.csv", "size": len(data)}], **told})
    for offset in range(0, len(data), CHUNK):
        uploads.chunk(token, 0, offset, data[offset : offset + CHUNK])
    return uploads.end(token)


def test_a_file_arrives_whole() -> None:
    """Whatever its size, an empty one too."""
    uploads = Uploads()
    for size in (0, 1, CHUNK, 2 * CHUNK + 1):
        assert send(uploads, f"t{size}", b"x" * size) == {
            "token": f"t{size}",
            "name": "a.csv",
            "size": size,
            "files": 1,
        }
        assert Path(uploads.path(f"t{size}")).read_bytes() == b"x" * size
    uploads.release()
    with pytest.raises(KeyError):
        uploads.path("t0")


def test_a_folder_keeps_its_tree() -> None:
    """And nothing in it gets out of it."""
    uploads = Uploads()
    paths = ["in/a", "in/b/c", "in/../../d", "/etc/passwd", "in/b\\e", "in/A"]
    uploads.begin("t", {"name": "in", "folder": True, "files": [{"path": path, "size": 1} for path in paths]})
    for number in range(len(paths)):
        uploads.chunk("t", number, 0, b"x")
    uploads.end("t")
    root = Path(uploads.path("t"))
    assert root.name == "in"
    assert sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()) == [
        *("_A", "a", "b/c", "b/e", "d", "passwd"),
    ]
    uploads.release()
    assert not root.exists()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../x", "x"),
        ("..\\x", "x"),
        ("a\x00b\nc", "abc"),
        ("a\u202efdp.exe", "afdp.exe"),
        ('<img src="x">', "_img src=_x__"),
        (".bashrc", "bashrc"),
        ("NUL", "_NUL"),
        ("", "file"),
        ("ü" * 200 + ".csv", "ü" * 58 + ".csv"),
    ],
)
def test_a_name_is_cleaned(name: str, clean: str) -> None:
    """It is one file in one folder, and what it looks like."""
    assert clean_name(name) == clean


@given(st.text())
def test_any_name_is_one_part_of_a_path(name: str) -> None:
    """Of any text."""
    made = clean_name(name)
    assert Path("/a", made).name == made
    assert 0 < len(made.encode()) <= 130


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([("chunk", "t", 0, 1, b"x")], "a.csv: a chunk is missing. Upload it again."),
        ([("chunk", "t", 0, 0, b"xxxx")], "a.csv: a chunk is missing. Upload it again."),
        ([("chunk", "t", 1, 0, b"x")], "a.csv: this chunk is not awaited. Upload it again."),
        ([("chunk", "u", 0, 0, b"x")], "upload: it is not there any more. Upload it again."),
        ([("end", "t")], "a.csv: 0 of 3 bytes have come. Upload it again."),
        ([("cancel", "t"), ("end", "t")], "upload: it is not there any more. Upload it again."),
        ([("begin", "t", {})], "'t': no upload goes by this name. Upload it again."),
        ([("begin", "../x", {})], "'../x': no upload goes by this name. Upload it again."),
        ([("begin", "u", {"files": []})], "upload: there is no file in it. Upload 1 to 10,000 files, or give a path."),
        ([("begin", "u", {"files": [{"path": "a"}]})], "upload: a file has no size. Upload it again."),
    ],
)
def test_an_upload_that_goes_wrong_says_so(steps: list[tuple[Any, ...]], words: str) -> None:
    """And leaves no file where one is looked for."""
    uploads = Uploads()
    uploads.begin("t", {"name": "a.csv", "files": [{"path": "a.csv", "size": 3}]})
    with pytest.raises(FileError) as caught:  # noqa: PT012  # the last step is the one
        for name, *given_ in steps:
            getattr(uploads, name)(*given_)
    assert str(caught.value) == words
    with pytest.raises(KeyError):
        uploads.path("t")


def test_the_room_that_there_is_is_asked_for() -> None:
    """Before a byte is sent."""
    with pytest.raises(FileError, match=r"1,000,000,000,000,000,000 bytes do not fit: [\d,]+ are free\. Give a path"):
        Uploads().begin("t", {"name": "a", "files": [{"path": "a", "size": 10**18}]})


def test_a_run_gets_what_was_uploaded() -> None:
    """By messages alone; the form that takes another's place has its uploads, and the last one takes them away."""
    task = define(
        "from shimnb import FlyteFile\nimport pathlib\ndef execute(tt, *, file: FlyteFile) -> str:\n    return pathlib.Path(file).read_text()\n",
        "reads",
    )
    old = FormWidget(task)
    got: list[dict[str, Any]] = []
    old.send = lambda content, _buffers=None: got.append(content)
    told = {"view": "v", "token": "t", "at": ["file"]}
    files = [{"path": "../a.txt", "size": 5}]
    old._handle_custom_msg({"kind": "upload:begin", "request": 1, "name": "../a.txt", "files": files, **told}, [])
    old._handle_custom_msg(
        {"kind": "upload:chunk", "request": 2, "file": 0, "offset": 0, **told}, [memoryview(b"hello")]
    )
    old._handle_custom_msg({"kind": "upload:end", "request": 3, **told}, [])
    answers = [each for each in got if each["kind"] == "upload"]
    assert answers == [
        {"kind": "upload", "view": "v", "request": number, "token": "t", "received": received}
        for number, received in ((1, 0), (2, 5), (3, 5))
    ]
    assert old.states["file"]["upload"] == {"token": "t", "name": "a.txt", "size": 5, "files": 1}
    new = FormWidget(task, after=old)
    old.close()
    path = Path(new.value["file"])
    assert new.run().result(30) == "hello"
    new.close()
    new.close()
    assert not path.exists()


def test_a_folder_is_an_inputs_value() -> None:
    """Of a task that wants one."""
    task = define(
        "import os\nfrom shimnb import FlyteDirectory\ndef execute(tt, *, folder: FlyteDirectory | None = None) -> list[str]:\n    return sorted(os.listdir(folder))\n",
        "lists",
    )
    form = FormWidget(task)
    told = {"view": "v", "token": "t", "at": ["folder"]}
    files = [{"path": f"in/{name}", "size": 0} for name in "ab"]
    form._handle_custom_msg(
        {"kind": "upload:begin", "request": 1, "name": "in", "folder": True, "files": files, **told}, []
    )
    form._handle_custom_msg({"kind": "upload:end", "request": 2, **told}, [])
    assert form.errors == {}
    assert form.run().result(30) == ["a", "b"]
    form.close()
