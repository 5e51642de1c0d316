"""Who may use the live socket, and how much: same origin, a session's token, a rate."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1 << 20
# Messages a second of one connection; a pointer sends as often as the screen is drawn.
MOST_RATE = 240
# A tab that was asleep, or a busy server, delivers what has gathered at once.
MOST_BURST = 2 * MOST_RATE
MOST_CONNECTIONS, MOST_OF_A_SESSION = 1000, 16
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Tokens:
    """Tokens for sessions: each is of one session and of this process, and none is stored."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def issue(self, session: str) -> str:
        """The token of a session, the same each time."""
        name = self._sign(f"session {session}")[:16]
        return f"{name}.{self._sign(f'token {name}')}"

    def session_of(self, token: str) -> str | None:
        """A name of the session that the token was issued to; None where this process did not."""
        name, _, signature = token.partition(".")
        expected = self._sign(f"token {name}")
        sound = hmac.compare_digest(signature.encode(), expected.encode())
        return name if sound else None

    def _sign(self, text: str) -> str:
        signed = hmac.new(self._secret, text.encode(errors="surrogatepass"), hashlib.sha256)
        return signed.hexdigest()[:32]


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether the page that connects was served from here: its Origin is this Host.

    A proxy may have changed the Host and then says the first one in X-Forwarded-Host, which no
    script in a browser can set. Without an Origin it is not a browser that connects: refused too.
    """
    scheme, _, place = headers.get("origin", "").partition("://")
    if scheme not in _DEFAULT_PORTS:
        return False
    hosts = [headers.get("host", ""), headers.get("x-forwarded-host", "").split(",")[0]]
    own = _place(scheme, place)
    return own is not None and own in [_place(scheme, host.strip()) for host in hosts]


def _place(scheme: str, host: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(f"{scheme}://{host}")
        return (parts.hostname, parts.port or _DEFAULT_PORTS[scheme]) if parts.hostname else None
    except ValueError:  # such as a port that is no number
        return None


class RateLimit:
    """At most ``rate`` a second on average, and ``burst`` at once (a token bucket)."""

    def __init__(self, now: float, rate: float = MOST_RATE, burst: float = MOST_BURST) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._then = burst, now

    def allows(self, now: float) -> bool:
        """Count one more at ``now`` (seconds of any clock that only goes forward)."""
        self._left = min(self._burst, self._left + (now - self._then) * self._rate)
        self._then = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Seats:
    """Counts connections, all of them and those of each session."""

    def __init__(self, most: int = MOST_CONNECTIONS, of_a_session: int = MOST_OF_A_SESSION) -> None:
        self._most, self._of_a_session = most, of_a_session
        self._taken: Counter[str] = Counter()

    def free(self, session: str) -> bool:
        """Whether the session may have one more connection."""
        return self._taken.total() < self._most and self._taken[session] < self._of_a_session

    def taken(self, session: str) -> AbstractContextManager[None]:
        """Hold a seat while the context lasts."""
        return self._take(session)

    @contextmanager
    def _take(self, session: str) -> Iterator[None]:
        self._taken[session] += 1
        try:
            yield
        finally:
            self._taken[session] -= 1
            self._taken += Counter()  # forget those with none


@dataclass(frozen=True)
class Door:
    """Where the socket is and how tokens for it are made."""

    path: str
    tokens: Tokens


class Entrance:
    """Where pages learn of the door: they share nothing with the server but this process."""

    def __init__(self) -> None:
        self._door: Door | None = None

    def open(self, door: Door) -> None:
        """Tell that the live socket is served at ``door``."""
        self._door = door

    def close(self) -> None:
        """Tell that it is not served any more."""
        self._door = None

    def address(self, session: str) -> dict[str, str] | None:
        """How a page of that session connects: {path, token}; None where there is no live socket.

        ``path`` is relative to the page's base address.
        """
        door = self._door
        if door is None:
            return None
        return {"path": door.path, "token": door.tokens.issue(session)}


ENTRANCE = Entrance()
