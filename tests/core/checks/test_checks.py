from __future__ import annotations

import dataclasses
import pickle

import pytest
from flyteidl.core import tasks_pb2

import shimnb
from shimnb import ExecutableTemplateShimTask, Finding, PythonCustomizedContainerTask, TaskTemplate, checks
from shimnb.core.checks import count_words
from shimnb.errors import SettingError, ShimError

CLEAN = """
import json
from dataclasses import dataclass
from shimnb import ShimTaskExecutor

LIMIT = 3

def shortened(names):
    return json.dumps(names[:LIMIT])

class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, *, name: str) -> str:
        return shortened([name, tt.custom["uri"]])
"""


def test_a_task_without_a_fault_has_no_finding(make, plugin):
    """A module's executor, a tagged image, and plain types: nothing to say."""
    executor = plugin(CLEAN).Executor
    task = make({"query": "select 1", "uri": "music.db"}, shimnb.executor_interface(executor), executor=executor)
    assert checks(task) == []


def test_errors_come_first_and_notes_last(make):
    """The order is by severity; header counts errors and warnings apart, and no notes."""
    task = make({"z": "x" * 2_000_000, "n": 3}, image="sql", environment={"A_VARIABLE_OF_OURS": "1"})
    found = checks(task)
    assert [each.severity for each in found][:3] == ["error", "warning", "warning"]
    assert {each.severity for each in found[3:]} == {"note"}
    assert count_words(found) == "1 error, 2 warnings"


def test_what_get_custom_raises_is_a_finding(make):
    """A plugin's own mistake is told, with its class and message, and the other checks go on."""

    class Broken(PythonCustomizedContainerTask):
        def get_custom(self, settings):
            return {"uri": self.task_config["uri"]}

    task = make({"url": "music.db"}, task_class=Broken, enable_deck=True)
    assert checks(task)[0] == Finding(
        "error",
        "custom",
        "get_custom raised KeyError: 'uri'.",
        "Mend get_custom: without it there is no template.",
    )
    assert len(checks(task)) == 2


def test_every_method_that_raises_is_told(make):
    """Not only the first one that made the template fail."""

    class Broken(PythonCustomizedContainerTask):
        def get_custom(self, settings):
            raise ValueError("no uri")

        def get_config(self, settings):
            raise RuntimeError("no config")

    assert [(each.path, each.sentence) for each in checks(make(task_class=Broken))] == [
        ("custom", "get_custom raised ValueError: no uri."),
        ("config", "get_config raised RuntimeError: no config."),
    ]


def test_get_custom_that_is_not_written_is_a_finding(make):
    """The sentence and the remedy are the error's own."""
    [found] = checks(make(task_class=PythonCustomizedContainerTask))
    assert (found.path, found.sentence) == ("custom", "The method get_custom is not written.")
    assert found.remedy == 'Write: def get_custom(self, settings): return {"key": value}'


def test_a_config_of_other_than_text_is_a_finding(make):
    """What protobuf refuses is told too."""

    class Broken(PythonCustomizedContainerTask):
        def get_custom(self, settings):
            return {}

        def get_config(self, settings):
            return {"a": 1}

    [found] = checks(make(task_class=Broken))
    assert (found.severity, found.path) == ("error", "template")
    assert found.sentence.startswith("serialize_to_model raised TypeError: ")


def test_a_property_that_raises_costs_its_check_alone(make):
    """A check that cannot be made is a warning, and the others are made."""

    class Odd(PythonCustomizedContainerTask):
        def get_custom(self, settings):
            return {"n": 3}

        @property
        def security_context(self):
            return None

        @property
        def deck_fields(self):
            raise RuntimeError("no decks here")

    found = checks(make(task_class=Odd, enable_deck=True))
    assert found[:2] == [
        Finding(
            "warning",
            "custom.n",
            "An int becomes a float.",
            "Write int(...) around it in the executor, or store a float.",
            "3",
            "3.0",
        ),
        Finding("warning", "decks", "This was not looked at: RuntimeError: no decks here.", "Mend what raises it."),
    ]


def test_a_loaded_task_and_a_template_are_looked_at_too(make, plugin):
    """They have an image, a size and an environment; a loaded task has its executor."""
    template = make(image="sql", environment={"DB_PASSWORD": "hunter2"}).task_template
    missing = plugin(CLEAN.replace("import json\n", "")).Executor
    loaded = ExecutableTemplateShimTask(template, missing)
    assert [each.path for each in checks(template)] == ["container.image", "container.env.DB_PASSWORD", "container.env"]
    assert [each.path for each in checks(loaded)] == ["executor", *(each.path for each in checks(template))]


def test_an_empty_template_has_no_finding():
    """Where there is no container there is nothing to say of it."""
    assert checks(TaskTemplate(tasks_pb2.TaskTemplate())) == []


def test_only_a_task_can_be_looked_at():
    """Anything else is refused in a sentence."""
    with pytest.raises(ShimError) as caught:
        checks("music")
    assert str(caught.value) == ("checks: 'music' is no task. Pass a task, or the template that one was made of.")


def test_a_finding_is_a_frozen_value():
    """It is equal to one of the same fields, pickles, and cannot be changed."""
    found = Finding("note", "custom", "A.", "B.")
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.path = "config"


def test_an_image_that_the_settings_do_not_have_is_a_finding(make):
    """What a registration could not resolve is an error, with the setting's own words."""
    task = make(image="{{.image.sql}}")
    settings = shimnb.SerializationSettings.for_image("ghcr.io/me/base:1", "v1")
    with pytest.raises(SettingError):
        task.serialize_to_model(settings)
    task._settings = settings
    assert checks(task) == [
        Finding(
            "error",
            "container.image",
            "The settings have no image named 'sql', got '{{.image.sql}}'.",
            "Add it to the ImageConfig, or write the image's own name.",
        )
    ]
