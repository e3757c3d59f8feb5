"""`shimnb.define`: the magic, from Python."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import shimnb
from shimnb.errors import SettingError
from shimnb.notebook.cell import build, discard, text_of
from shimnb.notebook.options import SecretOption, TaskOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION = "def execute(tt, *, n: int = 2) -> int:\n    return n * 2\n"


@pytest.fixture(autouse=True)
def no_cells() -> Iterator[None]:
    """Each test begins and ends without cells."""
    discard()
    yield
    discard()


def test_it_does_what_the_magic_does():
    """Every option of the line is there, and the task has the same template."""
    task = shimnb.define(
        FUNCTION,
        "t",
        image="a:1",
        task_type="sql",
        set={"query": "select 1", "limit": 3, "tags": ["a"], "text": "3"},
        cpu=0.5,
        mem="512Mi",
        gpu=1,
        limit_ephemeral_storage="1Gi",
        env={"LANG": "C"},
        secrets=["db/user", "db/password:env"],
        retries=2,
        timeout=dt.timedelta(minutes=90),
        cache_version="1",
        interruptible=True,
        deck=True,
    )
    options = TaskOptions(
        image="a:1",
        task_type="sql",
        set=(("query", "select 1"), ("limit", "3"), ("tags", '["a"]'), ("text", '"3"')),
        requests=(("cpu", "0.5"), ("mem", "512Mi"), ("gpu", "1")),
        limits=(("ephemeral_storage", "1Gi"),),
        environment=(("LANG", "C"),),
        secrets=(SecretOption("db", "user"), SecretOption("db", "password", "env")),
        retries=2,
        timeout=5400,
        cache_version="1",
        interruptible=True,
        deck=True,
    )
    assert build(FUNCTION, "t", options, {}).task.task_template == task.task_template
    assert task(n=4) == 8


def test_an_option_that_is_none_is_left_out():
    """As it is where a tool passes on what it may not have."""
    text = text_of(shimnb.define(FUNCTION, "t", image=None, set=None, retries=None))
    plain = text_of(shimnb.define(FUNCTION, "t"))
    assert text is not None
    assert plain is not None
    assert text.source == plain.source


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"imag": "a"}, "imag: there is no such option, got 'a'. Did you mean 'image'?"),
        (
            {"zzz": 1},
            (
                "zzz: there is no such option, got 1. The options are cache_version, cpu, deck, env, ephemeral_storage, gpu, image, "
                "include, interruptible, limit_cpu, limit_ephemeral_storage, limit_gpu, limit_mem, mem, retries, secrets, set, "
                "task_type, timeout."
            ),
        ),
        (
            {"no_panel": True},
            (
                "no_panel: there is no such option, got True. The options are cache_version, cpu, deck, env, ephemeral_storage, gpu, "
                "image, include, interruptible, limit_cpu, limit_ephemeral_storage, limit_gpu, limit_mem, mem, retries, "
                "secrets, set, task_type, timeout."
            ),
        ),
        ({"image": 3}, 'image: a string is expected, got 3. Write image="...".'),
        ({"mem": "lots"}, "mem: it is no Kubernetes quantity, got 'lots'. Write one such as 500m, 2 or 512Mi."),
        ({"cpu": True}, 'cpu: a string is expected, got True. Write cpu="...".'),
        ({"retries": -1}, "retries: it is no count of attempts, got '-1'. Write a whole number, 0 or more."),
        ({"timeout": "soon"}, "timeout: it is no duration, got 'soon'. Write seconds, or a form such as 1h30m."),
        (
            {"secrets": ["password"]},
            "secrets: it is no secret's name, got 'password'. Write GROUP/KEY, GROUP/KEY:env or GROUP/KEY:file.",
        ),
        ({"secrets": "db/user"}, "secrets: a list is expected, got 'db/user'. Write secrets=['db/user']."),
        ({"include": ["a b"]}, "include: it is no name, got 'a b'. Write one that the notebook defines."),
        ({"env": ["A=1"]}, "env: a mapping is expected, got ['A=1']. Write env={\"name\": ...}."),
        ({"env": {"A": 1}}, "env['A']: a string is expected, got 1. Write str(...)."),
        ({"set": {1: 2}}, 'set: a name is expected as the key, got 1. Write set={"name": ...}.'),
        (
            {"set": {"a": {1}}},
            "set['a']: a JSON value is expected, got {1}. Write numbers, strings, lists and dicts alone.",
        ),
        (
            {"set": {"a": float("nan")}},
            "set['a']: a JSON value is expected, got nan. Write numbers, strings, lists and dicts alone.",
        ),
        ({"interruptible": "yes"}, "interruptible: a boolean is expected, got 'yes'. Write interruptible=True."),
    ],
)
def test_a_wrong_option(options: dict[str, Any], expected: str):
    """It is named, with what was given and what to write; in the magic's words where the magic checks it."""
    with pytest.raises(SettingError) as caught:
        shimnb.define(FUNCTION, "t", **options)
    assert str(caught.value) == expected
    assert caught.value.setting.partition("[")[0] in options


def test_in_a_notebook_names_are_found_and_included():
    """The IPython that runs in the process is where they are looked for."""
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config, colors="nocolor")
    try:
        shell.run_cell("def double(n):\n    return n * 2", store_history=True)
        body = "def execute(tt, *, n: int) -> int:\n    return double(n)\n"
        with pytest.raises(shimnb.ShimError) as caught:
            shimnb.define(body, "t")
        assert str(caught.value) == (
            "cell t, line 3: 'double' is neither defined nor imported in the cell; the notebook defines it in cell [1], "
            "but a cluster runs the cell without the notebook. Paste it into the cell, or add --include double to the "
            "first line.\n  3 |     return double(n)"
        )
        assert shimnb.define(body, "t", include=["double"])(n=4) == 8
    finally:
        shell.restore_sys_module_state()
        InteractiveShell.clear_instance()


def test_it_does_without_ipython():
    """Tests and tools need no notebook."""
    code = (
        f"import shimnb, sys; t = shimnb.define({FUNCTION!r}, 't', retries=1); print(t(n=4), 'IPython' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "8 False\n"
