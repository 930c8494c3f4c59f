"""Service cards: the twelve that ship, and every way a card can be wrong."""

from pathlib import Path

import pytest

from bot.errors import BadFile
from bot.files.cards import load_cards
from bot.need import Channel, NeedKind, Urgency

SHIPPED = Path(__file__).parents[4] / "bot" / "services"
CODES = {
    "bin_collection": 524,
    "bulky_waste": 528,
    "pothole": 557,
    "street_light": 564,
    "fly_tipping": 587,
    "council_tax_bill": 57,
    "council_tax_support": 63,
    "homelessness": 112,
    "blue_badge": 279,
    "care_assessment": 209,
    "primary_school_place": 13,
    "library": 437,
}
GOOD = """\
id: trees
lgsl: 600
lgil: 17
tier: county/unitary
names: {en: "Report a tree"}
team: trees
need: {kind: transactional, urgency: soon}
channels:
  digital: {way: do_it_here, connector: open311, service_code: TREE}
  assisted: {way: call_back}
  face_to_face: {way: library_hub}
facts:
  - text: {en: "We look at a tree in 10 days."}
    source: https://example.gov.uk/trees
    reviewed: 2026-01-31
"""


def test_the_first_twelve_services_ship_with_their_lgsl_codes():
    shipped = {card.id: card.lgsl for card in load_cards(SHIPPED).values()}
    assert shipped.items() >= CODES.items()


def test_a_service_may_have_no_code_but_not_half_of_one(tmp_path):
    (tmp_path / "trees.yml").write_text(GOOD.replace("lgsl: 600\nlgil: 17\n", ""))
    assert load_cards(tmp_path)["trees"].lgsl is None
    (tmp_path / "trees.yml").write_text(GOOD.replace("lgil: 17\n", ""))
    with pytest.raises(BadFile):
        load_cards(tmp_path)


def test_every_card_has_three_doors_and_a_name_in_both_languages():
    for card in load_cards(SHIPPED).values():
        assert card.doors.assisted and card.doors.face_to_face and card.digital.way
        assert set(card.names) >= {"en", "cy"}


def test_a_card_says_what_routing_needs(tmp_path):
    (tmp_path / "trees.yml").write_text(GOOD)
    card = load_cards(tmp_path)["trees"]
    assert card.intent == "service_trees"
    assert (card.need.kind, card.need.urgency) == (NeedKind.TRANSACTIONAL, Urgency.SOON)
    assert card.doors.digital == "do_it_here"
    assert card.door(Channel.DIGITAL).service_code == "TREE"
    assert card.name("cy") == "Report a tree"
    assert card.facts[0].reviewed.isoformat() == "2026-01-31"


def test_a_shut_digital_door_is_none_to_routing(tmp_path):
    shut = "{way: none}"
    text = GOOD.replace("{way: do_it_here, connector: open311, service_code: TREE}", shut)
    (tmp_path / "trees.yml").write_text(text)
    assert load_cards(tmp_path)["trees"].doors.digital is None


WRONG = [
    ("lgsl: 600", "lgls: 600", 2, "unknown key 'lgls'", "Did you mean 'lgsl'?"),
    ("tier: county/unitary\n", "", 1, "'tier' is missing", "Add  tier:"),
    ("lgsl: 600", "lgsl: six", 2, "lgsl must be a whole number", "'six'"),
    ("lgsl: 600", "lgsl: 600\nlgsl: 601", 3, "'lgsl' is there twice", "Take one"),
    ("id: trees", "id: tree", 1, "is not its file's name 'trees'", "id: trees"),
    ('{en: "Report a tree"}', '{cy: "Coed"}', 5, "'en' is missing under names", "Add  en:"),
    ("urgency: soon", "urgency: son", 7, "need.urgency cannot be 'son'", "Did you mean 'soon'?"),
    ("assisted:", "telephone:", 10, "unknown key 'telephone'", "digital, assisted, face_to_face"),
    ("way: call_back", "way: callback", 10, "cannot be 'callback'", "Did you mean 'call_back'?"),
    (", service_code: TREE", "", 9, "open311 connector needs a service_code", "service list"),
    (", connector: open311, service_code: TREE", "", 9, "needs a connector", "way: link"),
    ("https://example", "example", 14, "is not written as it should be", "https?://"),
    ("2026-01-31", "2026-02-31", 15, "2026-02-31 is no date", "year-month-day"),
    ("tier: county/unitary", "tier: [county", 4, "expected", "indents"),
    (GOOD, "", 1, "is empty or no card", "Copy another card"),
    (GOOD, "- id: trees", 1, "is empty or no card", "Copy another card"),
]


@pytest.mark.parametrize(("old", "new", "line", "problem", "remedy"), WRONG)
def test_a_wrong_card_is_named_with_line_and_remedy(tmp_path, old, new, line, problem, remedy):
    path = tmp_path / "trees.yml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(BadFile) as caught:
        load_cards(tmp_path)
    assert caught.value.path == path
    if "expected" not in problem:
        assert caught.value.line == line
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_two_cards_with_one_lgsl_are_refused(tmp_path):
    (tmp_path / "trees.yml").write_text(GOOD)
    (tmp_path / "woods.yml").write_text(GOOD.replace("id: trees", "id: woods"))
    with pytest.raises(BadFile, match=r"woods.yml:2: LGSL 600 is already the code of trees.yml"):
        load_cards(tmp_path)


def test_no_card_at_all_is_refused(tmp_path):
    with pytest.raises(BadFile, match="no service card here"):
        load_cards(tmp_path)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "trees.yml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="cannot be read"):
        load_cards(tmp_path)
