"""Secrets: found where the engine puts them, in its order, and in no message."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest

from shimnb import (
    PythonCustomizedContainerTask,
    Secret,
    ShimTaskExecutor,
    current_context,
    executor_interface,
)
from shimnb.core.secrets import SecretsManager
from shimnb.errors import SecretError, SettingError
from shimnb.notebook.runs.start import start

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "hunter2"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the folder of secrets, with one group."""
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    (tmp_path / "g").mkdir()
    return tmp_path


def test_the_engines_variable_comes_before_the_plain_one_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first that is there is the one."""
    (folder / "g" / "k").write_text("file")
    assert SecretsManager().get("g", "k") == "file"
    monkeypatch.setenv("G_K", "plain")
    assert SecretsManager().get("g", "k") == "plain"
    monkeypatch.setenv("_FSEC_G_K", "engine's")
    assert SecretsManager().get("g", "k") == "engine's"


def test_in_a_container_the_plain_variable_does_not_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There it might be anything."""
    monkeypatch.setenv("G_K", "plain")
    (folder / "g" / "k").write_text("file")
    assert SecretsManager(local=False).get("g", "k") == "file"


def test_the_settings_are_the_engines(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefixes of the variable and of the file's name, without the blanks around them."""
    monkeypatch.setenv("FLYTE_SECRETS_ENV_PREFIX", " X_ ")
    monkeypatch.setenv("FLYTE_SECRETS_FILE_PREFIX", "p-")
    manager = SecretsManager()
    assert manager.get_secrets_env_var("g", "k", "v1") == "X_G_V1_K"
    assert manager.get_secrets_file("G", "K", "V1") == f"{folder}/g/v1/p-k"


def test_blanks_around_a_value_are_no_part_of_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one line ends with a newline."""
    (folder / "g" / "k").write_text(f" {VALUE}\n\n")
    assert SecretsManager().get("g", "k") == VALUE
    monkeypatch.setenv("_FSEC_G_K", f"{VALUE}\n")
    assert SecretsManager().get("g", "k") == VALUE


def test_a_file_that_is_no_text_is_not_in_the_error(folder: Path) -> None:
    """Nor in what hangs on it, which a traceback would show."""
    (folder / "g" / "k").write_bytes(VALUE.encode() + b"\xff")
    with pytest.raises(SecretError) as caught:
        SecretsManager().get("g", "k")
    assert str(caught.value) == (
        f"secret g/k: the file {folder}/g/k is no text in UTF-8. Read bytes: secrets.get(group, key, encode_mode='rb')."
    )
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert VALUE not in "".join(traceback.format_exception(caught.value))
    assert SecretsManager().get("g", "k", encode_mode="rb") == VALUE.encode() + b"\xff"


def test_a_folder_in_the_files_place_is_an_error_in_words(folder: Path) -> None:
    """A key that was forgotten."""
    with pytest.raises(SecretError) as caught:
        SecretsManager().get("g")
    assert str(caught.value) == (
        f"secret g: the file {folder}/g cannot be read (Is a directory). It has to be a file that the run may read."
    )


def test_a_secret_is_never_written(folder: Path) -> None:
    """The mode is one of reading."""
    (folder / "g" / "k").write_text(VALUE)
    with pytest.raises(SettingError) as caught:
        SecretsManager().get("g", "k", encode_mode="w")
    assert str(caught.value) == "secret encode_mode: no way to read a secret, got 'w'. Use 'r', or 'rb'."
    assert (folder / "g" / "k").read_text() == VALUE


def test_a_missing_secret_is_a_value_error_as_flytekits_is(folder: Path) -> None:
    """An executor may go on without it."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is below
        SecretsManager(local=False).get("g", "k", group_version="v1")
    assert str(caught.value) == (
        f"secret g/v1/k: no such secret in the environment (_FSEC_G_V1_K) or in the file {folder}/g/v1/k. "
        "Set one of the variables, and request it: secret_requests=[Secret(group, key)]."
    )


class Executor(ShimTaskExecutor[Any]):
    def execute_from_model(self, tt: Any) -> str:
        secrets = current_context().secrets
        return secrets.warehouse.password + secrets.get("warehouse", "password")


class Task(PythonCustomizedContainerTask[None]):
    def get_custom(self, settings: Any) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize("way", [lambda task: task(), lambda task: start(task, {}).result(30)], ids=["call", "form"])
def test_an_executor_reads_its_secrets(monkeypatch: pytest.MonkeyPatch, way: Any) -> None:
    """By attributes and by `get`, however it is run on this machine."""
    monkeypatch.setenv("WAREHOUSE_PASSWORD", VALUE)
    requests = [Secret("warehouse", "password")]
    task = Task("t", None, "img:1", Executor, interface=executor_interface(Executor), secret_requests=requests)
    assert way(task) == VALUE * 2
