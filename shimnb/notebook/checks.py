"""What would go wrong with a task on a cluster: pure, from the template to findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from shimnb.core.types import TypeEngine
from shimnb.errors import shorten
from shimnb.notebook.words import size_level, size_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shimnb.core.custom import Loss
    from shimnb.core.interface import Interface
    from shimnb.core.types.losses import TypeLoss

__all__ = ["Finding", "check", "count_words"]

_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that would go wrong.

    Parameters
    ----------
    severity : str
        ``error`` where the task cannot run, ``warning`` where it may surprise,
        ``note`` for what is so with every task of these types.
    path : str
        Where: ``custom.limit``, ``container.image``, ``size``.
    sentence, remedy : str
        What, and what to do about it.
    before, after : str
        What was written and what the executor gets, where the two differ.
    """

    severity: Literal["error", "warning", "note"]
    path: str
    sentence: str
    remedy: str
    before: str = ""
    after: str = ""


def check(image: str, size: int, losses: Iterable[Loss], interface: Interface | None = None) -> tuple[Finding, ...]:
    """Look for what would go wrong on a cluster.

    Parameters
    ----------
    image : str
        The container's image, as the task names it; empty for none.
    size : int
        The template's bytes, encoded.
    losses : iterable of Loss
        What `custom` loses on its way.
    interface : Interface, optional
        The inputs and outputs, in Python types.

    Returns
    -------
    tuple of Finding
        Errors first, notes last.

    Examples
    --------
    >>> [finding.sentence for finding in check("ghcr.io/me/sql", 900, ())]
    ["The image 'ghcr.io/me/sql' has no tag, so it may change from one run to the next."]
    """
    findings = [*_image(image), *_size(size), *(_loss(loss) for loss in losses)]
    if interface is not None:
        findings += [*_outputs(interface), *_types(interface)]
    return tuple(sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity)))


def _image(image: str) -> list[Finding]:
    if not image:
        return [
            Finding(
                "warning",
                "container.image",
                "The task names no image, so the registration's default one would run it.",
                "Name one with your executor in it: --image ghcr.io/me/sql:1.",
            )
        ]
    if "{{" in image or "@" in image:
        return []
    _, colon, tag = image.rpartition(":")
    if not colon or "/" in tag:
        problem = f"The image {image!r} has no tag, so it may change from one run to the next."
    elif tag == "latest":
        problem = f"The image {image!r} may change from one run to the next."
    else:
        return []
    return [Finding("warning", "container.image", problem, "Name a version: a tag such as :1, or a digest.")]


def _size(size: int) -> list[Finding]:
    level, words = size_level(size)
    if not level:
        return []
    return [
        Finding(
            "error" if level == "error" else "warning",
            "size",
            f"The template has {size_words(size)}: {words.partition(':')[0]}.",
            "Put the large part in a file or an input, and its address in custom.",
        )
    ]


def _outputs(interface: Interface) -> list[Finding]:
    names = list(interface.outputs)
    ordered = interface.output_tuple_name is not None or names == [f"o{index}" for index in range(len(names))]
    if len(names) == 1 or ordered:
        return []
    return [
        Finding(
            "warning",
            "interface.outputs",
            f"A template keeps no order of its outputs, and the names {', '.join(names)} tell none.",
            "Return a NamedTuple with these names: a plain tuple fits here, and is refused on a cluster.",
        )
    ]


def _types(interface: Interface) -> list[Finding]:
    return [
        _type(f"inputs.{name}{loss.path.removeprefix('$')}", loss)
        for name, python_type in interface.inputs.items()
        for loss in TypeEngine.losses(python_type)
    ]


def _type(path: str, loss: TypeLoss) -> Finding:
    if loss.after.startswith("StructuredDataset"):
        # Not a matter of methods that are missed: whatever the executor does with the frame fails.
        sentence = "The message says that it is a table, and not of which library."
        remedy = f"Open it in the executor: .open({loss.before}).all()."
        return Finding("warning", path, sentence, remedy, loss.before, loss.after)
    sentence = f"{loss.reason[:1].upper()}{loss.reason[1:]}."
    return Finding(
        "note", path, sentence, "The executor gets what the template tells; rely on no more.", loss.before, loss.after
    )


def _loss(loss: Loss) -> Finding:
    return Finding(
        "warning",
        f"custom{loss.path.removeprefix('$')}",
        f"{loss.reason[:1].upper()}{loss.reason[1:]}.",
        "Convert it in the executor, or store it in the form that arrives.",
        shorten(loss.before),
        shorten(loss.after),
    )


def count_words(findings: Iterable[Finding]) -> str:
    """Word how many errors and warnings there are; notes do not count.

    Examples
    --------
    >>> count_words(check("", 900, ()))
    '1 warning'
    """
    severities: list[str] = [finding.severity for finding in findings]
    parts = []
    for severity in _SEVERITIES[:2]:
        count = severities.count(severity)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return ", ".join(parts)
