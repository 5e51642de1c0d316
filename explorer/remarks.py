"""What someone who trusts a run should know of it, in a sentence each, from its config.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from explorer.loose_json import count, mapping, number

MANY_UNKNOWN = 0.1


def remarks(config: Mapping[str, Any]) -> list[str]:
    """Say what was odd: a training that broke, and items cut, empty, unlabelled or unreadable."""
    result, data = mapping(config.get("result")), mapping(config.get("dataset"))
    of = f"of {count(config, 'items'):,} items"
    found = []
    if isinstance(broken := result.get("broken"), str):
        found.append(f"The training broke off. {broken}")
    if cut := count(data, "cut_items"):
        longest = count(mapping(config.get("model")), "max_tokens")
        limit = f"longer than {longest:,} tokens" if longest else "too long"
        found.append(
            f"{cut:,} {of} {_were(cut)} {limit} and {_were(cut)} cut; train again with a larger "
            "--max-tokens to keep them whole."
        )
    if left_out := count(data, "empty_items"):
        found.append(f"{left_out:,} more had no text and {_were(left_out)} left out.")
    if unknown := count(data, "unlabelled_items"):
        found.append(f"{unknown:,} {of} {_have(unknown)} no label; probes leave them out.")
    if told := unknown_words(result):
        found.append(told)
    if empty := count(data, "items_without_words"):
        found.append(
            f"{empty:,} {of} {_have(empty)} no word of the vocabulary; it holds no stop words, "
            "and no words of one item or of most, so the model can tell nothing of them."
        )
    return found


def unknown_words(result: Mapping[str, Any]) -> str | None:
    """Say how many words the model could not read, where they are many."""
    share = number(result, "unknown_words")
    if share is None or share < MANY_UNKNOWN:
        return None
    return (
        f"{share:.0%} of the words are not in the vocabulary and count as one and the same unknown "
        "word; so figures look better, and texts come out poorer, than they are."
    )


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
