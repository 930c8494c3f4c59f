"""A yes to what was read back before it is sent, in free words of the citizen's language.

Whoever says "yes thank you" or "looks good" to "Please check this" wants it sent. The whole
message must say so: words that say yes, send it or that it is right, with courtesies around
them. A yes with anything more to it ("yes but the street is wrong") is none, nor is a question.
English counts in every language.

Machine-written, awaiting review by native speakers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from bot.clear_yes import clear_answer
from bot.phrases import normalise

LONGEST = 12
"""Words; whoever writes more has more to say than yes."""
_ASKS = "?\u061f\uff1f"

_SAYS_SO: Mapping[str, str] = {
    "en": "ok|okay|sure|alright|all right|send|send it|send that|send it off|send it in|go ahead|"
    "do it|that's right|that is right|it's right|it is right|that's correct|that is correct|"
    "it's correct|it is correct|all correct|it's all correct|all good|it's all good|looks good|"
    "it looks good|that looks good|looks right|that looks right|looks fine|looks ok|looks okay|"
    "looks correct|that's good|that is good|that's fine|that is fine|it's fine|it is fine|"
    "that's ok|that's okay|perfect|great|spot on|happy with that|i'm happy with that",
    "cy": "ydy|ydi|ydyn|iawn|mae'n iawn|mae hynny'n iawn|mae'n gywir|mae hynny'n gywir|"
    "popeth yn iawn|mae popeth yn iawn|mae popeth yn gywir|perffaith|edrych yn dda|"
    "mae'n edrych yn dda|anfon|anfonwch|anfonwch e|anfonwch o|anfonwch ef",
    "ar": "أرسل|أرسله|أرسلها|أرسلوه|يمكنك الإرسال|صحيح|هذا صحيح|كل شيء صحيح|تمام|كل شيء تمام|حسنا",
    "bn": "পাঠান|পাঠিয়ে দিন|ঠিক আছে|সব ঠিক আছে|সব ঠিক|এটা ঠিক আছে",
    "pa": "ਭੇਜੋ|ਭੇਜ ਦਿਓ|ਠੀਕ ਹੈ|ਸਭ ਠੀਕ ਹੈ|ਇਹ ਠੀਕ ਹੈ|ਸਹੀ ਹੈ|ਸਭ ਸਹੀ ਹੈ|ਇਹ ਸਹੀ ਹੈ",
    "pl": "wyślij|wyślij to|wysłać|można wysłać|proszę wysłać|zgadza się|to się zgadza|"
    "wszystko się zgadza|w porządku|wszystko w porządku|wszystko dobrze|jest dobrze|"
    "wygląda dobrze|dobrze|ok|okej",
    "pt": "enviar|envie|pode enviar|podem enviar|está certo|está correto|está tudo certo|"
    "tudo certo|está bem|está bom|certo|isso mesmo|perfeito|ok",
    "ro": "trimite|trimiteți|puteți trimite|e corect|este corect|totul e corect|"
    "totul este corect|e bine|este bine|totul e bine|totul este bine|arată bine|bine|perfect|ok",
    "so": "dir|soo dir|waa sax|waa saxan yahay|waa hagaag|way fiican tahay|wuu fiican yahay|ok",
    "uk": "надіслати|надішліть|надсилайте|відправте|відправляйте|можна надсилати|правильно|"
    "все правильно|вірно|все вірно|добре|все добре|гаразд|ок",
    "ur": "بھیج دیں|بھیجیں|ٹھیک ہے|سب ٹھیک ہے|یہ ٹھیک ہے|درست ہے|سب درست ہے|صحیح ہے|سب صحیح ہے",
    "ur-Latn": "bhej dein|bhej do|bhejein|theek hai|thik hai|sab theek hai|yeh theek hai|"
    "sahi hai|sab sahi hai|ok",
    "zh": "发送|发送吧|发吧|提交|提交吧|对|对的|没错|正确|都对|都正确|没问题|好|好的|行",
}
_COURTESY: Mapping[str, str] = {
    "en": "please|pls|plz|thanks|thank you|thank you very much|many thanks|ta|cheers|now|"
    "that's all|that is all|that's it|that is it",
    "cy": "plis|os gwelwch yn dda|diolch|diolch yn fawr|nawr|rŵan",
    "ar": "شكرا|شكرا لك|شكرا جزيلا|من فضلك|لو سمحت",
    "bn": "ধন্যবাদ|অনেক ধন্যবাদ|দয়া করে|প্লিজ",
    "pa": "ਧੰਨਵਾਦ|ਬਹੁਤ ਧੰਨਵਾਦ|ਸ਼ੁਕਰੀਆ|ਕਿਰਪਾ ਕਰਕੇ|ਜੀ",
    "pl": "proszę|proszę bardzo|bardzo proszę|dziękuję|dziękuję bardzo|dzięki",
    "pt": "por favor|obrigado|obrigada|muito obrigado|muito obrigada",
    "ro": "vă rog|te rog|mulțumesc|mulțumesc mult|mersi",
    "so": "fadlan|mahadsanid|waad mahadsan tahay",
    "uk": "будь ласка|прошу|дякую|дуже дякую",
    "ur": "شکریہ|بہت شکریہ|مہربانی|براہ کرم|جی",
    "ur-Latn": "shukriya|bohat shukriya|bahut shukriya|meherbani|please|ji",
    "zh": "谢谢|谢谢你|谢谢您|多谢|请",
}


def says_send(text: str, language: str, title: str = "") -> bool:
    """Whether all of ``text`` says to send what was read back. ``title``: of the button that
    does so."""
    words = normalise(text).split()
    if len(words) > LONGEST or any(mark in text for mark in _ASKS):
        return False
    return _is_made_of(words, language, {normalise(title): True} if title else {})


def _is_made_of(words: Sequence[str], language: str, more: Mapping[str, bool]) -> bool:
    """Whether the words are known pieces, end to end, and one of them says yes."""
    reached = {0: False}
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1) if start in reached else ():
            piece = " ".join(words[start:end])
            says = more.get(piece) or _says_yes(piece, language)
            if says is not None:
                reached[end] = reached.get(end, False) or reached[start] or says
    return reached.get(len(words), False)


def _says_yes(piece: str, language: str) -> bool | None:
    """True for a yes, False for a courtesy, None for anything else."""
    if clear_answer(piece, language) is True:
        return True
    return _pieces(language).get(piece)


@cache
def _pieces(language: str) -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    for held, says in ((_COURTESY, False), (_SAYS_SO, True)):
        for lang in ("en", language):
            found |= {normalise(one): says for one in held.get(lang, "").split("|") if one}
    return found
