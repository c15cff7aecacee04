# SPDX-License-Identifier: GPL-2.0
#
# The front door: `make help` says what there is.

KDIR	?= /lib/modules/$(shell uname -r)/build
OUT	?= .
PREFIX	?= /usr/local
DESTDIR	?=

# What an out-of-tree build needs of this tree.
SOURCES	= Kbuild $(shell find mgm uapi selftests/module selftests/planted \
			 -name '*.[ch]' -o -name Kbuild)
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
##
##  On any Debian 12, as root or with sudo; packages are installed as needed,
##  and everything runs in a virtual machine:
##    make demo             two protocols on one router, and the shut-down of one
##    make check            the tests, on Debian's kernel; TESTS="a b" for some
##    make check-debug      the same on a kernel with KASAN, lockdep and kmemleak, and
##                          whether that notices the faults that are planted for it
##    make style            checkpatch, sparse, W=1, clang, shellcheck
##
##  Longer, and more than CI does:
##    make check-leaks      the tests, and a look for memory leaks after all of them
##    make check-kcsan      those with traffic, on a kernel that looks for data races
##    make coverage         what of the modules the tests run, and what they do not
##    make fuzz TIME=600    that many seconds of messages and packets of all kinds
##    make storm TIME=600   everything at once, and its end, under traffic
##                          SEED=n for either: what was seen with that seed, again
##
##  Pieces:
##    make modules [KDIR=DIR] [OUT=DIR] [MGM_SELFTESTS=1] [MGM_KUNIT=1]
##                 [MGM_PLANTED=1] [MGM_GCOV=1] [MGM_KCOV=1]
##    make tools
##    make clean

.PHONY: modules
ifeq ($(OUT),.)
modules:
	$(KBUILD) modules
else
# The same sources for another kernel, beside the tree: one build a directory.
modules:
	@mkdir -p $(OUT)
	@printf '%s\n' $(SOURCES) | cpio -pdmu --quiet $(OUT)
	$(KBUILD) modules
endif

.PHONY: tools
tools:
	$(MAKE) -C tools/lib
	$(MAKE) -C tools/mgm
	$(MAKE) -C tools/static

MODULES	= mgm mgm_igmp
HEADERS	= uapi/linux/mgm.h uapi/linux/mgm_igmp.h
MODDIR	= /lib/modules/$(notdir $(patsubst %/build,%,$(KDIR)))/updates

.PHONY: install
install: all
	$(KBUILD) modules_install INSTALL_MOD_DIR=updates \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(abspath $(DESTDIR)))
	$(MAKE) -C tools/lib install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(MAKE) -C tools/mgm install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(MAKE) -C tools/static install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/include/linux
	install -m 644 $(HEADERS) $(DESTDIR)$(PREFIX)/include/linux

.PHONY: uninstall
uninstall:
	rm -f $(MODULES:%=$(DESTDIR)$(MODDIR)/%.ko) \
		$(MODULES:%=$(DESTDIR)$(MODDIR)/%.ko.xz)
	$(if $(DESTDIR),,depmod -a)
	$(MAKE) -C tools/static uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(MAKE) -C tools/mgm uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	$(MAKE) -C tools/lib uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	rm -f $(HEADERS:uapi/%=$(DESTDIR)$(PREFIX)/include/%)

.PHONY: demo
demo:
	@tools/vm/lane demo stock

.PHONY: check
check:
	@tools/vm/lane check stock $(TESTS)

.PHONY: check-debug
check-debug:
	@tools/vm/lane check debug $(TESTS)

.PHONY: check-leaks
check-leaks:
	@tools/vm/lane leaks debug $(TESTS)

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

.PHONY: style
style:
	@tools/style

.PHONY: clean
clean:
	rm -rf build
	$(if $(wildcard $(KDIR)),$(KBUILD) clean)
	$(MAKE) -C tools/lib clean
	$(MAKE) -C tools/mgm clean
	$(MAKE) -C tools/static clean
	$(MAKE) -C selftests clean
