"""How does somebody's program run so that each of its calls is answered here, and none by the real machine?

Takes a program; gives its calls one by one (`calls`), each waiting until it is answered, and how the program ended. What it may do by
itself is a list (`program`: the filter that the kernel holds it to); `launcher` is the small process that starts it, without privileges.

Safe because of four things, each of which is enough: a call that freezes or thaws is answered here, or not at all, and never goes on to
the kernel; on any descriptor that was not handed out for it, it kills the program, which is tried in a throw-away process before each
start; the program has no privileges; no descriptor that is handed out is one of a folder. If this process is killed, the kernel refuses
whatever the program asks. A program that starts another, or a thread, believes that it has, and there is none. Works on x86-64 Linux
only, and where a sandbox allows filters.

Held by `tests/conformance/agents/cage/test_cage.py`.
"""
