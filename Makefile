# make run · make test: each does its own set-up on a fresh Debian-like machine.
PYTHON ?=
DEMO ?= demo
BENCHMARK ?=
PYTEST_ARGS ?=
PY = .venv/bin/python
READY = .venv/ready
SCREEN = $(DISPLAY)$(WAYLAND_DISPLAY)

.PHONY: setup run test lint bench clean

setup: $(READY)
	@:

$(READY): pyproject.toml constraints.txt packaging/set_up.sh packaging/system_packages.sh
	@PYTHON='$(PYTHON)' sh packaging/set_up.sh
	@touch $@

# A demo township (server, a cadre's laptop, the clerk's laptop), then the desktop; without a screen, the tour.
run: setup
	@test -e '$(DEMO)/demo.json' || $(PY) -m cli demo '$(DEMO)' --years 1
ifneq ($(strip $(SCREEN)),)
	@sh packaging/system_packages.sh
	@$(PY) -m cli play '$(DEMO)'
else
	@echo '没有图形界面，改为演示巡览 / no display: running the tour instead'
	@$(PY) -m cli tour '$(DEMO)'
	@echo '演示结果在 / look in: $(abspath $(DEMO))/out'
endif

test: setup
	@QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n auto --dist loadfile $(PYTEST_ARGS)

lint: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports

bench: setup
	@$(PY) -m benchmarks $(BENCHMARK)

# The demo stays: its folder may hold what somebody typed while trying the program.
clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
