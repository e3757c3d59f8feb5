"""Prototype Flyte shim tasks in a notebook: see what the cluster sees, run it, take it away.

The names are flytekit's where flytekit has one. They are imported when they
are first used, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shimnb.version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from shimnb.core.cache import LocalTaskCache
    from shimnb.core.checkpoint import Checkpoint, SyncCheckpoint
    from shimnb.core.checks import Finding, checks
    from shimnb.core.context import (
        CompilationState,
        ExecutionParameters,
        ExecutionState,
        FlyteContext,
        FlyteContextManager,
        current_context,
    )
    from shimnb.core.custom import Loss
    from shimnb.core.deck import Deck, DeckField
    from shimnb.core.documentation import Description, Documentation, SourceCode
    from shimnb.core.images import Image, ImageConfig
    from shimnb.core.interface import Interface, executor_interface, kwtypes
    from shimnb.core.metadata import TaskMetadata
    from shimnb.core.promise import Promise, VoidPromise
    from shimnb.core.resolver import TaskTemplateResolver, default_task_template_resolver
    from shimnb.core.resources import Resources, ResourceSpec
    from shimnb.core.security import Secret, SecurityContext
    from shimnb.core.settings import FastSerializationSettings, SerializationSettings
    from shimnb.core.shim import ExecutableTemplateShimTask, ShimTaskExecutor
    from shimnb.core.task import PythonCustomizedContainerTask
    from shimnb.core.template import TaskTemplate
    from shimnb.core.types import TypeEngine, TypeTransformer
    from shimnb.core.types.coders import StructuredDatasetDecoder, StructuredDatasetEncoder
    from shimnb.core.types.dataset import StructuredDataset
    from shimnb.core.types.files import FlyteFile
    from shimnb.core.types.folders import FlyteDirectory
    from shimnb.core.types.losses import TypeLoss
    from shimnb.core.types.notes import FlyteAnnotation, HashMethod
    from shimnb.core.types.pickles import FlytePickle, allow_pickle
    from shimnb.core.types.structured import StructuredDatasetTransformerEngine
    from shimnb.core.watch import progress
    from shimnb.errors import (
        FlyteNonRecoverableSystemException,
        FlyteRecoverableException,
        FlyteUserRuntimeException,
        ShimError,
    )
    from shimnb.notebook.define import define
    from shimnb.notebook.form.widget import form
    from shimnb.notebook.panel import panel
    from shimnb.notebook.tree.diff import diff
    from shimnb.notebook.tree.widget import tree

__all__ = [
    "Checkpoint",
    "CompilationState",
    "Deck",
    "DeckField",
    "Description",
    "Documentation",
    "ExecutableTemplateShimTask",
    "ExecutionParameters",
    "ExecutionState",
    "FastSerializationSettings",
    "Finding",
    "FlyteAnnotation",
    "FlyteContext",
    "FlyteContextManager",
    "FlyteDirectory",
    "FlyteFile",
    "FlyteNonRecoverableSystemException",
    "FlytePickle",
    "FlyteRecoverableException",
    "FlyteUserRuntimeException",
    "HashMethod",
    "Image",
    "ImageConfig",
    "Interface",
    "LocalTaskCache",
    "Loss",
    "Promise",
    "PythonCustomizedContainerTask",
    "ResourceSpec",
    "Resources",
    "Secret",
    "SecurityContext",
    "SerializationSettings",
    "ShimError",
    "ShimTaskExecutor",
    "SourceCode",
    "StructuredDataset",
    "StructuredDatasetDecoder",
    "StructuredDatasetEncoder",
    "StructuredDatasetTransformerEngine",
    "SyncCheckpoint",
    "TaskMetadata",
    "TaskTemplate",
    "TaskTemplateResolver",
    "TypeEngine",
    "TypeLoss",
    "TypeTransformer",
    "VoidPromise",
    "__version__",
    "allow_pickle",
    "checks",
    "current_context",
    "default_task_template_resolver",
    "define",
    "diff",
    "executor_interface",
    "form",
    "kwtypes",
    "load_ipython_extension",
    "panel",
    "progress",
    "tree",
    "unload_ipython_extension",
]

_HOMES = {
    "shimnb.core.cache": ("LocalTaskCache",),
    "shimnb.core.checkpoint": ("Checkpoint", "SyncCheckpoint"),
    "shimnb.core.checks": ("Finding", "checks"),
    "shimnb.core.context": (
        "CompilationState",
        "ExecutionParameters",
        "ExecutionState",
        "FlyteContext",
        "FlyteContextManager",
        "current_context",
    ),
    "shimnb.core.custom": ("Loss",),
    "shimnb.core.deck": ("Deck", "DeckField"),
    "shimnb.core.documentation": ("Description", "Documentation", "SourceCode"),
    "shimnb.core.images": ("Image", "ImageConfig"),
    "shimnb.core.interface": ("Interface", "executor_interface", "kwtypes"),
    "shimnb.core.metadata": ("TaskMetadata",),
    "shimnb.core.promise": ("Promise", "VoidPromise"),
    "shimnb.core.resolver": ("TaskTemplateResolver", "default_task_template_resolver"),
    "shimnb.core.resources": ("ResourceSpec", "Resources"),
    "shimnb.core.security": ("Secret", "SecurityContext"),
    "shimnb.core.settings": ("FastSerializationSettings", "SerializationSettings"),
    "shimnb.core.shim": ("ExecutableTemplateShimTask", "ShimTaskExecutor"),
    "shimnb.core.task": ("PythonCustomizedContainerTask",),
    "shimnb.core.template": ("TaskTemplate",),
    "shimnb.core.types": ("TypeEngine", "TypeTransformer"),
    "shimnb.core.types.losses": ("TypeLoss",),
    "shimnb.core.types.notes": ("FlyteAnnotation", "HashMethod"),
    "shimnb.core.types.pickles": ("FlytePickle", "allow_pickle"),
    "shimnb.core.types.coders": ("StructuredDatasetDecoder", "StructuredDatasetEncoder"),
    "shimnb.core.types.dataset": ("StructuredDataset",),
    "shimnb.core.types.structured": ("StructuredDatasetTransformerEngine",),
    "shimnb.core.watch": ("progress",),
    "shimnb.core.types.files": ("FlyteFile",),
    "shimnb.core.types.folders": ("FlyteDirectory",),
    "shimnb.errors": (
        "FlyteNonRecoverableSystemException",
        "FlyteRecoverableException",
        "FlyteUserRuntimeException",
        "ShimError",
    ),
    "shimnb.notebook.define": ("define",),
    "shimnb.notebook.form.widget": ("form",),
    "shimnb.notebook.panel": ("panel",),
    "shimnb.notebook.tree.diff": ("diff",),
    "shimnb.notebook.tree.widget": ("tree",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'shimnb' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register ``%%shimtask``; run by ``%load_ext shimnb``."""
    import_module("shimnb.notebook.magic").load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Take back what loading registered; run by ``%unload_ext shimnb``."""
    import_module("shimnb.notebook.magic").unload(ipython)
