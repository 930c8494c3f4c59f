"""Agents among themselves: who can be reached, cases passed on, silence, notes, promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk_closing import tell_we_close
from bot.desk_follow_up import NothingToLookAt, look_again
from bot.desk_lead import see_overview
from bot.desk_message import CannotChange, edit_message, withdraw_message
from bot.desk_notes import LabelsWrong, NoteEmpty, add_note, set_labels
from bot.desk_open import open_case
from bot.desk_parts import CaseRestricted
from bot.desk_promise import (
    NothingPromised,
    PromiseUnclear,
    keep_promise,
    promise_call,
    report_promises,
)
from bot.desk_reach import ReasonMissing, everyone_at_the_desk, set_presence
from bot.desk_silence import return_silent
from bot.desk_transfer import (
    ColleagueNotReachable,
    NoteMissing,
    TeamUnknown,
    colleagues_for,
    pass_to_colleague,
    pass_to_team,
)
from bot.desk_view import Wanted, see_case, see_queue
from bot.desk_work import CapacityReached, FollowUpPast, answer_citizen, claim_case, close_case
from bot.errors import HandoffNotYours
from bot.handoff import HandoffStatus
from bot.message import Medium
from bot.need import Adjustment
from bot.staff import Presence, Role, StaffSession
from tests.desk_kit import Desk
from tests.turn_kit import Citizen

TEAMS = ("contact_centre", "highways", "safeguarding")


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def citizen(desk):
    made = Citizen(desk.turn)
    made.says("can i speak to a person")
    return made


def here(desk, who):
    """A page of theirs is open."""
    now = desk.turn.clock.now()
    with desk.store.begin() as work:
        session = StaffSession(who.id * 2, who.id, "c", now, now, now + timedelta(hours=12))
        work.sessions.add(session)
        work.commit()
    return who


def later(desk, **by):
    desk.turn.clock.moment += timedelta(**by)


def taken(desk, citizen, who):
    return claim_case(desk.parts, who, citizen.handoff.id)


def test_only_those_who_can_be_reached_are_offered(desk, citizen):
    asha = here(desk, desk.hire("asha"))
    free, busy, full = (here(desk, desk.hire(name)) for name in ("free", "busy", "full"))
    desk.hire("gone")
    off = here(desk, desk.hire("off", active=False))
    set_presence(desk.parts, busy, Presence.BUSY, "on the phone")
    with desk.store.begin() as work:
        work.staff.save(replace(full, capacity=0))
        work.commit()
    case = taken(desk, citizen, asha)
    offered = [c.staff.username for c in colleagues_for(desk.parts, asha, case, "en")]
    assert offered == [free.username]
    for username in ("busy", "full", "gone", off.username, "nobody", "asha"):
        with pytest.raises(ColleagueNotReachable):
            pass_to_colleague(desk.parts, asha, case.id, username, "please")


def test_a_colleague_who_closed_the_laptop_is_out_of_reach(desk):
    here(desk, desk.hire("asha"))
    assert [c.is_reachable for c in everyone_at_the_desk(desk.parts)] == [True]
    later(desk, minutes=4)
    assert [c.is_reachable for c in everyone_at_the_desk(desk.parts)] == [False]


def test_who_speaks_the_language_is_offered_first(desk):
    asha = here(desk, desk.hire("asha"))
    here(desk, desk.hire("aled", languages=frozenset({"en"})))
    here(desk, desk.hire("bronwen", languages=frozenset({"en", "cy"})))
    welsh = Citizen(desk.turn, language="cy")
    welsh.says("person")
    case = taken(desk, welsh, asha)
    offered = [c.staff.username for c in colleagues_for(desk.parts, asha, case, "cy")]
    assert offered == ["bronwen", "aled"]


def test_a_case_passed_to_a_colleague_comes_with_a_note_and_the_citizen_hears_who(desk, citizen):
    asha, bryn = here(desk, desk.hire("asha")), here(desk, desk.hire("bryn"))
    case = taken(desk, citizen, asha)
    with pytest.raises(NoteMissing):
        pass_to_colleague(desk.parts, asha, case.id, "bryn", "  ")
    passed = pass_to_colleague(desk.parts, asha, case.id, "bryn", "wants a new bin")
    assert (passed.status, passed.claimed_by) == (HandoffStatus.CLAIMED, "bryn")
    assert desk.texts(citizen.conversation.id)[-2:] == [
        "system: [handoff_transferred]",
        "system: [handoff_claimed](agent=Bryn)",
    ]
    assert [n.text for n in see_case(desk.parts, bryn, case.id).notes] == ["wants a new bin"]
    with pytest.raises(HandoffNotYours):
        answer_citizen(desk.parts, asha, case.id, "hello")
    answer_citizen(desk.parts, bryn, case.id, "hello")


def test_a_case_passed_to_a_team_waits_there_in_its_old_place(desk, citizen):
    asha = here(desk, desk.hire("asha"))
    case = taken(desk, citizen, asha)
    with pytest.raises(TeamUnknown):
        pass_to_team(desk.parts, asha, case.id, "moon", "a pothole", TEAMS)
    passed = pass_to_team(desk.parts, asha, case.id, "highways", "a pothole", TEAMS)
    assert (passed.status, passed.team, passed.claimed_by) == ("waiting", "highways", None)
    assert passed.asked_at == case.asked_at
    assert citizen.says("are you there") == []


def test_an_agent_can_escalate_to_safeguarding_and_then_sees_it_no_more(desk, citizen):
    hal = here(desk, desk.hire("hal", teams=("highways",)))
    sara = here(desk, desk.hire("sara", teams=(), skills=frozenset({"safeguarding"})))
    case = taken(desk, citizen, hal)
    pass_to_team(desk.parts, hal, case.id, "safeguarding", "worried about a child", TEAMS)
    with pytest.raises(CaseRestricted):
        open_case(desk.parts, hal, case.id)
    assert see_queue(desk.parts, hal).waiting == ()
    assert open_case(desk.parts, sara, case.id).handoff.team == "safeguarding"
    assert desk.log(case.id)[-2:] == ["hal case_refused", "sara case_opened"]


def test_a_lead_assigns_what_waits_and_takes_from_nobody_else_may(desk, citizen):
    lead, asha = here(desk, desk.hire("lena", Role.TEAM_LEAD)), here(desk, desk.hire("asha"))
    bryn = here(desk, desk.hire("bryn"))
    waiting = citizen.handoff
    with pytest.raises(HandoffNotYours):
        pass_to_colleague(desk.parts, bryn, waiting.id, "asha", "yours")
    assert pass_to_colleague(desk.parts, lead, waiting.id, "asha", "yours").claimed_by == "asha"
    assert pass_to_colleague(desk.parts, lead, waiting.id, "bryn", "yours").claimed_by == "bryn"
    assert asha.username not in repr(see_queue(desk.parts, bryn).mine)


def test_presence_needs_a_reason_unless_available_and_is_logged(desk):
    asha = desk.hire("asha")
    with pytest.raises(ReasonMissing):
        set_presence(desk.parts, asha, Presence.AWAY, " ")
    away = set_presence(desk.parts, asha, Presence.AWAY, "lunch")
    assert (away.presence, away.presence_reason) == (Presence.AWAY, "lunch")
    back = set_presence(desk.parts, away, Presence.AVAILABLE, "lunch")
    assert (back.presence, back.presence_reason) == (Presence.AVAILABLE, "")
    assert desk.log("asha") == ["asha presence_set", "asha presence_set"]


def test_nobody_takes_more_than_they_can_but_danger_always_finds_a_hand(desk):
    asha = desk.hire("asha", capacity=1)
    for said in ("person", "person", "i want to kill myself"):
        Citizen(desk.turn).says(said)
    danger, first, second = see_queue(desk.parts, asha).waiting
    claim_case(desk.parts, asha, first.handoff.id)
    with pytest.raises(CapacityReached):
        claim_case(desk.parts, asha, second.handoff.id)
    claim_case(desk.parts, asha, danger.handoff.id)


def test_silence_sends_a_case_back_once_and_tells_the_citizen(desk, citizen):
    asha = desk.hire("asha")
    case = taken(desk, citizen, asha)
    limit = timedelta(minutes=10)
    later(desk, minutes=9)
    assert return_silent(desk.parts, limit) == []
    later(desk, minutes=2)
    assert return_silent(desk.parts, limit) == [case.id]
    assert return_silent(desk.parts, limit) == []
    back = citizen.handoff
    assert (back.status, back.claimed_by, back.asked_at) == ("waiting", None, case.asked_at)
    assert desk.texts(citizen.conversation.id)[-1] == "system: [handoff_requeued](agent=Asha)"
    assert desk.log(case.id)[-1] == "(fairway) case_sent_back"
    assert [n.kind for n in see_case(desk.parts, asha, case.id).notes] == ["silence"]


@pytest.fixture
def of_outage(desk):
    """A citizen whose case nobody asked for; the assistant is back now."""
    made = Citizen(desk.turn)
    desk.assistant.down = True
    made.says("there is damp in my flat")
    desk.assistant.down = False
    return made


def test_f3_an_outages_case_that_an_agent_passed_on_is_not_called_off(desk, of_outage):
    asha, case = desk.hire("asha"), of_outage.handoff
    claim_case(desk.parts, asha, case.id)
    starts = desk.turn.clock.now() + timedelta(hours=1)
    promise_call(desk.parts, asha, case.id, starts, starts + timedelta(hours=1))
    pass_to_team(desk.parts, asha, case.id, "highways", "call her at ten", TEAMS)
    of_outage.says("any news?")
    assert desk.assistant.heard == []
    held = of_outage.handoff
    assert (held.id, held.status, held.team) == (case.id, HandoffStatus.WAITING, "highways")


def test_f3_an_outages_case_that_comes_back_by_silence_is_not_called_off(desk, of_outage):
    claim_case(desk.parts, desk.hire("asha"), of_outage.handoff.id)
    later(desk, minutes=11)
    assert return_silent(desk.parts, timedelta(minutes=10)) == [of_outage.handoff.id]
    of_outage.says("any news?")
    assert desk.assistant.heard == []
    assert of_outage.handoff.status is HandoffStatus.WAITING


def test_f3_an_outages_case_that_nobody_had_is_called_off(desk, of_outage):
    of_outage.says("any news?")
    assert of_outage.handoff is None


def test_who_has_answered_or_promised_a_call_keeps_the_case(desk, citizen):
    asha = desk.hire("asha")
    case = taken(desk, citizen, asha)
    answer_citizen(desk.parts, asha, case.id, "One moment")
    later(desk, hours=1)
    assert return_silent(desk.parts, timedelta(minutes=10)) == []
    citizen.says("thank you")
    now = desk.turn.clock.now()
    starts = now + timedelta(hours=1)
    promise_call(desk.parts, asha, case.id, starts, starts + timedelta(hours=1))
    later(desk, minutes=30)
    assert return_silent(desk.parts, timedelta(minutes=10)) == []
    later(desk, hours=2)
    assert return_silent(desk.parts, timedelta(minutes=10)) == [case.id]


def test_the_queue_goes_by_urgency_then_by_promised_time(desk):
    asha = desk.hire("asha")
    promised, waiting = Citizen(desk.turn), Citizen(desk.turn)
    promised.says("person")
    case = taken(desk, promised, asha)
    now = desk.turn.clock.now()
    soon = now + timedelta(minutes=5)
    promise_call(desk.parts, asha, case.id, soon, soon + timedelta(minutes=10))
    pass_to_team(desk.parts, asha, case.id, "highways", "call them", TEAMS)
    waiting.says("person")
    order = [c.handoff.conversation_id for c in see_queue(desk.parts, asha).waiting]
    assert order == [promised.conversation.id, waiting.conversation.id]
    Citizen(desk.turn).says("i want to kill myself")
    assert see_queue(desk.parts, asha).waiting[0].handoff.urgency == "urgent"


def test_the_queue_is_narrowed_by_team_language_skill_and_what_fits(desk):
    asha = desk.hire("asha", teams=("contact_centre",))
    english, welsh = Citizen(desk.turn), Citizen(desk.turn, language="cy")
    for one in (english, welsh):
        one.says("person")
    queue = see_queue(desk.parts, asha)

    def found(**wanted):
        return [c.language for c in queue.narrowed(Wanted(**wanted))]

    assert found() == ["en", "cy"]
    assert found(language="cy") == ["cy"]
    assert found(team="highways") == []
    assert found(skill="bsl") == []
    assert found(fits=asha) == ["en"]
    assert found(fits=replace(asha, teams=frozenset({"highways"}))) == []


def signing(desk) -> Citizen:
    """Somebody who needs British Sign Language, and waits."""
    citizen = Citizen(desk.turn)
    told = citizen.now.circumstances.with_adjustment(Adjustment.BSL)
    with desk.store.begin() as work:
        work.conversations.save(replace(citizen.now, circumstances=told))
        work.commit()
    citizen.says("person")
    return citizen


def test_what_somebody_can_do_is_theirs_and_what_nobody_can_is_everybodys(desk):
    asha = desk.hire("asha")
    signing(desk)

    def fits(who) -> int:
        return len(see_queue(desk.parts, who).narrowed(Wanted(fits=who)))

    assert fits(asha) == 1
    bea = desk.hire("bea", skills=frozenset({"bsl"}))
    assert (fits(asha), fits(bea)) == (0, 1)


def test_who_can_do_what_is_needed_is_offered_first_for_a_transfer(desk):
    asha = here(desk, desk.hire("asha"))
    here(desk, desk.hire("aled"))
    here(desk, desk.hire("bea", skills=frozenset({"bsl"})))
    case = taken(desk, signing(desk), asha)
    offered = [c.staff.username for c in colleagues_for(desk.parts, asha, case, "en")]
    assert offered == ["bea", "aled"]


def test_notes_and_labels_are_for_colleagues_only(desk, citizen):
    asha, bryn = desk.hire("asha"), desk.hire("bryn")
    case = taken(desk, citizen, asha)
    with pytest.raises(NoteEmpty):
        add_note(desk.parts, bryn, case.id, "  ")
    add_note(desk.parts, bryn, case.id, "I know this street")
    assert set_labels(desk.parts, asha, case.id, " Bins, repeat  caller,bins") == (
        "bins",
        "repeat caller",
    )
    with pytest.raises(LabelsWrong):
        set_labels(desk.parts, asha, case.id, "x" * 31)
    seen = see_case(desk.parts, asha, case.id)
    assert [n.text for n in seen.notes] == ["I know this street"]
    assert seen.labels == ("bins", "repeat caller")
    assert "street" not in repr(desk.texts(citizen.conversation.id))
    assert "street" not in repr(desk.log(case.id))


def test_s9_a_note_on_a_safeguarding_case_is_not_seen_from_another_of_the_same_citizen(desk):
    lead, hal = desk.hire("lena", Role.TEAM_LEAD), desk.hire("hal", teams=("highways",))
    citizen = Citizen(desk.turn)
    citizen.says("i want to kill myself")
    secret = taken(desk, citizen, lead)
    add_note(desk.parts, lead, secret.id, "the mother knows")
    close_case(desk.parts, lead, secret.id, "referred")
    citizen.says("can i speak to a person about a pothole")
    assert see_case(desk.parts, hal, citizen.handoff.id).notes == ()
    assert len(see_case(desk.parts, lead, citizen.handoff.id).notes) == 1


def test_a_promise_is_told_kept_or_broken_and_counted(desk, citizen):
    asha, lead = desk.hire("asha"), desk.hire("lena", Role.TEAM_LEAD)
    case = taken(desk, citizen, asha)
    start = now = desk.turn.clock.now()
    hour = timedelta(hours=1)
    for wrong in ((now - hour, now), (now + hour, now + hour), (now + hour, now + 6 * hour)):
        with pytest.raises(PromiseUnclear):
            promise_call(desk.parts, asha, case.id, *wrong)
    with pytest.raises(NothingPromised):
        keep_promise(desk.parts, asha, case.id)
    promise_call(desk.parts, asha, case.id, now + hour, now + 2 * hour)
    assert "call_back_promised" in desk.texts(citizen.conversation.id)[-1]
    assert "23/11/2026, 10:00-11:00" in desk.texts(citizen.conversation.id)[-1]
    later(desk, minutes=90)
    keep_promise(desk.parts, asha, case.id)
    now = desk.turn.clock.now()
    promise_call(desk.parts, asha, case.id, now + hour, now + 2 * hour)
    later(desk, hours=3)
    keep_promise(desk.parts, asha, case.id)  # late
    now = desk.turn.clock.now()
    promise_call(desk.parts, asha, case.id, now + hour, now + 2 * hour)
    promise_call(desk.parts, asha, case.id, now + 2 * hour, now + 3 * hour)  # moved in time
    close_case(desk.parts, asha, case.id, "resolved")
    later(desk, hours=9)
    report = report_promises(desk.parts, lead, start, desk.turn.clock.now())
    assert (report.made, report.kept, report.called_off, len(report.broken)) == (4, 1, 2, 1)


def test_moving_a_promise_after_its_time_does_not_mend_it(desk, citizen):
    asha = desk.hire("asha")
    case = taken(desk, citizen, asha)
    start = now = desk.turn.clock.now()
    hour = timedelta(hours=1)
    promise_call(desk.parts, asha, case.id, now + hour, now + 2 * hour)
    later(desk, hours=3)
    now = desk.turn.clock.now()
    promise_call(desk.parts, asha, case.id, now + hour, now + 2 * hour)
    assert len(report_promises(desk.parts, asha, start, now + hour).broken) == 1


def test_a_sent_message_is_changed_and_taken_back_with_what_it_said_kept(desk, citizen):
    asha, bryn = desk.hire("asha"), desk.hire("bryn")
    case = taken(desk, citizen, asha)
    said = answer_citizen(desk.parts, asha, case.id, "Come on Tusday")
    with pytest.raises(HandoffNotYours):
        edit_message(desk.parts, bryn, case.id, said.id, "Come on Tuesday")
    changed = edit_message(desk.parts, asha, case.id, said.id, "Come on Tuesday")
    assert (changed.text, changed.withdrawn) == ("Come on Tuesday", False)
    assert desk.texts(citizen.conversation.id)[-1] == "agent: Come on Tuesday"
    withdraw_message(desk.parts, asha, case.id, said.id)
    assert desk.texts(citizen.conversation.id)[-1] == "agent: [message_withdrawn]"
    with desk.store.begin() as work:
        kept = [c.text_before for c in work.changes.of(citizen.conversation.id)]
        message = work.messages.get(said.id)
    assert kept == ["Come on Tusday", "Come on Tuesday"]
    assert message.withdrawn and message.changed_at
    with pytest.raises(CannotChange):
        edit_message(desk.parts, asha, case.id, said.id, "again")


def test_what_cannot_be_changed(desk, citizen):
    asha = desk.hire("asha")
    case = taken(desk, citizen, asha)
    with desk.store.begin() as work:
        citizens = work.messages.of(citizen.conversation.id)[1]
    said = answer_citizen(desk.parts, asha, case.id, "Hello")
    later(desk, minutes=31)
    for message_id in (citizens.id, said.id, "nothing"):
        with pytest.raises(CannotChange):
            withdraw_message(desk.parts, asha, case.id, message_id)
    by_text = Citizen(desk.turn, medium=Medium.SMS)
    by_text.says("person")
    other = taken(desk, by_text, asha)
    sent = answer_citizen(desk.parts, asha, other.id, "Hello")
    with pytest.raises(CannotChange):
        withdraw_message(desk.parts, asha, other.id, sent.id)


def test_a_day_to_look_again_is_told_and_has_to_come(desk, citizen):
    asha = desk.hire("asha")
    case = taken(desk, citizen, asha)
    today = desk.turn.clock.now().date()
    with pytest.raises(FollowUpPast):
        close_case(desk.parts, asha, case.id, "advice_given", follow_up_on=today)
    day = today + timedelta(days=3)
    assert close_case(desk.parts, asha, case.id, "advice_given", follow_up_on=day)
    assert desk.texts(citizen.conversation.id)[-2] == "system: [handoff_follow_up](date=26/11/2026)"
    assert see_case(desk.parts, asha, case.id).handoff.follow_up_on == day


def test_on_the_day_it_is_on_the_list_until_somebody_has_looked(desk, citizen):
    asha, bryn = desk.hire("asha"), desk.hire("bryn")
    other = desk.hire("hal", teams=("highways",))
    lead = desk.hire("lena", Role.TEAM_LEAD, teams=())
    case = taken(desk, citizen, asha)
    day = desk.turn.clock.now().date() + timedelta(days=3)
    close_case(desk.parts, asha, case.id, "advice_given", follow_up_on=day)

    def listed(who) -> list[str]:
        return [card.handoff.id for card in see_queue(desk.parts, who).look_again]

    assert listed(asha) == []
    later(desk, days=3)
    assert listed(asha) == listed(bryn) == [case.id]
    assert listed(other) == []
    since = desk.turn.clock.now() - timedelta(days=7)
    overview = see_overview(desk.parts, lead, since)
    assert [card.handoff.id for card in overview.look_again] == [case.id]
    looked = look_again(desk.parts, bryn, case.id, "the road is mended")
    assert (looked.status, looked.follow_up_on) == (HandoffStatus.CLOSED, None)
    assert listed(asha) == []
    note = see_case(desk.parts, asha, case.id).notes[-1]
    assert (note.kind, note.author) == ("looked_again", "bryn")
    assert "26/11/2026. the road is mended" in note.text
    assert desk.log(case.id)[-1] == "bryn case_looked_at_again"
    with pytest.raises(NothingToLookAt):
        look_again(desk.parts, asha, case.id)


def test_closing_time_is_told_to_those_who_wait_and_never_on_top_of_an_answer(desk, citizen):
    """Chatwoot #9293: an out-of-office message after the bot's own."""
    asha = desk.hire("asha")
    served, held = Citizen(desk.turn), Citizen(desk.turn)
    assert served.says("when is my bin day") == ["answer to when is my bin day"]
    held.says("can i speak to a person")
    claim_case(desk.parts, asha, held.handoff.id)
    closed_at = desk.turn.clock.now()
    assert tell_we_close(desk.parts, closed_at, "Monday 09:00") == [citizen.handoff.id]
    assert tell_we_close(desk.parts, closed_at, "Monday 09:00") == []
    told = [one for one in (citizen, served, held)
            if "desk_closing" in str(desk.texts(one.conversation.id))]  # fmt: skip
    assert told == [citizen]
    assert served.says("and the next one") == ["answer to and the next one"]


def test_opening_is_noted_once_for_a_page_that_reads_itself_again(desk, citizen):
    asha = desk.hire("asha")
    case = citizen.handoff.id
    for _ in range(5):
        open_case(desk.parts, asha, case)
    assert desk.log(case) == ["asha case_opened"]
    later(desk, minutes=16)
    open_case(desk.parts, asha, case)
    assert desk.log(case) == ["asha case_opened"] * 2
