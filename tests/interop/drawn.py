"""Types and values of them, drawn as source text: the same text runs with both libraries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Drawn", "drawn"]

Draw = Any
Text = st.SearchStrategy[str]

_NAMES = ("a", "b", "name", "value_1", "x", "class_", "_under", "ü")
_MOST = 3
_DEPTH = 3
_DAYS = 36_500  # beyond some 285 years, a float of seconds has no microseconds


@dataclass(frozen=True)
class Drawn:
    """A case.

    Parameters
    ----------
    source : str
        A module that defines ``T``, a type, and ``V``, a value of it.
    exact : bool
        Whether the value comes back equal to itself; a naive datetime does not.
    guessable : bool
        Whether the literal type says all of the type; it does not where a union has two variants of one literal type.
    mixed : bool
        Whether a union of several types stands inside of a dataclass, or of other msgpack data.
    """

    source: str
    exact: bool
    guessable: bool
    mixed: bool

    def __repr__(self) -> str:
        return f"exact={self.exact}, guessable={self.guessable}, mixed={self.mixed}\n{self.source}"


@dataclass(frozen=True)
class Kind:
    """A type: its text, values of it as texts, and what is to be expected of them.

    Parameters
    ----------
    text : str
        The type.
    values : strategy of str
        Its values.
    key : str
        Equal for types of equal literal types.
    plain : frozenset of str
        The kinds of msgpack data that its values become.
    exact, packed : bool
        Whether a value comes back equal to itself, from a literal and from msgpack.
    guessable, mixed : bool
        As in `Drawn`.
    united : bool
        Whether there is a union of several types in it, which is `mixed` once it is packed.
    hashable : bool
        Whether a value can stand as a default in a dataclass.
    variants : tuple of str
        The keys of a union's variants.
    """

    text: str
    values: Text
    key: str
    plain: frozenset[str]
    exact: bool = True
    packed: bool = True
    guessable: bool = True
    mixed: bool = False
    united: bool = False
    hashable: bool = True
    variants: tuple[str, ...] = ()


@dataclass
class Scope:
    """What a case has defined so far."""

    draw: Draw
    lines: list[str] = field(default_factory=list)
    made: int = 0

    def name(self, stem: str) -> str:
        """Give a class's name that is not taken."""
        self.made += 1
        return f"{stem}{self.made}"


def _shown(strategy: st.SearchStrategy[Any]) -> Text:
    return strategy.map(repr)


def _float(value: float) -> str:
    return repr(value) if value - value == 0 else f"float('{value}')"


def _datetime(value: dt.datetime) -> str:
    naive, offset = value.replace(tzinfo=None), value.utcoffset()
    if offset is None:
        return repr(naive)
    zone = "UTC" if not offset else f"timezone({_timedelta(offset)})"
    return f"{repr(naive)[:-1]}, tzinfo={zone})"


def _timedelta(value: dt.timedelta) -> str:
    return f"timedelta({value.days}, {value.seconds}, {value.microseconds})"


_ZONES = st.one_of(
    st.just(dt.timezone.utc),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))),
)
_BETWEEN = {"min_value": dt.datetime(1, 1, 2), "max_value": dt.datetime(9999, 12, 30)}
_TEXT = st.text(max_size=8)
_INT = st.integers(-(1 << 63), (1 << 63) - 1)


def _simple(text: str, values: Text, plain: str, *, key: str = "", exact: bool = True) -> Kind:
    return Kind(text, values, key or text, frozenset({plain}), exact, exact)


_SIMPLE = (
    _simple("int", _shown(_INT), "int"),
    _simple("str", _shown(_TEXT), "str"),
    _simple("bool", _shown(st.booleans()), "bool"),
    _simple("float", st.floats().map(_float), "float"),
    _simple("datetime.datetime", st.datetimes(**_BETWEEN, timezones=_ZONES).map(_datetime), "str"),
    _simple("datetime.datetime", st.datetimes(**_BETWEEN).map(_datetime), "str", exact=False),
    _simple("date", _shown(st.dates()).map(lambda s: s.removeprefix("datetime.")), "str", key="datetime.datetime"),
    _simple("timedelta", st.timedeltas(dt.timedelta(-_DAYS), dt.timedelta(_DAYS)).map(_timedelta), "float"),
)
_NONE = _simple("None", st.just("None"), "none")
_PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(1 << 63), (1 << 63) - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        _TEXT,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=_MOST), st.dictionaries(_TEXT, inner, max_size=_MOST)),
    max_leaves=6,
)
_UNTYPED = Kind(
    "dict", _shown(st.dictionaries(_TEXT, _PLAIN, max_size=_MOST)), "dict", frozenset({"dict"}), hashable=False
)


