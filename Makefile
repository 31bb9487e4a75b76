# The front door. Everything is built in build/; CMakePresets.json has the builds.
#
#   make demo [INPUT=file.json] [DEMO_SECONDS=10]     make test     make help
.DEFAULT_GOAL := help
.PHONY: demo test bench bench_parts fuzz lint format symbols abi install clean help gallery corpus

BUILD  ?= build
PREFIX ?= /usr/local

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## one recursive job over real data in several ways, its memory drawn (INPUT=file.json, DEMO_SECONDS=10)
	@tools/setup demo
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target demo holdfast_command holdfast_recorder -- --quiet
	@$(BUILD)/release/bin/demo $(if $(INPUT),--input '$(INPUT)') $(if $(DEMO_SECONDS),--seconds '$(DEMO_SECONDS)')
	@examples/demo/verdict.sh $(BUILD)/release/bin/holdfast $(BUILD)/release/bin/demo $(or $(DEMO_SECONDS),10) $(INPUT)

test: ## plain and sanitizer builds, every test; last line: N passed, N failed
	@tools/setup demo test
	@tests/run

bench: ## times beside other libraries (YYJSON_DIR=, SIMDJSON_DIR=, BENCH_FILES=folder, BENCH_SECONDS=300)
	@tools/setup demo bench
	@cmake --preset release -DYYJSON_DIR='$(YYJSON_DIR)' -DSIMDJSON_DIR='$(SIMDJSON_DIR)' -DBENCH_FILES='$(BENCH_FILES)' | grep 'left out' || true
	@cmake --build --preset release --target bench

# Some of that table, in a short run; docs/performance.md says how.
bench_parts:
	@tools/setup demo bench
	@cmake --preset release $(if $(YYJSON_DIR),-DYYJSON_DIR='$(YYJSON_DIR)') $(if $(SIMDJSON_DIR),-DSIMDJSON_DIR='$(SIMDJSON_DIR)') --log-level=WARNING >/dev/null
	@cmake --build --preset release --target bench_values bench_growth bench_corpora -- --quiet
	@bench/values/bench_report.py $(BUILD)/release/bench/values/bench_values $(BENCH_PARTS) \
	    --corpora $(or $(BENCH_FILES),$(BUILD)/release/corpora) --parts $(BUILD)/release/bench_values_parts \
	    --out $(BUILD)/release/bench_values.md \
	    $(if $(BENCH_INTO),--into '$(BENCH_INTO)' --svg '$(dir $(BENCH_INTO))growth.svg')

fuzz: ## each fuzzer for FUZZ_SECONDS=60, or one with FUZZ=name (FUZZ_ENGINE=afl)
	@tools/setup demo fuzz
	@tools/fuzz $(FUZZ)

lint: ## clang-tidy and cppcheck
	@tools/setup demo test lint
	@tools/lint

format: ## clang-format over the tree
	@tools/setup lint
	@git ls-files -- '*.c' '*.h' | xargs clang-format -i

symbols: ## renews the list of exported symbols
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target holdfast_shared
	@tests/checks/exported_symbols.py --renew $(BUILD)/release/libholdfast.so.0

abi: ## renews the description of the binary interface
	@tools/setup test
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target holdfast_shared
	@tests/abi/abi.py --renew $(BUILD)/release/libholdfast.so.0

install: ## builds and installs to PREFIX=/usr/local (DESTDIR is honoured)
	@tools/setup demo install
	@cmake --preset release -DCMAKE_INSTALL_PREFIX='$(PREFIX)' >/dev/null
	@cmake --build --preset release --target holdfast_installed
	@cmake --install $(BUILD)/release

clean: ## removes build/
	@rm -rf $(BUILD)

gallery: ## known leaks as services have them, by discipline, and with Holdfast, side by side
	@tools/setup demo test
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build --preset release --target gallery_programs
	@examples/leaks/run.py --build $(BUILD)/release/examples/leaks

ifneq ($(wildcard corpus/run),)
corpus: ## programs with known leaks, judged
	@tools/setup demo corpus
	@corpus/run
endif
