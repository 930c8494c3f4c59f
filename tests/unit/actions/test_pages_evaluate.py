"""How well pages are found is counted as it is, with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from actions.pages.command import pages
from actions.pages.evaluate import BOTH, KNOWN, MEANING, WORDS, Question, answered, read_questions
from bot.errors import BadFile
from bot.files.pages import SHIPPED, load_pages
from bot.find_passage import PageIndex

TODAY = date(2026, 11, 29)
INDEX = PageIndex.of(load_pages(SHIPPED))
LOST = next(one.key for one in INDEX.passages if "lost or stolen" in one.passage)
COST = next(one.key for one in INDEX.passages if "A badge costs" in one.passage)


class Ranked:
    """``near`` is the same for every question; what was asked is kept."""

    def __init__(self, near: Mapping[str, float]) -> None:
        self.near, self.asked = dict(near), list[Mapping[str, str]]()

    def rank_passages(self, _folder: Path, asked: Sequence[Mapping[str, str]]) -> list[object]:
        self.asked += asked
        return [self.near for _ in asked]


@pytest.mark.parametrize(
    ("question", "way", "comes"),
    [
        (Question("how much is a blue badge", "blue_badge", "£10"), WORDS, "right"),
        (Question("how much is a blue badge", "blue_badge", "It lasts"), BOTH, "wrong"),
        (Question("how much is a blue badge", "none"), WORDS, "false"),
        (Question("zgubiłem kartę", "blue_badge", "lost", lang="pl"), WORDS, "nothing"),
        (Question("zgubiłem kartę", "blue_badge", "lost", lang="pl"), MEANING, "right"),
        (Question("zgubiłem kartę", "none", lang="pl"), BOTH, "false"),
        (Question("who sells the clock", "none", service=279), KNOWN, "false"),
        (Question("who sells the clock", "none", service=474), KNOWN, "nothing"),
    ],
)
def test_right_wrong_false_and_nothing_are_told_apart(
    question: Question, way: str, comes: str
) -> None:
    assert answered(INDEX, question, TODAY, way, {LOST: 0.6, COST: 0.2}) == comes


def test_the_command_prints_each_way_with_its_interval(tmp_path: Path) -> None:
    file = tmp_path / "q.yml"
    file.write_text(
        '- {ask: "i lost my blue badge", page: blue_badge, has: "lost", tune: true}\n'
        '- {ask: "zgubiłem kartę", page: blue_badge, has: "lost", lang: pl}\n'
        '- {ask: "who won the football", page: none}\n',
        "utf-8",
    )
    ranked = Ranked({LOST: 0.6})
    said = CliRunner().invoke(pages, ["evaluate", "--questions", str(file)], obj=ranked)
    assert said.exit_code == 0, said.output
    assert ranked.asked[1] == {"ask": "zgubiłem kartę", "lang": "pl", "lgsl": 279}
    lines = {" ".join(line.split()) for line in said.output.splitlines()}
    polish = "other lang., kept back"
    assert f"words {polish} 0 of 1 (0–79 %) 0 of 1 none asked" in lines
    assert f"both {polish} 1 of 1 (21–100 %) 0 of 1 none asked" in lines
    assert "both English, kept back none asked 0 of 0 1 of 1 (21–100 %)" in lines
    assert "who won the football: blue_badge, not none" in lines
    alone = CliRunner().invoke(pages, ["evaluate", "--words", "--questions", str(file)])
    assert alone.exit_code == 0 and "meaning" not in alone.output


def test_the_shipped_questions_are_enough_and_each_has_its_passage() -> None:
    asked = read_questions(SHIPPED / "questions.yml")
    assert len(asked) >= 60 and sum(one.page == "none" for one in asked) >= 25
    elsewhere = [one for one in asked if one.lang != "en" and one.page != "none"]
    assert len(elsewhere) >= 15 and len({one.lang for one in elsewhere}) == 12
    for one in asked:
        passages = [p.passage for p in INDEX.passages if p.page.name == one.page]
        assert one.page == "none" or any(one.has in passage for passage in passages), one
    assert len({one.ask for one in asked}) == len(asked)


@pytest.mark.parametrize("text", ["- {ask: a}", "- a", "a: b: c", "- {ask: a, page: b, c: d}"])
def test_a_broken_question_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / "q.yml").write_text(text, "utf-8")
    with pytest.raises(BadFile) as caught:
        read_questions(tmp_path / "q.yml")
    assert "ask" in caught.value.remedy