def _enum(scope: Scope, depth: int) -> Kind:
    texts = scope.draw(st.lists(_TEXT, min_size=1, max_size=_MOST, unique=True))
    return _define_enum(scope, scope.draw(st.sampled_from(["enum.Enum", "str, enum.Enum"])), texts)


def _numbers(scope: Scope, depth: int) -> Kind:
    """Draw an enumeration that may only stand inside of a dataclass."""
    values = st.lists(st.integers(-5, 5), min_size=1, max_size=_MOST, unique=True)
    return _define_enum(scope, "enum.Enum", scope.draw(values))


def _define_enum(scope: Scope, bases: str, values: list[Any]) -> Kind:
    name = scope.name("Choice")
    scope.lines.append(f"class {name}({bases}):")
    scope.lines += [f"    M{i} = {value!r}" for i, value in enumerate(values)]
    members = [f"{name}.M{i}" for i in range(len(values))]
    return Kind(name, st.sampled_from(members), f"enum{values}", frozenset({type(values[0]).__name__}))


def _literal(scope: Scope, depth: int) -> Kind:
    kinds = [st.lists(strategy, min_size=1, max_size=_MOST, unique=True) for strategy in (_TEXT, st.integers(-9, 9))]
    items = scope.draw(st.one_of(kinds))
    shown = [*map(repr, items)]
    plain = frozenset({type(items[0]).__name__})
    return Kind(f"typing.Literal[{', '.join(shown)}]", st.sampled_from(shown), f"enum{items}", plain)


