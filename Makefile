# What a user or a developer does, each in a virtual environment of its own under build/. `make help` lists it.
#
#   make PYTHON=python3.12 test              another interpreter
#   make test PYTEST='tests/test_c.py -x'    arguments for pytest
#   make notebook NOTEBOOK=--no-browser      arguments for JupyterLab
#   make benchmark BENCHMARK='--quick'       arguments for benchmarks/compare.py or gemm.py
#
# CC and CFLAGS count as they do for Python's own build tools; PYTHONPATH and the user's site-packages do not.

.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON = python3
PYTEST =
NOTEBOOK =
BENCHMARK =
VENVS = build/venv
export PYTHON
export PYTHONNOUSERSITE = 1
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTEST_ADDOPTS PYTEST_PLUGINS

make_venv = sh tools/venv.sh $(VENVS)/$(strip $(1))
in = $(VENVS)/$(strip $(1))/bin
# The requirements of an extra that is written on one line, without the project itself.
extra = $(shell sed -n 's/^$(strip $(1)) = \[\(.*\)\]/\1/p' pyproject.toml | tr -d '",')
lint_tools = $(call extra, lint)
jobs = $(shell getconf _NPROCESSORS_ONLN)
# The suite runs in several processes, in order of the files: the C tests, which take longest, come early. What PYTEST
# names runs in one.
workers = $(if $(PYTEST),,-n $(jobs) --maxprocesses 4 --dist loadfile --no-loadscope-reorder)
first_notebook = 01_one_step_by_hand.ipynb
c_files = $(shell find benchmarks csrc python tests -name '*.[ch]')
# ASan must be loaded before Python, and beside it the library whose exceptions it follows.
asan = $(foreach name,libasan.so libstdc++.so.6,$(filter /%,$(shell gcc -print-file-name=$(name))))

.PHONY: help demo notebook notebook-pages test format check-format check-lint check-types check-clang \
	check-c-sanitize check-suite-sanitize check-sanitize check-fuzz check-fuzz-sanitize check-slow check-bits check-isa \
	check-memory check-oracle check-onnx check-coverage record-bits record-code-size check-notebooks check-browser \
	record-notebooks check-demo-accuracy check-sdist check-numpy126 check-arm64 check-export check-no-avx check-all docs \
	docs-open docs-keras benchmark benchmark-gemm \
	benchmark-plots clean

help:
	@echo 'make demo                 build, install and run python -m cornu: back-propagation, then digits'
	@echo 'make notebook             build, install and open the first of examples/notebooks in JupyterLab'
	@echo 'make notebook-pages       the notebooks as pages that open without a network: build/notebooks'
	@echo 'make test                 build, install and run the tests, C tests included'
	@echo 'make format               format C and Python'
	@echo 'make clean                remove build/ and whatever else was generated'
	@echo 'make benchmark            cornu and its peers (installs them): about an hour; BENCHMARK=--quick: a few minutes'
	@echo "make benchmark-gemm       cornu's products and OpenBLAS's"
	@echo 'make benchmark-plots      docs/*.svg and *.csv from what `make benchmark` measured'
	@echo 'make docs                 the documentation: build/docs/index.html (installs Sphinx)'
	@echo 'make docs-open            where that page is; BROWSER=firefox: opens it there'
	@echo 'make docs-keras           docs/keras_coverage.md: what of Keras is there'
	@echo 'Longer checks:'
	@echo 'make check-format         clang-format and ruff would change nothing'
	@echo "make check-lint           ruff's rules"
	@echo 'make check-types          mypy: the package, a program that uses it, and the stub of the core'
	@echo 'make check-clang          gcc and clang compile everything, all warnings errors'
	@echo 'make check-sanitize       C tests under ASan+UBSan (leaks too) and TSan, the suite under ASan+UBSan'
	@echo 'make check-fuzz           a million damaged files are loaded or refused; FUZZ=20000: as many'
	@echo 'make check-fuzz-sanitize  the same under ASan+UBSan'
	@echo 'make check-slow           the tests marked slow'
	@echo 'make check-bits           the same bits on every level, with 1 to 8 threads, in every float mode'
	@echo 'make check-isa            the suite on every instruction set that this machine has'
	@echo 'make check-memory         the tests marked memory, the slow ones included'
	@echo 'make check-oracle         the recorded values against the real Keras (installs keras and jax)'
	@echo 'make check-onnx           ONNX files in onnxruntime (installs it)'
	@echo 'make check-coverage       executed lines: at least 95% of Python and 90% of C'
	@echo 'make check-notebooks      examples/notebooks: each runs, and shows what is stored in it'
	@echo 'make check-browser        pages and views in Chromium; screenshots in build/screenshots'
	@echo 'make check-demo-accuracy  accuracy on the digits over 20 splits'
	@echo 'make check-sdist          sdist and wheel made in a clean environment, used outside of the checkout'
	@echo 'make check-numpy126       the suite on NumPy 1.26, built against NumPy 2 (Python 3.10 to 3.12)'
	@echo 'make check-arm64          the C tests as arm64 programs (a cross compiler, and qemu)'
	@echo 'make check-export         exported C, its training too, on 32-bit ARM (a cross compiler, and qemu) and under sanitizers'
	@echo 'make check-no-avx         the C tests and the recorded bits on a processor without AVX (x86-64, and qemu)'
	@echo 'make check-all            all of these checks but check-fuzz and check-fuzz-sanitize'
	@echo 'make record-bits          records anew the bits that tests compare with, when they are meant to change'
	@echo 'make record-code-size     measures anew what parts of exported C take (a cross compiler for Cortex-M)'
	@echo 'make record-notebooks     stores anew what the cells of the notebooks show'

