"""numpy's arrays: one .npy file, and never a pickle."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pytest
from flyteidl.core import literals_pb2, types_pb2

from shimnb import FlyteContext, FlyteContextManager, TypeEngine, errors, kwtypes
from shimnb.core.files import FileAccessProvider

NO_PICKLE = "Use a dtype of numbers, text or times; Python objects would be pickled, and a pickle can run any code."
ARRAY = np.arange(6).reshape(2, 3)


@pytest.fixture
def ctx(tmp_path: Path) -> FlyteContext:
    """A context whose files are in a folder of the test's own."""
    access = FileAccessProvider(str(tmp_path / "sandbox"), str(tmp_path / "raw"))
    return FlyteContextManager.current_context().with_file_access(access)


def blob(uri: object) -> literals_pb2.Literal:
    """Make the literal of an array at a place."""
    literal = literals_pb2.Literal()
    literal.scalar.blob.uri = str(uri)
    literal.scalar.blob.metadata.type.format = "NumpyArray"
    return literal


def refusal(call: Any, *args: Any) -> str:
    """Give the message of the error that a call raises."""
    with pytest.raises(errors.TypeEngineError) as caught:
        call(*args)
    return str(caught.value)


@pytest.mark.parametrize(
    "array",
    [
        ARRAY,
        np.array(3.5),
        np.array([], dtype="f4"),
        np.array(["a", "ü"]),
        np.array([b"a"]),
        np.array(["2024-02-29"], dtype="datetime64[us]"),
        np.array([(1, 2.5)], dtype=[("x", "i4"), ("y", "f8")]),
        np.asfortranarray(ARRAY),
        np.array([1 + 2j]),
    ],
    ids=lambda array: str(array.dtype),
)
def test_an_array_comes_back(ctx: FlyteContext, array: Any) -> None:
    """An array keeps its dtype, its shape and its items."""
    literal = TypeEngine.to_literal(ctx, array, np.ndarray)
    result = TypeEngine.to_python_value(ctx, literal, np.ndarray)
    assert (result.dtype, result.shape, result.tolist()) == (array.dtype, array.shape, array.tolist())


def test_an_array_comes_back_from_elsewhere(tmp_path: Path) -> None:
    """Raw output at a path with a scheme is written and read through fsspec."""
    access = FileAccessProvider(str(tmp_path / "sandbox"), f"memory://{tmp_path.name}/raw")
    ctx = FlyteContextManager.current_context().with_file_access(access)
    literal = TypeEngine.to_literal(ctx, ARRAY, np.ndarray | None)
    assert literal.scalar.union.value.scalar.blob.uri.startswith("memory://")
    assert TypeEngine.to_python_value(ctx, literal, np.ndarray | None).tolist() == ARRAY.tolist()


def test_a_mapped_array_is_a_copy(ctx: FlyteContext) -> None:
    """An array that is mapped to be written to leaves the file of its writer alone."""
    literal = TypeEngine.to_literal(ctx, ARRAY, np.ndarray)
    mapped = TypeEngine.to_python_value(ctx, literal, Annotated[np.ndarray, kwtypes(mmap_mode="r+")])
    assert isinstance(mapped, np.memmap)
    mapped[0, 0] = 99
    mapped.flush()
    assert TypeEngine.to_python_value(ctx, literal, np.ndarray)[0, 0] == 0


def test_an_array_is_guessed() -> None:
    """The format of a blob tells an array; a folder of them is none."""
    literal_type = TypeEngine.to_literal_type(np.ndarray)
    assert TypeEngine.guess_python_type(literal_type) is np.ndarray
    literal_type.blob.dimensionality = types_pb2.BlobType.MULTIPART
    with pytest.raises(errors.GuessError, match="blob"):
        TypeEngine.guess_python_type(literal_type)


def test_a_guess_without_numpy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without numpy, an array's literal type is refused with the extra that brings it."""
    literal_type = TypeEngine.to_literal_type(np.ndarray)
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert refusal(TypeEngine.guess_python_type, literal_type) == (
        'no Python type is known for a numpy array while numpy is not installed. Run: pip install "shimnb[numpy]".'
    )


