"""Made-up English sentences with known factors, to see what a latent space has learned.

Subject, number, tense, place and sentiment are drawn independently of each other; the rest of
the sentence (verb, object, wording) is then drawn to fit them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields, replace
from random import Random
from typing import TypeVar

from vae_core.data import toy_grammar as grammar
from vae_core.data import toy_world as world
from vae_core.data.dataset import Dataset
from vae_core.data.toy_grammar import inflect
from vae_core.data.toy_world import Activity, Number

SENTENCES = 20_000
MAX_WORDS = 14

STYLES = ("manner", "opener", "tail", "comment", "companion", "attitude", "event")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Factors:
    """What a sentence says; each field is a metadata column of the data set."""

    subject: str
    number: Number
    tense: str
    place: str
    sentiment: str
    style: str
    aspect: str = ""
    verb: str = ""
    object: str = ""


def load_toy_sentences(seed: int = 0) -> Dataset:
    """20,000 distinct sentences, the same for the same seed on every platform.

    Labels are the sentiment; every factor, sentiment too, is a metadata column.
    """
    rng = Random(seed)
    sentences: dict[str, Factors] = {}
    while len(sentences) < SENTENCES:
        text, factors = _draw_sentence(rng)
        sentences.setdefault(text, factors)
    columns = zip(*(astuple(factors) for factors in sentences.values()), strict=True)
    names = (field.name for field in fields(Factors))
    metadata = {name: tuple(column) for name, column in zip(names, columns, strict=True)}
    return Dataset(
        name="toy-sentences",
        modality="sentences",
        texts=tuple(sentences),
        # Three colours that anybody can tell apart. And a map that keeps them apart has learned
        # something: a mood is put into words at the front, in the middle or at the end.
        labels=metadata["sentiment"],
        metadata=metadata,
        source={"dataset": "toy-sentences", "seed": seed},
    )


def _pick(rng: Random, options: Sequence[_T]) -> _T:
    # getrandbits is the one draw whose sequence Python promises to keep; choice may change.
    return options[rng.getrandbits(32) * len(options) >> 32]


def _draw_sentence(rng: Random) -> tuple[str, Factors]:
    main = Factors(
        subject=_pick(rng, tuple(world.SUBJECTS)),
        number=_pick(rng, world.NUMBERS),
        tense=_pick(rng, world.TENSES),
        place=_pick(rng, tuple(world.PLACES)),
        sentiment=_pick(rng, world.SENTIMENTS),
        style=_pick(rng, STYLES),
    )
    # Drawn again with the same main factors, so that the limits do not tie those together.
    while True:
        factors, thing = _draw_predicate(rng, main)
        text = _write(rng, factors, thing)
        if len(text.split()) <= MAX_WORDS and not _tense_is_open(factors):
            return text, factors


def _draw_predicate(rng: Random, main: Factors) -> tuple[Factors, str]:
    """``main`` with a fitting verb, object and aspect, and the object with its article."""
    activity = _pick(rng, _fitting(main))
    thing = _pick(rng, activity.objects)
    simple = main.style in ("attitude", "event") or rng.getrandbits(32) % 3 > 0
    aspect = "simple" if simple else "progressive"
    bare = _without_article(thing)
    return replace(main, aspect=aspect, verb=activity.verb, object=bare), thing


def _fitting(main: Factors) -> tuple[Activity, ...]:
    place = world.PLACES[main.place]
    if main.style == "event":
        return place.events[main.sentiment]
    if main.style == "attitude" and main.sentiment == "neutral":
        return tuple(a for a in place.activities if a.verb not in grammar.MOMENTARY_VERBS)
    return place.activities


def _without_article(thing: str) -> str:
    article, _, rest = thing.partition(" ")
    return rest if article in ("a", "an", "the", "some", "two") else thing


def _tense_is_open(factors: Factors) -> bool:
    """Whether past and present look the same: the girls read a book."""
    unmarked = inflect(factors.verb, "past") == factors.verb and factors.style != "attitude"
    plural_now = factors.number == "plural" and factors.tense != "future"
    return unmarked and plural_now and factors.aspect == "simple"


def _write(rng: Random, factors: Factors, thing: str) -> str:
    people = _people(rng, factors)
    opener, verbs, ending = _put_mood(rng, factors)
    if factors.style == "attitude":  # They love eating peanuts, not some peanuts.
        thing = thing.removeprefix("some ")
    place = world.PLACES[factors.place].phrase
    clause = f"{people} {verbs} {thing} {place}{ending}"
    return _add_time(rng, factors, clause, opener)


def _people(rng: Random, factors: Factors) -> str:
    """The noun phrase of the subject: its mood in one of two, another adjective in one of six."""
    subject = world.SUBJECTS[factors.subject]
    owners = world.OWNERS if subject.relative else world.ARTICLES[factors.number]
    determiner = _pick(rng, owners)
    words = [subject.singular if factors.number == "singular" else subject.plural]
    chance = rng.getrandbits(32) % 6
    if chance < 3:
        words.insert(0, _pick(rng, grammar.FEELINGS[factors.sentiment]))
    elif chance == 3:
        words.insert(0, _pick(rng, subject.adjectives))
    if determiner == "a" and words[0][0] in "aeiou":
        determiner = "an"
    return " ".join([determiner, *words])


def _put_mood(rng: Random, factors: Factors) -> tuple[str, str, str]:
    """What opens the sentence, its verbs, and what follows the place, as the style asks."""
    mood, style = factors.sentiment, factors.style
    auxiliaries, verb = _conjugate(factors.verb, factors)
    opener, ending = "", ""
    if style == "manner":
        verb = f"{_pick(rng, _manners(factors))} {verb}"
    elif style == "opener":
        opener = _pick(rng, grammar.OPENERS[mood])
    elif style == "tail":
        ending = " " + _pick(rng, grammar.TAILS[mood])
    elif style == "comment":
        ending = ", which " + _comment(factors, *_pick(rng, grammar.COMMENTS[mood]))
    elif style == "companion":
        second, rest = _pick(rng, grammar.COMPANIONS[mood])
        ending = f" and {_conjugate(second, factors)[1]} {rest}"
    elif style == "attitude":
        attitude = _conjugate(_pick(rng, grammar.ATTITUDES[mood]), factors)[1]
        verb = f"{attitude} {inflect(factors.verb, 'participle')}"
    return opener, auxiliaries + verb, ending


def _manners(factors: Factors) -> tuple[str, ...]:
    if factors.sentiment == "neutral" and factors.verb in grammar.UNHURRIED_VERBS:
        return grammar.UNHURRIED
    return grammar.MANNERS[factors.sentiment]


def _comment(factors: Factors, verb: str, rest: str) -> str:
    """``verb`` agreeing with "which", the whole event: which was great fun."""
    auxiliaries, verb = _conjugate(verb, replace(factors, number="singular", aspect="simple"))
    return f"{auxiliaries}{verb} {rest}"


def _conjugate(verb: str, factors: Factors) -> tuple[str, str]:
    """The auxiliaries (with a space after them, or none) and ``verb``, agreeing in number."""
    singular = factors.number == "singular"
    if factors.aspect == "progressive":
        being = {
            "past": "was " if singular else "were ",
            "present": "is " if singular else "are ",
            "future": "will be ",
        }
        return being[factors.tense], inflect(verb, "participle")
    if factors.tense == "future":
        return "will ", verb
    if factors.tense == "past":
        return "", inflect(verb, "past")
    return "", inflect(verb, "present" if singular else "base")


def _add_time(rng: Random, factors: Factors, clause: str, opener: str) -> str:
    """``clause`` with its opener, and when it happens in one of two, where that sounds natural."""
    if opener:
        return f"{opener}, {clause}"
    progressive = factors.aspect == "progressive"
    timeless = factors.tense == "present" and factors.style in ("event", "attitude")
    time = _pick(rng, grammar.TIMES[factors.tense, progressive])
    if timeless or rng.getrandbits(32) % 2 == 0:
        return clause
    at_end = factors.style in ("manner", "attitude", "event") and rng.getrandbits(32) % 2 == 0
    return f"{clause} {time}" if at_end else f"{time}, {clause}"