demo:
	@$(call make_venv, demo) .
	@$(call in, demo)/python -m cornu

# Of what JupyterLab and its kernels log, the address is left; it asks nobody whether to fetch news. It refuses to run as
# root, as in a container, unless it is told to.
lab_settings = $(VENVS)/notebook/share/jupyter/lab/settings
kernel_settings = $(VENVS)/notebook/etc/ipython
notebook:
	@$(call make_venv, notebook) '.[notebook]'
	@mkdir -p $(lab_settings) $(kernel_settings)
	@echo '{"Application": {"log_level": 40}}' >$(kernel_settings)/ipython_kernel_config.json
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
		>$(lab_settings)/overrides.json
	@echo 'cornu: JupyterLab opens examples/notebooks/$(first_notebook). Ctrl-C here ends it.'
	@cd examples/notebooks && exec $(CURDIR)/$(call in, notebook)/jupyter lab --log-level=ERROR \
		--LabApp.log_level=ERROR --LabApp.default_url=/lab/tree/$(first_notebook) \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root) $(NOTEBOOK)

notebook-pages:
	@$(call make_venv, notebook) '.[notebook]'
	@$(call in, notebook)/python tools/export_notebooks.py build/notebooks

test:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python -m pytest $(workers) $(PYTEST)

format:
	@$(call make_venv, lint) $(lint_tools)
	$(call in, lint)/clang-format -i $(c_files)
	$(call in, lint)/ruff format .
	$(call in, lint)/ruff check --fix .

check-format:
	@$(call make_venv, lint) $(lint_tools)
	$(call in, lint)/clang-format --dry-run --Werror $(c_files)
	$(call in, lint)/ruff format --check .

check-lint:
	@$(call make_venv, lint) $(lint_tools)
	$(call in, lint)/ruff check .

# The program of a user's sees the installed package, and the stub is compared with the installed module.
check-types:
	@$(call make_venv, types) '.[types]'
	$(call in, types)/mypy
	$(call in, types)/mypy --config-file= --strict --cache-dir build/mypy tests/types/user_program.py
	$(call in, types)/stubtest --allowlist tests/types/only_in_stub.txt cornu._core

# clang's warnings come before it optimises; gcc's come from that too. The suite's environment has more than the headers
# that are needed, and would be made anew for less.
check-clang:
	@$(call make_venv, clang)
	$(MAKE) -C csrc -j $(jobs) library tests compile-ext CC=gcc PYTHON=$(CURDIR)/$(call in, clang)/python
	$(MAKE) -C csrc -j $(jobs) library tests compile-ext CC=clang CFLAGS=-O1 \
		BUILD=../build/c/clang-warnings PYTHON=$(CURDIR)/$(call in, clang)/python

check-sanitize: check-c-sanitize check-suite-sanitize

check-c-sanitize:
	ASAN_OPTIONS=detect_leaks=1 $(MAKE) -C csrc -j $(jobs) check CC=gcc SANITIZE=address,undefined
	$(MAKE) -C csrc -j $(jobs) check CC=gcc SANITIZE=thread

