"""Reply catalogues: how they are read, and every way one can be wrong."""

from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.files.catalogues import load_catalogues, missing, placeholders

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
SHIPPED = Path(__file__).parents[4] / "bot" / "replies"


def write(folder: Path, language: str, *entries: tuple[str, ...]) -> Path:
    """A catalogue of (key, text) or (key, text, medium)."""
    parts = [HEAD]
    for key, text, *medium in entries:
        parts += [f'msgctxt "{m}"\n' for m in medium]
        parts.append(f'msgid "{key}"\nmsgstr "{text}"\n\n')
    path = folder / f"{language}.po"
    path.write_text("".join(parts), "utf-8")
    return path


def test_a_medium_has_its_own_words(tmp_path):
    write(tmp_path, "en", ("bye", "Goodbye, {name}."), ("bye", "Bye {name}", "sms"))
    replies = load_catalogues(tmp_path)
    assert replies.say("bye", "en", "web", name="Ann") == "Goodbye, Ann."
    assert replies.say("bye", "en", "sms", name="Ann") == "Bye Ann"


def test_what_is_not_translated_is_said_in_english_and_listed_as_missing(tmp_path):
    write(tmp_path, "en", ("one", "One"), ("two", "Two"), ("three", "Three"))
    path = write(tmp_path, "cy", ("one", "Un"), ("two", ""), ("three", "Tri"))
    path.write_text(path.read_text().replace('msgid "three"', '#, fuzzy\nmsgid "three"'))
    replies = load_catalogues(tmp_path)
    assert [replies.say(k, "cy", "web") for k in ("one", "two", "three")] == ["Un", "Two", "Three"]
    assert missing(replies, "cy") == ["three", "two"]
    assert missing(replies, "en") == []


def test_a_placeholder_english_has_not_is_refused(tmp_path):
    write(tmp_path, "en", ("one", "Ring {phone}."))
    write(tmp_path, "cy", ("one", "Ffoniwch {ffon}."))
    with pytest.raises(BadFile, match=r"cy.po:4: 'one' uses \{ffon\}.*Use \{phone\}"):
        load_catalogues(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"), [("Ring {phone", "expected"), ("Ring {}", "no placeholder")]
)
def test_a_broken_placeholder_is_refused_with_its_line(tmp_path, text, problem):
    write(tmp_path, "en", ("one", text))
    with pytest.raises(BadFile) as caught:
        load_catalogues(tmp_path)
    assert caught.value.line == 4
    assert problem in caught.value.problem


def test_a_key_given_twice_is_refused(tmp_path):
    write(tmp_path, "en", ("one", "One"), ("one", "Again"))
    with pytest.raises(BadFile, match="'one' is there twice"):
        load_catalogues(tmp_path)


def test_a_sentence_for_a_key_is_refused(tmp_path):
    write(tmp_path, "en", ("Hello there", "Hello"))
    with pytest.raises(BadFile, match="'Hello there' is no key"):
        load_catalogues(tmp_path)


def test_an_unknown_medium_is_refused(tmp_path):
    write(tmp_path, "en", ("one", "One", "fax"))
    with pytest.raises(BadFile, match="unknown medium 'fax'"):
        load_catalogues(tmp_path)


def test_a_file_that_is_no_catalogue_is_refused_with_its_line(tmp_path):
    path = write(tmp_path, "en", ("one", "One"))
    path.write_text(path.read_text() + "this is no catalogue\n")
    with pytest.raises(BadFile) as caught:
        load_catalogues(tmp_path)
    assert (caught.value.line, caught.value.problem) == (7, "is not a gettext catalogue")


def test_english_must_be_there(tmp_path):
    write(tmp_path, "cy", ("one", "Un"))
    with pytest.raises(BadFile, match="no English catalogue"):
        load_catalogues(tmp_path)


def test_the_catalogues_that_ship_can_be_read_and_nothing_is_missing():
    replies = load_catalogues(SHIPPED)
    assert {"en", "cy"} <= set(replies.languages)
    assert missing(replies, "cy") == []


def test_placeholders_are_the_names_in_braces():
    assert placeholders("Ring {phone} or {text_relay}. {{not this}}") == {"phone", "text_relay"}
