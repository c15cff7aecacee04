# SPDX-License-Identifier: GPL-2.0
#
# The front door: `make help` says what there is.

KDIR	?= /lib/modules/$(shell uname -r)/build
OUT	?= .
PREFIX	?= /usr/local
DESTDIR	?=

# What an out-of-tree build needs of this tree.
SOURCES	= Kbuild VERSION $(shell find mgm uapi selftests/module selftests/planted \
			 tools/bench/module \
			 -name '*.[ch]' -o -name Kbuild)
# Recipes call it with "+": in a variable, make does not see that it is a make, too.
KBUILD	= $(MAKE) -C $(KDIR) M=$(abspath $(OUT))

.PHONY: all
all: modules tools

.PHONY: help
help:
	@sed -n 's/^##\( .*\|\)$$/\1/p' $(firstword $(MAKEFILE_LIST))

##  For a machine whose kernel takes modules:
##    make                  build mgm.ko, mgm_igmp.ko, libmgm, mgm and mgm-static
##    make install          install them (DESTDIR, PREFIX; depmod runs after)
##    make uninstall        take them away again
##    make package          make Debian's packages of them, in build/package
##    make dist             make a tarball of the sources, in build
##
##  On any Debian 12, as root or with sudo; packages are installed as needed,
##  and everything runs in a virtual machine:
##    make demo             two protocols on one router, and the shut-down of one
##    make check            the tests, on Debian's kernel; TESTS="a b" for some
##    make check-debug      the same on a kernel with KASAN, lockdep and kmemleak, and
##                          whether that notices the faults that are planted for it
##    make style            checkpatch, sparse, W=1, clang, Coccinelle, shellcheck, ...;
##                          CHECKS=quick for less, CHECKS="a b" for some
##    make docs             the documentation as HTML, in build/docs
##
##  Longer, and more than CI does:
##    make check-all        all kernels and compilers: Debian's 6.1 and 6.12, gcc and
##                          clang, 32-bit x86, and the debug kernel
##    make check-package    Debian's packages, installed, used and upgraded
##    make check-leaks      the tests, and a look for memory leaks after all of them
##    make check-kcsan      those with traffic, on a kernel that looks for data races
##    make coverage         what of the modules the tests run, and what they do not
##    make fuzz TIME=600    that many seconds of messages and packets of all kinds
##    make storm TIME=600   everything at once, and its end, under traffic
##                          SEED=n for either: what was seen with that seed, again
##    make bench            how fast it is, beside other forwarders and daemons, with the
##                          figures in build/bench/bench.json; FIGURES="a b" for some,
##                          BENCH_OUT=DIR for another directory, BENCH="--pairs 9"
##
##  Pieces:
##    make modules [KDIR=DIR] [OUT=DIR] [MGM_SELFTESTS=1] [MGM_KUNIT=1]
##                 [MGM_PLANTED=1] [MGM_GCOV=1] [MGM_KCOV=1]
##    make tools
##    make clean

.PHONY: modules
ifeq ($(OUT),.)
modules:
	+$(KBUILD) modules
else
# The same sources for another kernel, beside the tree: one build a directory.
modules:
	@mkdir -p $(OUT)
	@printf '%s\n' $(SOURCES) | cpio -pdmu --quiet $(OUT)
	+$(KBUILD) modules
endif

.PHONY: tools
tools:
	$(MAKE) -C tools/lib
	$(MAKE) -C tools/mgm
	$(MAKE) -C tools/static

MODULES	= mgm mgm_igmp
HEADERS	= uapi/linux/mgm.h uapi/linux/mgm_igmp.h
INSTALLED = tools/lib tools/mgm tools/static tools/package
ROOT	= $(if $(DESTDIR),$(abspath $(DESTDIR)))
RELEASE	= $(shell sed -n 's/^.*UTS_RELEASE "\(.*\)"/\1/p' \
			$(KDIR)/include/generated/utsrelease.h)