def _list(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    spelled = scope.draw(st.sampled_from(["list", "List"]))
    values = st.lists(item.values, max_size=_MOST).map(lambda items: f"[{', '.join(items)}]")
    return _container(item, f"{spelled}[{item.text}]", values, f"list[{item.key}]", "list")


def _dict(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    spelled = scope.draw(st.sampled_from(["dict", "Dict"]))
    values = _pairs(_shown(_TEXT), item.values)
    return _container(item, f"{spelled}[str, {item.text}]", values, f"dict[{item.key}]", "dict")


def _packed_dict(scope: Scope, depth: int) -> Kind:
    """Draw a dict whose keys are no str: it travels as msgpack."""
    item = _kind(scope, depth - 1)
    made = _container(item, f"dict[int, {item.text}]", _pairs(_shown(_INT), item.values), "dict", "dict")
    return replace(made, exact=item.packed, mixed=item.united)


def _container(item: Kind, text: str, values: Text, key: str, plain: str) -> Kind:
    return replace(item, text=text, values=values, key=key, plain=frozenset({plain}), hashable=False, variants=())


def _pairs(keys: Text, values: Text) -> Text:
    return st.dictionaries(keys, values, max_size=_MOST).map(
        lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
    )


def _optional(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    text = scope.draw(st.sampled_from(["Optional[{}]", "Union[{}, None]", "Union[None, {}]"]))
    return _united(text.format(item.text), [item, _NONE])


def _union(scope: Scope, depth: int) -> Kind:
    items = [_kind(scope, depth - 1) for _ in range(scope.draw(st.integers(2, _MOST)))]
    return _united(f"Union[{', '.join(item.text for item in items)}]", items)


def _united(text: str, items: list[Kind]) -> Kind:
    keys = [key for item in items for key in item.variants or (item.key,)]
    plain = [kind for item in items for kind in item.plain]
    # Python itself unites a union of unions, but not where an Annotated stands between.
    nested = any(item.variants and item.text.startswith("typing.Annotated") for item in items)
    # Two dicts of other keys than str have one literal type, and so have two enumerations of equal values.
    vague = (plain.count("dict") > 1 and "dict" in keys) or any(
        key.startswith("enum") and keys.count(key) > 1 for key in keys
    )
    return Kind(
        text,
        st.one_of([item.values for item in items]),
        f"union[{', '.join(keys)}]",
        frozenset(plain),
        exact=all(item.exact for item in items) and not vague,
        # A str may be a date's, a dict a dataclass's: what was packed does not say.
        packed=all(item.packed for item in items) and len(set(plain)) == len(plain),
        guessable=all(item.guessable for item in items) and len(set(keys)) == len(keys) and not (nested or vague),
        mixed=any(item.mixed for item in items),
        united=any(item.united for item in items) or len({*keys} - {"None"}) > 1 or len(keys) != len({*keys}),
        hashable=all(item.hashable for item in items),
        variants=tuple(keys),
    )


def _annotated(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    return replace(item, text=f"typing.Annotated[{item.text}, 'a note']")


@dataclass(frozen=True)
class _Member:
    """A field of a class that is being made."""

    name: str
    kind: Kind
    default: str | None


def _members(scope: Scope, depth: int, families: tuple[Any, ...]) -> list[_Member]:
    names = scope.draw(st.lists(st.sampled_from(_NAMES), max_size=_MOST, unique=True))
    members = []
    for name in names:
        kind = _kind(scope, depth - 1, families)
        default = scope.draw(st.one_of(st.none(), kind.values))
        members.append(_Member(name, kind, default))
    # A field without a default must not follow one with a default.
    return sorted(members, key=lambda member: member.default is not None)


@st.composite
def _calls(draw: Draw, name: str, members: list[_Member]) -> str:
    given = [
        f"{member.name}={draw(member.kind.values)}"
        for member in members
        if member.default is None or draw(st.booleans())
    ]
    return f"{name}({', '.join(given)})"


def _dataclass(scope: Scope, depth: int) -> Kind:
    members = _members(scope, depth, (*_FAMILIES, _numbers, _packed_dict))
    name = scope.name("Record")
    options = scope.draw(st.sampled_from(["", "", "(frozen=True)", "(kw_only=True)", "(order=True)"]))
    scope.lines += [f"@dataclass{options}", f"class {name}:", *(["    pass"] if not members else [])]
    for member in members:
        default = ""
        if member.default is not None:
            default = (
                f" = {member.default}"
                if member.kind.hashable
                else f" = field(default_factory=lambda: {member.default})"
            )
        scope.lines.append(f"    {member.name}: {member.kind.text}{default}")
    return _record(name, members)


def _model(scope: Scope, depth: int) -> Kind:
    names = [member for member in _members(scope, depth, _IN_MODELS) if not member.name.startswith("_")]
    name = scope.name("Model")
    scope.lines += [f"class {name}(pydantic.BaseModel):", *(["    pass"] if not names else [])]
    for member in names:
        default = "" if member.default is None else f" = {member.default}"
        scope.lines.append(f"    {member.name}: {member.kind.text}{default}")
    return _record(name, names)


def _record(name: str, members: list[_Member]) -> Kind:
    kinds = [member.kind for member in members]
    exact, mixed = all(kind.packed for kind in kinds), any(kind.united or kind.mixed for kind in kinds)
    guessable = all(kind.guessable for kind in kinds)
    plain = frozenset({"dict"})
    return Kind(name, _calls(name, members), name, plain, exact, exact, guessable, mixed, mixed, hashable=False)


def _plain_dict(scope: Scope, depth: int) -> Kind:
    return _UNTYPED


def _nothing(scope: Scope, depth: int) -> Kind:
    return _NONE


_FAMILIES: tuple[Callable[[Scope, int], Kind], ...] = (
    _list,
    _dict,
    _optional,
    _union,
    _dataclass,
    _enum,
    _plain_dict,
    _annotated,
    _nothing,
    _packed_dict,
    _literal,
    _model,
)
_IN_MODELS = (_list, _dict, _optional, _enum, _plain_dict, _model)


def _kind(scope: Scope, depth: int, families: tuple[Any, ...] = _FAMILIES) -> Kind:
    """Draw a type: a simple one, or, where there is depth left, one of these families."""
    if depth <= 0 or scope.draw(st.integers(0, 5)) < _DEPTH - depth + 1:
        return scope.draw(st.sampled_from(_SIMPLE))
    return scope.draw(st.sampled_from(families))(scope, depth)


@st.composite
def drawn(draw: Draw) -> Drawn:
    """Draw a case."""
    scope = Scope(draw)
    kind = _kind(scope, _DEPTH)
    head = ["from __future__ import annotations"] if draw(st.booleans()) else []
    head += ["import pydantic"] if any("pydantic." in line for line in scope.lines) else []
    text = "type(None)" if kind.text == "None" else kind.text
    lines = [*head, *scope.lines, f"T = {text}", f"V = {draw(kind.values)}", ""]
    return Drawn("\n".join(lines), kind.exact, kind.guessable, kind.mixed)
