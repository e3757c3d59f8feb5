"""One set of names for both libraries, made before any case is read.

A subject begins with ``from sdk import ...``; which library that is was decided by
the process's first argument. Everything that the libraries do differently for the
same question is here too, so that a case asks both in the same words.
"""

from __future__ import annotations

import importlib
import sys
from collections import OrderedDict
from types import ModuleType
from typing import Any

PUBLIC = (
    "Deck",
    "DeckField",
    "Description",
    "Documentation",
    "ExecutableTemplateShimTask",
    "ExecutionParameters",
    "ExecutionState",
    "FastSerializationSettings",
    "FlyteAnnotation",
    "FlyteContext",
    "FlyteContextManager",
    "FlyteDirectory",
    "FlyteFile",
    "FlytePickle",
    "HashMethod",
    "Image",
    "ImageConfig",
    "Interface",
    "Promise",
    "PythonCustomizedContainerTask",
    "ResourceSpec",
    "Resources",
    "Secret",
    "SecurityContext",
    "SerializationSettings",
    "ShimTaskExecutor",
    "SourceCode",
    "StructuredDataset",
    "StructuredDatasetDecoder",
    "StructuredDatasetEncoder",
    "StructuredDatasetTransformerEngine",
    "TaskMetadata",
    "TaskTemplate",
    "TaskTemplateResolver",
    "TypeEngine",
    "TypeTransformer",
    "VoidPromise",
    "current_context",
    "default_task_template_resolver",
    "kwtypes",
)

FLYTEKIT = {
    "flytekit": "Deck Description Documentation FlyteContext FlyteContextManager HashMethod Resources Secret SourceCode "
    "StructuredDataset TaskMetadata current_context kwtypes",
    "flytekit.configuration": "FastSerializationSettings Image ImageConfig SerializationSettings",
    "flytekit.core.annotation": "FlyteAnnotation",
    "flytekit.core.context_manager": "ExecutionParameters ExecutionState",
    "flytekit.core.interface": "Interface",
    "flytekit.core.promise": "Promise VoidPromise",
    "flytekit.core.python_customized_container_task": "PythonCustomizedContainerTask TaskTemplateResolver "
    "default_task_template_resolver",
    "flytekit.core.resources": "ResourceSpec",
    "flytekit.core.shim_task": "ExecutableTemplateShimTask ShimTaskExecutor",
    "flytekit.core.type_engine": "TypeEngine TypeTransformer",
    "flytekit.deck": "DeckField",
    "flytekit.types.directory": "FlyteDirectory",
    "flytekit.types.file": "FlyteFile",
    "flytekit.models.security": "SecurityContext",
    "flytekit.models.task": "TaskTemplate",
    "flytekit.types.pickle": "FlytePickle",
    "flytekit.types.structured": "StructuredDatasetDecoder StructuredDatasetEncoder StructuredDatasetTransformerEngine",
}


def _pod(models: ModuleType, message: Any) -> Any:
    """Make flytekit's model of a pod; its own from_flyte_idl forgets the primary container's name."""
    pod = models.K8sPod.from_flyte_idl(message)
    return models.K8sPod(pod.metadata, pod.pod_spec, pod.data_config, message.primary_container_name)


def _from_flytekit(sdk: ModuleType) -> None:
    for module, names in FLYTEKIT.items():
        loaded = importlib.import_module(module)
        for name in names.split():
            setattr(sdk, name, getattr(loaded, name))
    translator = importlib.import_module("flytekit.tools.translator")
    models = importlib.import_module("flytekit.models.task")
    literals = importlib.import_module("flytekit.models.literals")

    def registered(task: Any, settings: Any) -> Any:
        """What registration sends: serialize_to_model alone leaves out the secrets, among others."""
        return translator.get_serializable(OrderedDict(), settings, task).template.to_flyte_idl()

    def notebook_executor(settings: Any) -> str:
        """Tell by which path a container would import an executor that a notebook's cell defines."""
        executor = type("Executor", (sdk.ShimTaskExecutor,), {"__module__": "__main__"})
        task = sdk.PythonCustomizedContainerTask("numbers", None, "a/b:c", executor, interface=sdk.Interface())
        return task.get_command(settings)[-1]

    sdk.notebook_executor = notebook_executor
    sdk.registered = registered
    sdk.k8s_pod = lambda message: _pod(models, message)
    sdk.sql = models.Sql.from_flyte_idl
    sdk.literal_map = lambda values: literals.LiteralMap(literals=values)
    # flytekit's models keep Python's own datetime until they are encoded: decode what a cluster would.
    sdk.literal = literals.Literal.from_flyte_idl
    sdk.decoded = lambda literal: literals.Literal.from_flyte_idl(literal.to_flyte_idl())
    sdk.type_model = importlib.import_module("flytekit.models.types").LiteralType.from_flyte_idl
    sdk.literal_model = literals.Literal.from_flyte_idl
    sdk.version = importlib.import_module("flytekit").__version__


_CELL = """
from shimnb import ShimTaskExecutor


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, a: int) -> int:
        return a + 1
"""


def _from_shimnb(sdk: ModuleType) -> None:
    shimnb = importlib.import_module("shimnb")
    for name in PUBLIC:
        # A missing name fails the cases that use it, and none besides.
        if hasattr(shimnb, name):
            setattr(sdk, name, getattr(shimnb, name))
    literals_pb2 = importlib.import_module("flyteidl.core.literals_pb2")

    def notebook_executor(settings: Any) -> str:
        """Tell by which path a container would import an executor that a notebook's cell defines."""
        task = importlib.import_module("shimnb").define(_CELL, "numbers")
        path: str = task.get_command(settings)[-1]
        module, _, name = path.rpartition(".")
        # It can be imported here as a container would: the cell is a module.
        return path if getattr(importlib.import_module(module), name) is task.executor_type else "another class"

    sdk.notebook_executor = notebook_executor
    sdk.registered = lambda task, settings: task.serialize_to_model(settings).to_flyte_idl()
    sdk.k8s_pod = lambda message: message
    sdk.sql = lambda message: message
    sdk.literal_map = lambda values: literals_pb2.LiteralMap(literals=values)
    sdk.literal = lambda message: message
    sdk.decoded = lambda literal: literals_pb2.Literal.FromString(literal.SerializeToString())
    sdk.type_model = sdk.literal_model = lambda message: message
    sdk.version = shimnb.__version__


def install(library: str) -> None:
    """Make ``sdk`` importable, as `library` ("shimnb" or "flytekit") has it."""
    sdk = ModuleType("sdk")
    {"flytekit": _from_flytekit, "shimnb": _from_shimnb}[library](sdk)
    sdk.library = library
    sys.modules["sdk"] = sdk
