# Every command of the project. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Some machines tell Python to keep no compiled files. A test run starts hundreds of processes, each
# of which would compile the whole product anew.
unexport PYTHONDONTWRITEBYTECODE

# Test processes. On two processors a third one works while others wait for browsers and servers; each
# costs seven seconds of processor time before its first test.
WORKERS ?= 3

.PHONY: setup demo run test check types lint shape bench format lock migration messages clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml tools/setup.sh
	@PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)
	@touch $(STAMP)

demo: setup
	@$(BIN)/jieli demo $(if $(ONCE),--once)

run: setup
	@$(BIN)/jieli run

# Types are checked beside the rest: mypy takes 20 seconds of one processor, and so does the lint.
test: setup
	@said=$$(mktemp); $(BIN)/mypy >$$said 2>&1 & types=$$!; \
	$(MAKE) --no-print-directory lint || { kill $$types; rm $$said; exit 1; }; \
	$(BIN)/pytest -q -rs -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS); tests=$$?; \
	wait $$types || tests=1; cat $$said; rm $$said; exit $$tests

check: lint types

types: setup
	@$(BIN)/mypy

lint: setup
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/oxfmt --check 'web/static/**/*.js' >/dev/null || { echo "Scripts are not formatted. Run: make format"; exit 1; }
	@$(BIN)/oxlint --quiet --format=unix web/static
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.check_rooms
	@$(BIN)/python -m tools.check_documents
	@$(BIN)/python -m tools.check_claims
	@$(BIN)/python -m tools.check_words
	@$(BIN)/python -m tools.check_unused
	@$(BIN)/python -m tools.check_scripts
	@$(BIN)/python -m tools.generate --check
	@$(BIN)/python -m tools.check_migrations
	@$(BIN)/python -m tools.check_messages

# The figures of the code: sizes, rooms and the arrows between them, tests and assertions, scripts.
shape: setup
	@$(BIN)/python -m tools.shape

bench: setup
	@$(BIN)/python -m bench

format: setup
	@$(BIN)/ruff check -q --fix . || true
	@$(BIN)/ruff format -q .
	@$(BIN)/oxfmt 'web/static/**/*.js' >/dev/null
	@$(BIN)/python -m tools.generate

# After a change of pyproject.toml: pins versions and hashes, and names no package registry.
lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --no-emit-index-url -q -o requirements.lock

# After a change of models/: make migration NAME=what_changed
migration: setup
	@$(BIN)/python -m tools.check_migrations --write "$(NAME)"

# After a change of texts: collects them into the English catalogue, to be translated there.
messages: setup
	@$(BIN)/python -m tools.check_messages --write

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache *.egg-info