.PHONY: install
install: install-modules install-tools

.PHONY: install-modules
install-modules: modules
	+$(KBUILD) modules_install INSTALL_MOD_DIR=updates INSTALL_MOD_PATH=$(ROOT)
	$(if $(ROOT),,depmod $(RELEASE))

.PHONY: install-tools
install-tools: tools
	for part in $(INSTALLED); do \
		$(MAKE) -C $$part install DESTDIR=$(ROOT) PREFIX=$(PREFIX) || exit; \
	done
	install -d $(ROOT)$(PREFIX)/include/linux
	install -m 644 $(HEADERS) $(ROOT)$(PREFIX)/include/linux

.PHONY: uninstall
uninstall:
	rm -f $(foreach suffix,ko ko.gz ko.xz ko.zst, \
		$(MODULES:%=$(ROOT)/lib/modules/$(RELEASE)/updates/%.$(suffix)))
	$(if $(ROOT),,depmod $(RELEASE))
	for part in $(INSTALLED); do \
		$(MAKE) -C $$part uninstall DESTDIR=$(ROOT) PREFIX=$(PREFIX) || exit; \
	done
	rm -f $(HEADERS:uapi/%=$(ROOT)$(PREFIX)/include/%)

# The sources of the modules, for DKMS to build them for every kernel that is installed.
VERSION	= $(shell cat VERSION)
SOURCE	= $(ROOT)/usr/src/mgm-$(VERSION)

.PHONY: install-source
install-source:
	install -d $(SOURCE)
	cp --parents -t $(SOURCE) Kbuild VERSION \
		$(shell find mgm uapi -name '*.[ch]' -not -path '*/test/*')
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf >$(SOURCE)/dkms.conf

# The same tree gives the same file, bit for bit: nothing of who made it, when, or where.
DIST	= build/mgm-$(VERSION).tar
DATE	= $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct))

.PHONY: dist
dist:
	@mkdir -p build
	@git ls-files -z --cached --others --exclude-standard | LC_ALL=C sort -z | \
		tar -c -f $(DIST) --null --files-from=- --format=ustar --mtime=@$(DATE) \
		--owner=0 --group=0 --numeric-owner --mode=a+r,u+w,go-w \
		--transform='s|^|mgm-$(VERSION)/|SH'
	@xz -f -T1 $(DIST)
	@echo $(DIST).xz

.PHONY: package
package:
	@tools/package/build

.PHONY: check-package
check-package:
	@tools/package/check

.PHONY: demo
demo:
	@tools/vm/lane demo stock

.PHONY: check
check:
	@tools/vm/lane check stock $(TESTS)

.PHONY: check-debug
check-debug:
	@tools/vm/lane check debug $(TESTS)

.PHONY: check-all
check-all:
	@tools/vm/matrix

.PHONY: check-leaks
check-leaks:
	@tools/vm/lane leaks leaks $(TESTS)

.PHONY: check-kcsan
check-kcsan:
	@tools/vm/lane check kcsan $(TESTS)

.PHONY: coverage
coverage:
	@tools/coverage/measure $(TESTS)

TIME	?= 600

.PHONY: fuzz storm
fuzz storm:
	@tools/vm/lane $@ debug $(TIME) $(SEED)

.PHONY: bench
bench:
	@tools/bench/measure $(if $(BENCH_OUT),-o $(BENCH_OUT)) $(BENCH) $(FIGURES)

.PHONY: style
style:
	@tools/style $(CHECKS)

.PHONY: docs
docs:
	@tools/docs

.PHONY: clean
clean:
	rm -rf build
	$(if $(wildcard $(KDIR)),$(KBUILD) clean)
	$(MAKE) -C tools/lib clean
	$(MAKE) -C tools/mgm clean
	$(MAKE) -C tools/static clean
	$(MAKE) -C tools/bench clean
	$(MAKE) -C selftests clean
