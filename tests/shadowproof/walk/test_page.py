"""The page as a file: small, whole, allowed to do nothing but run its own script; and the command that writes it."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs.answers import runs
from proofs.answers.column_cache import protocol_content
from proofs.verdicts.combined.kept_cuts import load as load_cuts
from shadowproof.cli import app
from shadowproof.walk import assemble
from shadowproof.walk.assemble import PageError, joined
from shadowproof.walk.files import TAKES

MOST_BYTES, MOST_PACKED = 450_000, 90_000


def walked(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["walk", *arguments])
    return done.exit_code, done.output if done.exit_code == 0 else str(done.exception)


@pytest.fixture(scope="module")
def page() -> str:
    status, text = walked("-o", "-")
    assert status == 0, text
    return text


class Parts(HTMLParser):
    """What a page is made of: tags with their attributes, and what stands in scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag in {"script", "style"}
        if self.inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[-1] += data


def test_it_is_small(page: str) -> None:
    assert 200_000 < len(page.encode()) <= MOST_BYTES
    assert len(gzip.compress(page.encode(), 9)) <= MOST_PACKED


def test_only_its_own_script_and_style_are_allowed(page: str) -> None:
    parts = Parts(page)
    (policy,) = (tag["content"] for name, tag in parts.tags if name == "meta" and "http-equiv" in tag)
    style, script = parts.texts[0], parts.texts[-1]
    hashes = [f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}" for text in (script, style)]
    assert policy == (
        f"default-src 'none'; script-src '{hashes[0]}'; style-src '{hashes[1]}'; require-trusted-types-for 'script'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_it_names_nothing_to_be_fetched_and_takes_no_text_for_markup(page: str) -> None:
    for name, tag in Parts(page).tags:
        assert not {key for key in tag if key in {"src", "style"} or key.startswith("on")}, (name, tag)
        assert name not in {"img", "link", "iframe", "object"}
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttp",
        "import(",
    ):
        assert word not in joined(), word


def test_no_tables_of_languages_are_loaded_to_write_a_number() -> None:
    assert "counted(" in joined()
    assert [word for word in ("toLocale", "Intl.") if word in joined()] == []


def test_every_recorded_finding_is_in_it(page: str) -> None:
    opened = json.loads(Parts(page).texts[2])
    cuts = {(name, cut.column.name) for name, one in load_cuts(protocol_content()).items() for cut in one.sets}
    kept = [*runs.load().kept, *(cuts - runs.load().kept.keys())]
    assert len(opened["findings"]) == len(kept) >= 240
    assert cuts
    for (name, column), (found, at, run, _) in zip(kept, opened["findings"], strict=True):
        _, faults, readings = opened["columns"][at]
        parts = sorted([*(f"{one}={state}" for one, state in readings.items()), *faults])
        assert (found, parts) == (name, sorted(column.split(" + ")) if column != "no fault" else [])
        assert "run=" in opened["runs"][run]


def test_data_cannot_end_their_script() -> None:
    text = assemble.page({"says": "</script><script>alert(1)</script>"}, {"start": "<!--"})
    assert "</script><script>alert" not in text
    assert json.loads(Parts(text).texts[1])["says"].startswith("</script>")


def test_modules_are_put_together_in_order_without_ring_or_double_name(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "a.js": 'import { b } from "./deep/b.js";\n/** Said. */\nexport const a = b;\n',
        "deep/b.js": 'import { c } from "../c.js";\nexport function b() {}\n',
        "c.js": "export const c = 1;\n",
        "ring.js": 'import { other } from "./other.js";\n',
        "other.js": 'import { ring } from "./ring.js";\n',
        "twice.js": 'import { c } from "./c.js";\nconst c = 2;\n',
    }
    monkeypatch.setattr(assemble, "_text", texts.__getitem__)
    assert joined("a.js").split("\n") == ["", "const c = 1;", "function b() {}", "const a = b;", ""]
    with pytest.raises(PageError, match=r"ring\.js imports other\.js imports ring\.js"):
        joined("ring.js")
    with pytest.raises(PageError, match=r"c\.js and twice\.js both have a c"):
        joined("twice.js")


