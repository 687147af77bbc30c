# A fresh machine needs Python 3.11, pip, venv and make. Everything lands in .venv; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
FUZZ_SECONDS ?= 600
HOMEWORKS := losses_and_backprop two_layer_network examples/one_hidden_layer

.PHONY: demo test coverage check lint bench fuzz clean
.DELETE_ON_ERROR:

demo: .venv/installed ## grade the sample class, print where the class pages lie
	@for homework in $(HOMEWORKS); do \
	    $(BIN)/grader grade rubrics/$$homework.yaml submissions/$${homework##*/} --out report/$${homework##*/} || exit 1; \
	done

test: .venv/installed-test ## run the tests
	@$(BIN)/python -m pytest -n 2

coverage: .venv/installed-test ## the same, and which lines and branches they took
	@$(BIN)/python -m pytest -n 2 --cov

check: lint test ## everything a change must pass

lint: .venv/installed-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-bench ## measure what the documents promise
	@$(BIN)/python -m benchmarks

fuzz: .venv/installed-fuzz ## fuzz the reader for FUZZ_SECONDS; fails if fuzz/found holds what breaks a promise
	@mkdir -p fuzz/corpus fuzz/found
	@$(BIN)/python fuzz/fuzz_reader.py --keep=fuzz/found fuzz/corpus fuzz/seeds -dict=fuzz/tokens.dict \
	    -max_len=10000 -rss_limit_mb=1000 -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=fuzz/found/
	@! ls fuzz/found | grep .

clean:
	rm -rf .venv report build dist *.egg-info .coverage

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/installed-%: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[test,$*]'
	@touch $@ .venv/installed
