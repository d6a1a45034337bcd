"""The page in a real browser: what a person does with it, by mouse, by keyboard, on a phone, in the dark; links that are damaged,
names that are hostile; nothing is asked for, nothing runs but its own script, and axe-core finds nothing serious."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shadowproof.cli import app
from shadowproof.walk.runs import opened
from tests.helpers.nightly import AT_NIGHT
from tests.shadowproof.walk.browser import Opened, browser, needs_browser

pytestmark = needs_browser

SAVED_AND_LEFT = "finding=no-vm-left-saved/requester_vanishes"
HOSTILE = "<img src=x onerror=alert(1)>"
SCREENS = {"wide": (1500, 950), "between": (1000, 800), "phone": (390, 844)}
SHOWN = list(product(SCREENS, ("light", "dark"))) if AT_NIGHT else [("wide", "light"), ("phone", "dark")]


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page, with an inventory of two VMs."""
    folder = tmp_path_factory.mktemp("page")
    vm = {
        "State": "Running", "IsClustered": False, "GuestBackupService": "Running", "SnapshotFileLocation": r"D:\vm", "HardDrives": [],
        "NetworkAdapters": [], "GuestDisks": [],
    }  # fmt: skip
    (folder / "vms.json").write_text(
        json.dumps([{**vm, "Name": HOSTILE}, {**vm, "Name": "db", "State": "Paused"}]), "utf-8"
    )
    target = folder / "walk.html"
    done = CliRunner().invoke(app, ["walk", "-i", str(folder / "vms.json"), "-o", str(target)])
    assert done.exit_code == 0, done.output
    return target


@pytest.fixture
def page(started: Any, path: Path) -> Iterator[Opened]:
    """As it opens by itself. Whatever a test does, nothing may be asked for, complained of, or fail."""
    context = started.new_context(viewport={"width": 1500, "height": 950})
    found = Opened(context, path)
    yield found
    assert [one.partition("#")[0] for one in found.requests] == [path.as_uri()]
    assert found.complaints == []
    context.close()


def test_a_run_is_walked_back_and_another_way(page: Opened) -> None:
    assert page.place == "start"
    for name in ("backup initialized", "context set", "writer metadata gathered"):
        page.choose(name)
    assert page.place == "step 3 of 3"
    assert "step 3 of 3: writer metadata gathered." in page.text("#live").lower()
    assert page.texts(".lanes thead th") == ["step", "requester", "writer", "vm 1"]
    page.page.get_by_role("button", name="go to step 1, backup initialized").click()
    assert page.place == "step 1 of 3"
    assert page.text("#events .card.next .name") == "context set"
    assert len(page.texts(".lanes tr.later")) == 2
    page.choose("context set without autorecovery")
    assert page.place == "step 2 of 2"
    assert page.page.evaluate("location.hash").find("run=backup_initialized,context_set_without_autorecovery&") > 0


def test_a_card_says_what_it_changes_and_what_it_breaks(page: Opened) -> None:
    page.goes_to(SAVED_AND_LEFT)
    assert page.text("#banner").startswith("no-vm-left-saved is broken by its last step, with requester vanishes.")
    assert "2 broken here" in page.text("#lights .counts")
    page.page.get_by_role("button", name="Back", exact=True).click()
    card = page.text("#events .card.next")
    assert card.startswith("backup shutdown returned next")
    assert card.endswith("✕ breaks back-in-prior-state ✕ breaks no-vm-left-saved")
    assert "0 broken here" in page.text("#lights .counts")
    page.page.get_by_role("button", name="to the start").click()
    page.page.get_by_role("button", name="to the end").click()
    assert "Would be kept without the fault requester vanishes, whatever else happens (as recorded)." in page.texts(
        "#lights .light-kept"
    )
    assert "requester at rest since step 12 (no session); vm 1 has been saved since step 9" in page.text(
        "#lights .light-why"
    )
    page.choose("backup initialized")
    page.choose("context set")
    assert page.texts("#lights h3") == ["Broken earlier"]


def test_by_keyboard_alone(page: Opened) -> None:
    press = page.page.keyboard.press
    press("Tab")
    press("Enter")  # to what can happen now
    press("Tab")
    assert page.focused.startswith("backup initialized")
    press("ArrowDown")
    assert page.focused.startswith("restore initialized")
    press("ArrowDown")
    press("Enter")
    assert page.place == "step 1 of 1"
    press("Enter")
    assert page.place == "step 2 of 2"
    press("ArrowLeft")
    press("ArrowLeft")
    assert page.place == "start of 2"
    press("End")
    assert page.place == "step 2 of 2"
    assert "card" in page.page.evaluate("document.activeElement.className")
    page.page.locator("#why-not-box summary").focus()
    press("ArrowLeft")
    assert page.place == "step 2 of 2"


