"""Danger and plain requests, in people's own words; look-alikes are left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadFile
from bot.phrases import load_phrase_books
from bot.safety import SafetyCheck, check_safety, shipped_safety_check

DANGER = {
    "suicide": [
        "i want to die", "I wnat to kil myself", "suicde", "ive taken too many pills",
        "cant go on anymore", "better off dead", "i dont want to be here anymore", "kms",
        "gonna end it all tonight", "im standing on a bridge and im going to jump",
        "dwi eisiau marw", "dwi isio lladd fy hun", "does dim pwynt byw",
    ],
    "danger_to_life": [
        "there's a fire in my kitchen",
        "house on fire", "i can smell gas", "gas leek help gas leak",
        "she is not breathing", "my dad collapsed and wont wake up", "chest pains", "cant breathe",
        "someone has been stabbed", "need an ambulance", "the flat is on fire",
        "mae tân yn y gegin", "dwi'n methu anadlu", "oglau nwy yn y tŷ",
    ],
    "abuse": [
        "my husband hits me", "my partner threatened to kill me", "im scared of my boyfriend",
        "not safe at home", "he wont let me leave the house", "domestic abuse",
        "mae fy ngŵr yn fy nharo i", "trais domestig",
    ],
    "child": [
        "the kids next door are left alone all night", "i think a child is being hit",
        "child abuse", "my stepdad touches me", "mae plentyn yn cael ei guro",
    ],
}  # fmt: skip
LOOKALIKES = [
    "dying to know when my bin is collected", "this pothole is going to kill someone",
    "my partner will hit the roof about this council tax bill", "burnt out car dumped on my road",
    "i want to register a death", "my mum died last month, cancel her blue badge",
    "is there a fire safety check",
    "can you kill the weeds on my street", "killing time at the library",
    "dead badger on the road", "i am sick to death of missed bins", "the fire door is broken",
    "smoke alarm fitting scheme", "someone will get hurt on that pavement", "gas works on our road",
    "street light hit by a lorry",
    "the bin men hit my car", "is there a suicide prevention course",
    "wedi marw o eisiau gwybod", "tystysgrif marwolaeth", "larwm tân",
]  # fmt: skip
LONE_DANGER = [
    ("en", "bleeding"), ("en", "Stabbed"), ("en", "i am kidnaped"), ("cy", "gwaedu"),
    ("cy", "treisio"), ("pl", "krwawię"), ("pl", "tonę"), ("ro", "sângerez"), ("ro", "violată"),
    ("ur", "اغوا"), ("ur-Latn", "khudkushi"), ("pa", "ਅਗਵਾ"), ("bn", "রক্তক্ষরণ"), ("ar", "أنزف"),
    ("so", "kufsi"), ("pt", "estuprada"), ("zh", "家暴"), ("uk", "тону"),
]  # fmt: skip
LONE_ANSWERS = [
    ("en", "bleeding heart lilies"), ("en", "small"), ("cy", "bach"), ("cy", "canolig"),
    ("cy", "car wedi llosgi"), ("pl", "spalone auto"), ("cy", "tân trydan"), ("cy", "plant bach"),
]  # fmt: skip
TAKEN = [  # so many tablets
    ("en", "i took {} paracetamol tablets"), ("en", "I've had {} paracetamol"),
    ("en", "he has swallowed {} of his mum's heart tablets"), ("cy", "dwi wedi cymryd {} tabled"),
    ("cy", "rydw i wedi llyncu {} o dabledi"), ("pl", "wzięłam {} tabletek paracetamolu"),
    ("pt", "tomei {} comprimidos"), ("ro", "am înghițit {} de pastile"),
    ("so", "waxaan liqay {} kiniini"), ("so", "kiniinno {} ah ayaan liqay"),
    ("uk", "я випила {} таблеток"),
    ("ar", "أخذت {} حبة باراسيتامول"), ("bn", "আমি {}টা প্যারাসিটামল খেয়েছি"),
    ("pa", "ਮੈਂ {} ਗੋਲੀਆਂ ਖਾ ਲਈਆਂ"), ("ur", "میں نے {} گولیاں کھا لی ہیں"),
    ("ur-Latn", "maine {} goliyan kha li hain"), ("zh", "我吃了{}片止痛药"),
]  # fmt: skip
TAKEN_FROM_SOMEWHERE = [
    "I've taken 30 tablets. I cry every night", "I have taken 40 paracetamol, every day is hell",
    "he took 30 pills left me a note", "i took all my tablets the chemist gave me",
    "she took 40 tablets from the chemist", "i took 40 pills left over from his operation",
    "ive taken 32 paracetamol a day ago", "Dwi wedi cymryd 30 paracetamol. Dwi'n crio bob nos",
    "她一天吃了30片药", "połknęłam 30 tabletek z apteki", "am luat 30 de comprimate",
    "waxay qaadatay 20 kiniini", "24 goliyan le li hain", "acabei de tomar 25 comprimidos",
    "30 таблеток випила", "اخذت 30 قرص", "ਮੈਂ ਪੱਚੀ ਗੋਲੀਆਂ ਖਾ ਲਈਆਂ", "میں نے 24 گولیاں لے لیں",
    "আমি পঁচিশটা ট্যাবলেট খেয়েছি",
]  # fmt: skip
TAKEN_AS_TOLD = [
    "my mum takes 12 tablets a day", "he is on 14 tablets a day", "i take 20 mg tablets",
    "i took 12 tablets back to the chemist", "i have had 14 days without my medication",
    "it takes 15 minutes to get my tablets", "i took my tablets on the 16th",
    "i have 28 tablets left", "mae mam yn cymryd 12 tabled y dydd", "我妈每天吃12片药",
    "tem de tomar 12 comprimidos por dia", "qaadataa 12 kiniini maalintii",
]  # fmt: skip
HUMAN = [
    "can i speak to a person", "human", "talk to someone pls", "i want a real person",
    "call me back",
    "stop, get me an adviser",
    "not a bot please", "put me through to someone", "spk 2 sum1",
    "siarad â rhywun", "person go iawn", "ffoniwch fi",
]  # fmt: skip
FACE_TO_FACE = [
    "can i come in", "can i come in and see someone", "face to face",
    "i'd rather come in to the office",
    "i need to see someone in person", "home visit please", "wyneb yn wyneb", "gaf i ddod i mewn",
]  # fmt: skip
NEITHER = [
    "a person dumped a mattress outside", "someone broke the street light",
    "people park on the grass",
    "my call was cut off", "can the bin men come in the morning", "the agent sold my house",
    "when does the library open", "rhywun wedi gadael sbwriel",
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in DANGER.items() for t in texts])
def test_L4_danger_is_found(kind, text):
    finding = check_safety(text)
    assert finding is not None and finding.kind == kind


@pytest.mark.parametrize(("language", "text"), LONE_DANGER)
def test_danger_is_found_in_a_lone_word(language, text):
    assert shipped_safety_check().danger(text, language) is not None


@pytest.mark.parametrize(("language", "text"), LONE_ANSWERS)
def test_a_short_answer_is_no_danger(language, text):
    assert shipped_safety_check().danger(text, language) is None


@pytest.mark.parametrize("text", LOOKALIKES + HUMAN + FACE_TO_FACE + NEITHER)
def test_look_alikes_are_not_danger(text):
    assert check_safety(text) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [("human", t) for t in HUMAN]
    + [("face_to_face", t) for t in FACE_TO_FACE]
    + [(None, t) for t in NEITHER + LOOKALIKES],
)
def test_plain_requests(kind, text):
    request = shipped_safety_check().request(text)
    assert (request.kind if request else None) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Dyw mam-gu ddim yn dod i ben ar ei phen 'i hunan rhagor",  # one word is Polish elsewhere
        "Where is your customer service centre, and do I need an appointment?",
        "Am I talking to a person or a computer?",
    ],
)
def test_a_request_is_not_heard_in_a_language_the_message_is_not_in(text):
    assert shipped_safety_check().request(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "I was stung by wasps near the bandstand",
        "He was mugged in 2011 and wants to move",
        "she came at me with a leaflet and a questionnaire",
        "at the cliff top car park",
        "he bangs on the ceiling with a broom",
        "Mae'r dderwen wrth y giât yn marw",
        "Lle ga i osod larwm carbon monocsid?",
    ],
)
def test_what_resembles_danger_is_none(text):
    assert shipped_safety_check().danger(text) is None


@pytest.mark.parametrize(("language", "text"), TAKEN)
def test_any_number_of_tablets_that_is_too_many_is_an_overdose(language, text):
    book = shipped_safety_check().books[language]
    missed = [n for n in range(10, 201) if book.find(text.format(n), "crisis.") != "crisis.suicide"]
    assert missed == []
    assert book.find(text.format(2), "crisis.suicide") is None


@pytest.mark.parametrize("text", ["i took sixteen paracetamol", "took thirty two ibuprofen"])
def test_a_number_of_tablets_may_be_a_word(text):
    assert check_safety(text).kind == "suicide"


@pytest.mark.parametrize("text", TAKEN_FROM_SOMEWHERE)
def test_what_else_is_said_does_not_silence_an_overdose(text):
    assert check_safety(text).kind == "suicide"


@pytest.mark.parametrize("text", TAKEN_AS_TOLD)
def test_tablets_that_are_taken_as_told_are_no_overdose(text):
    assert shipped_safety_check().danger(text) is None


@pytest.mark.parametrize("text", ["call 999", "999 now please", "ffoniwch 999"])
def test_whoever_asks_for_999_is_in_danger(text):
    assert shipped_safety_check().danger(text).kind == "danger_to_life"


@pytest.mark.parametrize("year", [1999, 2000, 2001, 2011])
def test_what_happened_years_ago_is_no_danger_now(year):
    assert check_safety(f"I was stabbed in {year}") is None


@pytest.mark.parametrize(
    "text",
    [
        "He came at me with a knife",
        "he hit her with a broom and she is bleeding badly",
        "a man was stabbed outside just now",
        "I am at the cliff and I am going to jump",
        "mae coeden wedi disgyn ar ddyn ac mae o'n marw",
    ],
)
def test_what_is_danger_is_not_blanked_out_with_what_resembles_it(text):
    assert shipped_safety_check().danger(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("STOP", "stop"), ("Stop.", "stop"), ("start", "start"), ("HELP", "help"), ("yes", None),
     ("cancel", None), ("end", None), ("stop the bin lorry", None), ("help me with my bin", None)],
)  # fmt: skip
def test_sms_keywords_are_whole_messages(text, kind):
    found = shipped_safety_check().sms_keyword(text)
    assert (found.kind if found else None) == kind


@given(st.text(max_size=500))
def test_no_text_ever_raises(text):
    check = shipped_safety_check()
    check.danger(text)
    check.request(text)
    check.sms_keyword(text)
    check.adjustments(text, check.books)
    check.says(text, check.books)
    check.language_named(text, "en")
    check.wants_english(text)


@pytest.mark.parametrize(
    "text", ["a " * 5000, "husband " * 1250, "kill my a " * 1000, "é" * 10_000]
)
def test_hostile_text_is_read_in_reasonable_time(text):
    started = time.process_time()
    check_safety(text)
    # A bound against runaway patterns (seconds to hours), not a measure of speed.
    assert time.process_time() - started < 2


def test_a_broken_phrase_names_its_line(tmp_path):
    (tmp_path / "en.txt").write_text("[crisis.x]\nfine words\n(broken\n", "utf-8")
    with pytest.raises(BadFile, match=r"en\.txt:3"):
        load_phrase_books(tmp_path)


@pytest.mark.parametrize(
    "others", ["", "[crisis.abuse]\n", "[crisis.abusé]\nhe hit me\n", "[crisis.child]\na child\n"]
)
def test_what_is_certain_about_no_danger_is_an_error_with_its_line(tmp_path, others):
    lines = others + "\n[certain.abuse]\nhe hit me again\n"
    (tmp_path / "en.txt").write_text(lines, "utf-8")
    at = lines.split("[certain")[0].count("\n") + 1
    with pytest.raises(BadFile, match=rf"en\.txt:{at}: \[certain\.abuse\].*Add \[crisis\.abuse\]"):
        load_phrase_books(tmp_path)


def test_what_is_certain_may_stand_before_its_danger(tmp_path):
    lines = "[certain.abuse]\nhe hit me again\n[crisis.abuse]\nhe hit me\n"
    (tmp_path / "en.txt").write_text(lines, "utf-8")
    assert load_phrase_books(tmp_path)["en"].find("he hit me again", "crisis.") == "crisis.abuse"


def test_no_phrases_at_all_stops_the_start(tmp_path):
    with pytest.raises(BadFile):
        load_phrase_books(tmp_path)


def test_optional_words_gaps_and_whole_messages(tmp_path):
    (tmp_path / "en.txt").write_text(
        "[crisis.x]\nred (big)? ball\nend .. life\n= now\n[lookalike]\nend of life care\n", "utf-8"
    )
    check = SafetyCheck(load_phrase_books(tmp_path))
    found = [t for t in ("a red ball", "red big ball", "end my whole life", "now", "now then",
                         "end of life care", "the end") if check.danger(t)]  # fmt: skip
    assert found == ["a red ball", "red big ball", "end my whole life", "now"]


@pytest.mark.parametrize(
    ("text", "barriers"),
    [
        ("i cant use the internet need blue badge", {"no_internet"}),
        ("no wifi and ive run out of data, when is my bin day", {"no_internet", "no_data"}),
        ("im not good with computers", {"not_confident"}),
        ("havent got a computer or a laptop", {"no_device"}),
        ("i struggle to read letters", {"cannot_read_well"}),
        ("i am deaf so i cant use the phone", {"cannot_use_phone"}),
        ("heb rhyngrwyd yma", {"no_internet"}),
        ("my bin was missed", set()),
        ("the library has computers and internet", set()),
    ],
)
def test_barriers_are_heard_in_passing(text, barriers):
    assert {b.value for b in shipped_safety_check().barriers(text)} == barriers


def test_the_citizens_own_language_comes_first(tmp_path):
    for language in ("en", "pl"):
        text = "[crisis.x]\ngas leak\n[ask.human]\nperson\n"
        (tmp_path / f"{language}.txt").write_text(text, "utf-8")
    check = SafetyCheck(load_phrase_books(tmp_path))
    found = [check.danger("gas leak", language).language for language in ("", "pl", "so")]
    assert found == ["en", "pl", "en"]
    assert check.request("person", "pl").language == "pl"


def test_plain_words_languages_and_needs_are_read_from_any_file(tmp_path):
    (tmp_path / "en.txt").write_text("[language.en]\nenglish\n[ask.english]\n= english\n", "utf-8")
    (tmp_path / "pl.txt").write_text(
        "[say.yes]\n= tak\n[language.pl]\npolski\n[language.en]\nangielski\n"
        "[language.pl-Latn]\npolski lacinka\n[adjustment.bsl]\njezyk migowy\n", "utf-8"
    )  # fmt: skip
    check = SafetyCheck(load_phrase_books(tmp_path))
    said = [check.says("tak", languages) for languages in ({"pl"}, {"en"}, check.books)]
    assert said == ["yes", None, "yes"]
    assert check.says("tak tak tak", check.books) is None
    assert check.adjustments("język migowy", check.books) == {"bsl"}
    assert check.adjustments("język migowy", {"en"}) == frozenset()
    assert check.language_named("not english, polski", "en") == "pl"
    assert check.language_named("angielski", "en") == "en"
    assert check.language_named("polski lacinka", "pl") == "pl-Latn"
    assert check.language_named("no", "en") is None
    assert [check.wants_english(t) for t in ("ENGLISH", "my english is bad")] == [True, False]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("danger_to_life", "My son can't breathe, he has asthma"),
        ("danger_to_life", "can't breathe and she's lost her inhaler"),
        ("danger_to_life", "I need an ambulance my dad has had a heart attack"),
        ("danger_to_life", "my car is stuck on the train tracks"),
        ("danger_to_life", "someone set fire to my house a minute ago"),
        ("danger_to_life", "my husband collapsed, please get back in touch"),
        ("abuse", "we met ten years ago and he hit me last night"),
    ],
)
def test_what_is_certain_is_heard_whatever_stands_beside_it(kind, text):
    found = check_safety(text)
    assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "I get out of breath with my asthma and want a blue badge",
        "my mum had a stroke last year and needs rails",
        "a car hit me yesterday and the council does not care",
        "The address is 李明, High Street",
        "привіт my bin was not emptied",
        "Mieszkamy tu od 2015 r., mam 2 dzieci i formularz P45, co dalej?",
    ],
)
def test_what_only_looks_certain_or_foreign_is_left_alone(text):
    assert check_safety(text) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "I have been waiting for my housing for three months, nobody answers 我想死"),
        ("ar", "Hello my bin is late أريد أن أموت"),
        ("pl", "I am waiting for my bin for three weeks. Chcę się zabić i nie mam już siły"),
        ("en", "Dzień dobry, czekam na odpowiedź w sprawie mieszkania od trzech miesięcy. "
               "I have taken all my pills and want to die"),
    ],
)  # fmt: skip
def test_danger_is_heard_in_a_second_language_of_the_same_message(language, text):
    found = shipped_safety_check().danger(text, "en")
    assert found is not None and (found.kind, found.language) == ("suicide", language)
