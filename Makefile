# make demo   fetch a pretrained net and photographs, look at their gradients, leave pictures in outputs/
# make transcripts   type every command of README and guides, compare the figures printed there
# make test   check format, build without warnings, run every test and the notebooks
# make build  the command line tool, in .build/release/gingham
# make library   the library for C and Python, in .build/release/libginghamc.so
# make wheel, make deb   packages that need neither Swift nor -dev packages where they are installed, in dist/
# make test-packages   try wheel, .deb and install in bare systems (root and debootstrap), after make wheel and make deb
# make install   both, with header, completions and man pages, into PREFIX (/usr/local); they need no Swift there
# make fuzz   fuzz every reader under the address sanitizer, SECONDS=120 in all
# make sanitize   every test under the address sanitizer
# make test-slurm   a series on a real Slurm, started here as root, whose daemons and tasks are killed
# make bench   time the engine against PyTorch, PYTHON with torch, torchvision, timm and diffusers
# make docs   guides and reference as a static site, in .build/documentation
#
# Each installs the Debian packages it needs; the Swift toolchain must be there.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.PHONY: bench build test-slurm library standalone install wheel deb test-packages demo transcripts docs test fuzz sanitize lint packages clean

build: packages
	swift build -c release --product gingham

library: packages
	swift build -c release --product ginghamc

standalone:
	notebooks-scripts/install_packages.sh --package
	notebooks-scripts/packaging/build.sh .build-standalone

PREFIX ?= /usr/local
install: standalone
	notebooks-scripts/packaging/stage.sh .build-standalone/package "$(DESTDIR)$(PREFIX)"

wheel: standalone
	notebooks-scripts/packaging/wheel.py .build-standalone/package dist

deb: standalone
	notebooks-scripts/packaging/deb.sh .build-standalone/package dist

test-packages:
	notebooks-scripts/install_packages.sh --package
	notebooks-scripts/packaging/test_packages.sh .build-standalone/package dist .build-standalone/systems

demo: build
	notebooks-scripts/demo.sh

transcripts: build
	notebooks-scripts/fetch_models.sh all
	notebooks-scripts/transcripts.py

test: lint
	notebooks-scripts/install_packages.sh --test
	notebooks-scripts/fetch_models.sh all
	notebooks-scripts/fetch_suites.sh
	GINGHAM_REQUIRE_SUITES=1 swift test -c release -Xswiftc -enable-testing --scratch-path .build-test --no-parallel
	swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product ginghamc
	notebooks-scripts/test_onednn3.sh
	BUILD=.build-test/release notebooks-scripts/run_python_tests.sh
	BUILD=.build-test/release notebooks-scripts/run_notebook.sh

test-slurm:
	notebooks-scripts/install_packages.sh --slurm
	swift build -c release -Xswiftc -enable-testing --scratch-path .build-test --product gingham
	notebooks-scripts/slurm/test_slurm.py .build-test/release/gingham

SECONDS ?= 120
fuzz: packages
	notebooks-scripts/fuzz.sh $(SECONDS)

sanitize:
	notebooks-scripts/install_packages.sh --test
	ASAN_OPTIONS=detect_leaks=0:handle_sigbus=0 swift test -c release -Xswiftc -enable-testing --sanitize=address \
	  --scratch-path .build-asan --no-parallel

PYTHON ?= python3
bench: build
	$(PYTHON) notebooks-scripts/benchmarks/versus_pytorch.py \
	  --check notebooks-scripts/benchmarks/thresholds.json

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

docs: packages
	notebooks-scripts/build_docs.sh

packages:
	notebooks-scripts/install_packages.sh

clean:
	rm -rf .build .build-test .build-docs .build-asan .build-fuzz .build-standalone dist
