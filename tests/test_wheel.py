"""What a person gets from `pip install`: every file, and the whole journey."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PIP = (sys.executable, "-m", "pip")

# Runs in the empty environment, which has no nbclient. Input is allowed, as a notebook's front end does.
DRIVER = """
import json, sys
from jupyter_client.manager import start_new_kernel

def run(client, cell):
    outputs = []
    def keep(message):
        if message["msg_type"] in ("display_data", "execute_result", "error", "stream"):
            outputs.append(message["content"])
    reply = client.execute_interactive(cell, output_hook=keep, timeout=120, allow_stdin=True)
    return {"status": reply["content"]["status"], "outputs": outputs}

manager, client = start_new_kernel()
try:
    print(json.dumps([run(client, cell) for cell in json.load(sys.stdin)]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
"""

JOURNEY = (
    "%load_ext shimnb",
    """%%shimtask doubled --image ghcr.io/acme/double:1
from shimnb import ShimTaskExecutor

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, count: int = 4) -> int:
        return 2 * count
""",
    "doubled(count=21)",
    "import shimnb; shimnb.tree(doubled)",
    "shimnb.form(doubled)",
    "shimnb.panel(doubled)",
    "import sys; print(shimnb.__file__); print('flytekit' in sys.modules)",
)


def run(*command: str | Path, cwd: Path, stdin: str = "") -> str:
    """Run a process away from the repository, and show all it said when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, REPOSITORY, cwd=folder)
    (built,) = folder.glob("shimnb-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with nothing but the wheel and what it asks for, in the versions tested here."""
    folder = tmp_path_factory.mktemp("installed")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(f"{d.name}=={d.version}" for d in distributions() if d.name != "shimnb"))
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    run(*PIP, "--python", python, "install", "-q", "--no-compile", "-c", constraints, wheel, cwd=folder)
    return python


@pytest.fixture(scope="module")
def journey(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """What the kernel of that environment answered to each cell."""
    folder = tmp_path_factory.mktemp("journey")
    return json.loads(run(installed, "-c", DRIVER, cwd=folder, stdin=json.dumps(JOURNEY)))


def test_every_file_is_in_the_wheel(wheel):
    """Python, JavaScript, CSS and the typing marker: what is in shimnb/ is in the wheel, and nothing else is."""
    package = REPOSITORY / "shimnb"
    files = {path.relative_to(REPOSITORY).as_posix() for path in package.rglob("*") if path.is_file()}
    written = {name for name in files if "__pycache__" not in name and ".ipynb_checkpoints" not in name}
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert shipped == written
    assert {Path(name).suffix for name in shipped} == {".py", ".js", ".css", ".typed"}


def test_the_licence_is_in_the_wheel(wheel):
    """Apache-2.0 asks for its text beside the work."""
    with zipfile.ZipFile(wheel) as archive:
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in archive.namelist())


def test_the_journey_works_from_the_wheel(journey):
    """Each step of the journey, in a fresh kernel of an empty environment, raises nothing."""
    assert [(step["status"], [out["evalue"] for out in step["outputs"] if "evalue" in out]) for step in journey] == [
        ("ok", [])
    ] * len(JOURNEY)


def test_the_installed_files_were_used(journey, installed):
    """The journey ran from the environment, not from this repository, and without flytekit."""
    file, flytekit = journey[-1]["outputs"][0]["text"].split("\n")[:2]
    assert Path(file).is_relative_to(installed.parents[1])
    assert flytekit == "False"


def test_a_call_gives_its_result(journey):
    """A task that is called gives a Python value."""
    assert journey[2]["outputs"][0]["data"]["text/plain"] == "42"


@pytest.mark.parametrize("step", [1, 3, 4, 5], ids=["cell", "tree", "form", "panel"])
def test_each_view_is_a_widget_with_a_static_form(journey, step):
    """A view that lacks its JavaScript or CSS file fails to be made; what has no front end gets HTML and text."""
    bundle = {name: data for out in journey[step]["outputs"] for name, data in out.get("data", {}).items()}
    assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(bundle)
