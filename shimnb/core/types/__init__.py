"""Python values to Flyte literals, and back."""

from shimnb.core.types.engine import TypeEngine
from shimnb.core.types.names import type_name
from shimnb.core.types.transformer import TypeTransformer

__all__ = ["TypeEngine", "TypeTransformer", "type_name"]
