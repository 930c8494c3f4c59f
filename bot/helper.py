"""Hear that somebody asks for somebody else: a daughter, a carer, a neighbour.

It changes nothing about routing. It is noted, said back, and shown to whoever takes over, so
that they know whom they talk to and may have to ask who has agreed to what. All but English is
machine-written, awaiting review by native speakers.
"""

from __future__ import annotations

import re

from bot.phrases import normalise

ASKED_BY, SOMEBODY_ELSE = "Asked by", "somebody acting for the citizen"
"""How an agent reads it, beside what the citizen told."""

_FAMILY = (
    r"mum|mam|mother|dad|father|nan|nana|nanny|gran|grandma|grandad|grandmother|grandfather|wife|"
    r"husband|partner|son|daughter|brother|sister|neighbour|friend|uncle|aunt|auntie|client|"
    r"patient|tenant|cousin|nephew|niece"
)
_LATIN = re.compile(
    r"\b(?:"
    r"on behalf of|on (?:his|her|their|my \w+s) behalf|"
    rf"for (?:my|our|an?) (?:elderly |old |disabled )?(?:{_FAMILY})|"
    rf"my (?:{_FAMILY}) (?:needs|cant|wants|would like)|"
    r"i care for (?:my|him|her|them|an?)|i am (?:his|her|their) carer|im (?:his|her|their) carer|"
    r"power of attorney|"
    # Welsh
    r"ar ran (?:fy|ei|rhywun)|"
    r"dros fy (?:mam|nhad|ngwr|ngwraig|mab|merch|nain|taid|nghymydog|ffrind)|"
    # Polish
    r"w imieniu|dla (?:mojej|mojego) (?:mamy|matki|taty|ojca|babci|dziadka|zony|meza|syna|corki|"
    r"sasiadki|sasiada)|"
    # Romanian
    r"in numele|pentru (?:mama|tata|tatal|bunica|bunicul|sotia|sotul|fiul|fiica|vecina|vecinul) m|"
    # Urdu in Latin letters
    r"ki taraf se|mer[ie] (?:ammi|maa|walida|biwi|beti|abbu|walid|shohar|bete) ke liye|"
    # Somali
    r"(?:hooyaday|aabbahay|xaaskayga|ninkayga|ayeeyaday) (?:ayaan|baan) u|ka wakiil ah|"
    # Portuguese
    r"em nome d[aoe]|(?:para|pela|pelo) (?:a |o )?(?:minha|meu) "
    r"(?:mae|pai|avo|mulher|marido|filh[ao]|vizinh[ao])"
    r")"
)
_OTHERS = re.compile(
    # Urdu
    r"کی طرف سے|میر[یے] (?:ماں|امی|والدہ|بیوی|بیٹی|والد|ابو|شوہر|بیٹے) کے لیے|"
    # Punjabi
    r"ਮੇਰ[ੀੇ] (?:ਮਾਂ|ਮਾਤਾ|ਪਤਨੀ|ਧੀ|ਪਿਤਾ|ਪਤੀ|ਪੁੱਤਰ) (?:ਲਈ|ਵੱਲੋਂ)|"
    # Bengali
    r"আমার (?:মায়ের|মার|বাবার|স্ত্রীর|স্বামীর|ছেলের|মেয়ের) (?:জন্য|পক্ষ)|"
    # Arabic
    r"نيابة عن|(?:^|\s)(?:لأمي|لوالدتي|لأبي|لوالدي|لزوجتي|لزوجي|لابني|لابنتي|لجدتي|لجارتي)(?:\s|$)|"
    # Chinese
    r"[替帮代]我(?:的)?(?:妈|母亲|爸|父亲|奶奶|爷爷|妻子|丈夫|儿子|女儿|邻居)|"
    # Ukrainian
    r"від імені|для (?:моєї|мого) (?:мами|матері|тата|батька|бабусі|дідуся|дружини|чоловіка|сина|"
    r"доньки|сусідки|сусіда)"
)


def asks_for_another(text: str) -> bool:
    """Whether ``text`` says, in any of our languages, that it is asked for somebody else."""
    return bool(_LATIN.search(normalise(text)) or _OTHERS.search(text.casefold()))
