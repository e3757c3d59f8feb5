"""A run in a process of its own, with what a container has."""
