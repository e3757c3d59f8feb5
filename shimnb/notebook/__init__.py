"""The notebook: a cell becomes a task, and a task is shown as a tree, a form and a panel."""
