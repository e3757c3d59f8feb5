"""Types and values of them, drawn as source text: the same text runs with both libraries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
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
    """

    source: str
    exact: bool

    def __repr__(self) -> str:
        return f"exact={self.exact}\n{self.source}"


@dataclass(frozen=True)
class Kind:
    """A type: its text, and values of it as texts."""

    text: str
    values: Text
    exact: bool = True
    hashable: bool = True
    """Whether its values can be keys of a dict, and defaults of a dataclass's field."""
    none: bool = False


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

_SIMPLE = (
    Kind("int", _shown(_INT)),
    Kind("str", _shown(_TEXT)),
    Kind("bool", _shown(st.booleans())),
    Kind("float", st.floats().map(_float)),
    Kind("datetime.datetime", st.datetimes(**_BETWEEN, timezones=_ZONES).map(_datetime)),
    Kind("date", _shown(st.dates()).map(lambda shown: shown.removeprefix("datetime."))),
    Kind("timedelta", st.timedeltas(dt.timedelta(-_DAYS), dt.timedelta(_DAYS)).map(_timedelta)),
    Kind("datetime.datetime", st.datetimes(**_BETWEEN).map(_datetime), exact=False),
)
_NONE = Kind("None", st.just("None"), none=True)
_PLAIN = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 63) - 1), st.floats(allow_nan=False, allow_infinity=False), _TEXT
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=_MOST), st.dictionaries(_TEXT, inner, max_size=_MOST)),
    max_leaves=6,
)
_UNTYPED = Kind("dict", _shown(st.dictionaries(_TEXT, _PLAIN, max_size=_MOST)), hashable=False)


def _enum(scope: Scope, depth: int) -> Kind:
    texts = scope.draw(st.lists(_TEXT, min_size=1, max_size=_MOST, unique=True))
    return _define_enum(scope, scope.draw(st.sampled_from(["enum.Enum", "str, enum.Enum"])), texts)


def _numbers(scope: Scope, depth: int) -> Kind:
    """Draw an enumeration that may only stand inside of a dataclass."""
    return _define_enum(scope, "enum.Enum", scope.draw(st.lists(st.integers(-5, 5), min_size=1, max_size=_MOST, unique=True)))


def _define_enum(scope: Scope, bases: str, values: list[Any]) -> Kind:
    name = scope.name("Choice")
    scope.lines.append(f"class {name}({bases}):")
    scope.lines += [f"    M{i} = {value!r}" for i, value in enumerate(values)]
    return Kind(name, st.sampled_from([f"{name}.M{i}" for i in range(len(values))]))


def _literal(scope: Scope, depth: int) -> Kind:
    items = scope.draw(st.one_of(st.lists(strategy, min_size=1, max_size=_MOST, unique=True) for strategy in (_TEXT, st.integers(-9, 9))))
    return Kind(f"typing.Literal[{', '.join(map(repr, items))}]", st.sampled_from([*map(repr, items)]))


def _list(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    spelled = scope.draw(st.sampled_from(["list", "List"]))
    values = st.lists(item.values, max_size=_MOST).map(lambda items: f"[{', '.join(items)}]")
    return Kind(f"{spelled}[{item.text}]", values, item.exact, hashable=False)


def _dict(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    spelled = scope.draw(st.sampled_from(["dict", "Dict"]))
    return Kind(f"{spelled}[str, {item.text}]", _pairs(_shown(_TEXT), item.values), item.exact, hashable=False)


def _packed_dict(scope: Scope, depth: int) -> Kind:
    """Draw a dict whose keys are no str: it travels as msgpack."""
    item = _kind(scope, depth - 1)
    return Kind(f"dict[int, {item.text}]", _pairs(_shown(_INT), item.values), item.exact, hashable=False)


def _pairs(keys: Text, values: Text) -> Text:
    return st.dictionaries(keys, values, max_size=_MOST).map(
        lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
    )


def _optional(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    text = scope.draw(st.sampled_from(["Optional[{}]", "Union[{}, None]", "Union[None, {}]"])).format(item.text)
    return Kind(text, st.one_of(st.just("None"), item.values), item.exact, item.hashable, none=True)


def _union(scope: Scope, depth: int) -> Kind:
    items = [_kind(scope, depth - 1) for _ in range(scope.draw(st.integers(2, _MOST)))]
    exact, hashable = all(item.exact for item in items), all(item.hashable for item in items)
    text = f"Union[{', '.join(item.text for item in items)}]"
    return Kind(text, st.one_of([item.values for item in items]), exact, hashable, any(item.none for item in items))


def _annotated(scope: Scope, depth: int) -> Kind:
    item = _kind(scope, depth - 1)
    return Kind(f"typing.Annotated[{item.text}, 'a note']", item.values, item.exact, item.hashable, item.none)


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
    given = []
    for member in members:
        if member.default is None or draw(st.booleans()):
            given.append(f"{member.name}={draw(member.kind.values)}")
    return f"{name}({', '.join(given)})"


def _dataclass(scope: Scope, depth: int) -> Kind:
    members = _members(scope, depth, (*_FAMILIES, _numbers, _packed_dict))
    name = scope.name("Record")
    options = scope.draw(st.sampled_from(["", "", "(frozen=True)", "(kw_only=True)", "(order=True)"]))
    scope.lines += [f"@dataclass{options}", f"class {name}:", *(["    pass"] if not members else [])]
    for member in members:
        default = ""
        if member.default is not None:
            default = f" = {member.default}" if member.kind.hashable else f" = field(default_factory=lambda: {member.default})"
        scope.lines.append(f"    {member.name}: {member.kind.text}{default}")
    exact = all(member.kind.exact for member in members)
    return Kind(name, _calls(name, members), exact, hashable=False)


def _model(scope: Scope, depth: int) -> Kind:
    names = [member for member in _members(scope, depth, _IN_MODELS) if not member.name.startswith("_")]
    name = scope.name("Model")
    scope.lines += [f"class {name}(pydantic.BaseModel):", *(["    pass"] if not names else [])]
    for member in names:
        default = "" if member.default is None else f" = {member.default}"
        scope.lines.append(f"    {member.name}: {member.kind.text}{default}")
    exact = all(member.kind.exact for member in names)
    return Kind(name, _calls(name, names), exact, hashable=False)


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
)
_IN_MODELS = (_list, _dict, _optional)


def _kind(scope: Scope, depth: int, families: tuple[Any, ...] = _FAMILIES) -> Kind:
    """Draw a type: a simple one, or, where there is depth left, one of these families."""
    if depth <= 0 or scope.draw(st.integers(0, 5)) < _DEPTH - depth + 1:
        return scope.draw(st.sampled_from(_SIMPLE))
    return scope.draw(st.sampled_from(families))(scope, depth)


@st.composite
def drawn(draw: Draw, families: tuple[str, ...] = ()) -> Drawn:
    """Draw a case; `families` names those to draw besides what is always drawn: ``"literal"`` and ``"model"``."""
    scope = Scope(draw)
    more = {"literal": _literal, "model": _model}
    kind = _kind(scope, _DEPTH, (*_FAMILIES, *(more[name] for name in families)))
    late = draw(st.booleans())
    head = ["from __future__ import annotations"] if late else []
    head += ["import pydantic"] if any("pydantic." in line for line in scope.lines) else []
    text = "type(None)" if kind.text == "None" else kind.text
    return Drawn("\n".join([*head, *scope.lines, f"T = {text}", f"V = {draw(kind.values)}", ""]), kind.exact)