def test_a_link_opens_what_was_linked(page: Opened, started: Any, path: Path) -> None:
    page.goes_to("finding=backed-up-images-are-consistent/every fault")
    page.page.get_by_role("button", name="Back", exact=True).click()
    link = page.page.evaluate("location.hash").removeprefix("#")
    context = started.new_context()
    again = Opened(context, path, link)
    for selector in ("#run-title [data-place]", "#summary", "#events", "#story", "#lights", "#states"):
        assert again.text(selector) == page.text(selector), selector
    assert again.complaints == []
    context.close()


CANNOT_BE_FOLLOWED = (
    (
        "run=backup_initialized,unheard_of",
        "The run stops after step 1: unheard_of is no event that these VMs know.",
    ),
    ("run=backup_initialized,vm_saved@1&net=0123456789ab", "The link is of another version of the protocol"),
    ("vms=disk99adapter1", "here there are 9 at most"),
    ("vms=" + "disk1," * 40, "here there are 6 at most"),
    ("run=%E0%A4%A", "a broken escape"),
    ("start=power@1:ASLEEP&fault=x&reading=READ-1:X", "There is no fault x here"),
    ("vms=disk1adapter1&start=power@1:RUNNING,cluster@1:FAILED_OVER", "cannot start as the link says"),
    ("run=" + "x" * 100_001, "too long to be one of ours"),
    (f"run={HOSTILE}", HOSTILE),
    ("finding=never/heard", "No finding recorded here is called so."),
)
"""Links, and what is said of each."""


def test_a_link_that_cannot_be_followed_says_why(page: Opened) -> None:
    for link, said in CANNOT_BE_FOLLOWED:
        page.goes_to(link)
        assert said in page.text("#notes"), link
        assert len(page.texts("#events .card")) >= 1


def test_recorded_findings_open_and_are_broken_at_their_end(page: Opened) -> None:
    """One in some; at night all."""
    data = opened()
    findings = [(name, data["columns"][column][0]) for name, column, *_ in data["findings"]]
    assert len(findings) >= 240
    for name, column in findings if AT_NIGHT else findings[::30]:
        page.goes_to(f"finding={name}/{column}")
        assert page.text("#banner").startswith(f"{name} ")
        assert page.texts("#notes .note") == []
        broken = page.texts("#lights .light-name, #lights .light-short summary")
        endless = page.page.locator(".loop").count()
        assert endless or any(name in one for one in broken), (name, column)


def test_the_list_of_findings(page: Opened) -> None:
    page.page.get_by_role("button", name="Findings").click()
    page.page.fill("#findings-filter", "no-vm-left-saved")
    page.page.locator("#findings-body a", has_text="requester vanishes").first.click()
    page.page.locator("#banner").wait_for()  # a link within the page is followed once the click is over
    assert page.text("#banner").startswith("no-vm-left-saved is broken")
    assert not page.page.locator("#findings").is_visible()


def test_values_and_a_run_that_does_not_end(page: Opened) -> None:
    page.goes_to("finding=every-session-ends/guest_hangs")
    assert (
        "After step 8 it waits for ever: child prepares for backup of vm 1 is possible, but the fault guest hangs"
        in page.text(".loop")
    )
    page.page.get_by_role("button", name="values").click()
    assert "child vm snapshot" in page.texts(".values .bar")
    page.page.locator('.values [data-step="3"]').click()
    assert page.place == "step 3 of 8"


def test_fifty_steps_fit_a_screen_as_values(page: Opened) -> None:
    once = "backup_initialized,context_set,writer_metadata_gathered,released_unprepared,backup_shutdown_returned"
    page.goes_to(f"vms=disk1adapter1&start=power@1:RUNNING&run={','.join([once] * 10)}")
    page.page.get_by_role("button", name="values").click()
    assert page.page.locator(".values [data-step]").count() == 51
    boxes = page.page.evaluate(
        "[...document.querySelectorAll('.values *')].map(one => one.getBoundingClientRect().toJSON()).filter(one => one.width)"
    )
    story = page.page.locator("#story").bounding_box()
    assert len(boxes) > 100
    assert story["x"] <= min(one["left"] for one in boxes)
    assert max(one["right"] for one in boxes) <= story["x"] + story["width"]
    assert max(one["bottom"] for one in boxes) <= 950


