"""Tasks, and the template that registration sends for each."""

from __future__ import annotations

NAMES = {
    "plain": "template(Shim())",
    "dotted name": "template(Shim(name='a.b.c'))",
    "settings without environment": "template(Shim(), settings(env=None))",
    "settings with an empty environment": "template(Shim(), settings(env={}))",
    "settings without project, domain and version": "template(Shim(), settings(project=None, domain=None, version=None))",
    "settings in custom": "template(SettingsInCustom())",
    "another executor": "template(Shim(executor_type=Scale))",
    "fast registration": (
        "template(Shim(), settings(fast_serialization_settings=FastSerializationSettings(enabled=True, "
        "destination_dir='/root', distribution_location='s3://b/d.tar.gz')))"
    ),
    "settings for an image": "template(Shim(), SerializationSettings.for_image('ghcr.io/acme/x:2', 'v9', 'p', 'd'))",
    "serialized twice": "(lambda t: (template(t), template(t, settings(version='v4')))[1])(Shim({'a': 1}))",
    "config changed after serializing": (
        "(lambda t: (template(t), t.task_config.update(a=2), template(t))[2])(Copied({'a': 1}))"
    ),
    "a resolver of the module": "template(Shim(task_resolver=MODULE_RESOLVER))",
}

RESOURCES = {
    "requests": "template(Shim(requests=Resources(cpu='1', mem='512Mi')))",
    "limits": "template(Shim(limits=Resources(cpu='2', mem='1Gi')))",
    "requests and limits": "template(Shim(requests=Resources(cpu='500m'), limits=Resources(cpu='1', mem='2Gi', gpu='1')))",
    "gpu": "template(Shim(requests=Resources(gpu='1'), limits=Resources(gpu='2')))",
    "ephemeral storage": "template(Shim(requests=Resources(ephemeral_storage='10Gi')))",
    "zero": "template(Shim(requests=Resources(cpu=0, gpu=0)))",
    "every resource": (
        "template(Shim(requests=Resources(cpu='1', mem='2Gi', gpu='3', ephemeral_storage='4Gi'), "
        "limits=Resources(cpu='5', mem='6Gi', gpu='7', ephemeral_storage='8Gi')))"
    ),
    "empty resources": "template(Shim(requests=Resources(), limits=Resources()))",
}

ENVIRONMENT = {
    "environment of the task": "template(Shim(environment={'A': '1', 'B': 'two words'}))",
    "environment of both, the task's winning": "template(Shim(environment={'REGION': 'us', 'A': '1'}))",
    "empty environment": "template(Shim(environment={}))",
    "unicode environment": "template(Shim(environment={'GRÜSSE': '日本 = \\n'}))",
    "environment with empty settings": "template(Shim(environment={'A': '1'}), settings(env={}))",
}

SECRETS = {
    "secret": "template(Shim(secret_requests=[Secret(group='db', key='password')]))",
    "secret without a key": "template(Shim(secret_requests=[Secret(group='db')]))",
    "secret with a version": "template(Shim(secret_requests=[Secret(group='db', key='k', group_version='7')]))",
    "secret as a file": (
        "template(Shim(secret_requests=[Secret(group='db', key='k', mount_requirement=Secret.MountType.FILE)]))"
    ),
    "secret as a variable": (
        "template(Shim(secret_requests=[Secret(group='db', key='k', mount_requirement=Secret.MountType.ENV_VAR, "
        "env_var='DB_PASSWORD')]))"
    ),
    "secrets": "template(Shim(secret_requests=[Secret(group='a', key='b'), Secret('c', 'd', '1', Secret.MountType.ANY)]))",
    "no secrets": "template(Shim(secret_requests=[]))",
}

