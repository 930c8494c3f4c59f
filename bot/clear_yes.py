"""A clear yes or no to being read, in free words of the citizen's language.

Consent is what nobody can take for anything else: the whole message says yes or no to that very
question. "OK", "hm", "send it", "yes?", a "ji" that may only be polite, or a yes with something
more to it are left to the agent, who can ask again. English counts in every language, but where
it may mean the opposite: a Pole who writes "no" may well mean yes.

Machine-written, awaiting review by native speakers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from bot.phrases import normalise
from bot.replies import FALLBACK_LANGUAGE

_YES: Mapping[str, str] = {
    "en": "yes|y|yes please|yes pls|yes plz|yep|yeah|yea|yup|aye|aye please|of course|"
    "yes of course|yes ok|yes okay|yes sure|yes go ahead|yes you can|yes you may|yes they can|"
    "yes they may|yes she can|yes she may|yes he can|yes he may|yes they can read it|"
    "yes you can read it|yes she can read it|yes he can read it|yes that's fine|yes that is fine|"
    "yes it's fine|yes that's ok|yes that is ok|yes that's alright|yes no problem|yes thanks|"
    "yes thank you|yes i agree|i agree|yes i consent|i consent|i agree to that|"
    "yes they may read it",
    "cy": "ie|ie plis|ie os gwelwch yn dda|caiff|ie caiff|caiff siŵr|wrth gwrs|ie wrth gwrs|"
    "cewch|"
    "ie cewch|ie iawn|iawn caiff|dw i'n cytuno|rwy'n cytuno|ydw rwy'n cytuno|rwy'n fodlon|"
    "ie mae hynny'n iawn|ie diolch|ie caiff ei ddarllen",
    "ar": "نعم|اي نعم|ايوه|ايوا|اجل|نعم من فضلك|نعم اسمح|نعم أسمح بذلك|أسمح|اسمح بذلك|موافق|"
    "موافقة|أوافق|نعم أوافق|نعم موافق|نعم موافقة|نعم يمكنه|نعم يمكنها|نعم تفضلوا|نعم تفضل|"
    "بالطبع نعم|نعم بالطبع|نعم طبعا|نعم يستطيع|نعم تستطيع|نعم شكرا",
    "bn": "হ্যাঁ|হ্যা|জি হ্যাঁ|জ্বি হ্যাঁ|হ্যাঁ পারেন|হ্যাঁ পারে|হ্যাঁ পড়তে পারেন|পড়তে পারেন|"
    "অবশ্যই পারেন|হ্যাঁ অবশ্যই|জি অবশ্যই|হ্যাঁ ঠিক আছে|আমি রাজি|হ্যাঁ আমি রাজি|হ্যাঁ ধন্যবাদ|"
    "জি পারেন|জ্বি পারেন",
    "pa": "ਹਾਂ|ਹਾਂ ਜੀ|ਹਾਂਜੀ|ਜੀ ਹਾਂ|ਆਹੋ|ਆਹੋ ਜੀ|ਹਾਂ ਪੜ੍ਹ ਸਕਦੇ ਹਨ|ਹਾਂ ਪੜ੍ਹ ਲਓ|ਹਾਂ ਜੀ ਪੜ੍ਹ ਸਕਦੇ ਹਨ|"
    "ਪੜ੍ਹ ਸਕਦੇ ਹਨ|ਹਾਂ ਠੀਕ ਹੈ|ਹਾਂ ਜੀ ਠੀਕ ਹੈ|ਹਾਂ ਬਿਲਕੁਲ|ਮੈਂ ਸਹਿਮਤ ਹਾਂ|ਹਾਂ ਮੈਂ ਸਹਿਮਤ ਹਾਂ|ਹਾਂ ਧੰਨਵਾਦ|"
    "haan ji|hanji",
    "pl": "tak|tak tak|tak proszę|tak oczywiście|oczywiście|oczywiście że tak|tak może|"
    "może przeczytać|tak może przeczytać|tak można|tak zgadzam się|zgadzam się|wyrażam zgodę|"
    "tak wyrażam zgodę|zgoda|tak zgoda|tak dobrze|tak dziękuję|tak jasne|tak pewnie",
    "pt": "sim|sim sim|sim por favor|sim pode|sim pode ler|pode ler|claro que sim|sim claro|"
    "sim concordo|concordo|sim autorizo|autorizo|sim com certeza|com certeza que sim|"
    "sim obrigado|"
    "sim obrigada|sim está bem|sim podem|sim pode sim",
    "ro": "da|da da|da vă rog|da va rog frumos|da poate|da poate să citească|poate să citească|"
    "da sigur|sigur că da|da desigur|da bineînțeles|da sunt de acord|sunt de acord|da de acord|"
    "de acord|da mulțumesc|da puteți|da se poate|da e în regulă",
    "so": "haa|haa fadlan|haa haa|haa waa la akhrin karaa|haa wuu akhrin karaa|"
    "haa way akhrin kartaa|wuu akhrin karaa|way akhrin kartaa|haa waa ogolahay|waan ogolahay|"
    "haa waan ogolahay|waa ogolahay|haa dabcan|haa waa hagaag|haa mahadsanid|haa walaal",
    "uk": "так|так так|так будь ласка|так звичайно|так звісно|так може|може прочитати|"
    "так може прочитати|так можна|так можна прочитати|так згоден|так згодна|згоден|згодна|"
    "я згоден|я згодна|так я згоден|так я згодна|так дозволяю|дозволяю|так дякую|так добре|"
    "так можете",
    "ur": "ہاں|ہاں جی|جی ہاں|جی بالکل|جی ہاں بالکل|ہاں بالکل|ہاں پڑھ سکتے ہیں|جی پڑھ سکتے ہیں|"
    "پڑھ سکتے ہیں|جی ہاں پڑھ سکتے ہیں|ہاں ٹھیک ہے|جی ہاں ٹھیک ہے|میں راضی ہوں|ہاں میں راضی ہوں|"
    "اجازت ہے|ہاں اجازت ہے|جی اجازت ہے|جی ہاں شکریہ|ہاں ضرور|جی ضرور",
    "ur-Latn": "haan|han|haan ji|han ji|ji haan|jee haan|ji han|haan bilkul|ji bilkul|"
    "haan parh sakte hain|ji parh sakte hain|parh sakte hain|haan parh lein|haan theek hai|"
    "ji haan theek hai|haan ijazat hai|ijazat hai|ji ijazat hai|main razi hoon|haan zaroor|"
    "ji zaroor|haan shukriya",
    "zh": "是|是的|可以|可以的|可以看|可以的可以看|同意|我同意|是的可以|好的可以|行可以|"
    "当然可以|当然|没问题可以看|好可以|可以谢谢|可以啊|可以呀|愿意|我愿意|同意的",
}
_NO: Mapping[str, str] = {
    "en": "no|n|nope|nah|no thanks|no thank you|no thx|no ta|no please|no please don't|"
    "no please do not|no don't|please don't|please do not|i'd rather not|i would rather not|"
    "rather not|no i'd rather not|no i would rather not|no they can't|no they cannot|"
    "no they may not|no you can't|no you cannot|no you may not|no she can't|no he can't|"
    "i don't want that|i do not want that|no i don't want that|i don't agree|i do not agree|"
    "i don't consent|i do not consent|no way|absolutely not|definitely not|no never|no i don't|"
    "no not really",
    "cy": "na|nage|na chaiff|na chewch|na dim diolch|dim diolch|na diolch|na peidiwch|peidiwch|"
    "na peidiwch os gwelwch yn dda|peidiwch os gwelwch yn dda|byddai'n well gen i beidio|"
    "well gen i beidio|dw i ddim yn cytuno|nac ydw|na ddim o gwbl",
    "ar": "لا|كلا|لا لا أسمح بذلك|لا شكرا|لا أسمح|لا اسمح بذلك|لا أوافق|لا أريد|لا أريد ذلك|"
    "غير موافق|غير موافقة|لست موافقا|أفضل ألا|لا من فضلك|لا رجاء|لا أبدا|أرفض|ارفض ذلك",
    "bn": "না|না না|জি না|জ্বি না|না ধন্যবাদ|না পড়বেন না|পড়বেন না|আমি চাই না|না আমি চাই না|"
    "না দয়া করে|আমি রাজি না|আমি রাজি নই|না রাজি না|একদম না|একদমই না|না পারেন না",
    "pa": "ਨਹੀਂ|ਨਹੀਂ ਜੀ|ਜੀ ਨਹੀਂ|ਨਾ|ਨਾਂਹ|ਨਾ ਜੀ|ਨਹੀਂ ਧੰਨਵਾਦ|ਨਹੀਂ ਨਾ ਪੜ੍ਹੋ|ਨਾ ਪੜ੍ਹੋ|"
    "ਮੈਂ ਨਹੀਂ ਚਾਹੁੰਦਾ|"
    "ਮੈਂ ਨਹੀਂ ਚਾਹੁੰਦੀ|ਨਹੀਂ ਮੈਂ ਨਹੀਂ ਚਾਹੁੰਦਾ|ਨਹੀਂ ਮੈਂ ਨਹੀਂ ਚਾਹੁੰਦੀ|ਬਿਲਕੁਲ ਨਹੀਂ|ਮੈਂ ਸਹਿਮਤ ਨਹੀਂ",
    "pl": "nie|nie nie|nie dziękuję|nie dzięki|nie proszę nie czytać|proszę nie czytać|"
    "nie zgadzam się|nie wyrażam zgody|wolę nie|nie wolę nie|wolałbym nie|wolałabym nie|"
    "absolutnie nie|nie chcę|nie nie chcę|nie może",
    "pt": "não|não não|não obrigado|não obrigada|não por favor|por favor não|"
    "não por favor não leia|não leia|não pode|não concordo|não autorizo|prefiro que não|"
    "não prefiro que não|não quero|não não quero|de modo nenhum|claro que não",
    "ro": "nu|nu nu|nu mulțumesc|nu mersi|nu vă rog|vă rog nu|nu vă rog să nu citească|"
    "să nu citească|nu sunt de acord|nu vreau|nu nu vreau|prefer să nu|aș prefera să nu|nu poate|"
    "deloc|în niciun caz|nu puteți",
    "so": "maya|maya mahadsanid|maya fadlan|maya maya|maya ha la akhriyin|ha la akhriyin|"
    "ma ogoli|"
    "maya ma ogoli|ma rabo|maya ma rabo|ma doonayo|maya ma doonayo|maya walaal|ma aha",
    "uk": "ні|ні ні|ні дякую|ні будь ласка|ні не треба|не треба|ні не треба читати|"
    "не треба читати|ні не згоден|ні не згодна|не згоден|не згодна|ні не хочу|не хочу|ні не може|"
    "краще не треба|ні не дозволяю|не дозволяю",
    "ur": "نہیں|نہیں جی|جی نہیں|نہیں شکریہ|نہیں نہ پڑھیں|نہ پڑھیں|نہیں میں نہیں چاہتا|"
    "نہیں میں نہیں چاہتی|میں نہیں چاہتا|میں نہیں چاہتی|اجازت نہیں|نہیں اجازت نہیں|بالکل نہیں|"
    "میں راضی نہیں|نہیں پڑھ سکتے",
    "ur-Latn": "nahi|nahin|nahi ji|ji nahi|jee nahi|ji nahin|nahi shukriya|nahi na parhein|"
    "na parhein|main nahi chahta|main nahi chahti|nahi main nahi chahta|nahi main nahi chahti|"
    "ijazat nahi|nahi ijazat nahi|bilkul nahi|hargiz nahi|main razi nahi",
    "zh": "不|不可以|不行|不要|不同意|我不同意|请不要看|不要看|别看|不用|不用了|不用谢谢|"
    "不愿意|我不愿意|不可以的|不谢谢|不了谢谢|不了",
}
_ANYWHERE: Mapping[bool, str] = {
    True: "yes|yes please|yes ok|yes you can|yes of course|i agree",
    False: "no|no thanks|no thank you|no please",
}
"""English that people of every language write; not where it is a word of theirs."""
_ASKS = "?\u061f\uff1f"
_MEANS_ANOTHER_THING = frozenset({("pl", "no")})


def clear_answer(text: str, language: str) -> bool | None:
    """True for a clear yes, False for a clear no, None for everything else."""
    if any(mark in text for mark in _ASKS):
        return None
    return _words(language).get(normalise(text))


@cache
def _words(language: str) -> Mapping[str, bool]:
    """What people may write → what it says, in one spelling."""
    theirs = language if language in _YES else FALLBACK_LANGUAGE
    found = {
        one: said
        for said, words in _ANYWHERE.items()
        for one in words.split("|")
        if (theirs, one) not in _MEANS_ANOTHER_THING
    }
    for said, held in ((True, _YES), (False, _NO)):
        found |= {normalise(one): said for one in held[theirs].split("|")}
    return found
