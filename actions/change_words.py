"""Words that say an answer is to be changed: "change the name", "the road is wrong".

They are about an answer and no answer themselves, so they are never sent to the council.
English counts in every language.

Machine-written, awaiting review by native speakers.
"""

from __future__ import annotations

from functools import cache

from bot.phrases import normalise

_STEMS = {
    "en": "change|changing the|changing my|wrong|incorrect|not right|isn't right|not correct|"
    "isn't correct|mistake|amend|correct the|correct my|mixed up|put the wrong",
    "cy": "newid|anghywir|o'i le|ddim yn gywir|ddim yn iawn|camgymeriad|cywiro",
    "ar": "تغيير|أغير|أريد تغيير|تعديل|أعدل|خطأ|خاطئ|تصحيح|غير صحيح",
    "bn": "বদল|পরিবর্তন|ভুল|ঠিক নয়|ঠিক না|সংশোধন",
    "pa": "ਬਦਲ|ਗਲਤ|ਗ਼ਲਤ|ਠੀਕ ਨਹੀਂ|ਸਹੀ ਨਹੀਂ|ਸੋਧ",
    "pl": "zmień|zmieni|zmian|poprawić|poprawk|błędn|błąd|pomył|nie zgadza się",
    "pt": "mudar|mude|alterar|altere|trocar|errad|erro|corrigir|corrija|incorret|não está cert",
    "ro": "schimb|modific|greșit|greșeal|incorect|nu e corect|nu este corect|corectez|corecta",
    "so": "beddel|bedel|khalad|qalad|sax ma aha|sixid",
    "uk": "змін|виправ|помил|неправильн|невірн|не так",
    "ur": "بدل|تبدیل|غلط|ٹھیک نہیں|درست نہیں|درست کر",
    "ur-Latn": "badal|tabdeel|tabdil|ghalat|galat|theek nahi|thik nahi|durust kar",
    "zh": "改|更改|修改|错|不对|不正确",
}
"""How such words or phrases begin."""


def says_change(text: str, language: str) -> bool:
    """Whether ``text`` says that something is to be changed or is wrong."""
    said = f" {normalise(text)}"
    return any(f" {stem}" in said for stem in _stems(language))


@cache
def _stems(language: str) -> frozenset[str]:
    held = "|".join(_STEMS.get(lang, "") for lang in ("en", language))
    return frozenset(normalise(one) for one in held.split("|") if one)
