"""The environment of an isolated run, and its secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from flyteidl.core import security_pb2, tasks_pb2

from shimnb import TaskTemplate
from shimnb.errors import ExecutionError
from shimnb.runtime.isolated.environment import run_environment, secret_variables

LONG = 60


def requesting(*secrets: security_pb2.Secret) -> tasks_pb2.TaskTemplate:
    """Make a template that asks for secrets."""
    return tasks_pb2.TaskTemplate(security_context=security_pb2.SecurityContext(secrets=secrets))


def with_variables(**variables: str) -> tasks_pb2.TaskTemplate:
    """Make a template whose container has variables."""
    template = tasks_pb2.TaskTemplate()
    for key, value in variables.items():
        template.container.env.add(key=key, value=value)
    return template


def variables(template: tasks_pb2.TaskTemplate | None = None) -> dict[str, str]:
    """Give the environment of a run of a template."""
    return run_environment(TaskTemplate(template or tasks_pb2.TaskTemplate()), Path("/run"))[0]


def returned(run) -> str:
    """Give the text that a run's executor returned."""
    return run.result(LONG).literals["o0"].scalar.primitive.string_value


def test_the_run_has_this_environment_and_no_other(begin, monkeypatch) -> None:
    """A variable of the notebook that is not on the list is not there; one of the container's is."""
    monkeypatch.setenv("NOTEBOOK_ONLY", "1")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    body = "import json\nreturn json.dumps(dict(os.environ))"
    found = json.loads(returned(begin(body, with_variables(MODE="fast"))))
    # What the interpreter, or a library, sets in its own process.
    made = set(found) - {"LC_CTYPE"} - set(variables()) - {"MODE", "SHIMNB_RUN"}
    assert made == set()
    assert (found["MODE"], found["AWS_REGION"]) == ("fast", "eu-north-1")


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV"),
        *("SSL_CERT_FILE", "https_proxy", "NO_PROXY"),
        *("AWS_SECRET_ACCESS_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "AZURE_STORAGE_KEY", "FSSPEC_S3_KEY"),
    ],
)
def test_what_a_machine_gives_to_any_container_is_passed_on(monkeypatch, name) -> None:
    """Programs, language, the way to the network, and the storage's credentials."""
    monkeypatch.setenv(name, "given")
    assert variables()[name] == "given"


@pytest.mark.parametrize(
    "name",
    ["PYTHONPATH", "PYTHONSTARTUP", "JPY_PARENT_PID", "OPENAI_API_KEY", "MPLBACKEND", "_FSEC_DB_PASSWORD", "path"],
)
def test_what_only_the_notebook_has_stays_there(monkeypatch, name) -> None:
    """Nothing else is passed on."""
    monkeypatch.setenv(name, "kept back")
    assert "kept back" not in variables().values()


def test_the_containers_variables_win(monkeypatch) -> None:
    """Over the machine's and over Python's; its path comes after the cell's."""
    monkeypatch.setenv("LANG", "C")
    made = variables(with_variables(LANG="de_DE.UTF-8", PYTHONUNBUFFERED="", PYTHONPATH="/app"))
    assert (made["LANG"], made["PYTHONUNBUFFERED"], made["PYTHONPATH"]) == ("de_DE.UTF-8", "", "/run/code:/app")


def test_temporary_files_go_with_the_run(begin, temporary) -> None:
    """Also those of a process that was killed."""
    run = begin("import tempfile\nprint(tempfile.mkdtemp(), flush=True)\nos.kill(os.getpid(), signal.SIGKILL)")
    assert run.wait(LONG)
    assert str(temporary) in run.output
    assert list(temporary.iterdir()) == []


def test_python_says_what_happens_when_it_happens() -> None:
    """Its output is not held back, a crash shows where it was, and no folder of secrets is read."""
    made = variables()
    assert (made["PYTHONUNBUFFERED"], made["PYTHONFAULTHANDLER"], made["PYTHONIOENCODING"]) == ("1", "1", "utf-8")
    assert made["FLYTE_SECRETS_DEFAULT_DIR"] == "/run/secrets"


ONE = security_pb2.Secret(group="db", key="password")


def test_a_secret_that_is_requested_is_there(begin, monkeypatch) -> None:
    """Under the engine's name, wherever this machine has it."""
    monkeypatch.setenv("DB_PASSWORD", "hunter-two")
    body = "from shimnb import current_context\nreturn current_context().secrets.get('db', 'password')"
    assert returned(begin(body, requesting(ONE))) == "hunter-two"


