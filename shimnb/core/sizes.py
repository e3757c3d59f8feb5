"""A template's size: in words, and how far it is from what a cluster takes."""

from __future__ import annotations

__all__ = ["size_level", "size_words"]

_LEVELS = (
    (4 * 1024 * 1024, "error", "over 4 MiB, gRPC's default limit of a message"),
    (3 * 512 * 1024, "error", "over 1.5 MiB, etcd's default limit of a request"),
    (64 * 1024, "warning", "over 64 KiB: consider a file for the large parts"),
)


def size_level(size: int) -> tuple[str, str]:
    """Tell how far a template's size is from what a cluster takes.

    Parameters
    ----------
    size : int
        Bytes encoded.

    Returns
    -------
    tuple of str
        ``""``, ``"warning"`` or ``"error"``; and the limit that is passed, in
        words.

    Examples
    --------
    >>> size_level(100)
    ('', '')
    >>> size_level(70_000)
    ('warning', 'over 64 KiB: consider a file for the large parts')
    """
    return next(((level, words) for limit, level, words in _LEVELS if size >= limit), ("", ""))


def size_words(size: int) -> str:
    """Show a size in bytes, in KB of 1024 from there on.

    Examples
    --------
    >>> size_words(61), size_words(1229), size_words(3 * 1024 * 1024)
    ('61 B', '1.2 KB', '3.0 MB')
    """
    if size < 1024:  # noqa: PLR2004  # the unit itself
        return f"{size} B"
    amount, unit = size / 1024, "KB"
    if amount >= 1000:  # noqa: PLR2004  # four digits before the point are one too many
        amount, unit = amount / 1024, "MB"
    return f"{amount:.1f} {unit}"