@pytest.mark.parametrize(
    ("t", "message"),
    [
        (
            Annotated[np.ndarray, kwtypes(allow_pickle=True)],
            "the type Annotated[ndarray, kwtypes(...)] with allow_pickle has no Flyte literal type. " + NO_PICKLE,
        ),
        (
            Annotated[np.ndarray, kwtypes(mmap_mode="w+")],
            (
                "the type Annotated[ndarray, kwtypes(...)] with mmap_mode 'w+' has no Flyte literal type. "
                'The modes are: "r", "r+", "c".'
            ),
        ),
        (
            Annotated[np.ndarray, kwtypes(order="C")],
            (
                "the type Annotated[ndarray, kwtypes(...)] with 'order' has no Flyte literal type. "
                "The options are: allow_pickle, mmap_mode."
            ),
        ),
        (
            Annotated[np.ndarray, kwtypes(), kwtypes()],
            (
                "the type Annotated[ndarray, kwtypes(...)] with two kwtypes has no Flyte literal type. "
                "Put the options into one."
            ),
        ),
    ],
)
def test_an_annotation_is_refused_in_words(t: Any, message: str) -> None:
    """An option that is unknown, or asks for pickles, is refused."""
    assert refusal(TypeEngine.to_literal_type, t) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1], "$: expected numpy.ndarray, got list [1]. Pass numpy.asarray(value)."),
        (None, "$: expected numpy.ndarray, got None"),
        (np.array([{}]), "$: the array has the dtype object, of Python objects. " + NO_PICKLE),
        (
            np.ma.array([1]),
            "$: a masked array has a mask, which .npy does not hold. Pass value.filled(...).",
        ),
    ],
)
def test_a_value_is_refused_in_words(ctx: FlyteContext, value: Any, message: str) -> None:
    """What is no array, or would be pickled, is refused."""
    assert refusal(TypeEngine.to_literal, ctx, value, np.ndarray) == message


class Armed:
    """An object that leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def test_a_pickled_array_is_refused(ctx: FlyteContext, tmp_path: Path) -> None:
    """A pickle in a .npy file, and one in its place, are told and not loaded."""
    mark, inside, bare = tmp_path / "mark", tmp_path / "inside.npy", tmp_path / "bare.npy"
    np.save(inside, np.array([Armed(mark)], dtype=object), allow_pickle=True)
    bare.write_bytes(pickle.dumps(Armed(mark)))
    assert refusal(TypeEngine.to_python_value, ctx, blob(inside), np.ndarray) == (
        f"$: {inside} holds pickled Python objects, which are not read. {NO_PICKLE}"
    )
    assert refusal(TypeEngine.to_python_value, ctx, blob(bare), np.ndarray) == (
        f"$: {bare} is a pickle; an array is read from a .npy file. Write it with numpy.save."
    )
    assert not mark.exists()


def test_a_file_that_is_no_array_is_told(ctx: FlyteContext, tmp_path: Path) -> None:
    """A missing file, another file, and one that is cut off are named."""
    other, cut = tmp_path / "other.npy", tmp_path / "cut.npy"
    np.savez(tmp_path / "other.npz", ARRAY)
    (tmp_path / "other.npz").rename(other)
    np.save(cut, ARRAY)
    cut.write_bytes(cut.read_bytes()[:-8])
    read = TypeEngine.to_python_value
    assert refusal(read, ctx, blob(tmp_path / "none.npy"), np.ndarray) == (
        f"$: there is no file or folder {tmp_path}/none.npy. Run the task that writes it, or correct the uri."
    )
    assert refusal(read, ctx, blob(other), np.ndarray) == (
        f"$: {other} is no .npy file; an array is read from a .npy file. Write it with numpy.save."
    )
    assert refusal(read, ctx, blob(cut), np.ndarray).startswith(f"$: {cut} is damaged: ")


def test_a_literal_of_another_kind_is_told(ctx: FlyteContext) -> None:
    """A literal that is no blob is refused by what it holds."""
    assert refusal(TypeEngine.to_python_value, ctx, TypeEngine.to_literal(ctx, 3, int), np.ndarray) == (
        "$: expected numpy.ndarray, got a literal with int 3"
    )