# The leaks of the interpreter itself would hide ours: those are the C tests' business.
check-suite-sanitize:
	@CC=gcc CORNU_SANITIZE=address,undefined $(call make_venv, sanitize) '.[test]'
	CORNU_SANITIZE=address,undefined LD_PRELOAD='$(asan)' PYTHONMALLOC=malloc \
	ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
	$(call in, sanitize)/python -m pytest --ignore tests/test_c.py -m 'not slow and not memory' \
		$(workers) $(PYTEST)

# Damaged files: FUZZ says how many, and FUZZ_KINDS of which kinds (tests/fuzz/cases.py has them).
FUZZ = 1000000
FUZZ_KINDS =
fuzz = python tests/fuzz/run_fuzz.py --cases $(FUZZ) --jobs $(jobs) $(if $(FUZZ_KINDS),--kinds $(FUZZ_KINDS))
check-fuzz:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/$(fuzz)

# Everything takes several times as long there; of what is too large the allocator returns nothing.
check-fuzz-sanitize:
	@CC=gcc CORNU_SANITIZE=address,undefined $(call make_venv, sanitize) '.[test]'
	CORNU_SANITIZE=address,undefined LD_PRELOAD='$(asan)' PYTHONMALLOC=malloc FUZZ_SLOWER=10 \
	ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=1024 \
	UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 $(call in, sanitize)/$(fuzz)

# The notebooks are for check-notebooks, which installs what they draw with.
check-slow:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python -m pytest -m slow --ignore tests/test_example_notebooks.py $(PYTEST)

# Slow tests, so check-slow has them too.
check-bits:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python -m pytest -m '' tests/test_same_bits.py $(PYTEST)

check-isa:
	@$(call make_venv, test) '.[test]'
	@levels=$$($(call in, test)/python tests/bits/conditions.py) && [ -n "$$levels" ] || \
		{ echo 'cornu: no instruction set was found to test' >&2; exit 1; }; \
	for isa in $$levels; do \
		echo "CORNU_ISA=$$isa"; \
		CORNU_ISA=$$isa $(call in, test)/python -m pytest $(workers) $(PYTEST) || exit 1; \
	done

record-bits:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python tests/bits/record_bits.py
	$(MAKE) -C csrc record-bits

record-code-size:
	@sh tools/preflight.sh --tools arm-none-eabi-gcc
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python tests/record_code_size.py

check-memory:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python -m pytest -m memory $(PYTEST)

# The tests that ask Keras; each family of values is one, in a process of its own.
check-oracle:
	@$(call make_venv, oracle) '.[test,oracle]'
	CORNU_ORACLE=live KERAS_BACKEND=jax $(call in, oracle)/python -m pytest -n $(jobs) --maxprocesses 4 \
		tests/test_oracle_live.py tests/test_programs.py $(PYTEST)

# What the suite checks with the evaluator of the package onnx, run by onnxruntime.
check-onnx:
	@$(call make_venv, onnx) '.[test,onnxruntime]'
	$(call in, onnx)/python -m pytest -m '' tests/test_export_onnx.py tests/test_from_onnx.py \
		tests/hostile/test_graphs.py $(PYTEST)

# Screenshots are kept in build/screenshots, for a look at them.
check-browser: docs
	@sh tools/preflight.sh --tools chromium chromedriver
	@$(call make_venv, browser) '.[test,notebook,browser]'
	CORNU_BROWSER=required $(call in, browser)/python -m pytest -m browser tests/browser $(PYTEST)

# The first of them runs with the rest of the suite too.
check-notebooks:
	@$(call make_venv, check-notebooks) '.[test,notebook]'
	$(call in, check-notebooks)/python -m pytest -m '' tests/test_example_notebooks.py $(PYTEST)

record-notebooks:
	@$(call make_venv, check-notebooks) '.[test,notebook]'
	$(call in, check-notebooks)/python tests/notebooks/record_notebooks.py

check-coverage:
	PYTEST='$(PYTEST)' sh tools/check_coverage.sh

check-demo-accuracy:
	@$(call make_venv, demo) .
	$(call in, demo)/python examples/digits_accuracy.py

check-sdist:
	sh tools/check_sdist.sh

check-numpy126:
	rm -rf $(VENVS)/numpy126
	@$(call make_venv, numpy126) '.[test]'
	$(call in, numpy126)/python -m pip install --quiet 'numpy==1.26.*'
	$(call in, numpy126)/python -m pytest $(workers) $(PYTEST)

