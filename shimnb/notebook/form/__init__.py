"""The form: fields made from an interface, and the widget that shows them."""
