"""The tree: a message, a template or JSON as rows, and the widget that shows them."""