IMAGES = {
    "image by name and version": ("template(Shim(container_image='{{.image.sql.fqn}}:{{.image.sql.version}}'))"),
    "image by name": "template(Shim(container_image='{{.image.sql}}'))",
    "default image": "template(Shim(container_image='{{.image.default}}'))",
    "default image's name and version": (
        "template(Shim(container_image='{{.image.default.fqn}}:{{.image.default.version}}'))"
    ),
    "image with another's version": "template(Shim(container_image='{{.image.sql.fqn}}:{{.image.default.version}}'))",
    "image with a literal tag": "template(Shim(container_image='{{.image.sql.fqn}}:nightly'))",
    "image with a literal name": "template(Shim(container_image='ghcr.io/x/y:{{.image.default.version}}'))",
    "image with a suffix": "template(Shim(container_image='{{.image.sql.fqn}}-gpu:{{.image.sql.version}}'))",
    "image on a port": "template(Shim(container_image='{{.image.odd}}'))",
    "literal image": "template(Shim(container_image='localhost:5000/a/b@sha256:' + 'ab' * 32))",
    "no image": "template(Shim(container_image=None))",
    "empty image": "template(Shim(container_image=''))",
    "placeholder with spaces": "template(Shim(container_image='{{ .image.sql }}'))",
    "image by digest": (
        "template(Shim(container_image='{{.image.sql.fqn}}:{{.image.sql.version}}'), settings(image_config=ImageConfig("
        "default_image=Image('default', 'a/b', 'c'), images=[Image('sql', 'ghcr.io/x/sql', None, 'sha256:' + 'ab' * 32)])))"
    ),
    "default image by digest": (
        "template(Shim(container_image=None), settings(image_config=ImageConfig("
        "default_image=Image('default', 'a/b', None, 'sha256:' + 'ab' * 32))))"
    ),
    "image config for one image": (
        "template(Shim(container_image='{{.image.default}}'), settings(image_config=ImageConfig.auto(img_name='a.b/c:d')))"
    ),
}

METADATA = {
    "cache": "template(Shim(metadata=TaskMetadata(cache=True, cache_version='1.2')))",
    "serialized cache": ("template(Shim(metadata=TaskMetadata(cache=True, cache_version='1', cache_serialize=True)))"),
    "cache without some inputs": (
        "template(Shim(interface=inputs(a=int, b=str), "
        "metadata=TaskMetadata(cache=True, cache_version='1', cache_ignore_input_vars=('a', 'b'))))"
    ),
    "cache version without cache": "template(Shim(metadata=TaskMetadata(cache_version='7')))",
    "interruptible": "template(Shim(metadata=TaskMetadata(interruptible=True)))",
    "not interruptible": "template(Shim(metadata=TaskMetadata(interruptible=False)))",
    "interruptible unset": "template(Shim(metadata=TaskMetadata(interruptible=None)))",
    "retries": "template(Shim(metadata=TaskMetadata(retries=3)))",
    "timeout in seconds": "template(Shim(metadata=TaskMetadata(timeout=90)))",
    "timeout as a timedelta": "template(Shim(metadata=TaskMetadata(timeout=timedelta(hours=2, microseconds=7))))",
    "timeout of zero": "template(Shim(metadata=TaskMetadata(timeout=0)))",
    "timeout of a zero timedelta": "template(Shim(metadata=TaskMetadata(timeout=timedelta(0))))",
    "deprecated": "template(Shim(metadata=TaskMetadata(deprecated='use tracks2')))",
    "pod template": "template(Shim(metadata=TaskMetadata(pod_template_name='gpu-pool')))",
    "labels": "template(Shim(metadata=TaskMetadata(labels={'team': 'sql', 'x/y': 'z'})))",
    "annotations": "template(Shim(metadata=TaskMetadata(annotations={'note': 'a b'})))",
    "empty labels": "template(Shim(metadata=TaskMetadata(labels={}, annotations={})))",
    "eager": "template(Shim(metadata=TaskMetadata(is_eager=True)))",
    "generates a deck": "template(Shim(metadata=TaskMetadata(generates_deck=True)))",
    "every metadata": (
        "template(Shim(interface=inputs(a=int), metadata=TaskMetadata(cache=True, cache_serialize=True, cache_version='1', "
        "cache_ignore_input_vars=('a',), interruptible=True, deprecated='old', retries=2, timeout=timedelta(minutes=3), "
        "pod_template_name='p', labels={'a': 'b'}, annotations={'c': 'd'})))"
    ),
    "task type": "template(Shim(task_type='sqlite'))",
    "task type version": "template(Shim(task_type='sqlite', task_type_version=2))",
}

HOOKS = {
    "config": "template(Overridden({'config': {'a': 'b', 'ü': '日'}}))",
    "config of None": "template(Overridden({'config': None}))",
    "gpu device": (
        "template(Overridden({'extended': tasks_pb2.ExtendedResources("
        "gpu_accelerator=tasks_pb2.GPUAccelerator(device='nvidia-tesla-t4'))}))"
    ),
    "gpu partition": (
        "template(Overridden({'extended': tasks_pb2.ExtendedResources(gpu_accelerator=tasks_pb2.GPUAccelerator("
        "device='nvidia-tesla-a100', partition_size='1g.5gb'))}))"
    ),
    "shared memory": (
        "template(Overridden({'extended': tasks_pb2.ExtendedResources(shared_memory=tasks_pb2.SharedMemory("
        "mount_name='m', mount_path='/dev/shm', size_limit='1Gi'))}))"
    ),
    "empty extended resources": "template(Overridden({'extended': tasks_pb2.ExtendedResources()}))",
}

