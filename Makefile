# The front door. Everything is built in build/; CMakePresets.json has the builds.
#
#   make test     make help
.DEFAULT_GOAL := help
.PHONY: test bench symbols install clean help gallery corpus

BUILD  ?= build
PREFIX ?= /usr/local

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

test: ## plain and sanitizer builds, every test; last line: N passed, N failed
	@tools/setup demo test
	@tests/run

bench: ## times beside other libraries (bench/)
	@tools/setup demo bench
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release --target bench

symbols: ## renews the list of exported symbols
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release --target holdfast_shared
	@tests/checks/exported_symbols.py --renew $(BUILD)/release/libholdfast.so.0

install: ## builds and installs to PREFIX=/usr/local (DESTDIR is honoured)
	@tools/setup demo
	@cmake --preset release --log-level=WARNING -DCMAKE_INSTALL_PREFIX='$(PREFIX)'
	@cmake --build --preset release
	@cmake --install $(BUILD)/release

clean: ## removes build/
	@rm -rf $(BUILD)

ifneq ($(wildcard gallery/run examples/gallery/run),)
gallery: ## known leaks and their repairs, side by side
	@tools/setup demo
	@$(firstword $(wildcard gallery/run examples/gallery/run))
endif

ifneq ($(wildcard corpus/run),)
corpus: ## programs with known leaks, judged
	@tools/setup demo test
	@corpus/run
endif
