"""The members that the reference lists, each asked for its signature and for what it does."""

from __future__ import annotations

TASK_METHODS = (
    "compile",
    "construct_node_metadata",
    "dispatch_execute",
    "execute",
    "find_lhs",
    "get_command",
    "get_config",
    "get_container",
    "get_custom",
    "get_extended_resources",
    "get_image",
    "get_input_types",
    "get_k8s_pod",
    "get_sql",
    "get_type_for_input_var",
    "get_type_for_output_var",
    "local_execute",
    "local_execution_mode",
    "post_execute",
    "pre_execute",
    "sandbox_execute",
    "serialize_to_model",
)

TASK_PROPERTIES = (
    "container_image",
    "deck_fields",
    "disable_deck",
    "docs",
    "enable_deck",
    "environment",
    "executor",
    "executor_type",
    "instantiated_in",
    "interface",
    "lhs",
    "location",
    "metadata",
    "name",
    "python_interface",
    "resources",
    "security_context",
    "task_config",
    "task_resolver",
    "task_template",
    "task_type",
    "task_type_version",
)

RESOLVER_METHODS = ("find_lhs", "get_all_tasks", "load_task", "loader_args", "name", "task_name")
RESOLVER_PROPERTIES = ("instantiated_in", "lhs", "location")

# The classes of the reference, with the methods and the properties of each.
CLASSES = {
    "PythonCustomizedContainerTask": (TASK_METHODS, TASK_PROPERTIES),
    "TaskTemplateResolver": (RESOLVER_METHODS, RESOLVER_PROPERTIES),
}

SIGNATURES = (
    "PythonCustomizedContainerTask",
    "ExecutableTemplateShimTask.dispatch_execute",
    "ExecutableTemplateShimTask.execute",
    "ShimTaskExecutor.execute_from_model",
    "Interface",
    "Resources",
    "ResourceSpec",
    "Secret",
    "SecurityContext",
    "TaskMetadata",
    "Documentation",
    "Description",
    "SourceCode",
    "SerializationSettings",
    "SerializationSettings.for_image",
    "FastSerializationSettings",
    "ImageConfig",
    "ImageConfig.auto",
    "ImageConfig.find_image",
    "Image",
    "Image.look_up_image_info",
    "kwtypes",
    "current_context",
    "TypeEngine.register",
    "TypeEngine.get_transformer",
    "TypeEngine.to_literal_type",
    "TypeEngine.to_literal",
    "TypeEngine.to_python_value",
    "TypeEngine.guess_python_type",
    "TypeEngine.guess_python_types",
    "TypeEngine.literal_map_to_kwargs",
    "TypeEngine.dict_to_literal_map",
    "TypeTransformer",
    "TypeTransformer.to_literal",
    "TypeTransformer.to_python_value",
    "TypeTransformer.get_literal_type",
    "TypeTransformer.guess_python_type",
    "TypeTransformer.assert_type",
    "Promise",
    "VoidPromise",
    "FlyteFile",
    *(f"FlyteFile.{name}" for name in ("extension", "new_remote_file", "new", "from_source", "download", "open")),
    "FlyteDirectory",
    *(
        f"FlyteDirectory.{name}"
        for name in (
            "extension",
            "new_remote",
            "new",
            "from_source",
            "new_file",
            "new_dir",
            "download",
            "listdir",
            "crawl",
        )
    ),
    "FlyteContextManager.current_context",
    "FlyteContextManager.with_context",
    "FlyteContext.current_context",
    "FlyteContext.with_execution_state",
    "FlyteContext.new_execution_state",
    "ExecutionState.with_params",
    *(f"PythonCustomizedContainerTask.{name}" for name in TASK_METHODS),
    *(f"TaskTemplateResolver.{name}" for name in RESOLVER_METHODS),
)

_FULL = (
    "Shim({'a': 1}, interface=Interface(inputs=kwtypes(a=int, b=str), outputs=kwtypes(o0=int, o1=list[str])), "
    "requests=Resources(cpu='1'), limits=Resources(mem='1Gi'), environment={'A': '1'}, "
    "secret_requests=[Secret(group='g', key='k')], task_type='sqlite', task_type_version=3, "
    "metadata=TaskMetadata(retries=2, timeout=60, interruptible=True))"
)
_FIRST = "Shim(executor_type=First, interface=Interface(inputs=kwtypes(a=int), outputs=kwtypes(o0=int)))"

