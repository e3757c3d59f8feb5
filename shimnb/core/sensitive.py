"""What looks like a secret: by the name that it stands under, or by its own form."""

from __future__ import annotations

import re

__all__ = ["holds_secret", "is_secret", "looks_secret", "might_hold_secret", "names_secret"]

# Not the authors, and not what cuts a text into tokens.
_NAME = re.compile(
    r"secret|token(?!i[sz])|passw|passphrase|pwd|credential|private|auth(?!or(?:s|_|$))|api.?key|access.?key",
    re.IGNORECASE,
)
# At the end, for there they say what the value is: a token_url is none, and a password_key is the name of one.
_OWN_NAME = re.compile(
    r"(?:passw(?:or)?d|passphrase|pwd|api_?key|access_?token|auth_?token|client_?secret|access_?key|private_?key)$",
    re.IGNORECASE,
)
# Texts, and compiled when one is used: few tasks have what needs them.
_VALUE = (
    rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"
    rb"|\bgh[pousr]_[A-Za-z0-9]{20}|\bgithub_pat_\w{20}|\bglpat-[\w-]{20}"  # GitHub, GitLab
    rb"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30}"  # AWS, Google
    rb"|\bsk-[\w-]{20}|\bsk_live_\w{16}|\bhf_[A-Za-z]{20}"  # OpenAI and its like, Stripe, Hugging Face
    rb"|\bxox[abprs]-[\w-]{10}|\bdapi[0-9a-f]{32}\b"  # Slack, Databricks
    rb"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10}"  # a JWT
    rb"|://[^\s/:@]{1,100}:[^\s/:@{$]{1,100}@"  # a password in an address
)
# How they begin: a large text without any of these is told in no time.
_BEGINNINGS = (
    *(b"-----BEGIN ", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
    *(b"glpat-", b"AKIA", b"ASIA", b"AIza", b"sk-", b"sk_live_", b"hf_", b"xox", b"dapi"),
    *(b"github_pat_", b"eyJ", b"://"),
)
# Settings, and places where a secret is: under such a name there is no secret itself.
_HARMLESS = r"(?i)|true|false|yes|no|on|off|none|null|[-+.\d]{1,12}|/.*|\$.*|\{\{.*|[a-z0-9+]+://.*"


def looks_secret(name: str) -> bool:
    """Tell whether a value under this name is likely to be a secret.

    Examples
    --------
    >>> looks_secret("DB_PASSWORD"), looks_secret("LOG_LEVEL"), looks_secret("AUTHOR")
    (True, False, False)
    """
    return _NAME.search(name) is not None


def holds_secret(text: str | bytes) -> bool:
    """Tell whether a text has a token in it, a private key, or an address with a password.

    Parameters
    ----------
    text : str or bytes
        A text, or a message as it is encoded.

    Examples
    --------
    >>> holds_secret("postgres://me:hunter2@db/music"), holds_secret("postgres://db/music")
    (True, False)
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return might_hold_secret(raw) and re.search(_VALUE, raw) is not None


def might_hold_secret(text: str | bytes) -> bool:
    """Tell whether a text has the beginning of a secret in it: so many texts in one are told to have none at once.

    Examples
    --------
    >>> might_hold_secret("eyJ"), might_hold_secret("nothing")
    (True, False)
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return any(beginning in raw for beginning in _BEGINNINGS)


def names_secret(name: str, value: object) -> bool:
    """Tell whether a field of a plugin's own has a secret itself, by its name; a variable's is told by `is_secret`.

    Examples
    --------
    >>> names_secret("db_password", "hunter2"), names_secret("password_key", "db"), names_secret("auth", "basic")
    (True, False, False)
    """
    return isinstance(value, str) and _OWN_NAME.search(name) is not None and re.fullmatch(_HARMLESS, value) is None


def is_secret(name: str, value: object) -> bool:
    """Tell whether a text is likely to be a secret, by its own form, or by its name where it may be one.

    Examples
    --------
    >>> is_secret("DB_PASSWORD", "hunter2"), is_secret("TOKEN_FILE", "/etc/token"), is_secret("MAX_TOKENS", "4096")
    (True, False, False)
    """
    if not isinstance(value, str | bytes):
        return False
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return holds_secret(text) or (looks_secret(name) and re.fullmatch(_HARMLESS, text) is None)
