"""The context of a run: its own in every thread, its secrets from where the engine puts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shimnb import Deck, ExecutionParameters, ExecutionState, FlyteContext, FlyteContextManager, current_context
from shimnb.core.files import FileAccessProvider
from shimnb.core.secrets import SecretsManager
from shimnb.errors import SettingError, ShimError


def test_a_block_stands_in_its_context_and_leaves_it() -> None:
    """Also when the block fails."""
    outer = FlyteContextManager.current_context()
    state = ExecutionState(mode=ExecutionState.Mode.TASK_EXECUTION)
    block = FlyteContextManager.with_context(outer.with_execution_state(state))
    assert block.__enter__().execution_state is state
    assert FlyteContext.current_context().execution_state is state
    block.__exit__(KeyError, KeyError(), None)
    assert FlyteContextManager.current_context() is outer


@pytest.mark.parametrize("name", ["_FSEC_WAREHOUSE_PASSWORD", "WAREHOUSE_PASSWORD"])
def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """By the engine's name, and locally by the plain one."""
    monkeypatch.setenv(name, " hunter2\n")
    assert current_context().secrets.get("warehouse", "password") == "hunter2"
    assert current_context().secrets.warehouse.password == "hunter2"


def test_a_secret_comes_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In lower case, under the group's folder."""
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "password").write_text("hunter2\n")
    assert SecretsManager().get("Warehouse", "Password") == "hunter2"
    assert SecretsManager().get("warehouse", "password", encode_mode="rb") == b"hunter2"


def test_a_secret_that_is_not_there_names_the_places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And how to give it."""
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    with pytest.raises(ShimError) as caught:
        current_context().secrets.get("g", "k")
    assert str(caught.value) == (
        f"secret g/k: no such secret in the environment (_FSEC_G_K or G_K) or in the file {tmp_path}/g/k. "
        "Set one of the variables, and request it: secret_requests=[Secret(group, key)]."
    )
    with pytest.raises(SettingError):
        current_context().secrets.get()


def test_on_a_cluster_only_the_engines_name_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain name is for local runs."""
    monkeypatch.setenv("G_K", "hunter2")
    ctx = FlyteContextManager.current_context()
    state = ExecutionState(mode=ExecutionState.Mode.TASK_EXECUTION)
    params = current_context()
    with FlyteContextManager.with_context(ctx.with_execution_state(state)), pytest.raises(ShimError):
        params.secrets.get("g", "k")
    assert params.secrets.get("g", "k") == "hunter2"


@pytest.mark.parametrize("part", ["..", "a/b", "a\\b", "a\0"])
def test_a_secrets_name_does_not_lead_out_of_its_folder(part: str) -> None:
    """A group or a key is one name."""
    with pytest.raises(SettingError) as caught:
        SecretsManager().get("g", part)
    assert str(caught.value) == f"secret: no name of a secret, got {part!r}. Use a name without slashes."


def test_files_are_copied_into_the_sandbox(tmp_path: Path) -> None:
    """A file, a folder, a file by its scheme; test_files.py has what other schemes do."""
    access = FileAccessProvider()
    source = tmp_path / "a.txt"
    source.write_text("x")
    for remote in (str(source), f"file://{source}"):
        local = access.get_random_local_path("a.txt")
        access.get_data(remote, local)
        assert Path(local).read_text() == "x"
        assert Path(local).name == "a.txt"
    folder = access.get_random_local_directory()
    access.get_data(str(tmp_path), folder, is_multipart=True)
    assert (Path(folder) / "a.txt").read_text() == "x"


def test_a_plugin_adds_to_the_parameters() -> None:
    """As an attribute in lower case, on a copy."""
    params = current_context().with_attr("spark_session", 1)
    assert (params.spark_session, params.get("spark_session"), params.has_attr("spark_session")) == (1, 1, True)
    assert not current_context().has_attr("spark_session")
    with pytest.raises(AttributeError) as caught:
        current_context().get("spark_session")
    assert str(caught.value) == (
        "the context has no 'spark_session'. A plugin adds it in pre_execute; is this the right task type?"
    )


