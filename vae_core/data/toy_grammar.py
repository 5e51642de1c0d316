"""The wording of the toy sentences: how English puts a mood or a time, and inflects a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Form = Literal["base", "present", "past", "participle"]

# Beside one of the ways below: a mood that showed once in a sentence could not be told from the
# words that show it.
FEELINGS = {
    "positive": ("smiling", "lucky", "proud"),
    "neutral": ("busy", "polite", "sensible"),
    "negative": ("gloomy", "unlucky", "weary"),
}
# How a mood is put into words; each style has all three moods, so that style says nothing of it.
MANNERS = {
    "positive": ("happily", "gladly", "cheerfully", "eagerly", "joyfully"),
    "neutral": ("quietly", "calmly", "patiently", "carefully", "slowly"),
    "negative": ("unhappily", "reluctantly", "grumpily", "angrily", "miserably"),
}
# Where "slowly" or "carefully" would sound odd, since the verb is over at once or takes no care.
UNHURRIED = ("quietly", "calmly", "patiently")
UNHURRIED_VERBS = frozenset({"watch", "wait for", "play", "buy", "borrow", "order", "throw"})
OPENERS = {
    "positive": ("luckily", "fortunately", "thankfully"),
    "neutral": ("meanwhile", "as usual", "once again"),
    "negative": ("sadly", "unfortunately", "regrettably"),
}
TAILS = {
    "positive": ("with a smile", "with great joy", "in high spirits"),
    "neutral": ("with the neighbors", "one more time", "without any hurry"),
    "negative": ("with a sigh", "in a bad mood", "with a frown"),
}
# Verb and rest; the verb takes the tense and, here, the number of "which".
COMMENTS = {
    "positive": (("be", "wonderful"), ("be", "great fun"), ("be", "delightful")),
    "neutral": (("take", "a while"), ("take", "ten minutes"), ("take", "an hour")),
    "negative": (("be", "awful"), ("be", "very annoying"), ("be", "unpleasant")),
}
COMPANIONS = {
    "positive": (("enjoy", "every minute"), ("have", "great fun"), ("laugh", "a lot")),
    "neutral": (("listen to", "music"), ("think about", "dinner"), ("talk to", "a neighbor")),
    "negative": (("hate", "every minute"), ("complain", "a lot"), ("feel", "miserable")),
}
ATTITUDES = {
    "positive": ("love", "enjoy", "adore"),
    "neutral": ("start", "begin", "continue"),
    "negative": ("hate", "dislike", "regret"),
}
# Verbs of a moment, which nobody begins or continues to do.
MOMENTARY_VERBS = frozenset({"buy", "borrow", "order", "choose"})

TIMES = {
    ("past", False): ("yesterday", "last week", "two days ago"),
    ("past", True): ("yesterday", "this morning", "an hour ago"),
    ("present", False): ("every day", "every week", "every morning"),
    ("present", True): ("right now", "at the moment"),
    ("future", False): ("tomorrow", "next week", "this evening"),
    ("future", True): ("tomorrow", "this evening", "tonight"),
}


def _pairs(words: str) -> list[tuple[str, str]]:
    """Read "be was, begin began"."""
    return [(first, second) for first, second in (pair.split() for pair in words.split(","))]


_PASTS = dict(
    _pairs(
        """be was, begin began, break broke, build built, buy bought, catch caught, choose chose,
        dig dug, draw drew, drink drank, eat ate, fall fell, feed fed, feel felt, find found,
        fly flew, forget forgot, get got, have had, hear heard, lose lost, make made, meet met,
        pay paid, read read, ride rode, sell sold, sit sat, take took, tear tore, think thought,
        throw threw, win won, write wrote"""
    )
)
_PRESENTS = {"be": "is", "have": "has"}
_DOUBLING = frozenset(
    {"begin", "chop", "dig", "drop", "forget", "get", "regret", "sit", "spot", "trim", "win"}
)
_HISSES = ("s", "x", "z", "ch", "sh")


def inflect(verb: str, form: Form) -> str:
    """``verb`` ("wait for") in a form: base, present (he waits for), past or participle (-ing)."""
    head, *rest = verb.split()
    inflected = _INFLECTIONS[form](head)
    return " ".join([inflected, *rest])


def _ends_in_consonant_y(verb: str) -> bool:
    return verb.endswith("y") and verb[-2] not in "aeiou"


def _present(verb: str) -> str:
    if _ends_in_consonant_y(verb):
        return verb[:-1] + "ies"
    return _PRESENTS.get(verb, verb + ("es" if verb.endswith(_HISSES) else "s"))


def _past(verb: str) -> str:
    if verb in _PASTS:
        return _PASTS[verb]
    if _ends_in_consonant_y(verb):
        return verb[:-1] + "ied"
    doubled = verb + verb[-1] if verb in _DOUBLING else verb
    return doubled + ("d" if verb.endswith("e") else "ed")


def _participle(verb: str) -> str:
    if verb.endswith("e") and verb != "be":
        return verb[:-1] + "ing"
    return (verb + verb[-1] if verb in _DOUBLING else verb) + "ing"


_INFLECTIONS: dict[Form, Callable[[str], str]] = {
    "base": str,
    "present": _present,
    "past": _past,
    "participle": _participle,
}
