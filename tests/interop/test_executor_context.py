"""What an executor asks of its run: secrets, checkpoints, decks, its folder. Both libraries answer alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROCESS = Path(__file__).parent / "process" / "context.py"

# The name: the variables, and the expression. `{folder}` is one that both may read.
SECRETS = {
    "the engine's variable": ({"_FSEC_G_K": "a"}, "context.secrets.get('g', 'k')"),
    "the plain variable": ({"G_K": "a"}, "context.secrets.get('g', 'k')"),
    "the engine's first": ({"_FSEC_G_K": "a", "G_K": "b"}, "context.secrets.get('g', 'k')"),
    "attributes": ({"_FSEC_G_K": "a"}, "context.secrets.g.k"),
    "capitals": ({"_FSEC_G_K": "a"}, "context.secrets.get('G', 'k')"),
    "a version": ({"_FSEC_G_V1_K": "a"}, "context.secrets.get('g', 'k', 'v1')"),
    "a version alone": ({"_FSEC_G_V1": "a"}, "context.secrets.get('g', group_version='v1')"),
    "a group alone": ({"_FSEC_G": "a"}, "context.secrets.get('g')"),
    "a key alone": ({"_FSEC_K": "a"}, "context.secrets.get(key='k')"),
    "a newline": ({"_FSEC_G_K": " a\r\n"}, "context.secrets.get('g', 'k')"),
    "an empty value": ({"_FSEC_G_K": "", "G_K": "b"}, "context.secrets.get('g', 'k')"),
    "another prefix": ({"FLYTE_SECRETS_ENV_PREFIX": "X_", "X_G_K": "a"}, "context.secrets.get('g', 'k')"),
    "another prefix, with blanks": (
        {"FLYTE_SECRETS_ENV_PREFIX": " X_ ", "X_G_K": "a"},
        "context.secrets.get('g', 'k')",
    ),
    "no prefix": ({"FLYTE_SECRETS_ENV_PREFIX": "", "G_K": "a"}, "context.secrets.get_secrets_env_var('g', 'k')"),
    "a file": ({"FLYTE_SECRETS_DEFAULT_DIR": "{folder}"}, "context.secrets.get('G', 'Kept')"),
    "a file's bytes": ({"FLYTE_SECRETS_DEFAULT_DIR": "{folder}"}, "context.secrets.get('g', 'kept', encode_mode='rb')"),
    "the variable before the file": (
        {"FLYTE_SECRETS_DEFAULT_DIR": "{folder}", "G_KEPT": "a"},
        "context.secrets.get('g', 'kept')",
    ),
    "a file's prefix": (
        {"FLYTE_SECRETS_DEFAULT_DIR": "{folder}", "FLYTE_SECRETS_FILE_PREFIX": "p-"},
        "context.secrets.get('g', 'kept')",
    ),
    "the default folder": ({}, "context.secrets.get_secrets_file('g', 'k', 'v')"),
    "none": ({}, "context.secrets.get('nowhere', 'k')"),
}
CHECKPOINTS = {
    "a run's own has no past": ({}, "(context.checkpoint.prev_exists(), context.checkpoint.read())"),
    "what is written is not what is read": ({}, "(context.checkpoint.write(b'1'), context.checkpoint.read())"),
    "written": (
        {},
        "[c := SyncCheckpoint(str(folder / 'a')), c.write(b'1'), os.listdir(folder / 'a')][2]",
    ),
    "saved from a reader": (
        {},
        "[c := SyncCheckpoint(str(folder / 'b')), c.save(io.BytesIO(b'1')), os.listdir(folder / 'b')][2]",
    ),
    "saved from a file": (
        {},
        "[c := SyncCheckpoint(str(folder / 'c')), c.save(folder / 'state' / 'x.tar.gz'), os.listdir(folder / 'c')][2]",
    ),
    "saved from a folder": (
        {},
        "[c := SyncCheckpoint(str(folder / 'd')), c.save(str(folder / 'state')), sorted(os.listdir(folder / 'd'))][2]",
    ),
    "read": ({}, "SyncCheckpoint('', str(folder / 'one')).read()"),
    "read of none": ({}, "SyncCheckpoint('', str(folder / 'empty')).read()"),
    "read of several": ({}, "SyncCheckpoint('', str(folder / 'state')).read()"),
    "restored": (
        {},
        "sorted(os.listdir(SyncCheckpoint('', str(folder / 'state')).restore(folder / 'empty')))",
    ),
    "restored to no folder": ({}, "SyncCheckpoint('', str(folder / 'state')).restore(folder / 'nowhere')"),
    "no past": ({}, "[(c := SyncCheckpoint('', '')).prev_exists(), c.restore(), c.read()]"),
    "saved from a number": ({}, "SyncCheckpoint(str(folder / 'e')).save(3)"),
}
OTHERS = {
    "a deck joins the run": (
        {},
        "[Deck('a', '1'), Deck('b', auto_add_to_deck=False), [d.name for d in context.decks]][2]",
    ),
    "the default deck": ({}, "[context.default_deck.append('a'), [d.name for d in context.decks]][1]"),
    "a deck's html": ({}, "Deck('a', '<b>').append('<i>').html"),
    "the execution": ({}, "(context.execution_id.project, context.execution_id.domain, context.execution_id.name)"),
    "the task": (
        {},
        "(context.task_id.project, context.task_id.domain, context.task_id.name, context.task_id.version)",
    ),
    "the folder": ({}, "(type(context.working_directory).__name__, os.path.isdir(context.working_directory))"),
    "the logger": ({}, "(context.logging.name, context.logging.level, context.logging.getEffectiveLevel())"),
}
CASES = {**SECRETS, **CHECKPOINTS, **OTHERS}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, flytekit: None) -> dict[str, dict[str, str]]:
    """Both libraries' answers, by the library."""
    folder = tmp_path_factory.mktemp("context")
    (folder / "g").mkdir()
    (folder / "g" / "kept").write_text(" in a file\n")
    (folder / "g" / "p-kept").write_text("with a prefix")
    environment = {**os.environ, "FLYTE_SDK_RICH_TRACEBACKS": "0", "FLYTE_SDK_LOGGING_LEVEL": "50"}
    cases = json.dumps({name: {"env": env, "source": source} for name, (env, source) in CASES.items()})
    found = {}
    for library in ("shimnb", "flytekit"):
        for name in ("state", "one", "empty"):
            (folder / library / name).mkdir(parents=True)
        (folder / library / "one" / "a").write_bytes(b"1")
        for name in ("x.tar.gz", "y"):
            (folder / library / "state" / name).write_bytes(b"1")
        command = [sys.executable, str(_PROCESS), library, str(folder)]
        done = subprocess.run(
            command, input=cases, capture_output=True, text=True, env=environment, cwd=folder, timeout=120, check=False
        )
        assert done.returncode == 0, f"{library}:\n{done.stderr}"
        found[library] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("name", CASES)
def test_an_executor_gets_what_flytekits_gets(answers: dict[str, dict[str, str]], name: str) -> None:
    """The same value; of an error, the same built-in class."""
    assert answers["shimnb"][name] == answers["flytekit"][name]


def test_the_cases_are_not_all_errors(answers: dict[str, dict[str, str]]) -> None:
    """Two that fail alike would prove nothing."""
    wrong = {name for name, answer in answers["flytekit"].items() if answer.endswith("Error")}
    expected = {"none", "read of several", "restored to no folder", "saved from a number"}
    assert wrong == expected