check-arm64:
	@sh tools/preflight.sh --tools qemu-aarch64 aarch64-linux-gnu-gcc
	$(MAKE) -C csrc -j $(jobs) check CC=aarch64-linux-gnu-gcc RUN='qemu-aarch64 -L /usr/aarch64-linux-gnu'

check-export:
	@sh tools/preflight.sh --tools qemu-arm arm-linux-gnueabihf-gcc
	@$(call make_venv, test) '.[test]'
	CORNU_EXPORT_CC=arm-linux-gnueabihf-gcc CORNU_EXPORT_RUN='qemu-arm -L /usr/arm-linux-gnueabihf' \
		$(call in, test)/python -m pytest -m slow tests/test_export_c.py tests/test_export_c_training.py $(PYTEST)

# Those of the suite's tests that do it all in one process: another would not be emulated. OPENBLAS_CORETYPE is NumPy's,
# and may name a better processor in the environment.
no_avx = qemu-x86_64 -cpu Nehalem
no_avx_tests = $(wildcard tests/test_oracle_[adilmost]*.py) tests/test_gradients.py tests/test_fit.py \
	tests/test_evaluate_predict.py tests/test_random.py
check-no-avx:
	@sh tools/preflight.sh --tools qemu-x86_64
	@$(call make_venv, test) '.[test]'
	$(MAKE) -C csrc -j $(jobs) check RUN='$(no_avx)'
	OPENBLAS_CORETYPE=Nehalem $(no_avx) $(call in, test)/python -m pytest --isa=portable $(no_avx_tests) $(PYTEST)
	OPENBLAS_CORETYPE=Nehalem $(no_avx) $(call in, test)/python tests/bits/digests.py --check --isa portable

check-all: check-format check-lint check-types test check-clang check-sanitize check-slow check-isa check-memory check-oracle \
	check-onnx check-coverage check-notebooks check-browser check-demo-accuracy check-sdist check-numpy126 check-arm64 \
	check-export check-no-avx

# torch comes for GPUs too; its own index (PIP_EXTRA_INDEX_URL) has the smaller builds for the CPU alone. TensorFlow is
# installed unless BENCHMARK names peers and not it, or has its interpreter; the rest goes on where it cannot be.
wants_tensorflow = $(if $(findstring --peer,$(BENCHMARK)),$(findstring keras-tensorflow,$(BENCHMARK)),yes)
benchmark:
	@$(call make_venv, benchmark) '.[benchmark]'
	@option=; \
	if [ -n '$(if $(findstring keras-tensorflow=,$(BENCHMARK)),,$(wants_tensorflow))' ]; then \
		if $(call make_venv, benchmark-tf) $(call extra, benchmark-tensorflow); then \
			option='--python keras-tensorflow=$(call in, benchmark-tf)/python'; \
		else \
			echo 'cornu: TensorFlow cannot be installed: Keras is measured on its other backends alone' >&2; \
		fi; \
	fi; \
	set -x; \
	$(call in, benchmark)/python benchmarks/compare.py $$option $(BENCHMARK)

benchmark-gemm:
	@$(call make_venv, benchmark) '.[benchmark]'
	$(call in, benchmark)/python benchmarks/gemm.py $(BENCHMARK)

benchmark-plots:
	@$(call make_venv, benchmark) '.[benchmark]'
	$(call in, benchmark)/python benchmarks/plot.py $(BENCHMARK)

# Without a network too, once the environment is there. A warning of Sphinx's is an error.
docs:
	@$(call make_venv, docs) '.[docs]'
	$(call in, docs)/python tools/docs_site/build_site.py
	@$(MAKE) --no-print-directory docs-open BROWSER=

BROWSER =
docs-open:
	@[ -e build/docs/index.html ] || { echo 'cornu: the documentation is not built yet: make docs' >&2; exit 1; }
	@echo 'file://$(CURDIR)/build/docs/index.html'
	@$(if $(BROWSER),$(BROWSER) 'file://$(CURDIR)/build/docs/index.html')

# Keras itself is asked by tools/keras_coverage/keras_signatures.py alone.
docs-keras:
	@$(call make_venv, test) '.[test]'
	$(call in, test)/python tools/keras_coverage/coverage_page.py

clean:
	rm -rf build dist python/cornu.egg-info .pytest_cache .ruff_cache .coverage .coverage.*
	find csrc python tests examples benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