def test_why_not(page: Opened) -> None:
    page.page.locator("#why-not-box summary").click()
    page.page.fill("#why-not", "vm_saved")
    assert "vm 1: It needs:" in page.text("#why-not-answer")
    assert "Now: doing nothing from the start (between events)" in page.text("#why-not-answer")
    page.page.fill("#why-not", "bak-9")
    assert "vm given back" in page.texts("#why-not-answer h3")
    page.page.fill("#why-not", "requester_vanishes")
    page.page.get_by_role("button", name="Choose it in the setup").click()
    page.page.keyboard.press("Space")
    page.page.get_by_role("button", name="Done").click()
    assert page.text("#summary") == "1 VM · fault requester vanishes"


def test_the_shortest_way_is_found_and_walked(page: Opened) -> None:
    page.page.fill("#search-what", "child snapshot of vm 1 is taken")
    page.page.get_by_role("button", name="Look").click()
    page.page.locator("#search-answer .primary").wait_for()
    assert page.text("#search-answer p").startswith("Yes, in 12 steps.")
    page.page.get_by_role("button", name="Walk there").click()
    assert page.place == "step 12 of 12"
    assert "child snapshot none → taken" in page.text("#states")


def test_what_cannot_be_reached_is_said_of_these_circumstances_only(page: Opened) -> None:
    page.page.fill("#search-what", "no-vm-left-saved is broken")
    page.page.get_by_role("button", name="Look").click()
    page.page.locator("#search-answer .no").wait_for()
    said = page.text("#search-answer")
    assert said.startswith("No. All that can follow here was visited (")
    assert said.endswith("This is said of these VMs, faults and readings only.")


MIDWAY = (
    "vms=disk1adapter1&start=power@1:PAUSED&fault=requester_vanishes,copy_fails&run=backup_initialized,context_set,"
    "writer_metadata_gathered,snapshot_set_started,vm_chosen@1,prepared_for_backup,snapshot_set_begun"
)


def test_what_leads_safely_to_rest(page: Opened) -> None:
    page.goes_to(MIDWAY)
    page.page.get_by_role("button", name="What leads safely to rest from here?").click()
    page.page.locator("#search-answer .primary").wait_for()
    assert page.text("#search-answer p").startswith("17 steps lead to rest, and break no promise.")
    page.page.get_by_role("button", name="Walk there").click()
    assert page.place == "step 24 of 24"
    assert "0 broken here" in page.text("#lights .counts")
    page.goes_to(f"{MIDWAY},requester_vanishes,vm_saved@1")
    page.page.get_by_role("button", name="What leads safely to rest from here?").click()
    page.page.locator("#search-answer .no").wait_for()
    assert page.text("#search-answer").startswith("Nothing: whatever follows here without a fault, a promise is broken")


def test_what_would_have_kept_a_promise_is_searched_for_where_it_is_not_recorded(page: Opened) -> None:
    ending = (
        "requester_vanishes,vm_saved@1,prepare_for_snapshot_succeeded,shutdown_after_vanishing,backup_shutdown_returned"
    )
    page.goes_to(f"{MIDWAY},{ending}")
    page.page.locator(".light-kept button").first.click()
    page.page.locator(".light-kept b").first.wait_for()
    told = page.text(".light-kept")
    assert told.startswith("Would be kept without the fault requester vanishes (")
    assert told.endswith("all that can happen then was visited, with these VMs.")


def test_a_run_that_goes_round_is_shown_as_a_loop(page: Opened) -> None:
    once = "backup_initialized,context_set,writer_metadata_gathered,released_unprepared,backup_shutdown_returned"
    page.goes_to(f"vms=disk1adapter1&start=power@1:RUNNING&run={once},{once}&loop=5")
    assert page.text(".loop").startswith("↻ Steps 6 to 10 repeat for ever.")
    assert page.texts(".lanes .session th") == ["session 1 of 2", "session 2 of 2"]
    assert len(page.texts(".lanes tr.round")) == 5
    page.page.get_by_role("button", name="On", exact=True).first.click()
    assert page.place == "step 6 of 10"
    page.page.get_by_role("button", name="to the end").click()
    page.page.get_by_role("button", name="Round again").click()
    assert page.place == "step 6 of 10"


