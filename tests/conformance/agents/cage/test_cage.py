"""The cage: its filter holds, whatever cannot be run is refused in a sentence, and at its end nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.agents import calls
from conformance.agents.cage import program
from conformance.agents.cage.cage import Asked, Cage, CageError, Ended, Hangs, Unsafe
from conformance.agents.cage.calls import Caged
from conformance.agents.calls import Answer, Over
from conformance.agents.hv_vss.pair import Pair
from conformance.agents.lockstep import Disagreement, Disturbance
from tests.conformance.agents.product import children, needs_a_cage


@pytest.fixture(autouse=True)
def cage_there() -> None:
    needs_a_cage()


def started(cage: Cage) -> Asked | Ended:
    cage.start()
    return cage.next()


def refuse_everything(agent: Caged) -> None:
    for _ in range(50):
        agent.next()
        agent.answer(Answer(2))


def pair_with(agent: Caged) -> Pair:
    pair = Pair(agent, (0,))
    pair.happens(Disturbance("agent_starts"))
    return pair


def test_the_filter_is_tried_before_anything_runs() -> None:
    with Cage(["/bin/true"]) as cage:
        cage.check()
        cage.start()
        while isinstance(asked := cage.next(), Asked):
            cage.answer(asked, -2)
        assert asked == Ended(0)


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param((program.KILL, program.ALLOW), id="does not kill"),
        pytest.param((program.KILL, 0x00050000 | 38), id="only refuses"),
        pytest.param((program.NOTIFY, program.ALLOW), id="does not ask"),
    ],
)
def test_a_filter_that_does_not_hold_is_a_failure(planted: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """What would go on to the kernel in this test is on no descriptor, or on none that is open."""
    returns, (found, instead) = program._returns, planted
    monkeypatch.setattr(program, "_returns", lambda action: returns(instead if action == found else action))
    with Cage(["/bin/true"]) as cage, pytest.raises(Unsafe, match="Nothing was run"):
        cage.start()


def test_what_the_program_asks_is_answered_here() -> None:
    with Cage(["/bin/cat", "/etc/hostname"]) as cage:
        cage.start()
        paths = []
        while isinstance(asked := cage.next(), Asked):
            if asked.call == program.OPENAT:
                paths.append(cage.text(asked.arguments[1]))
            cage.answer(asked, -2)
        assert "/etc/hostname" in paths
        assert asked == Ended(1)
        assert cage.next() == Ended(1)


@pytest.mark.parametrize("number", [4242, 0], ids=["started", "cannot be started"])
def test_a_program_that_it_starts_is_never_there(number: int) -> None:
    """Forking is answered with a number; never with nought, which would tell a program that it is the one that was started."""
    asked = []
    with Caged(["/bin/sh", "-c", "(exit 0)"]) as agent:
        agent.start()
        while not isinstance(call := agent.next(), Over) and call.what != calls.REAP:
            asked.append(call.what)
            agent.answer(Answer(value=number) if call.what == calls.SPAWN else Answer(2))
            assert children(agent.cage.pid) == set()
        assert calls.SPAWN in asked
        assert call.status > 0 if isinstance(call, Over) else number > 0


def test_a_library_that_the_system_lacks_is_taken_from_beside_the_program(tmp_path: Path) -> None:
    (tmp_path / "libnothing.so.1").write_bytes(b"a library")
    with Cage(["/bin/true"], libraries=str(tmp_path)) as cage, Cage(["/bin/true"]) as other:
        with os.fdopen(cage._opened("/lib/x86_64-linux-gnu/libnothing.so.1"), "rb") as file:
            assert file.read() == b"a library"
        with pytest.raises(FileNotFoundError):
            other._opened("/lib/x86_64-linux-gnu/libnothing.so.1")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not there"),
        (b"no program\n", "no program of this system"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xb7\x00\x01" + bytes(43), "no program of this system"),
        (b"#!/nothing/there\n", "is not there"),
    ],
    ids=["nothing there", "a text", "of another architecture", "a script without its interpreter"],
)
def test_what_cannot_be_started_is_refused_in_a_sentence(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "agent"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o755)
    with Cage([str(path)]) as cage, pytest.raises(CageError, match=said):
        started(cage)


@pytest.mark.parametrize(
    "arguments", [["/bin/sleep", "1000"], ["/bin/sh", "-c", "while :; do :; done"]], ids=["sleeps", "turns"]
)
def test_a_program_that_hangs_is_given_up(arguments: list[str]) -> None:
    with Caged(arguments, patience=0.2) as agent:
        agent.start()
        with pytest.raises(Hangs):
            refuse_everything(agent)


def test_a_program_that_floods_is_given_up() -> None:
    with (
        Caged(["/bin/sh", "-c", "while :; do test -e /nothing; done"]) as agent,
        pytest.raises(Disagreement, match="come to rest"),
    ):
        pair_with(agent).go()


def test_a_program_that_asks_for_ever_for_what_no_guest_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say, whether something has come on what is not the channel."""
    with Caged(["/bin/true"]) as agent:
        refused: list[int] = []
        monkeypatch.setattr(agent.cage, "next", lambda: Asked(1, program.POLL, (0, 0, 0, 0, 0, 0)))
        monkeypatch.setattr(agent.cage, "answer", lambda asked, value: refused.append(value))
        with pytest.raises(CageError, match="10,000 calls that no guest answers"):
            agent.next()
        assert len(refused) == 10_000


def test_a_program_that_is_no_agent_ends_and_opens_no_device() -> None:
    with Caged(["/bin/true"]) as agent:
        pair = pair_with(agent)
        pair.go()
        assert [name for name, _ in pair.machines.acts] == ["agent_starts", "agent_exits"]


def test_nothing_is_left_running() -> None:
    before = children(os.getpid())
    files = len(list(Path("/proc/self/fd").iterdir()))
    with Caged(["/bin/sleep", "1000"], patience=0.2) as agent:
        agent.start()
        assert children(os.getpid()) > before
    assert children(os.getpid()) == before
    assert len(list(Path("/proc/self/fd").iterdir())) == files


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_is_left_running_when_whoever_runs_it_ends(how: int) -> None:
    """It says the numbers of its launcher and of the program, and is ended; both are gone when their pipe is closed."""
    code = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may have had it ignored\n"
        "from conformance.agents.cage.cage import Cage\n"
        "with Cage(['/bin/sleep', '1000']) as cage:\n"
        "    cage.start()\n"
        "    print(cage._launcher.pid, cage.pid, flush=True)\n"
        "    while True:\n"
        "        cage.answer(cage.next(), -2)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as runs:
        assert runs.stdout is not None
        numbers = [int(one) for one in runs.stdout.readline().split()]
        gone = [os.pidfd_open(number) for number in numbers]
        runs.send_signal(how)
        for one in gone:
            _wait_for(one)
            os.close(one)
    assert len(numbers) == 2
    assert runs.returncode == -how, "it ended by itself, and was not ended"


def _wait_for(process: int) -> None:
    """Until a process has ended; pytest's own bound stops it where it does not."""
    import select

    poll = select.poll()
    poll.register(process, select.POLLIN)
    assert poll.poll()
