# make run · make test: each does its own set-up on a fresh Debian-like machine.
PYTHON ?=
BENCHMARK ?=
PYTEST_ARGS ?=
PY = .venv/bin/python
READY = .venv/ready

.PHONY: setup run test lint bench clean

setup: $(READY)
	@:

$(READY): pyproject.toml constraints.txt packaging/set_up.sh packaging/system_packages.sh
	@PYTHON='$(PYTHON)' sh packaging/set_up.sh
	@touch $@

# Until the demo township is built, running means: is this machine ready, and what is there to try?
run: setup
	@$(PY) -m cli doctor
	@$(PY) -m cli --help

test: setup
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

lint: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

bench: setup
	@$(PY) -m benchmarks $(BENCHMARK)

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
