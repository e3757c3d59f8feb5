from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shimnb import Finding, Secret, checks

if TYPE_CHECKING:
    from pathlib import Path

TAKE_OUT = "Ask for it where the task runs: secret_requests=[Secret(group=..., key=...)]."
ONE = "The value looks like a secret, and everybody who may see the task can read it."


def warnings(task) -> list[Finding]:
    """List the warnings."""
    return [each for each in checks(task) if each.severity != "note"]


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets of the test's own."""
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    return tmp_path


def test_a_secret_that_is_not_here_is_a_warning(make):
    """The remedy names the variable to set."""
    assert warnings(make(secret_requests=[Secret("warehouse", "password")])) == [
        Finding(
            "warning",
            "security_context.secrets",
            "The secret warehouse/password is not on this machine: a run here fails when it asks for it.",
            "Set the variable _FSEC_WAREHOUSE_PASSWORD.",
        )
    ]


def test_secrets_that_are_not_here_are_one_finding(make):
    """A version stands between the group and the key; an env_var is the variable itself."""
    requests = [Secret("a", "b", group_version="v2"), Secret("c", "d", env_var="MY_D")]
    assert warnings(make(secret_requests=requests)) == [
        Finding(
            "warning",
            "security_context.secrets",
            "The secrets a/v2/b and c/d are not on this machine: a run here fails when it asks for them.",
            "Set the variables _FSEC_A_V2_B and MY_D.",
        )
    ]


@pytest.mark.parametrize("variable", ["_FSEC_WAREHOUSE_PASSWORD", "WAREHOUSE_PASSWORD"])
def test_a_secret_in_the_environment_is_no_finding(make, monkeypatch, variable: str):
    """As an executor finds it here."""
    monkeypatch.setenv(variable, "hunter2")
    assert warnings(make(secret_requests=[Secret("warehouse", "password")])) == []


def test_a_secret_in_a_variable_of_its_own_is_no_finding(make, monkeypatch):
    """The one that the request names."""
    monkeypatch.setenv("MY_D", "hunter2")
    assert warnings(make(secret_requests=[Secret("c", "d", env_var="MY_D")])) == []


def test_a_secret_in_a_file_is_no_finding(make, secrets: Path):
    """A key is a file in the group's folder; a group without a key is the folder."""
    (secrets / "warehouse").mkdir()
    (secrets / "warehouse" / "password").write_text("hunter2")
    assert warnings(make(secret_requests=[Secret("warehouse", "password"), Secret("warehouse")])) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2"),
        ("API_KEY", "0a1b2c"),
        ("LINE", "ghp_" + "a1" * 18),
        ("LINE", "github_pat_" + "a1" * 12),
        ("LINE", "AKIA" + "A1" * 8),
        ("LINE", "sk-" + "a1" * 20),
        ("LINE", f"Bearer eyJ{'a' * 20}.eyJ{'b' * 20}.{'c' * 20}"),
        ("LINE", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
        ("LINE", "-----BEGIN PRIVATE KEY-----\nabc"),
        ("LINE", "postgres://me:hunter2@db/music"),
    ],
)
def test_a_variable_that_looks_like_a_secret_is_a_warning(make, name: str, value: str):
    """By its name or by its value; the finding does not hold the value."""
    [found] = warnings(make(environment={name: value}))
    assert found == Finding("warning", f"container.env.{name}", ONE, TAKE_OUT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "debug"),
        ("MAX_TOKENS", "4096"),
        ("TOKENIZER", "bert-base"),
        ("TOKENIZERS_PARALLELISM", "false"),
        ("PASSWORD_FILE", "/run/secrets/password"),
        ("AUTH_URL", "https://id.example.org/authorize"),
        ("AUTHOR", "Ada"),
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "$FROM_ELSEWHERE"),
        ("URI", "postgres://db/music"),
        ("URI", "postgres://{user}:{password}@db/music"),
        ("NAME", "risk-of-something-quite-long-indeed"),
    ],
)
def test_a_variable_that_is_no_secret_is_no_finding(make, name: str, value: str):
    """Settings, paths, addresses and references are none."""
    assert warnings(make(environment={name: value})) == []


def test_a_secret_in_custom_is_a_warning(make):
    """An address with a password in it stands in the template as a variable does."""
    task = make({"db": {"uri": "postgres://me:hunter2@db/music"}, "rows": ["x", "ghp_" + "a1" * 18]})
    assert warnings(task) == [
        Finding(
            "warning",
            "custom.db.uri, custom.rows[1]",
            "The values look like secrets, and everybody who may see the task can read them.",
            TAKE_OUT.replace("it", "them", 1),
        )
    ]


def test_a_password_in_custom_is_a_warning(make):
    """By its field's name, in whatever place; the finding does not hold the value."""
    assert warnings(make({"password": "hunter2", "rows": [{"api_key": "0a1b2c"}]})) == [
        Finding(
            "warning",
            "custom.password, custom.rows[0].api_key",
            "The values look like secrets, and everybody who may see the task can read them.",
            TAKE_OUT.replace("it", "them", 1),
        )
    ]


def test_what_only_tells_of_a_password_is_no_finding(make, monkeypatch):
    """Where it is, what it is called, how it is sent; and the name of a secret that the task asks for."""
    monkeypatch.setenv("_FSEC_DB_LOGIN", "hunter2")
    fields = {"auth": "basic", "token_url": "id.example.org", "password_key": "db", "password": "{{ login }}"}
    fields |= {"password_file": "pw.txt", "max_tokens": "4", "db_password": "login", "access_key": ""}
    assert warnings(make(fields, secret_requests=[Secret("db", "login")])) == []


def test_no_finding_holds_a_value(make):
    """Neither of the environment, nor of what looks like a secret in custom."""
    tasks = [
        make(environment={"DB_PASSWORD": "hunter2", "PLAIN": "hunter3"}, secret_requests=[Secret("hunter", "key")]),
        make({"password": 7474, "pins": {"token": (7474,)}}),
        make({"password": b"hunter2"}),
    ]
    said = [str(each) for task in tasks for each in checks(task)]
    assert len(said) > 6
    assert not [each for each in said if any(value in each for value in ("hunter2", "hunter3", "7474"))]


def test_variables_that_the_kernel_does_not_have_are_a_note(make, monkeypatch):
    """Those that it has are left out."""
    monkeypatch.setenv("MUSIC_SAME", "1")
    monkeypatch.setenv("MUSIC_OTHER", "2")
    task = make(environment={"MUSIC_SAME": "1", "MUSIC_OTHER": "1", "MUSIC_NEW": "1"})
    assert [each for each in checks(task) if "kernel" in each.sentence] == [
        Finding(
            "note",
            "container.env",
            "A run in the kernel does not see MUSIC_OTHER and MUSIC_NEW.",
            "Run the task isolated: a process of its own has the container's variables.",
        )
    ]


def test_variables_that_the_kernel_has_are_no_finding(make, monkeypatch):
    """A run here sees the same."""
    monkeypatch.setenv("MUSIC_SAME", "1")
    assert [each for each in checks(make(environment={"MUSIC_SAME": "1"})) if "kernel" in each.sentence] == []
