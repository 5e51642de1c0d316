"""Guesses at the encodings that came before UTF-8, likeliest first."""

from __future__ import annotations

import re

# The families that are still met, by their largest member. Of one family only one is in the list:
# more of them would be told apart by chance.
_KNOWN = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp874",
    "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp866", "mac_roman",
]  # fmt: skip
# Letters beyond ASCII of the languages that each is for. Bytes mean another letter in each.
_LATIN = {
    "cp1252": "éèàçêâîôëïäöüßåæøñáíóúãõÉÈÀÇÄÖÜÅÆØÑÁÍÓÚ“”‘’–—…€£°«»",
    "cp1250": "ąćęłńóśźżčěšťžýřůďňáéíúľőűăţşđöüäĄĆĘŁŃÓŚŹŻČĚŠŽŘ„”–",
    "cp1254": "çğıöşüâîûÇĞİÖŞÜ“”‘’–",
}
_LATIN_LIKE = {*_LATIN, "mac_roman"}
_KANA = re.compile("[\u3040-\u30ff]")
_HEBREW = re.compile("[\u05d0-\u05ea]")
_HIGH = re.compile("[^\x00-\x7f]")


def guess_legacy(sample: bytes) -> list[str]:
    """Encodings that ``sample`` may be in, the likeliest first; none where nothing fits."""
    from charset_normalizer import from_bytes

    if not sample:
        return []
    matches = from_bytes(sample, cp_isolation=_KNOWN, enable_fallback=False)
    ranked = [match.encoding for match in matches]
    if _share(sample, "euc_jp", _KANA) > 0.2:
        ranked.insert(0, "euc_jp")
    elif _share(sample, "cp1255", _HEBREW) > 0.98 and _mostly_high(sample):
        ranked.insert(0, "cp1255")
    elif not ranked or ranked[0] in _LATIN_LIKE:
        # Statistics of letters tell these apart better than what charset-normalizer looks at.
        latin = sorted(_LATIN, key=lambda name: -_common(sample, name))
        ranked = [*latin, *ranked] if _common(sample, latin[0]) else [*ranked, *latin]
    return [name for name in dict.fromkeys(ranked) if _decoded(sample, name) is not None]


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _share(sample: bytes, encoding: str, letters: re.Pattern[str]) -> float:
    """How many of the letters beyond ASCII are ``letters``, of all of them."""
    text = _decoded(sample, encoding) or ""
    return len(letters.findall(text)) / max(len(_HIGH.findall(text)), 1)


def _mostly_high(sample: bytes) -> bool:
    """Whether the letters of the sample are of another alphabet than ours."""
    high = sum(byte >= 0x80 for byte in sample)
    return high > sum(chr(byte).isalpha() for byte in sample if byte < 0x80)


def _common(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding) or ""
    high = _HIGH.findall(text)
    return sum(letter in _LATIN[encoding] for letter in high) / max(len(high), 1)
