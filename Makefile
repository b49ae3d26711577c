# Everything starts from python3, make and a package index; .venv is made here and nothing is written elsewhere.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: venv demo test lint format bench lock clean
venv: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: venv
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Some five minutes on two idle cores; make bench BENCH='--quick sacct' measures less.
bench: venv
	$(BIN)/python bench/run.py $(BENCH)

lock: venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-emit-index-url \
		--all-extras --extra dev --output-file requirements.lock pyproject.toml build.in

clean:
	rm -rf .venv build dist demo
