"""Every public name, used as a plugin's author uses it; mypy reads this file, nothing runs it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shimnb
import shimnb.runtime
from shimnb import (
    Checkpoint,
    CompilationState,
    Deck,
    DeckField,
    Description,
    Documentation,
    ExecutableTemplateShimTask,
    ExecutionParameters,
    ExecutionState,
    FastSerializationSettings,
    Finding,
    FlyteAnnotation,
    FlyteContext,
    FlyteContextManager,
    FlyteDirectory,
    FlyteFile,
    FlyteNonRecoverableSystemException,
    FlytePickle,
    FlyteRecoverableException,
    FlyteUserRuntimeException,
    HashMethod,
    Image,
    ImageConfig,
    Interface,
    LocalTaskCache,
    Loss,
    Promise,
    PythonCustomizedContainerTask,
    Resources,
    ResourceSpec,
    Secret,
    SecurityContext,
    SerializationSettings,
    ShimError,
    ShimTaskExecutor,
    SourceCode,
    StructuredDataset,
    StructuredDatasetDecoder,
    StructuredDatasetEncoder,
    StructuredDatasetTransformerEngine,
    SyncCheckpoint,
    TaskMetadata,
    TaskTemplate,
    TaskTemplateResolver,
    TypeEngine,
    TypeLoss,
    TypeTransformer,
    VoidPromise,
    __version__,
    allow_pickle,
    checks,
    current_context,
    default_task_template_resolver,
    define,
    diff,
    executor_interface,
    form,
    kwtypes,
    load_ipython_extension,
    panel,
    progress,
    tree,
    unload_ipython_extension,
)

if TYPE_CHECKING:
    from flyteidl.core import literals_pb2, tasks_pb2, types_pb2
    from IPython.core.interactiveshell import InteractiveShell


@dataclass
class Config:
    uri: str
    query: str = "select name from tracks limit :limit"


class Executor(ShimTaskExecutor["SqlTask"]):
    # flytekit's signature too is (self, tt, **kwargs), which an executor with keywords of its own narrows.
    def execute_from_model(self, tt: TaskTemplate, *, limit: int = 5) -> list[str]:  # type: ignore[override]
        custom: dict[str, Any] = tt.custom
        return [str(custom["uri"])] * limit


class SqlTask(PythonCustomizedContainerTask[Config]):
    def __init__(self, name: str, task_config: Config, **kwargs: Any) -> None:
        super().__init__(
            name,
            task_config,
            "ghcr.io/acme/sql:1",
            Executor,
            default_task_template_resolver,
            "sql",
            Resources(cpu="1", mem="512Mi"),
            Resources(mem="1Gi"),
            {"LANG": "C"},
            [Secret("database", "password", mount_requirement=Secret.MountType.ENV_VAR)],
            interface=executor_interface(Executor),
            metadata=TaskMetadata(retries=2, timeout=datetime.timedelta(minutes=5)),
            docs=Documentation("Top tracks.", Description("The long story."), SourceCode("https://example.org")),
            enable_deck=True,
            deck_fields=[DeckField.INPUT],
            **kwargs,
        )

    def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:
        version: str | None = settings.version
        return {"uri": self.task_config.uri, "query": self.task_config.query, "version": version}


def settings() -> SerializationSettings:
    images: ImageConfig = ImageConfig(default_image=Image("default", "ghcr.io/acme/sql", "1"))
    fast = FastSerializationSettings(enabled=False)
    return SerializationSettings(images, project="music", domain="development", fast_serialization_settings=fast)


def task() -> SqlTask:
    made = SqlTask("top_tracks", Config("chinook.db"))
    config: Config = made.task_config
    template: TaskTemplate = made.task_template
    message: tasks_pb2.TaskTemplate = template.to_flyte_idl()
    serialized: TaskTemplate = made.serialize_to_model(settings())
    losses: list[Loss] = made.losses()
    spec: ResourceSpec = made.resources
    security: SecurityContext | None = made.security_context
    interface: Interface = made.python_interface
    print(config.uri, message.id.name, serialized.size, losses, spec, security, interface.inputs, kwtypes(a=int))
    return made


def run(made: SqlTask) -> None:
    context: FlyteContext = FlyteContextManager.current_context()
    state: ExecutionState | None = context.execution_state
    compilation: CompilationState | None = context.compilation_state
    parameters: ExecutionParameters = current_context()
    progress(0.5, "half of it")
    with FlyteContextManager.with_context(context):
        promise: Promise | VoidPromise | None = made.local_execute(context, limit=3)
        outputs = made.local_outputs(context, limit=3)
        literals: literals_pb2.LiteralMap = outputs.literals
        cached: bool = outputs.cached
        print(literals, cached, outputs.decks, LocalTaskCache.path(), LocalTaskCache.enabled())
        LocalTaskCache.clear()
    deck: Deck = Deck("result", "<b>3</b>")
    print(state, compilation, parameters.logging, promise, deck.html, made(limit=3))


def load(resolver: TaskTemplateResolver) -> ExecutableTemplateShimTask:
    return resolver.load_task(["task.pb", "acme.sql.Executor"])


class Celsius:
    degrees: float = 0.0


class CelsiusTransformer(TypeTransformer[Celsius]):
    def __init__(self) -> None:
        super().__init__("celsius", Celsius)

    def get_literal_type(self, t: type[Celsius]) -> types_pb2.LiteralType:
        return TypeEngine.to_literal_type(float)

    def to_literal(
        self,
        ctx: FlyteContext,
        python_val: Celsius,
        python_type: type[Celsius],
        expected: types_pb2.LiteralType,
    ) -> literals_pb2.Literal:
        return TypeEngine.to_literal(ctx, python_val.degrees, float, expected)

    def to_python_value(
        self, ctx: FlyteContext, lv: literals_pb2.Literal, expected_python_type: type[Celsius]
    ) -> Celsius:
        made = Celsius()
        made.degrees = TypeEngine.to_python_value(ctx, lv, float)
        return made


class CelsiusEncoder(StructuredDatasetEncoder[Celsius]):
    def __init__(self) -> None:
        super().__init__(Celsius, "file", "celsius")

    def encode(
        self,
        ctx: FlyteContext,
        structured_dataset: StructuredDataset,
        structured_dataset_type: types_pb2.StructuredDatasetType,
    ) -> literals_pb2.StructuredDataset:
        frame: Celsius = structured_dataset.dataframe
        uri: str = structured_dataset.uri or ctx.file_access.get_random_remote_path()
        print(frame.degrees, self.python_type, self.protocol, self.supported_format)
        return literals_pb2.StructuredDataset(uri=uri)


class CelsiusDecoder(StructuredDatasetDecoder[Celsius]):
    def __init__(self) -> None:
        super().__init__(Celsius, "file", "celsius")

    def decode(
        self,
        ctx: FlyteContext,
        flyte_value: literals_pb2.StructuredDataset,
        current_task_metadata: literals_pb2.StructuredDatasetMetadata,
    ) -> Celsius:
        return Celsius()


def tables() -> None:
    StructuredDatasetTransformerEngine.register(CelsiusEncoder(), default_for_type=True)
    StructuredDatasetTransformerEngine.register(CelsiusDecoder(), override=True)
    dataset: StructuredDataset = StructuredDataset(Celsius(), uri="/tmp/t", file_format="celsius")
    literal: literals_pb2.StructuredDataset | None = dataset.open(Celsius).literal
    metadata: literals_pb2.StructuredDatasetMetadata | None = dataset.metadata
    print(dataset.all(), list(dataset.iter()), literal, metadata, dataset.uri, dataset.file_format)


def files(source: FlyteFile[Any], folder: FlyteDirectory[Any]) -> FlyteFile[Any]:
    made: FlyteFile[Any] = FlyteFile.new_remote_file("copy.csv")
    with open(source) as local, made.open("w") as remote:
        remote.write(local.read())
    for item in FlyteDirectory.listdir(folder):
        print(item.remote_source, item.download(), item.extension())
    other: FlyteDirectory[Any] = FlyteDirectory("s3://bucket/folder", remote_directory=False)
    print(FlyteFile("/a", remote_path=False), list(other.crawl()), other.new_file("a").path, other / "a")
    return made


def show(made: SqlTask) -> None:
    try:
        print(
            tree(made), form(made).run().result(), panel(made), shimnb.tree({"a": 1}), diff(made, b"", "TaskTemplate")
        )
    except ShimError as error:
        print(error.what, error.where, error.remedy, __version__)


def defined(source: str) -> str:
    task = define(
        source, "t", image=None, set={"limit": [3]}, cpu=0.5, secrets=["db/user:env"], timeout=90, include=["f"]
    )
    return task.name


def extension(shell: InteractiveShell) -> None:
    load_ipython_extension(shell)
    unload_ipython_extension(shell)


def scalars(value: FlytePickle[set[int]]) -> list[TypeLoss]:
    hashing: HashMethod[int] = HashMethod(str)
    note = FlyteAnnotation({"unit": "m"})
    with allow_pickle():
        print(hashing.calculate(3), note.data["unit"], value.class_name)
    TypeEngine.register_additional_type(CelsiusTransformer(), int, override=True)
    losses: list[TypeLoss] = TypeEngine.losses(int)
    for path, before, after, reason in losses:
        text: str = path + before + after + reason
        print(text)
    return losses


def checkpoints(previous: Checkpoint) -> bytes | None:
    current: SyncCheckpoint = SyncCheckpoint("s3://bucket/now", "s3://bucket/before")
    current.save("model.bin")
    current.write(b"step 3")
    restored = current.restore()
    print(restored, previous.prev_exists(), current_context().checkpoint.prev_exists())
    return current.read()


def looked_at(made: PythonCustomizedContainerTask[Any], template: TaskTemplate) -> list[str]:
    found: list[Finding] = [*checks(made), *checks(template)]
    return [each.severity + each.path + each.sentence + each.remedy + each.before + each.after for each in found]


def failures(error: Exception) -> None:
    recoverable = FlyteRecoverableException("busy", 3, timestamp=1.5)
    wrapped = FlyteUserRuntimeException(recoverable, timestamp=1.5)
    final = FlyteNonRecoverableSystemException(error)
    code: str = wrapped.error_code + recoverable.error_code
    print(code, recoverable.timestamp, wrapped.value, final.value)


def container(line: list[str]) -> int:
    return shimnb.runtime.main(line)
