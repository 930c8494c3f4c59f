"""Numbers as people write them when they choose from a list: "2", "two", "option 2", "۲".

Only the words of the conversation's own language and of English are known for a message, as
"do" is two in Roman Urdu and a verb in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from bot.folding import fold

# One entry a number from one upwards; forms of the same number are parted by strokes.
_WORDS: Mapping[str, str] = {
    "en": "one/first two/second three/third four/fourth five/fifth six/sixth seven/seventh "
    "eight/eighth nine/ninth ten/tenth",
    "cy": "un/cyntaf dau/dwy/ail tri/tair/trydydd pedwar/pedair pump chwech/chwe saith wyth naw "
    "deg",
    "pl": "jeden/jedna/jedno/pierwsza/pierwszy dwa/dwie/druga/drugi trzy/trzecia/trzeci "
    "cztery/czwarta pięć/piąta sześć/szósta siedem/siódma osiem/ósma dziewięć "
    "dziesięć",
    "ro": "unu/una/unul/prima/primul doi/două/doua trei/treia patru/patra cinci șase/sase șapte "
    "opt nouă zece",
    "ur": "ایک/پہلا دو/دوسرا تین/تیسرا چار پانچ چھ/چھے سات آٹھ نو دس",
    "ur-Latn": "ek/aik/pehla do/doosra teen/tin/teesra char/chaar panch/paanch chhe/che/chay "
    "saat/sat aath/ath nau das",
    "pa": "ਇੱਕ/ਇਕ/ਪਹਿਲਾ ਦੋ/ਦੂਜਾ ਤਿੰਨ/ਤੀਜਾ ਚਾਰ ਪੰਜ ਛੇ ਸੱਤ ਅੱਠ ਨੌਂ/ਨੌ ਦਸ",
    "bn": "এক/প্রথম দুই/দ্বিতীয় তিন/তৃতীয় চার পাঁচ ছয় সাত আট নয় দশ",
    "ar": "واحد/واحدة/الأول اثنان/اثنين/اتنين/الثاني ثلاثة/تلاتة/الثالث أربعة/الرابع خمسة ستة سبعة "
    "ثمانية/تمانية تسعة عشرة",
    "so": "kow/hal/mid/koowaad laba/labaad saddex/sadex/saddexaad afar shan lix toddoba/todoba "
    "siddeed/sideed sagaal toban",
    "pt": "um/uma/primeira/primeiro dois/duas/segunda/segundo três/terceira quatro/quarta cinco "
    "seis sete oito nove dez",
    "uk": "один/одна/одне/перше/перший/перша два/дві/друге/другий/друга три/третє/третій "
    "чотири п'ять шість сім вісім дев'ять десять",
    "zh": "一 二/两 三 四 五 六 七 八 九 十",
}
# What may stand before a number, in any language: "option 2" is read by everyone.
_BEFORE = (
    "option number no nr n the choice choose answer "  # English
    "opsiwn rhif dewis "
    "opcja opcje numer wybieram odpowiedz "
    "optiunea optiune numarul numar varianta "
    "آپشن نمبر انتخاب "
    "apshan nambar "
    "ਵਿਕਲਪ ਨੰਬਰ "
    "বিকল্প নম্বর নাম্বার "
    "خيار الخيار رقم الرقم "
    "doorasho doorashada lambar lambarka ikhtiyaar "
    "opcao opção numero número a o "
    "варіант опція номер "
    "选项 选择 选 第 号码"
)
_AFTER = "one please pls plz thanks ta 个 號 号 项 नंबर ਨੰਬਰ নম্বর نمبر"
_MARKS = re.compile(r"[.,;:!)(#\[\]\"*]+")


def number_in(text: str, language: str) -> int | None:
    """The number that the whole of ``text`` is, in digits of any script or in words of
    ``language`` or English; None for anything else."""
    words = _MARKS.sub(" ", fold(text)).split()
    before, after = _fillers()
    known = _numbers("en") | _numbers(language)
    while len(words) > 1 and words[0] in before and not _says_none(words, known):
        words = words[1:]
    while len(words) > 1 and words[-1] in after:
        words = words[:-1]
    said = " ".join(words)
    if said in known:
        return known[said]
    return int(said) if said.isdecimal() and len(said) <= 2 else None


def _says_none(words: list[str], known: Mapping[str, int]) -> bool:
    """Whether "no" before a word for a number means none: "no one" is nobody, "no 1" the first."""
    return words[0] == "no" and words[1] in known


@lru_cache(maxsize=32)
def _numbers(language: str) -> dict[str, int]:
    entries = _WORDS.get(language, "").split()
    return {_tidy(w): n for n, forms in enumerate(entries, 1) for w in forms.split("/")}


@lru_cache(maxsize=1)
def _fillers() -> tuple[frozenset[str], frozenset[str]]:
    before = frozenset(word for raw in _BEFORE.split() for word in _tidy(raw).split())
    return before, frozenset(word for raw in _AFTER.split() for word in _tidy(raw).split())


def _tidy(word: str) -> str:
    return " ".join(fold(word).split())
