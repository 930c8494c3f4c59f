"""What an agent sees of a conversation's text messages."""

from __future__ import annotations

import sqlalchemy as sa

from bot.message import Medium
from bot.stores import schema
from channels.desk.texts import STATES, bill_words
from channels.sms.postman import Postman
from channels.sms.providers.log import LogProvider
from channels.sms.providers.notify import STATUSES
from channels.sms.sms_log import WORST_LAST, SmsBill


def test_every_state_has_words_and_a_place():
    assert set(STATES) == set(STATUSES.values()) == set(WORST_LAST)


def test_the_bill_in_one_line():
    assert bill_words(SmsBill(1, 1), 3) == "1 text in 1 part, about 3p"
    assert bill_words(SmsBill(30, 61), 2.5) == "30 texts in 61 parts, about £1.52"


def test_states_and_cost_are_on_the_case_page(site):
    case = site.waiting(medium=Medium.SMS, address="447700900123")
    postman = Postman(site.parts, LogProvider())
    postman.run_once()
    postman.stop()
    desk = site.client(site.hire("asha"))
    page = desk.get(f"/desk/cases/{case.id}").text
    assert "Text handed to the network" in page and "1 text in 1 part, about 3p" in page
    with site.parts.engine.begin() as db:
        db.execute(sa.update(schema.sms_log).values(status="refused"))
    assert "this number takes no texts" in desk.get(f"/desk/cases/{case.id}").text
