"""A template's size: in words, and how far it is from what a cluster takes."""

from __future__ import annotations

__all__ = ["SIZE_LIMITS", "limit_share", "size_level", "size_words"]

_LEVELS = (
    (4 * 1024 * 1024, "error", "over 4 MiB, gRPC's default limit of a message"),
    (3 * 512 * 1024, "error", "over 1.5 MiB, etcd's default limit of a request"),
    (64 * 1024, "warning", "over 64 KiB: consider a file for the large parts"),
)
# From where on a template gives pause, and what a cluster refuses by default; the smallest first.
SIZE_LIMITS = {64 * 1024: "64 KiB", 3 * 512 * 1024: "1.5 MiB", 4 * 1024 * 1024: "4 MiB"}


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


def limit_share(size: int) -> str:
    """Say how much of the next limit a template's size takes up; of the last one, past it too.

    Examples
    --------
    >>> limit_share(100), limit_share(3_277), limit_share(786_432), limit_share(8_388_608)
    ('under 1 % of 64 KiB', '5 % of 64 KiB', '50 % of 1.5 MiB', '200 % of 4 MiB')
    """
    limit = next((limit for limit in SIZE_LIMITS if size < limit), max(SIZE_LIMITS))
    share = 100 * size // limit
    return f"{share or 'under 1'} % of {SIZE_LIMITS[limit]}"


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
