"""The command. `cli.py` starts it, `commands/` has the signatures; a wing for each thing that is asked: `verify/` (what the verdicts are,
and whether they are as recorded), `tell/` (a run as a story, why something holds, what a run of one's own does), `host/` (the VMs of a
real host), `duties/` (what a requester must do), `diff/` (what a change does), `new/` (how one begins), `formats/` (what CI systems
read), `pages/` (the derived documents), `walk/` (the page in which one walks the protocol in a browser). Beside them a file for each
command that needs no more; at the bottom what all of them need: `ask`, `cache_folder`, `files`, `spelling`, `stopping`.
"""