# What is compared as it is, by value or by message.
EQUAL = {
    "construct_node_metadata": f"idl({_FULL}.construct_node_metadata())",
    "construct_node_metadata of a plain task": "idl(Shim().construct_node_metadata())",
    "dispatch_execute": f"idl({_FIRST}.dispatch_execute(context(), literal_map(a=(3, int))))",
    "sandbox_execute": f"idl({_FIRST}.sandbox_execute(context(), literal_map(a=(3, int))))",
    "execute": f"{_FIRST}.execute(a=5)",
    "find_lhs": "MODULE_TASK.find_lhs()",
    "get_config": "Shim().get_config(settings())",
    "get_container": "type(idl(Shim().get_container(settings()))).__name__",
    "get_container's image": f"{_FULL}.get_container(settings()).image",
    "get_custom": "Shim({'a': (1, 2)}).get_custom(settings())",
    "get_extended_resources": "Shim().get_extended_resources(settings())",
    "get_image": "Shim(container_image='{{.image.sql.fqn}}:{{.image.default.version}}').get_image(settings())",
    "get_input_types": f"dict({_FULL}.get_input_types())",
    "get_input_types without an interface": "dict(Shim().get_input_types())",
    "get_k8s_pod": "Shim().get_k8s_pod(settings())",
    "get_sql": "Shim().get_sql(settings())",
    "get_type_for_input_var": f"[{_FULL}.get_type_for_input_var(k, None) for k in 'ab']",
    "get_type_for_output_var": f"[{_FULL}.get_type_for_output_var(k, None) for k in ('o0', 'o1')]",
    "local_execute": f"idl({_FIRST}.local_execute(context(), a=4).val)",
    "local_execute's name": f"{_FIRST}.local_execute(context(), a=4).var",
    "local_execute of several": (
        "[(p.var, idl(p.val)) for p in Shim(executor_type=Every, interface=Interface(inputs=kwtypes(a=int, b=str), "
        "outputs=kwtypes(x=int, y=str))).local_execute(context(), a=1, b='c')]"
    ),
    "local_execute without outputs": "type(Shim().local_execute(context())).__name__",
    "local_execution_mode": "Shim().local_execution_mode().name",
    "pre_execute": "(lambda given: Shim().pre_execute(given) is given)(context().user_space_params)",
    "pre_execute of None": "Shim().pre_execute(None)",
    "post_execute": "Shim().post_execute(None, {'a': 1})",
    "container_image": "Shim(container_image='{{.image.sql}}').container_image",
    "deck_fields": "Shim().deck_fields",
    "deck_fields with a deck": "[f.name for f in Shim(enable_deck=True).deck_fields]",
    "deck_fields chosen": "[f.name for f in Shim(enable_deck=True, deck_fields=(DeckField.INPUT,)).deck_fields]",
    "disable_deck": "[Shim().disable_deck, Shim(enable_deck=True).disable_deck, Shim(enable_deck=False).disable_deck]",
    "enable_deck": "[Shim().enable_deck, Shim(enable_deck=True).enable_deck, Shim(enable_deck=False).enable_deck]",
    "docs": "Shim().docs",
    "environment": f"[Shim().environment, {_FULL}.environment]",
    "executor": f"[type({_FULL}.executor).__name__, (lambda t: t.executor is t.executor)({_FULL})]",
    "executor_type": f"{_FULL}.executor_type",
    "instantiated_in": "MODULE_TASK.instantiated_in",
    "interface": f"idl({_FULL}.interface)",
    "interface of a plain task": "idl(Shim().interface)",
    "lhs": "MODULE_TASK.lhs",
    "location": "MODULE_TASK.location",
    "metadata": f"(lambda m: [m.retries, m.timeout, m.interruptible, m.cache, m.cache_version, m.labels])({_FULL}.metadata)",
    "metadata of a plain task": "(lambda m: [m.retries, m.timeout, m.interruptible, m.cache])(Shim().metadata)",
    "name": f"{_FULL}.name",
    "python_interface": f"(lambda i: [dict(i.inputs), dict(i.outputs)])({_FULL}.python_interface)",
    "python_interface with defaults": (
        "(lambda i: [dict(i.inputs_with_defaults), i.default_inputs_as_kwargs])"
        "(Shim(interface=Interface(inputs={'a': (int, 3), 'b': str})).python_interface)"
    ),
    "resources": f"(lambda r: [r.requests.cpu, r.requests.mem, r.limits.cpu, r.limits.mem])({_FULL}.resources)",
    "resources of a plain task": "(lambda r: [r.requests.cpu, r.limits.cpu])(Shim().resources)",
    "security_context": f"idl({_FULL}.security_context)",
    "security_context of a plain task": "Shim().security_context",
    "task_config": "Shim({'a': 1}).task_config",
    "task_resolver": "Shim().task_resolver is default_task_template_resolver",
    "task_resolver given": "Shim(task_resolver=MODULE_RESOLVER).task_resolver is MODULE_RESOLVER",
    "task_template's name": "Shim().task_template.id.name",
    "task_template's type": "Shim(task_type='sqlite').task_template.type",
    "task_template's custom": "Shim({'a': 'b'}).task_template.custom",
    "task_template's inputs": "sorted(MODULE_TASK.task_template.interface.inputs)",
    "task_type": f"{_FULL}.task_type",
    "task_type of a plain task": "Shim().task_type",
    "task_type_version": f"{_FULL}.task_type_version",
    "executable task": (
        "(lambda t: [t.name, t.executor_type, t.task_template.type])"
        "(ExecutableTemplateShimTask(TaskTemplate.from_flyte_idl(sdk.registered(MODULE_TASK, settings())), Echo))"
    ),
    "resolver: find_lhs": "MODULE_RESOLVER.find_lhs()",
    "resolver: get_all_tasks": "default_task_template_resolver.get_all_tasks()",
    "resolver: loader_args": "default_task_template_resolver.loader_args(settings(), Shim())",
    "resolver: name": "default_task_template_resolver.name()",
    "resolver: task_name": "default_task_template_resolver.task_name(Shim())",
    "resolver: instantiated_in": "MODULE_RESOLVER.instantiated_in",
    "resolver: lhs": "MODULE_RESOLVER.lhs",
    "resolver: location": "MODULE_RESOLVER.location",
    "resolver: load_task": "type(loaded(Shim({'a': 1}), 'subjects.Echo')).__name__",
    "resolver: load_task's name": "loaded(Shim(), 'subjects.Echo').name",
    "resolver: load_task's executor": "loaded(Shim(), 'subjects.Scale').executor_type",
    "resolver: load_task's custom": "sorted(loaded(Shim({'n': 3, 't': (1, 2)}), 'subjects.Echo').task_template.custom.items())",
    "resolver: load_task's run": (
        "idl(loaded(Shim({'factor': 2}, interface=Interface(inputs=kwtypes(x=int), outputs=kwtypes(o0=float))), "
        "'subjects.Scale').dispatch_execute(context(), literal_map(x=(3, int))))"
    ),
    "template: attributes": (
        "(lambda tt: [tt.id.name, tt.type, tt.task_type_version, tt.container.image, list(tt.container.args[1:7]), "
        "sorted(tt.interface.inputs), sorted(tt.interface.outputs), dict(tt.config), dict(tt.container.env)])"
        "(TaskTemplate.from_flyte_idl(template(Overridden({'config': {'a': 'b'}}, environment={'A': '1'}, "
        "interface=Interface(inputs=kwtypes(a=int), outputs=kwtypes(o0=str))))))"
    ),
    "template: custom": "sorted(TaskTemplate.from_flyte_idl(template(Shim({'n': 3, 'l': [1, {'a': None}]}))).custom.items())",
    "template: message": "TaskTemplate.from_flyte_idl(sdk.registered(MODULE_TASK, settings())).to_flyte_idl().interface",
}

# What differs, and is meant to: each library's own name is in it.
OWN = {
    "get_command": "Shim().get_command(settings())",
    "default resolver's location": "default_task_template_resolver.location",
    "version": "sdk.version",
}


def cases() -> dict[str, str]:
    """Kinds, signatures, and what each member gives."""
    found = {}
    for cls, (methods, properties) in CLASSES.items():
        for member in (*methods, *properties):
            found[f"kind: {cls}.{member}"] = f"kind({cls}, {member!r})"
    found.update({f"signature: {name}": f"signature({name})" for name in SIGNATURES})
    found.update({f"member: {name}": source for name, source in EQUAL.items()})
    found.update({f"own: {name}": source for name, source in OWN.items()})
    return found
