from __future__ import annotations

import pytest

from shimnb.core.sensitive import holds_secret, is_secret, looks_secret


@pytest.mark.parametrize("name", ["DB_PASSWORD", "api_key", "apikey", "AUTH", "authorization", "AccessKey", "tokens"])
def test_a_name_of_a_secret_is_told(name: str):
    """In whatever case, and as a part of the name."""
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["LOG_LEVEL", "AUTHOR", "authors", "author_name", "TOKENIZER", "tokenise", "", "key"])
def test_another_name_is_none(name: str):
    """An author, and what cuts a text into tokens, are none."""
    assert not looks_secret(name)


def test_bytes_are_searched_as_text_is():
    """A template is asked as it is encoded."""
    assert holds_secret(b"\x0a\x30postgres://me:hunter2@db/music\x12")
    assert not holds_secret(b"\x0a\x30postgres://db/music\x12")


def test_a_name_alone_needs_a_value_that_may_be_one():
    """A switch or a path below a secret's name is no secret; a token is one below any name."""
    assert not is_secret("AUTH", "true")
    assert not is_secret("SECRET_DIR", "/etc/secrets")
    assert is_secret("LINE", "ghp_" + "a1" * 18)
