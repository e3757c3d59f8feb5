"""The shim-task system, on flyteidl alone: tasks, executors, templates, types, the context of a run."""
