"""Names of people made into names of files that every system takes and that no two people share."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable

MOST = 50
_KEPT = frozenset(" -_.,'()")
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))]
)


def file_stems(names: Iterable[str]) -> dict[str, str]:
    """A file name without suffix for each name: itself where it is safe and stands alone, else cut, with a hash.

    Letters, digits and marks of any script stay; what else a system may trip over becomes ``_``.

    Parameters
    ----------
    names : iterable of str

    Returns
    -------
    dict of str to str
        At most 59 characters each; distinct also where upper and lower case are one.
    """
    unique = sorted(set(names))
    plain = {name: _plain(name) for name in unique}
    shared = Counter(stem.casefold() for stem in plain.values())
    return {
        name: stem if stem == name and shared[stem.casefold()] == 1 else f"{stem}-{_digest(name)}"
        for name, stem in plain.items()
    }


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", name)
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" or letter in _KEPT else "_" for letter in text)
    stem = kept[:MOST].strip(" .") or "agent"
    return f"_{stem}" if stem.partition(".")[0].casefold() in _RESERVED else stem


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
