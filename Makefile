# Everything starts from python3, make and a package index; .venv is made here and nothing is written elsewhere.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: venv demo test lint format readme screenshots bench bench-peers lock vendor clean
venv: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit(1)" || { echo \
		"jobcast needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" || { echo \
		"this Python can't make a virtual environment; as root: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		-r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Everything that jobcast does, on a made-up cluster; writes into demo/ only.
demo: venv
	@$(BIN)/jobcast demo

# Lint, then all tests; the last line counts them.
test: lint
	$(BIN)/python -m pytest -p tests.tally --durations=10

lint: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: venv
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes into the READMEs and pages what the program prints.
readme: venv
	$(BIN)/python -m tests.readme
	$(BIN)/python docs/make_commands.py
	$(BIN)/python docs/make_dialects.py

# Takes the pictures of the documentation, with Chromium.
screenshots: venv
	$(BIN)/python docs/make_screenshots.py

# Some ten minutes on two idle cores; make bench BENCH='--quick sacct' measures less.
bench: venv
	$(BIN)/python bench/run.py $(BENCH)

# Beside AccaSim, on a log of the Parallel Workloads Archive: make bench-peers LOG=KTH-SP2.swf.gz
LOG ?= ../shared/data/swf/KTH-SP2-filtered.swf.gz
bench-peers: venv
	$(BIN)/python bench/peers.py $(LOG)

lock: venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --no-emit-index-url \
		--all-extras --output-file requirements.lock pyproject.toml build.in

# Fetches what is shipped in pages but made elsewhere; the checksums in vendored.toml must then be changed by hand.
define fetch
rm -rf build/vendor && mkdir -p build/vendor
cd build/vendor && npm pack --silent $(1)@$$(sed -n 's/^version = "\(.*\)"/\1/p' $(CURDIR)/$(2)/../vendored.toml) && tar xzf *.tgz
cd build/vendor/package && cp LICENSE NOTICE $(3) $(CURDIR)/$(2)/
rm -rf build/vendor
cd $(2) && sha256sum $(notdir $(3))
endef

vendor:
	$(call fetch,echarts,src/jobcast/report/formats/page/echarts,dist/echarts.min.js)
	$(call fetch,swagger-ui-dist,src/jobcast/serve/page/swagger-ui,swagger-ui.css swagger-ui-bundle.js \
		swagger-ui-bundle.js.LICENSE.txt)

clean:
	rm -rf .venv build dist demo
