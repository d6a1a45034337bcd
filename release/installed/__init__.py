"""What `import shadowproof` meets where a wheel is installed: the house, as it is in a checkout, stands in one folder beside this file.

Its rooms are called `model`, `properties`, `proofs`, `conformance` and `examples`, as others call theirs too; as packages of their own
in an environment they would overwrite those, or be overwritten. So the wheel has one package, whose name is its own, and the house in
it. That folder comes first on the path, and the house's own `shadowproof` takes this module's place, which Python allows a module that
is being imported. Whoever has imported another `model` before cannot have this one in the same process, and is told so.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

HOUSE = Path(__file__).with_name("house")
ROOMS = ("model", "properties", "proofs", "conformance", "examples")

_taken = next((name for name in ROOMS if name in sys.modules), None)
if _taken is not None:
    raise ImportError(
        f"shadowproof has a package {_taken!r} of its own, and {getattr(sys.modules[_taken], '__file__', 'another')} is imported as "
        "that already. Run shadowproof in a process of its own: python -m shadowproof"
    )
sys.path.insert(0, str(HOUSE))
_spec = spec_from_file_location(__name__, HOUSE / "shadowproof" / "__init__.py")
if _spec is None or _spec.loader is None:
    raise ImportError(f"{HOUSE} is not there. Install shadowproof again.")
_module = module_from_spec(_spec)
sys.modules[__name__] = _module
_spec.loader.exec_module(_module)
