"""What each field of a task's template is for, in a line for learners: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.protobuf.descriptor import FieldDescriptor

__all__ = ["HELP", "help_of"]


def help_of(field: FieldDescriptor) -> str:
    """Give a field's line; empty for a message that no template has.

    Examples
    --------
    >>> from flyteidl.core import tasks_pb2
    >>> help_of(tasks_pb2.Sql.DESCRIPTOR.fields_by_name["dialect"])
    'Which SQL the statement is written in.'
    """
    return HELP.get(field.full_name, "")


_CORE: dict[str, dict[str, str]] = {
    "TaskTemplate": {
        "id": "The task's name, with project, domain and version: together they name one registered task.",
        "type": "Which plugin of the cluster runs the task; python-task for one that is a container.",
        "metadata": "How the task is run: retries, timeout, caching, and more that is no part of its work.",
        "interface": "The inputs and outputs by name, with their types; it holds no default values.",
        "custom": "The plugin's own settings, as JSON: what get_custom returned, and what the executor reads.",
        "container": "The container that runs the task: image, command line, resources, environment.",
        "k8s_pod": "A whole Kubernetes pod, for a task that needs more than one container.",
        "sql": "A SQL statement, for a task that is one.",
        "task_type_version": "The version of the contract between this task and its plugin.",
        "security_context": "Who the task runs as, and which secrets it is given.",
        "extended_resources": "Accelerators and shared memory, beyond what a container asks for.",
        "config": "Settings of the plugin as plain strings; custom is the better place for most.",
    },
    "Identifier": {
        "resource_type": "What kind of thing this names: a task, a workflow, a launch plan.",
        "project": "The project that it is registered in.",
        "domain": "The domain within the project, such as development or production.",
        "name": "Its name, unique within project and domain.",
        "version": "The version that it was registered as; a registered version never changes.",
        "org": "The organization, where a cluster serves several.",
    },
    "TaskMetadata": {
        "discoverable": "Whether results are cached: a call with the same inputs is then not run again.",
        "runtime": "The SDK that made this template.",
        "timeout": "The longest that the task may take, retries included; not set means no limit.",
        "retries": "How often a failed attempt is tried again.",
        "discovery_version": "The cache's version: change it, and old results are found no more.",
        "deprecated_error_message": "Marks the task as deprecated, with what to tell its users.",
        "interruptible": "Whether it may run on machines that can be taken away, which are cheaper.",
        "cache_serializable": "Whether calls with the same inputs wait for the first one's cached result.",
        "tags": "Labels of your own, by key.",
        "pod_template_name": "The pod template of the cluster that the task's pod is made from.",
        "cache_ignore_input_vars": "Inputs that do not count when a cached result is looked for.",
        "is_eager": "Whether the task starts other tasks and workflows itself while it runs.",
        "generates_deck": "Whether a run leaves a deck: a report that is seen in the console.",
        "metadata": "Labels and annotations that the task's pod gets.",
    },
    "RuntimeMetadata": {
        "type": "What kind of SDK made the template.",
        "version": "The SDK's version.",
        "flavor": "The SDK's language or name.",
    },
    "RetryStrategy": {"retries": "How many attempts come after the first one."},
    "K8sObjectMetadata": {
        "labels": "Kubernetes labels: short, and used to select pods.",
        "annotations": "Kubernetes annotations: notes for tools, such as a service mesh.",
    },
    "TypedInterface": {
        "inputs": "What the task takes, by name.",
        "outputs": "What the task gives, by name; a single one is called o0.",
    },
    "VariableMap": {"variables": "The variables by name."},
    "Variable": {
        "type": "The type of its values.",
        "description": "What it is, in its author's words, from the docstring.",
        "artifact_partial_id": "The artifact that an output is stored as.",
        "artifact_tag": "The tag that the stored artifact gets.",
    },
    "LiteralType": {
        "simple": "A type without parts: an integer, a string, a time, a struct for a dict or a dataclass.",
        "schema": "A table with typed columns; the older form of a structured dataset.",
        "collection_type": "A list: the type of its items.",
        "map_value_type": "A dict with string keys: the type of its values.",
        "blob": "A file or a folder in the object store.",
        "enum_type": "One of a few named strings.",
        "structured_dataset_type": "A table in the object store: its columns and its format.",
        "union_type": "One of several types: X | Y in Python.",
        "metadata": "Notes on the type; of a dataclass, the JSON schema of its fields.",
        "annotation": "Notes that the author, or the SDK, put on the type.",
        "structure": "How the type looks from inside: a union's tag, a dataclass's fields.",
    },
    "SchemaType": {"columns": "The table's columns, in order."},
    "SchemaType.SchemaColumn": {"name": "The column's name.", "type": "The type of its values."},
    "BlobType": {
        "format": "The file format, such as csv; empty for any.",
        "dimensionality": "SINGLE for one file, MULTIPART for a folder.",
    },
    "EnumType": {"values": "The strings that are allowed."},
    "StructuredDatasetType": {
        "columns": "The table's columns, in order; none means that they are not told.",
        "format": "How the table is stored, such as parquet; empty leaves it open.",
        "external_schema_type": "Whose schema stands below, such as arrow.",
        "external_schema_bytes": "A schema in another library's own form.",
    },
    "StructuredDatasetType.DatasetColumn": {
        "name": "The column's name.",
        "literal_type": "The type of its values.",
    },
    "UnionType": {"variants": "The types that a value may have; the first one that fits is taken."},
    "TypeAnnotation": {"annotations": "The notes, as JSON."},
    "TypeStructure": {
        "tag": "Which variant of a union this is: the name that a value repeats.",
        "dataclass_type": "The types of a dataclass's fields, by name.",
    },
    "ArtifactID": {
        "artifact_key": "The artifact's name, with project and domain.",
        "version": "Which version of it.",
        "partitions": "Which part of it, by named partitions.",
        "time_partition": "Which part of it, by time.",
    },
    "ArtifactKey": {
        "project": "The project that the artifact is in.",
        "domain": "The domain within the project.",
        "name": "The artifact's name.",
        "org": "The organization, where a cluster serves several.",
    },
    "Partitions": {"value": "A value for each partition, by its name."},
    "LabelValue": {
        "static_value": "A value that is known now.",
        "time_value": "A point in time.",
        "triggered_binding": "A value that comes from the artifact which triggered the run.",
        "input_binding": "A value that comes from an input of the run.",
        "runtime_binding": "A value that the task gives while it runs.",
    },
    "ArtifactBindingData": {
        "partition_key": "The partition of the triggering artifact that the value comes from.",
        "bind_to_time_partition": "Whether the value comes from its time partition.",
        "time_transform": "How its time is moved, such as a day back.",
    },
    "TimeTransform": {
        "transform": "By how much the time is moved.",
        "op": "Whether that is added or subtracted.",
    },
    "InputBindingData": {"var": "The input that the value comes from."},
    "RuntimeBinding": {},
    "TimePartition": {
        "value": "The time of the part.",
        "granularity": "How long one part is: a minute, an hour, a day, a month.",
    },
    "ArtifactTag": {
        "artifact_key": "The artifact that is tagged.",
        "value": "The tag.",
    },
    "Container": {
        "image": "The container image; what runs on the cluster is in it, or nowhere.",
        "command": "The program to start in place of the image's own entrypoint.",
        "args": "The command line; {{.input}} and the like are filled in by the cluster at the start.",
        "resources": "CPU, memory and the like that the container asks for.",
        "env": "Environment variables; anyone who sees the template sees them, so put secrets into security_context.",
        "config": "Settings of the container's plugin as plain strings; deprecated for those of the template.",
        "ports": "Ports that the container opens.",
        "data_config": "How inputs and outputs are copied in and out, for a container that knows nothing of Flyte.",
        "architecture": "The processor that the image is built for.",
    },
    "Resources": {
        "requests": "What the container is guaranteed, and scheduled by.",
        "limits": "What it may not exceed: past its memory it is killed.",
    },
    "Resources.ResourceEntry": {
        "name": "Which resource: CPU, memory, GPU, storage.",
        "value": "How much, in Kubernetes' words: 500m is half a CPU, 512Mi is memory.",
    },
    "KeyValuePair": {"key": "The name.", "value": "The value, always a string."},
    "ContainerPort": {
        "container_port": "The port's number.",
        "name": "The port's name.",
    },
    "DataLoadingConfig": {
        "enabled": "Whether inputs and outputs are copied at all.",
        "input_path": "The folder in the container where the inputs are put.",
        "output_path": "The folder from which the outputs are taken.",
        "format": "How simple values are written into files: as JSON, YAML or protobuf.",
        "io_strategy": "When the copying happens.",
    },
    "IOStrategy": {
        "download_mode": "Whether inputs are there before the start, are streamed, or are not fetched.",
        "upload_mode": "Whether outputs are sent at the end, as they appear, or not at all.",
    },
    "K8sPod": {
        "metadata": "Labels and annotations of the pod.",
        "pod_spec": "The pod as Kubernetes has it: containers, volumes, everything, as JSON.",
        "data_config": "How inputs and outputs are copied in and out.",
        "primary_container_name": "The container whose end is the task's end.",
    },
    "Sql": {
        "statement": "The SQL to run; {{.inputs.x}} stands for the input x.",
        "dialect": "Which SQL the statement is written in.",
    },
    "SecurityContext": {
        "run_as": "The identity that the task runs as.",
        "secrets": "Secrets that the cluster hands to the task; their values are never in a template.",
        "tokens": "OAuth tokens that the cluster gets for the task.",
    },
    "Identity": {
        "iam_role": "A cloud role, where the cloud has them.",
        "k8s_service_account": "The Kubernetes service account of the pod.",
        "oauth2_client": "The OAuth client that the task acts as.",
        "execution_identity": "Who started the run; the cluster fills it in.",
    },
    "OAuth2Client": {
        "client_id": "The client's public name.",
        "client_secret": "Where the client's secret is kept.",
    },
    "Secret": {
        "group": "The store, or the Kubernetes secret, that holds it.",
        "group_version": "Which version of the store.",
        "key": "The secret's name there.",
        "mount_requirement": "How the task gets it: as an environment variable, as a file, or either.",
        "env_var": "The environment variable that it is put into.",
    },
    "OAuth2TokenRequest": {
        "name": "The token's name, by which the task finds it.",
        "type": "How the token is got.",
        "client": "The client that asks for it.",
        "idp_discovery_endpoint": "Where the identity provider describes itself.",
        "token_endpoint": "Where the token is asked for.",
    },
    "ExtendedResources": {
        "gpu_accelerator": "Which GPU the task needs, not how many: that is in the container's resources.",
        "shared_memory": "Memory that the processes of the container share, mounted as a folder.",
    },
    "GPUAccelerator": {
        "device": "The GPU's model, such as nvidia-tesla-a100.",
        "unpartitioned": "Asks for a whole GPU.",
        "partition_size": "Asks for a slice of a GPU, such as 1g.5gb.",
    },
    "SharedMemory": {
        "mount_path": "Where it is mounted; /dev/shm unless said otherwise.",
        "mount_name": "The name of the volume.",
        "size_limit": "How large it may grow, such as 4Gi; empty leaves it to the cluster.",
    },
}
_GOOGLE: dict[str, dict[str, str]] = {
    "Duration": {
        "seconds": "Whole seconds.",
        "nanos": "The rest, in billionths of a second.",
    },
    "Timestamp": {
        "seconds": "Whole seconds since the beginning of 1970, in UTC.",
        "nanos": "The rest, in billionths of a second.",
    },
    "BoolValue": {"value": "True or False; that the field is there at all says that somebody chose."},
    "Struct": {"fields": "The entries of a JSON object, by key; they arrive sorted."},
    "Value": {
        "null_value": "JSON's null: None in Python.",
        "number_value": "A number: always a double, so that 3 arrives as 3.0.",
        "string_value": "A string.",
        "bool_value": "True or False.",
        "struct_value": "A JSON object: a dict in Python.",
        "list_value": "A JSON array: a list in Python.",
    },
    "ListValue": {"values": "The items, in order."},
}

# By a field's full name: "flyteidl.core.TaskTemplate.custom".
HELP: dict[str, str] = {
    f"{package}.{message}.{field}": line
    for package, messages in (("flyteidl.core", _CORE), ("google.protobuf", _GOOGLE))
    for message, fields in messages.items()
    for field, line in fields.items()
}
