"""The rows of `docs/checks.md`: a task, its run in a call and on a cluster, and what the checks find about it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIVERGENCES", "Divergence", "cases"]

_OWN = "__import__('diverging')"


@dataclass(frozen=True)
class Divergence:
    """A task, in the words of `process/subjects.py` and `process/diverging.py`.

    Parameters
    ----------
    task : str
        The task.
    inputs : str
        What it is called with.
    literals : str
        The same as pairs of a value and its type, for a run on a cluster.
    call, cluster : str
        What to ask where it is no run of the task; TASK stands for it.
    unsettled : bool
        Whether flytekit's answer on a cluster is another one from time to time.
    """

    task: str
    inputs: str = ""
    literals: str = ""
    call: str = ""
    cluster: str = ""
    unsettled: bool = False


def _custom(value: str) -> Divergence:
    return Divergence(f"Shim({value}, executor_type=SeenCustom, interface=outputs(o0=str))")


def _input(executor: str, python_type: str, value: str, given: str = "") -> Divergence:
    interface = f"Interface(inputs=kwtypes(a={python_type}), outputs=kwtypes(o0=str))"
    task = f"Shim(executor_type={executor}, interface={interface})"
    return Divergence(task, f"a={value}", f"a=({value}, {given or python_type})")


def _output(executor: str, python_type: str, value: str) -> Divergence:
    interface = f"Interface(inputs=kwtypes(a={python_type}), outputs=kwtypes(o0={python_type}))"
    return Divergence(
        f"Shim(executor_type={executor}, interface={interface})", f"a={value}", f"a=({value}, {python_type})"
    )


_CLASS = f"{_OWN}.Class"
_NEEDS = f"{_OWN}.Needs"
_WORDS = f"{_OWN}.Words"

# By the name that the first column has.
DIVERGENCES: dict[str, Divergence] = {
    # `custom`
    "`{'n': 3}`": _custom("{'n': 3}"),
    "`{'n': 2**60 + 1}`": _custom("{'n': 2**60 + 1}"),
    "`{'t': ('a', 'b')}`": _custom("{'t': ('a', 'b')}"),
    "`{1: 'a'}`": _custom("{1: 'a'}"),
    "`{'b': 'x', 'a': 'x'}`, its keys": Divergence(
        "Shim({'b': 'x', 'a': 'x'}, executor_type=Keys, interface=outputs(o0=str))", unsettled=True
    ),
    "`{'day': date(2024, 2, 29)}`": _custom("{'day': date(2024, 2, 29)}"),
    "`{'s': {1}}`": _custom("{'s': {1}}"),
    # The task
    "an executor that a notebook's own cell defines": Divergence(
        f"{_OWN}.of_notebook()", cluster=f"{_OWN}.container(TASK)"
    ),
    "`task_config` changed after `serialize_to_model`": Divergence(f"{_OWN}.changed()"),
    "`environment={'A': '1'}`": Divergence(
        "Shim(executor_type=First, environment={'A': '1'}, interface=Interface(kwtypes(a=int), kwtypes(o0=int)))",
        "a=3",
        "a=(3, int)",
    ),
    "`secret_requests=[Secret(...)]`, how many the template has": Divergence(
        "Shim(secret_requests=[Secret(group='g', key='k')])",
        call="len(getattr(idl(TASK.serialize_to_model(settings())), 'security_context').secrets)",
        cluster="len(template(TASK).security_context.secrets)",
    ),
    # Inputs
    "an input left out, `Interface(inputs={'a': (int, 3)})`": Divergence(
        f"Shim(executor_type={_NEEDS}, interface=Interface(inputs={{'a': (int, 3)}}, outputs=kwtypes(o0=int)))"
    ),
    "an `Optional[int]` input left out": Divergence(
        f"Shim(executor_type={_NEEDS}, interface=Interface(inputs=kwtypes(a=Optional[int]), outputs=kwtypes(o0=Optional[int])))"
    ),
    "an `Enum` input": _input(_CLASS, "Color", "Color.RED"),
    "a dataclass input": _input(_CLASS, "Point", "Point(1)"),
    "a `datetime` input without a time zone": _input(_WORDS, "datetime.datetime", "datetime.datetime(2024, 2, 29)"),
    "a `date` input": _input(_WORDS, "date", "date(2024, 2, 29)"),
    "`'zzz'` for a `Literal['x', 'y']` input": _input(_WORDS, "typing.Literal['x', 'y']", "'zzz'", "str"),
    # Outputs; the values are no other case's, for flytekit keeps the literals that it made once
    "a `list[int]` output": _output("First", "list[int]", "[26, 27]"),
    "a `dict[str, int]` output": _output("First", "dict[str, int]", "{'tracks': 26}"),
    "an `Optional[int]` output": _output("First", "Optional[int]", "3"),
    "a path as text, for a `FlyteFile` output": Divergence(
        f"Shim(executor_type={_OWN}.Text, interface=outputs(o0=FlyteFile))",
        call="type(TASK()).__name__",
    ),
    "two outputs, returned as `(1, 'a')`": Divergence(
        f"Shim(executor_type={_OWN}.Pair, interface=outputs(o0=int, o1=str))", unsettled=True
    ),
    "two outputs, returned as `{'o0': 1, 'o1': 'a'}`": Divergence(
        f"Shim(executor_type={_OWN}.Named, interface=outputs(o0=int, o1=str))"
    ),
}


def cases() -> dict[str, str]:
    """Ask for each task's call, its run on a cluster, and the findings."""
    found = {}
    for name, each in DIVERGENCES.items():
        call = each.call.replace("TASK", each.task) or f"{_OWN}.called({each.task}, {each.inputs})"
        cluster = each.cluster.replace("TASK", each.task) or f"{_OWN}.cluster({each.task}, {each.literals})"
        found[f"divergence, call: {name}"] = call
        found[f"divergence, cluster: {name}"] = cluster
        found[f"divergence, findings: {name}"] = f"{_OWN}.findings({each.task})"
    return found
