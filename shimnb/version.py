"""The version of shimnb, which a template records as its SDK's."""

__version__ = "0.1.0"