def test_the_setup(page: Opened) -> None:
    page.page.get_by_role("button", name="Setup").click()
    page.page.select_option("#setup-vms", "2")
    page.page.select_option('[data-reading="READ-8"]', index=1)
    page.page.locator("summary", has_text="vm 2").click()
    page.page.locator('[data-start="power"]').nth(1).select_option("PAUSED")
    page.page.get_by_role("button", name="Done").click()
    assert page.text("#summary") == "2 VMs · no fault · READ-8 session ends"
    assert "vm 2 starts paused" in page.text("#story .starts")


def test_the_vms_of_an_inventory_with_a_hostile_name(page: Opened) -> None:
    page.page.get_by_role("button", name="Setup").click()
    assert page.texts("#setup-hosts option") == [HOSTILE, "db"]
    page.page.select_option("#setup-hosts", ["0", "1"])
    page.page.get_by_role("button", name="Walk with these").click()
    page.page.get_by_role("button", name="Done").click()
    assert f"vm 1 ({HOSTILE}) starts running" in page.text("#story .starts")
    assert "vm 2 (db) starts paused" in page.text("#story .starts")
    assert page.page.locator("img").count() == 0


def test_a_file_is_opened_and_what_is_none_is_said(page: Opened, tmp_path: Path) -> None:
    asked = ["play", "--vm", "power=PAUSED", "backup_initialized", "context_set", "--json", str(tmp_path / "run.json")]
    assert CliRunner().invoke(app, asked).exit_code == 0
    page.page.set_input_files("#open-file", tmp_path / "run.json")
    page.page.locator("text=step 2 of 2").first.wait_for()
    (tmp_path / "none.json").write_text('{"schema": "other"}', "utf-8")
    page.page.set_input_files("#open-file", tmp_path / "none.json")
    page.page.locator("#notes .note").wait_for()
    assert "none.json is no run of schema shadowproof-play/1" in page.text("#notes")
    hostile = {"schema": "shadowproof-trace/1", "vms": [{}], "complete": True}
    (tmp_path / "h.jsonl").write_text(f"{json.dumps(hostile)}\n{json.dumps({'event': HOSTILE})}\n", "utf-8")
    page.page.set_input_files("#open-file", tmp_path / "h.jsonl")
    page.page.locator("#notes .note", has_text="is no event that these VMs know").wait_for()
    assert HOSTILE in page.text("#notes")
    assert page.page.locator("img").count() == 0


def test_no_other_script_runs_and_nothing_leaves(started: Any, path: Path) -> None:
    context = started.new_context()
    found = Opened(context, path)
    found.page.evaluate("""() => {
        const script = document.createElement('script');
        try { script.textContent = 'window.injected = 1'; document.body.append(script); } catch { }
        try { document.body.innerHTML += '<img src="https://example.invalid/x">'; } catch { }
        const image = new Image();
        image.src = 'https://example.invalid/y';
        document.body.append(image);
    }""")
    found.page.wait_for_timeout(100)
    assert found.page.evaluate("window.injected") is None
    assert found.page.locator("main").count() == 1
    assert found.requests[1:] == ["https://example.invalid/y"]
    assert found.blocked == ["https://example.invalid/y: csp"]
    context.close()


def test_without_javascript_it_says_what_it_needs(started: Any, path: Path) -> None:
    context = started.new_context(java_script_enabled=False)
    found = Opened(context, path)
    assert "needs JavaScript" in found.text("noscript, noscript *")
    context.close()


@pytest.mark.parametrize(("screen", "scheme"), SHOWN)
def test_on_each_screen_light_and_dark(started: Any, path: Path, screen: str, scheme: str) -> None:
    """Nothing is wider than the screen, controls can be reached, and axe-core has nothing serious to say."""
    from axe_playwright_python.sync_playwright import Axe

    width, height = SCREENS[screen]
    context = started.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True)
    found = Opened(context, path, SAVED_AND_LEFT)
    more = {"in the middle": ".lanes [data-step='6']", "as values": "[data-view=values]", "the setup": "#open-setup"}
    looked_at = more if AT_NIGHT else {"the setup": "#open-setup"}
    for name, click in {"at the end": "", **(looked_at if screen == "wide" else {})}.items():
        if click:
            found.page.locator(click).click()
        told = Axe().run(found.page).response["violations"]
        bad = [(one["id"], one["nodes"][0]["html"]) for one in told if one["impact"] in {"serious", "critical"}]
        assert bad == [], name
    assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if screen == "phone":
        box = found.page.locator("nav.bottom").bounding_box()
        assert box["y"] + box["height"] == height
        found.page.locator("nav.bottom button").first.click()
        assert found.place == "step 11 of 12"
    context.close()