def test_a_secret_that_is_not_requested_is_not_there(begin, monkeypatch, tmp_path) -> None:
    """Neither from a variable of the notebook nor from a folder of this machine."""
    monkeypatch.setenv("_FSEC_DB_USER", "me")
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "host").write_text("here")
    for key in ("user", "host"):
        body = f"from shimnb import current_context\ncurrent_context().secrets.get('db', {key!r})"
        with pytest.raises(ExecutionError, match="no such secret"):
            begin(body, requesting(ONE)).result(LONG)


@pytest.mark.parametrize(
    ("secret", "names"),
    [
        (security_pb2.Secret(group="db", key="password"), {"_FSEC_DB_PASSWORD"}),
        (security_pb2.Secret(group="db"), {"_FSEC_DB"}),
        (security_pb2.Secret(group="db", group_version="v2", key="password"), {"_FSEC_DB_V2_PASSWORD"}),
        (
            security_pb2.Secret(
                group="db", key="password", env_var="PW", mount_requirement=security_pb2.Secret.ENV_VAR
            ),
            {"_FSEC_DB_PASSWORD", "PW"},
        ),
        (
            security_pb2.Secret(group="db", key="password", env_var="PW", mount_requirement=security_pb2.Secret.FILE),
            {"_FSEC_DB_PASSWORD"},
        ),
    ],
    ids=["key", "group", "version", "variable", "file"],
)
def test_a_secret_has_the_engines_names(monkeypatch, secret, names) -> None:
    """Group, version and key in capitals; a variable of the request's own too, unless it would be a file's path."""
    for name in ("DB_PASSWORD", "DB", "DB_V2_PASSWORD"):
        monkeypatch.setenv(name, "value")
    assert secret_variables(TaskTemplate(requesting(secret))) == dict.fromkeys(names, "value")


def test_a_secret_of_a_file_goes_through_the_environment(monkeypatch, tmp_path) -> None:
    """The look-up is that of a local run, with its folder and its prefix; the name is the engine's."""
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    monkeypatch.setenv("FLYTE_SECRETS_ENV_PREFIX", "MINE_")
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "password").write_text("hunter-two\n")
    assert secret_variables(TaskTemplate(requesting(ONE))) == {"_FSEC_DB_PASSWORD": "hunter-two"}


def test_a_secret_that_is_nowhere_is_the_runs_own_error() -> None:
    """The run begins all the same, as on a cluster where nobody needs it."""
    assert secret_variables(TaskTemplate(requesting(security_pb2.Secret(group="no", key="where")))) == {}


def test_a_secret_is_in_no_file_and_on_no_command_line(begin, monkeypatch) -> None:
    """It goes through the environment alone."""
    monkeypatch.setenv("DB_PASSWORD", "hunter-two")
    body = """
    import pathlib, psutil
    files = [path for path in pathlib.Path("..").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    holding = [str(path) for path in files if ("hunter-" "two").encode() in path.read_bytes()]
    commands = [psutil.Process().cmdline(), psutil.Process().parent().cmdline()]
    return f"{len(files)} {holding} {('hunter-' 'two') in str(commands)}"
    """
    assert returned(begin(body, requesting(ONE))) == "4 [] False"


def test_a_message_does_not_show_a_secret(begin, monkeypatch) -> None:
    """Neither that of an exception, nor the last words of a process that crashed."""
    monkeypatch.setenv("DB_PASSWORD", "hunter-two")
    read = "password = os.environ['_FSEC_DB_PASSWORD']\n"
    for body in ("raise ValueError(f'no access with {password}')", "os.write(2, password.encode())\nos._exit(3)"):
        run = begin(read + body, requesting(ONE))
        with pytest.raises(ExecutionError) as caught:
            run.result(LONG)
        assert "hunter-two" not in f"{caught.value} {vars(caught.value)} {run!r}"
        assert "***" in str(caught.value)


def test_the_secrets_of_this_process_stay_out_of_its_environment(monkeypatch) -> None:
    """A run's variables are the run's."""
    monkeypatch.setenv("DB_PASSWORD", "hunter-two")
    run_environment(TaskTemplate(requesting(ONE)), Path("/run"))
    assert "_FSEC_DB_PASSWORD" not in os.environ
