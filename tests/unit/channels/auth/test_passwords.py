"""What makes a password, and how it is kept."""

from __future__ import annotations

import pytest

from channels.auth.passwords import (
    Passwords,
    PasswordTooEasy,
    PasswordTooLong,
    PasswordTooShort,
    check_password,
)


@pytest.mark.parametrize(
    "password",
    ["three kettles sing", "bwrdd hen goch 7", "correct-horse-battery", "  spaces are ok  "],
)
def test_what_will_do(password):
    check_password(password, "asha")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("eleven char", PasswordTooShort),
        ("", PasswordTooShort),
        ("a" * 257, PasswordTooLong),
        ("aaaaaaaaaaaaaaaa", PasswordTooEasy),
        ("passwordpassword", PasswordTooEasy),
        ("Password123456!", PasswordTooEasy),
        ("asha.example.asha.example", PasswordTooEasy),
        ("Council1Council1", PasswordTooEasy),
    ],
)
def test_what_will_not(password, problem):
    with pytest.raises(problem):
        check_password(password, "asha.example")


def test_a_hash_matches_its_password_only_and_is_argon2id():
    passwords = Passwords()
    held = passwords.hash("three kettles sing")
    assert held.startswith("$argon2id$")
    assert passwords.match(held, "three kettles sing")
    assert not passwords.match(held, "three kettles sang")
    assert passwords.hash("three kettles sing") != held


def test_an_accent_typed_in_two_ways_is_one_password():
    passwords = Passwords()
    held = passwords.hash("caffi bach yn y dr\u00e9")
    assert passwords.match(held, "caffi bach yn y dre\u0301")


def test_nobody_matches_nothing():
    passwords = Passwords()
    assert not passwords.match(None, "there is no such account")
    assert not passwords.match("not a hash", "three kettles sing")