def test_it_opens_where_it_is_asked_to(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    status, said = walked("--finding", "no-vm-left-saved", "--fault", "requester_vanishes", "-o", str(target))
    assert status == 0, said
    assert "page.html#finding=no-vm-left-saved/requester_vanishes" in said
    start = json.loads(Parts(target.read_text("utf-8")).texts[2])["start"]
    assert start == "finding=no-vm-left-saved/requester_vanishes"


def test_a_files_run_opens(tmp_path: Path) -> None:
    played, target = tmp_path / "run.json", tmp_path / "page.html"
    asked = ["play", "--vm", "power=PAUSED", "--fault", "requester_vanishes", "backup_initialized", "context_set"]
    assert CliRunner().invoke(app, [*asked, "--json", str(played)]).exit_code == 0
    status, said = walked("--run", str(played), "-o", str(target))
    assert status == 0, said
    start = json.loads(Parts(target.read_text("utf-8")).texts[2])["start"]
    assert re.search(r"start=power@1:PAUSED", start)
    assert start.endswith("fault=requester_vanishes&run=backup_initialized,context_set")


SAVED = "tests/conformance/traces/valid/BAK-9.jsonl"


def test_a_trace_opens_whole_or_filled_in(tmp_path: Path) -> None:
    whole = tmp_path / "run.itf.json"
    assert CliRunner().invoke(app, ["replay", SAVED, "--save", str(whole)]).exit_code == 0
    lines = Path(SAVED).read_text("utf-8").splitlines()
    part = tmp_path / "part.jsonl"
    part.write_text("\n".join([json.dumps(json.loads(lines[0]) | {"complete": False}), *lines[2::2]]), "utf-8")
    links = set()
    for path in (Path(SAVED), whole, part):
        status, said = walked("--run", str(path), "-o", str(tmp_path / "page.html"))
        assert status == 0, said
        links.add(said.partition("page.html#")[2].strip())
    (link,) = links
    assert link.count("@1") >= 2
    assert link.partition("run=")[2].startswith("backup_initialized,context_set,")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"schema": "shadowproof-trace/1", "complete": true}\n{"event": "vm_saved"}',
            "is no run of the model: nothing explains line 2",
        ),
        ('{"vars": ["x"], "states": [{"x": 1}]}', "has no variable that is a machine of the model"),
        ('{"vars": ["x"]}', "is no trace in ITF: it has no states"),
        ('{"schema": "shadowproof-verify/1"}', "has schema 'shadowproof-verify/1', which is no run"),
        ('{"schema"', "has not the shape of a run"),
        ("vm_svaed", "There is no event 'vm_svaed'"),
        ("", "holds no event"),
        ("[1,2]", "is no run: what it begins with is no event, and no object of JSON"),
        ('"text"', "is no run: what it begins with"),
        ("caf\udce9", "is not UTF-8 text"),
    ],
)
def test_a_file_that_holds_no_run_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path, target = tmp_path / "x", tmp_path / "page.html"
    path.write_text(text, "utf-8", errors="surrogateescape")
    status, told = walked("--run", str(path), "-o", str(target))
    assert status != 0
    assert said in told
    of_no_format = ("shape", "holds no event", "which is no run", "is no run: what", "UTF-8")
    assert (TAKES in told) == any(one in said for one in of_no_format)
    assert not target.exists()


def test_of_a_file_that_is_not_there_it_is_said_what_it_takes(tmp_path: Path) -> None:
    status, said = walked("--run", str(tmp_path / "x"), "-o", str(tmp_path / "page.html"))
    assert status != 0
    assert f"x cannot be read (No such file or directory). {TAKES}" in said


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (
            ("--finding", "frozen-only-in-a-child-backup"),
            "No run is recorded that breaks frozen-only-in-a-child-backup",
        ),
        (("--finding", "no-vm-left-saved", "--fault", "copy_fails"), "There is one with: "),
        (("--finding", "no-vm-left-savde"), "Did you mean no-vm-left-saved"),
        (("--fault", "copy_fails"), "Name one: --finding PROPERTY"),
        (("--finding", "no-vm-left-saved", "--run", "x.json"), "Leave one of them out"),
    ],
)
def test_what_cannot_be_opened_is_refused(tmp_path: Path, arguments: tuple[str, ...], remedy: str) -> None:
    target = tmp_path / "page.html"
    status, said = walked(*arguments, "-o", str(target))
    assert status != 0
    assert remedy in said
    assert not target.exists()
