# All that is needed is Python 3.11 or later with venv. Another interpreter: make setup PYTHON=python3.12
PYTHON  ?= python3
WORKERS ?= 2
FUZZ_SECONDS ?= 60

BIN   := .venv/bin
READY := .venv/.ready

# What Python compiles is kept: hundreds of processes are started from here, and each would else compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup verify test mutants sample nightly fuzz check prove-all bench docs clean

setup: $(READY)

# The pins are all that is needed (pip check says so): nobody need look further, and pip does not know `hypothesis[cli]` for pinned.
# Nor are they compiled: of 6,000 files few are ever imported, and Python compiles those when they are.
$(READY): requirements/dev.txt requirements/setup.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "setup: '$(PYTHON)' is not Python 3.11 or later; name another with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "setup: '$(PYTHON)' cannot make environments; install its venv (Debian: python3-venv) or name another with PYTHON=..." >&2; exit 1; }
	@echo "setup: making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv
	@echo "setup: installing the pinned packages of requirements/dev.txt"
	@requirements/install --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip check --disable-pip-version-check >/dev/null
	@echo "setup: installing shadowproof from this checkout"
	@requirements/install --no-deps --no-build-isolation --editable .
	@touch $@

verify: setup
	@$(BIN)/shadowproof verify --exact

test: setup
	@$(BIN)/pytest -q -n $(WORKERS)

# Random runs as a pull request is judged by, with how often each event and each move fired.
sample: setup
	@HYPOTHESIS_PROFILE=pr SAMPLE_REPORT=1 $(BIN)/pytest -q tests/sampled

# All that takes longer: other and longer random runs each night, every wrong protocol set upon and asked of SPIN and the solvers.
nightly: setup
	@HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -q -n $(WORKERS)

# Every mutant judged anew and kept. For the rules that changed since a revision only: shadowproof mutate --since REV --record
mutants: setup
	@$(BIN)/shadowproof mutate --record --matrix

# HypoFuzz on the same runs, for FUZZ_SECONDS: status 0 if it finds nothing in that time. FUZZ_SECONDS=0: until it is stopped.
fuzz: setup
	@$(BIN)/python -m tests.sampled.fuzz $(FUZZ_SECONDS)

prove-all: setup
	@$(BIN)/shadowproof prove --all

bench: setup
	@$(BIN)/python -m bench

# Types are checked by a process a core, which a busy machine may not start within the three seconds that they are given: so by one, where
# that fails. What is wrong is then said twice.
check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy || $(BIN)/mypy --num-workers 0
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .

# The pages in docs/ first, then the site of all of them.
docs: setup
	@$(BIN)/shadowproof docs
	@$(BIN)/shadowproof docs --site build/site

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .shadowproof-cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
