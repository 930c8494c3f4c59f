"""An agent at the desk, in a real browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from bot.case_extras import CannedReply
from bot.desk_work import claim_case, give_back_case
from bot.message import Medium
from bot.take_in import take_in
from bot.turn import handle_turn
from channels.auth.accounts import first_sign_in_link
from tests.browser.desk_browser import axe_violations, press_to, signed_in, too_small
from tests.staff_kit import PASSWORD

OWN_PASSWORD = "three kettles sing loudly"


def says(site, case, text):
    turn = site.parts.turn
    handle_turn(turn, take_in(turn, case.conversation_id, text).message)


def take(page, site, case):
    page.goto(f"{site.url}/desk/cases/{case.id}")
    page.get_by_role("button", name="Take this case").click()
    expect(page.get_by_label("Your answer")).to_be_visible()


def test_from_the_first_link_to_a_closed_case_with_the_citizen_live(site, browser):
    citizen = browser.new_context().new_page()
    citizen.goto(site.url)
    citizen.get_by_role("textbox").fill("can i speak to a person please")
    citizen.get_by_role("button", name="Send", exact=True).click()
    expect(citizen.locator("#log")).to_contain_text("can i speak to a person please")

    desk = browser.new_context().new_page()
    desk.goto(first_sign_in_link(site.parts.engine, site.url))
    desk.get_by_label("Your name").fill("Sam Jones")
    desk.get_by_label("New password").fill(OWN_PASSWORD)
    desk.get_by_role("button", name="Save and go to the desk").click()
    expect(desk.get_by_role("status").first).to_have_text("1 person is waiting")

    desk.get_by_role("button", name=re.compile("^Take")).click()
    expect(citizen.locator("#log")).to_contain_text("You are now talking to Sam.")
    desk.get_by_label("Your answer").fill("Good morning, how can I help?")
    desk.keyboard.press("Control+Enter")
    expect(citizen.locator("#log")).to_contain_text("Good morning, how can I help?")

    citizen.get_by_role("textbox").fill("my bin was missed")
    citizen.get_by_role("button", name="Send", exact=True).click()
    expect(desk.locator("#log")).to_contain_text("my bin was missed")
    expect(desk.get_by_label("Your answer")).to_have_value("")

    desk.get_by_text("Close this case").click()
    desk.get_by_label("Resolved").check()
    desk.get_by_role("button", name="Close the case").click()
    expect(desk.get_by_text("The case is closed.")).to_be_visible()
    expect(citizen.locator("#log")).to_contain_text("Your talk with our team has come to an end")


def test_the_queue_changes_by_itself_and_keeps_the_focus(site, desk):
    first = site.waiting()
    desk.goto(f"{site.url}/desk")
    desk.locator(f"#open-{first.id}").focus()
    site.waiting("i want to kill myself")
    expect(desk.locator(".case-row")).to_have_count(2)
    expect(desk.locator("#count")).to_have_text("2 people are waiting")
    expect(desk.locator(".case-row").first).to_contain_text("Urgent")
    expect(desk).to_have_title(re.compile(r"^\(2\) Desk"))
    expect(desk.locator(f"#open-{first.id}")).to_be_focused()
    claim_case(site.desk, site.hire("bryn"), first.id)
    expect(desk.locator("#colleagues")).to_contain_text("Bryn Example")
    expect(desk.locator("#waiting .case-row")).to_have_count(1)


LISTENS = """
window.heard = [];
window.AudioContext = class {
  currentTime = 0;
  createOscillator() {
    return { frequency: {}, connect: (to) => to, start: () => heard.push('sound'), stop() {} };
  }
  createGain() { return { gain: {}, connect() {} }; }
};
window.Notification = class {
  static permission = 'granted';
  constructor(text) { heard.push(text); }
};
Object.defineProperty(document, 'hidden', { get: () => true });
"""
"""What the machine would play and show: a window that nobody looks at."""


def test_a_sound_and_a_notice_when_someone_waits_or_writes_once_switched_on(site, desk):
    desk.add_init_script(LISTENS)
    desk.goto(f"{site.url}/desk")
    case = site.waiting()
    expect(desk.locator("#waiting .case-row")).to_have_count(1)
    assert desk.evaluate("heard") == []
    button = desk.get_by_role("button", name="Sound and notices")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    desk.evaluate("heard.length = 0")
    other = site.waiting()
    expect(desk.locator("#waiting .case-row")).to_have_count(2)
    assert desk.evaluate("heard") == ["sound", "Someone is waiting at the desk"]
    take(desk, site, case)
    says(site, case, "are you there?")
    expect(desk.locator("#log li").last).to_contain_text("are you there?")
    assert desk.evaluate("heard") == ["sound", "A citizen has written to you"]
    desk.get_by_label("Your answer").fill("Yes")
    desk.get_by_role("button", name="Send").click()
    expect(desk.locator("#log li").last).to_contain_text("Yes")
    desk.goto(f"{site.url}/desk")
    says(site, other, "and me?")  # nobody has it yet: that is no word to this agent
    expect(desk.locator("#waiting .last-words")).to_contain_text("and me?")
    assert desk.evaluate("heard") == []
    says(site, case, "hello?")
    expect(desk.locator("#mine .last-words")).to_contain_text("hello?")
    assert desk.evaluate("heard") == ["sound", "A citizen has written to you"]


def test_a_new_message_comes_in_without_touching_what_is_being_typed(site, desk):
    case = site.waiting()
    take(desk, site, case)
    desk.get_by_label("Your answer").fill("I am just looking this u")
    says(site, case, "are you there?")
    expect(desk.locator("#log li").last).to_contain_text("are you there?")
    expect(desk.get_by_label("Your answer")).to_have_value("I am just looking this u")
    expect(desk.get_by_label("Your answer")).to_be_focused()


def test_A8_a_draft_survives_leaving_and_a_lost_connection(site, desk):
    case = site.waiting()
    take(desk, site, case)
    desk.get_by_label("Your answer").fill("half a sentence")
    desk.get_by_role("link", name="Back to the queue").click()
    desk.locator(f"#open-{case.id}").click()
    expect(desk.get_by_label("Your answer")).to_have_value("half a sentence")
    desk.context.set_offline(True)
    desk.get_by_role("button", name="Send").click()
    expect(desk.get_by_role("alert")).to_contain_text("Your words are kept")
    expect(desk.get_by_label("Your answer")).to_have_value("half a sentence")
    desk.context.set_offline(False)
    desk.get_by_role("button", name="Send").click()
    expect(desk.locator("#log li").last).to_contain_text("half a sentence")
    desk.reload()
    expect(desk.get_by_label("Your answer")).to_have_value("")


def test_pressing_send_twice_says_it_once(site, desk):
    case = site.waiting()
    take(desk, site, case)
    desk.get_by_label("Your answer").fill("Once only")
    desk.evaluate(
        "() => { const form = document.getElementById('answer');"
        " form.requestSubmit(); form.requestSubmit(); }"
    )
    expect(desk.locator("#log li").last).to_contain_text("Once only")
    assert site.texts(case.conversation_id).count("agent: Once only") == 1


def test_someone_quicker_is_seen_on_an_open_case(site, desk):
    case = site.waiting()
    desk.goto(f"{site.url}/desk/cases/{case.id}")
    claim_case(site.desk, site.hire("bryn"), case.id)
    expect(desk.get_by_text("Bryn Example has this case.")).to_be_visible()
    expect(desk.get_by_role("button", name="Take this case")).to_have_count(0)


def test_a_session_that_ends_is_told_and_nothing_typed_is_lost(site, desk, clock):
    case = site.waiting()
    take(desk, site, case)
    desk.get_by_label("Your answer").fill("a long answer")
    clock.ahead = 61 * 60
    site.parts.live.changed([case.conversation_id])
    link = desk.get_by_role("link", name="You have been signed out. Sign in again.")
    expect(link).to_be_visible()
    link.click()
    desk.get_by_label("User name").fill("asha")
    desk.get_by_label("Password").fill(PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    expect(desk.get_by_label("Your answer")).to_have_value("a long answer")


def test_signing_out_forgets_drafts(site, desk):
    case = site.waiting()
    take(desk, site, case)
    desk.get_by_label("Your answer").fill("about Mrs Smith")
    desk.get_by_role("button", name="Sign out").click()
    expect(desk.get_by_text("You are signed out.")).to_be_visible()
    assert desk.evaluate("Object.keys(sessionStorage)") == []


def test_s6_hostile_words_do_nothing_in_a_browser(site, desk):
    alarms: list[str] = []
    desk.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    desk.on("console", lambda said: alarms.append(said.text) if said.type == "error" else None)
    desk.on("pageerror", lambda error: alarms.append(str(error)))
    case = site.waiting(
        "<img src=x onerror=alert(1)><script>alert(2)</script>", "can i speak to a person"
    )
    desk.goto(f"{site.url}/desk")
    take(desk, site, case)
    for text in ("<svg onload=alert(3)>", "\u202egnp.exe", "<iframe src='javascript:alert(4)'>"):
        says(site, case, text)
    expect(desk.locator("#log")).to_contain_text("iframe")
    desk.goto(f"{site.url}/desk")
    expect(desk.locator("#mine")).to_contain_text("iframe")
    assert desk.locator("main img, main iframe, main script, main svg").count() == 0
    assert alarms == []


def test_both_sides_see_writing_reading_and_changed_words(site, desk, browser):
    citizen = browser.new_context().new_page()
    citizen.goto(site.url)
    citizen.get_by_role("textbox").fill("can i speak to a person please")
    citizen.get_by_role("button", name="Send", exact=True).click()
    expect(citizen.locator("#wait")).to_be_visible()
    with site.store.begin() as work:
        (card,) = work.case_board.open()
    take(desk, site, card.handoff)
    desk.get_by_label("Your answer").press_sequentially("Come on Tusday")
    expect(citizen.locator("#writes")).to_be_visible()
    desk.get_by_role("button", name="Send").click()
    expect(citizen.locator("#log")).to_contain_text("Come on Tusday")
    expect(desk.locator("#reached")).to_contain_text("Read ")
    citizen.get_by_role("textbox").press_sequentially("ok")
    expect(desk.locator("#writes")).to_be_visible()
    desk.locator("#log li").last.get_by_text("Change").click()
    desk.get_by_label("New words").fill("Come on Tuesday")
    desk.get_by_role("button", name="Save").click()
    expect(citizen.locator("#log")).to_contain_text("Come on Tuesday")
    expect(citizen.locator(".changed")).to_have_text("(changed)")
    expect(desk.locator("#log li").last).to_contain_text("changed")


def test_a_set_phrase_goes_in_the_box_and_keys_lead_to_the_forms(site, desk):
    with site.store.begin() as work:
        now = site.parts.turn.clock.now()
        work.canned.put(CannedReply("hello", "en", "Hello, I am {agent}.", "lena", now))
        work.commit()
    take(desk, site, site.waiting())
    desk.get_by_label("Set phrase").select_option(label="hello")
    expect(desk.get_by_label("Your answer")).to_have_value("Hello, I am Asha.")
    desk.keyboard.press("Alt+Shift+KeyN")
    expect(desk.get_by_label("Note for colleagues", exact=True)).to_be_focused()
    desk.keyboard.press("Alt+Shift+KeyP")
    expect(desk.get_by_label("To whom")).to_be_focused()


def test_a_text_message_case(site, desk):
    case = site.waiting(
        "dwi eisiau siarad â pherson", medium=Medium.SMS, language="cy", address="447700900123"
    )
    take(desk, site, case)
    expect(desk.get_by_text("Goes out as a text message.")).to_be_visible()
    desk.get_by_label("Your answer").fill("Bore da")
    desk.get_by_role("button", name="Send").click()
    bubble = desk.locator("#log li").last.locator(".bubble")
    expect(bubble).to_have_text("Bore da")
    expect(bubble).to_have_attribute("lang", "cy")


def test_A4_the_whole_job_by_keyboard_alone(site, page):
    site.hire("asha")
    case = site.waiting()
    page.goto(f"{site.url}/desk")
    press_to(page, page.get_by_label("User name"))
    page.keyboard.type("asha")
    press_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    press_to(page, page.locator(f"#take-{case.id}"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your answer")).to_be_visible()
    press_to(page, page.get_by_label("Your answer"))
    page.keyboard.type("Hello")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#log li").last).to_contain_text("Hello")
    press_to(page, page.locator("summary", has_text="Close this case"))
    page.keyboard.press("Enter")
    press_to(page, page.get_by_label("Resolved"))
    page.keyboard.press("Space")
    press_to(page, page.get_by_role("button", name="Close the case"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("The case is closed.")).to_be_visible()


def test_A1_the_whole_job_with_scripts_off(site, browser):
    asha = site.hire("asha")
    case = site.waiting()
    page = signed_in(browser, site, asha, java_script_enabled=False)
    page.goto(f"{site.url}/desk")
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Take")).click()
    page.get_by_label("Your answer").fill("Hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#log li").last).to_contain_text("Hello")
    says(site, case, "thank you")
    page.get_by_role("link", name="Look for new messages").click()
    page.reload()
    expect(page.locator("#log li").last).to_contain_text("thank you")
    page.get_by_text("Give back to the assistant").click()
    page.get_by_role("button", name="Give back").click()
    expect(page.get_by_text("The case is back with the assistant.")).to_be_visible()


def states(site, page):
    """Every page and state of the desk, one after another, by name."""
    link = first_sign_in_link(site.parts.engine, site.url)
    page.goto(f"{site.url}/desk")
    yield "sign-in"
    page.get_by_label("User name").fill("desk")
    page.get_by_label("Password").fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    yield "sign-in refused"
    page.goto(link)
    yield "choose a password"
    page.get_by_label("New password").fill("passwordpassword")
    page.get_by_role("button", name="Save").click()
    yield "password refused"
    page.get_by_label("New password").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    yield "empty queue"
    case = site.waiting("my pothole " + "averyverylongword" * 12, "can i speak to a person")
    site.waiting("i want to kill myself")
    site.waiting("dwi eisiau siarad â pherson", medium=Medium.SMS, address="447700900123")
    taken = site.waiting()
    claim_case(site.desk, site.hire("bryn", name="Bryn " + "Longname" * 8), taken.id)
    expect(page.locator("#waiting .case-row")).to_have_count(3)
    yield "full queue"
    page.goto(f"{site.url}/desk/cases/{taken.id}")
    yield "a colleague's case"
    page.goto(f"{site.url}/desk/cases/{case.id}")
    yield "a waiting case"
    page.get_by_role("button", name="Take this case").click()
    expect(page.get_by_label("Your answer")).to_be_visible()
    yield "my case"
    page.get_by_label("Your answer").fill("Hello")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#log li").last).to_contain_text("Hello")
    page.get_by_label("Your answer").fill("\u2063")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#text-error")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    yield "my case, everything open"
    page.get_by_label("New words").first.wait_for(state="attached")
    page.get_by_label("Note for them").fill(" ")
    page.get_by_label("To whom").select_option("team:highways")
    page.get_by_role("button", name="Pass on").click()
    expect(page.get_by_text("Write a note first")).to_be_visible()
    yield "passing on refused"
    page.locator("summary", has_text="Close this case").click()
    page.get_by_label("Advice given").check()
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("The case is closed.")).to_be_visible()
    yield "queue after closing"
    page.goto(f"{site.url}/desk/cases/{case.id}")
    yield "a closed case"
    back = _day_has_come_and_one_is_back(site, case)
    page.goto(f"{site.url}/desk")
    yield "queue with an offer and a case to look at again"
    page.goto(f"{site.url}/desk/cases/{back.id}")
    expect(page.locator("#leave")).to_be_visible()
    yield "a case that is offered"
    page.goto(f"{site.url}/desk/cases/{case.id}")
    expect(page.locator("#looked")).to_be_visible()
    yield "a closed case to look at again"
    page.goto(f"{site.url}/desk/cases/unknown")
    yield "no such case"
    for place in (
        "desk/team",
        "desk/history",
        "desk/phrases",
        "desk/notices",
        "desk/holds",
        "desk/log?check=1",
        "account",
    ):
        page.goto(f"{site.url}/{place}")
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        yield place


def _day_has_come_and_one_is_back(site, closed):
    """The user "desk" is to look at a closed case again, and a case they had has come back."""
    other = site.waiting()
    with site.store.begin() as work:
        who = work.staff.named("desk")
        held = work.handoffs.get(closed.id)
        work.handoffs.save(replace(held, follow_up_on=closed.asked_at.date()), was=held)
        work.commit()
    claim_case(site.desk, who, other.id)
    give_back_case(site.desk, who, other.id)
    says(site, other, "can i speak to a person please")
    with site.store.begin() as work:
        return work.handoffs.open_of(other.conversation_id)


@pytest.mark.timeout(900)  # very many pages
def test_A2_no_page_of_the_desk_has_an_axe_violation(site, page):
    found = {state: axe_violations(page) for state in states(site, page)}
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_A5_nothing_scrolls_sideways_at_320_pixels(site, browser):
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    wide = {}
    for state in states(site, page):
        wide[state] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {state: by for state, by in wide.items() if by > 0} == {}


def test_A7_everything_to_press_is_at_least_24_pixels(site, page):
    small = {}
    for state in states(site, page):
        small[state] = too_small(page)
    assert {state: found for state, found in small.items() if found} == {}