DECKS = {
    "deck": "template(Shim(enable_deck=True))",
    "no deck": "template(Shim(enable_deck=False))",
    "deck not disabled": "template(Shim(disable_deck=False))",
    "deck disabled": "template(Shim(disable_deck=True))",
    "deck fields": "template(Shim(enable_deck=True, deck_fields=(DeckField.INPUT,)))",
    "deck and metadata": "template(Shim(enable_deck=True, metadata=TaskMetadata(retries=1)))",
}

CUSTOM = {
    "empty": "{}",
    "numbers": "{'i': 1, 'zero': 0, 'neg': -7, 'f': 1.5, 'tiny': 1e-300, 'big': 2 ** 53, 'huge': 2 ** 60 + 1, 'e': 1e300}",
    "text": "{'a': '', 'b': 'two words', 'c': 'ünï 日本 🎵', 'd': 'a\\nb\\t\"q\" \\\\ \\x00', 'e': '<b>&amp;</b>'}",
    "truth": "{'t': True, 'f': False, 'n': None}",
    "lists": "{'empty': [], 'ints': [1, 2], 'mixed': [1, 'a', None, True, 1.5], 'deep': [[[]], [[1], [2]]]}",
    "tuples": "{'t': (1, 2), 'n': ((1,), [(2,)])}",
    "nested": "{'a': {'b': {'c': {'d': [{'e': {}}]}}}}",
    "keys": "{'': 1, 'a.b': 2, 'a b': 3, 'ü': 4, '$': 5}",
    "keys that are no strings": "{1: 'int', 2.5: 'float', True: 'bool', None: 'none'}",
    "nested keys that are no strings": "{'a': [{1: {2: 3}}]}",
    "many": "{str(i): {'n': i, 's': 'x' * i} for i in range(50)}",
    "enum of strings and ints": "{'s': Genre.ROCK, 'i': Rank.FIRST}",
    "subclasses": "{'d': type('D', (dict,), {})(a=1), 'l': type('L', (list,), {})([1]), 's': type('S', (str,), {})('x')}",
    "a named tuple": "{'t': Split(1, 'b')}",
}

INTERFACES = {
    "int": "inputs(a=int)",
    "float": "inputs(a=float)",
    "str": "inputs(a=str)",
    "bool": "inputs(a=bool)",
    "None": "inputs(a=type(None))",
    "datetime": "inputs(a=datetime.datetime)",
    "date": "inputs(a=date)",
    "timedelta": "inputs(a=timedelta)",
    "optional": "inputs(a=Optional[int], b=Optional[str], c=Optional[List[int]])",
    "union": "inputs(a=Union[int, str], b=Union[int, str, None])",
    "union with a bar": "inputs(a=int | str, b=int | None)",
    "list": "inputs(a=List[int], b=list[str], c=list[list[float]])",
    "dict": "inputs(a=Dict[str, int], b=dict[str, str], c=dict[str, dict[str, list[int]]])",
    "dict with int keys": "inputs(a=dict[int, int])",
    "untyped dict": "inputs(a=dict)",
    "enum": "inputs(a=Color)",
    "dataclass": "inputs(a=Point)",
    "large dataclass": "inputs(a=Track)",
    "dataclass with times": "inputs(a=Span)",
    "empty dataclass": "inputs(a=Empty)",
    "loose dataclass": "inputs(a=Loose)",
    "list of dataclasses": "inputs(a=list[Point], b=Optional[Point], c=dict[str, Point])",
    "list of enums": "inputs(a=list[Color], b=Optional[Color])",
    "one output": "outputs(o0=int)",
    "several outputs": "outputs(o0=int, o1=str, o2=list[Point])",
    "named tuple": "Interface(outputs=kwtypes(head=int, tail=str), output_tuple_name='Split')",
    "inputs and outputs": "Interface(inputs=kwtypes(b=int, a=str), outputs=kwtypes(z=int, y=str))",
    "defaults": "Interface(inputs={'a': (int, 3), 'b': (str, 'x'), 'c': (Optional[int], None), 'd': float})",
    "empty": "Interface()",
    "None for both": "Interface(None, None)",
    "docstring": (
        "Interface(inputs=kwtypes(a=int, b=str), outputs=kwtypes(o0=int), docstring=docstring("
        "'Short.', 'Long.', {'a': 'the first', 'b': 'the second'}, {'o0': 'the sum'}))"
    ),
    "docstring of some inputs": (
        "Interface(inputs=kwtypes(a=int, b=str), outputs=kwtypes(o0=int), docstring=docstring("
        "'Short.', None, {'b': 'the second'}))"
    ),
    "docstring of one result for several": (
        "Interface(outputs=kwtypes(o0=int, o1=int), docstring=docstring('Short.', None, {}, {'returns': 'both'}))"
    ),
    "annotated": "inputs(a=typing.Annotated[int, 'unit: s'])",
}

