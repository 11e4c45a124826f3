# The front door. Meson and Ninja do the work; HACKING.md says more.
BUILD ?= build
ASAN ?= build-asan
DESTDIR ?=
T ?= evtx
TIME ?= 60

STATIC ?= build-static

.PHONY: all test asan fuzz bench nightly install static release fmt clang tidy clean

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

$(ASAN)/build.ninja:
	meson setup $(ASAN) -Db_sanitize=address,undefined -Db_lundef=false

# Everything, in the normal build and again under ASan and UBSan.
test: all $(ASAN)/build.ninja
	ninja -C $(ASAN)
	python3 tests/run.py $(BUILD) $(ASAN)

asan: $(ASAN)/build.ninja
	ninja -C $(ASAN)
	python3 tests/run.py $(ASAN)

# libFuzzer: make fuzz T=evtx TIME=60. The libraries are instrumented too, or it would see only the target.
fuzz:
	test -f build-fuzz/build.ninja || CC=clang CXX=clang++ meson setup build-fuzz -Dfuzz=true -Db_lundef=false \
		-Dc_args=-fsanitize=fuzzer-no-link,address,undefined
	ninja -C build-fuzz fuzz/fuzz_$(T)
	mkdir -p build-fuzz/corpus-$(T)
	build-fuzz/fuzz/fuzz_$(T) -max_total_time=$(TIME) build-fuzz/corpus-$(T) fuzz/corpus/$(T)

# Side by side with other tools; needs ../shared (tests/bench/README.md).
bench: all
	ninja -C $(BUILD) tests/graph_bench tests/ntfs_make
	python3 tests/bench/bench.py $(BUILD)/upriver

# What takes too long for every change: tools/nightly says what. TIME: seconds a fuzz target.
nightly: all
	tools/nightly $(BUILD) $(TIME)

install: all
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

# One file to carry: $(STATIC)/upriver runs in an empty root on any x86-64 Linux.
static: $(STATIC)/build.ninja
	ninja -C $(STATIC) upriver
	strip -o $(STATIC)/upriver.stripped $(STATIC)/upriver

# No paths of this machine in it: what is built twice is the same.
$(STATIC)/build.ninja:
	meson setup $(STATIC) -Dstatic=true -Dbuildtype=release "-Dc_args=-ffile-prefix-map=$(CURDIR)=."

# The tarball and its list of parts, in dist/.
release: static
	tools/release $(STATIC) dist

fmt:
	git ls-files 'src/*.[ch]' 'tests/*.[ch]' 'fuzz/*.[ch]' | xargs clang-format -i

# Clang's warnings are errors here.
clang:
	test -f build-clang/build.ninja || CC=clang meson setup build-clang -Dwerror=true
	ninja -C build-clang

tidy: all
	git ls-files 'src/*.c' | xargs clang-tidy -p $(BUILD) --quiet

clean:
	rm -rf $(BUILD) $(ASAN) $(STATIC) build-fuzz build-clang dist
