"""Who is let in, and how much they may send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from explorer.live.guard import Door, Entrance, RateLimit, Seats, Tokens, same_origin


@pytest.mark.parametrize(
    ("origin", "host", "forwarded", "same"),
    [
        ("http://localhost:8501", "localhost:8501", None, True),
        ("http://LOCALHOST:8501", "localhost:8501", None, True),
        ("https://class.example", "class.example", None, True),
        ("https://class.example", "class.example:443", None, True),
        ("http://class.example", "class.example:80", None, True),
        ("http://[::1]:8501", "[::1]:8501", None, True),
        ("https://class.example", "127.0.0.1:8501", "class.example", True),
        ("https://class.example", "127.0.0.1:8501", "class.example, inner", True),
        ("http://localhost:8501", "localhost:8502", None, False),
        ("http://localhost:8501", "127.0.0.1:8501", None, False),
        ("https://class.example", "class.example:80", None, False),
        ("http://evil.example", "localhost:8501", None, False),
        ("http://localhost:8501.evil.example", "localhost:8501", None, False),
        ("http://evil.example", "localhost:8501", "localhost:8501", False),
        ("null", "localhost:8501", None, False),
        ("", "localhost:8501", None, False),
        (None, "localhost:8501", None, False),
        ("http://", "", None, False),
        ("http://a:b", "a:b", None, False),
        ("file://localhost:8501", "localhost:8501", None, False),
        ("http://user@localhost:8501", "localhost:8501", None, True),
    ],
)
def test_only_the_own_page_connects(
    origin: str | None, host: str, forwarded: str | None, same: bool
) -> None:
    found = {"Origin": origin, "Host": host, "X-Forwarded-Host": forwarded}
    headers = Headers({name: value for name, value in found.items() if value is not None})
    assert same_origin(headers) == same


@given(st.text(), st.text())
def test_any_origin_and_host_is_an_answer(origin: str, host: str) -> None:
    assert same_origin({"origin": f"http://{origin}", "host": host}) in (True, False)
    assert same_origin({"origin": origin, "host": host}) in (True, False)


@given(st.text(), st.text())
def test_a_token_is_of_one_session(one: str, other: str) -> None:
    tokens = Tokens()
    assert tokens.issue(one) == tokens.issue(one)
    assert tokens.session_of(tokens.issue(one)) is not None
    same = tokens.session_of(tokens.issue(one)) == tokens.session_of(tokens.issue(other))
    assert same == (one == other)
    assert Tokens().session_of(tokens.issue(one)) is None


@given(st.text())
def test_what_was_not_issued_is_no_token(text: str) -> None:
    assert Tokens(b"a secret").session_of(text) is None


def test_a_changed_token_is_none() -> None:
    tokens = Tokens()
    token = tokens.issue("a")
    name, signature = token.split(".")
    assert tokens.session_of(f"{tokens.issue('b').split('.')[0]}.{signature}") is None
    for damaged in (token[:-1], name, f"{name}.", f".{signature}", f"{token}0"):
        assert tokens.session_of(damaged) is None


def test_the_rate_is_an_average_with_a_burst() -> None:
    limit = RateLimit(now=0.0, rate=10, burst=5)
    assert [limit.allows(0.0) for _ in range(6)] == [True] * 5 + [False]
    assert [limit.allows(0.2) for _ in range(3)] == [True, True, False]
    assert [limit.allows(100.0) for _ in range(6)] == [True] * 5 + [False]
    steady = RateLimit(now=0.0, rate=10, burst=1)
    assert all(steady.allows(0.101 * step) for step in range(1, 200))


def test_seats_come_free_again() -> None:
    seats = Seats(most=3, of_a_session=2)
    with seats.taken("a"):
        assert seats.free("a")
        with seats.taken("a"):
            assert not seats.free("a")
            assert seats.free("b")
            with seats.taken("b"):
                assert not seats.free("c")
        assert seats.free("a")
    with pytest.raises(KeyError), seats.taken("a"):
        raise KeyError
    with seats.taken("a"), seats.taken("b"):
        assert seats.free("c")


def test_pages_learn_of_the_door_while_it_is_open() -> None:
    entrance, tokens = Entrance(), Tokens()
    assert entrance.address("a") is None
    entrance.open(Door("live", tokens))
    found = entrance.address("a")
    assert found == {"path": "live", "token": tokens.issue("a")}
    entrance.close()
    assert entrance.address("a") is None