# Numbers, which flytekit's Resources take and its container then fails on; beside each the text that it stands for.
NUMBERS = {
    "cpu as an int": ("Resources(cpu=2)", "Resources(cpu='2')"),
    "cpu as a float": ("Resources(cpu=0.5)", "Resources(cpu='0.5')"),
    "mem as an int": ("Resources(mem=1024)", "Resources(mem='1024')"),
    "gpu as an int": ("Resources(gpu=1)", "Resources(gpu='1')"),
}

DOCUMENTATION = {
    "docs": "words(Shim(docs=Documentation(short_description='Short')).docs)",
    "long docs": (
        "(lambda d: [d.short_description, d.long_description.value, d.long_description.format.name, d.source_code.link])"
        "(Shim(docs=Documentation('Short', Description('long', format=Description.DescriptionFormat.MARKDOWN), "
        "SourceCode(link='https://example.com/x'))).docs)"
    ),
    "docs of the docstring": "words(Shim(interface=Interface(docstring=docstring('Short.', 'Long text.'))).docs)",
    "no docs": "Shim().docs",
    "docs and docstring": (
        "words(Shim(docs=Documentation('Mine'), interface=Interface(docstring=docstring('Theirs.', 'Long.'))).docs)"
    ),
    "docs and an empty docstring": (
        "words(Shim(docs=Documentation('Mine', Description('M')), interface=Interface(docstring=docstring(None, None))).docs)"
    ),
    "template with docs": "template(Shim(docs=Documentation(short_description='Short')))",
}

_CUSTOMS = {f"custom: {name}": f"template(Shim({source}))" for name, source in CUSTOM.items()}
_INTERFACES = {f"interface: {name}": f"template(Shim(interface={source}))" for name, source in INTERFACES.items()}

TEMPLATES = {
    **NAMES,
    **RESOURCES,
    **ENVIRONMENT,
    **SECRETS,
    **IMAGES,
    **METADATA,
    **HOOKS,
    **DECKS,
    "template with docs": DOCUMENTATION["template with docs"],
    **_CUSTOMS,
    **_INTERFACES,
}

# A task that has a pod or a statement has no container: a template's target is one of the three.
TARGETS = {
    "pod": (
        "template(type('Pod', (Overridden,), {'get_container': lambda self, settings: None})({'pod': sdk.k8s_pod("
        "tasks_pb2.K8sPod(metadata=tasks_pb2.K8sObjectMetadata(labels={'a': 'b'}, annotations={'c': 'd'}), "
        "pod_spec=struct({'containers': [{'name': 'primary', 'image': 'a:b'}]}), "
        "primary_container_name='primary'))}))"
    ),
    "statement": (
        "template(type('Query', (Overridden,), {'get_container': lambda self, settings: None})({'sql': sdk.sql("
        "tasks_pb2.Sql(statement='select 1', dialect=tasks_pb2.Sql.HIVE))}))"
    ),
}


def cases() -> dict[str, str]:
    """The templates under ``template: NAME``, the documentation under ``docs: NAME``, the numbers beside their text."""
    templates = {f"template: {name}": source for name, source in {**TEMPLATES, **TARGETS}.items()}
    for name, (number, text) in NUMBERS.items():
        templates[f"number: {name}"] = f"template(Shim(requests={number}))"
        templates[f"text: {name}"] = f"template(Shim(requests={text}))"
    return {**templates, **{f"docs: {name}": source for name, source in DOCUMENTATION.items()}}
