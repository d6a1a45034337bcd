"""What a text is that is no JSON: what consoles, other formats and other tools write, each with its way out."""

import re
from collections.abc import Callable

from .node import InventoryError
from .others import COLLECT

AS_JSON = "ConvertTo-Json -Depth 4 | Set-Content -Encoding utf8"
WRITE_IT = f"write it with collect-inventory.ps1 (shadowproof collector prints it), or with: {COLLECT}"
_LOOKED_AT = 4000  # characters at the start of the text

_TABLE_RULE = re.compile(r"^[ \t]*-{2,}(?:[ \t]+-{2,})*[ \t]*\r?$", re.MULTILINE)
_LIST_LINE = re.compile(r"\A\s*[A-Za-z]\w*[ \t]+: ")
_PROMPT = re.compile(r"^(?:\[[^\]\n]{1,80}\]: )?PS [^\n>]{0,260}> ?|^\*{10,}[ \t]*\r?$", re.MULTILINE)
_JSON_LINE = re.compile(r"^[ \t]*(?:\[[ \t]*(?:[{\]]|\r?$)|\{)", re.MULTILINE)
_CSV = re.compile(r'\A"?[\w{#. ]{1,60}"?(?:([,;\t])"?[^"\n,;\t]{0,80}"?)(?:\1"?[^"\n,;\t]{0,80}"?)*\r?$', re.MULTILINE)
_YAML = re.compile(r"\A(?:---[ \t]*\r?$|- \w[\w ]*:|\w+:[ \t]*\r?$)", re.MULTILINE)


def _starts(*starts: str) -> Callable[[str], bool]:
    return lambda text: text.casefold().startswith(tuple(start.casefold() for start in starts))


_TEXTS: tuple[tuple[Callable[[str], bool], str, str], ...] = (
    (_starts("<<<"), "the output of a monitoring agent (Checkmk)", WRITE_IT),
    (_starts("<!doctype html", "<html"), "a web page", WRITE_IT),
    (
        _starts("<", "#< CLIXML"),
        "XML, such as Export-Clixml writes",
        f"convert it with: Import-Clixml FILE | {AS_JSON} NEWFILE",
    ),
    (
        lambda text: text.startswith("#TYPE") and "virtualmachinemanager" in text.casefold(),
        "CSV of Virtual Machine Manager (SCVMM), as Export-Csv writes it",
        f"on the Hyper-V host itself, {WRITE_IT}",
    ),
    (_starts("#TYPE"), "CSV, such as Export-Csv writes", WRITE_IT),
    (
        lambda text: _PROMPT.match(text) is not None and _JSON_LINE.search(text) is not None,
        "a transcript of a console, with its prompt",
        f"keep no more than the JSON in it, or {WRITE_IT}",
    ),
    (lambda text: _TABLE_RULE.search(text) is not None, "a table as PowerShell prints it", WRITE_IT),
    (lambda text: _LIST_LINE.match(text) is not None, "a list as PowerShell prints it (Format-List)", WRITE_IT),
    (lambda text: _PROMPT.match(text) is not None, "a transcript of a console, with its prompt", WRITE_IT),
    (lambda text: _YAML.match(text) is not None, "YAML", WRITE_IT),
    (lambda text: _CSV.match(text) is not None, "CSV, such as Export-Csv writes", WRITE_IT),
)


def refuse_other_texts(text: str, file: str) -> None:
    """Raise InventoryError for a text that is known for something else than JSON."""
    start = text[:_LOOKED_AT].lstrip("\ufeff \t\r\n")
    if start[:1] in '[{"' and not (start.startswith('"') and _CSV.match(start)) and not _PROMPT.match(start):
        return
    for is_it, what, remedy in _TEXTS:
        if is_it(start):
            raise InventoryError(f"{file}: line 1 begins {what}, not JSON; {remedy}")