def test_outside_of_a_run_the_parameters_are_local() -> None:
    """As flytekit has them: an execution, a task, a folder, a checkpoint, a deck; test_logs.py has the logger."""
    FlyteContextManager.initialize()
    params = current_context()
    execution, task = params.execution_id, params.task_id
    assert (execution.project, execution.domain, execution.name) == ("local", "local", "local")
    assert task is not None
    assert (task.resource_type, task.project, task.domain, task.name, task.version) == (1, *["local"] * 4)
    assert Path(params.working_directory).is_dir()
    assert params.working_directory == params.working_directory
    assert params.checkpoint is params.checkpoint
    params.checkpoint.write(b"x")
    assert params.default_deck.name == "default"
    assert params.default_deck is params.default_deck
    assert params.decks == [params.default_deck]
    FlyteContextManager.initialize()


def test_a_sandbox_has_nothing_of_the_run_before() -> None:
    """Its decks, folder and checkpoint are its own; what a plugin added stays."""
    params = current_context().with_attr("session", 1)
    params.decks.append("a deck")
    own = params.with_task_sandbox()
    assert (own.decks, own.session, own.execution_id) == ([], 1, params.execution_id)
    assert own.working_directory != params.working_directory
    assert own.checkpoint is not params.checkpoint
    assert params.decks == ["a deck"]
    params.decks.clear()


def test_a_checkpoint_that_was_given_is_used() -> None:
    """In a container the engine says where it is."""
    given: Any = object()
    made = current_context()
    params = ExecutionParameters(made.execution_date, made.execution_id, checkpoint=given)
    assert params.checkpoint is given
    assert params.with_enable_deck(enable_deck=True).checkpoint is given


def test_the_repr_shows_the_fields() -> None:
    """And nothing private, such as a folder that would be made for it."""
    assert repr(ExecutionState(working_dir="/w")) == (
        "ExecutionState(working_dir='/w', mode=None, engine_dir=None, branch_eval_mode=None, user_space_params=None)"
    )
    assert "_folder" not in repr(current_context())


def test_a_context_is_for_one_run() -> None:
    """On this machine it gets parameters of the run's own; on a cluster those that it has are the run's."""
    ctx = FlyteContextManager.current_context()
    once = ctx.for_run()
    assert once.user_space_params is not ctx.user_space_params
    assert once.for_run() is once
    state = ExecutionState(mode=ExecutionState.Mode.TASK_EXECUTION, user_space_params=current_context())
    on_a_cluster = ctx.with_execution_state(state)
    assert on_a_cluster.for_run() is on_a_cluster
    bare = ctx.with_execution_state(ExecutionState())
    assert bare.for_run() is bare
    assert bare.for_run(ExecutionState.Mode.LOCAL_TASK_EXECUTION).user_space_params is None


def test_a_run_may_be_begun_in_a_mode() -> None:
    """With parameters of its own on this machine, and those that it has on a cluster."""
    ctx = FlyteContextManager.current_context()
    local = ctx.for_run(ExecutionState.Mode.LOCAL_TASK_EXECUTION)
    assert local.execution_state is not None
    assert local.execution_state.mode is ExecutionState.Mode.LOCAL_TASK_EXECUTION
    assert local.user_space_params is not ctx.user_space_params
    assert local.for_run(ExecutionState.Mode.LOCAL_TASK_EXECUTION) is local
    again = local.for_run(ExecutionState.Mode.LOCAL_WORKFLOW_EXECUTION)
    assert again.user_space_params is local.user_space_params
    assert ctx.for_run(ExecutionState.Mode.TASK_EXECUTION).user_space_params is ctx.user_space_params


def test_a_deck_joins_the_run() -> None:
    """Unless it is told not to."""
    FlyteContextManager.initialize()
    deck = Deck("demo", "<b>1</b>")
    Deck("aside", auto_add_to_deck=False)
    assert current_context().decks == [deck]
    assert deck.append("2").html == "<b>1</b>\n2"
    FlyteContextManager.initialize()


def test_a_context_without_a_run_says_so() -> None:
    """Where there are no parameters, none are made up."""
    ctx: Any = FlyteContextManager.current_context()
    with (
        FlyteContextManager.with_context(ctx.with_execution_state(ExecutionState())),
        pytest.raises(ShimError) as caught,
    ):
        current_context()
    assert str(caught.value) == "no run is going on here. Call current_context() within an executor."
