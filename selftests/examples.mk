# SPDX-License-Identifier: GPL-2.0
#
# The example programs of tools/lib/examples, as examples.py runs them; in O:
#
#	plain/     as their reader builds them, with the library that is installed
#	           in root/
#	header     what takes nothing but the header, in C++
#	manual     the example of libmgm(3)
#	watched/   with the sanitizers, library and all
#	all        all in one program, for valgrind
#
# Built here and not by the test, as compilers are slow in the test machine.

O		?= $(CURDIR)/examples

TOP		:= ..
LIB		:= $(TOP)/tools/lib
EXAMPLES	:= admin daemon operation shutdown startup
HEADERS		:= $(LIB)/libmgm.h $(TOP)/uapi/linux/mgm.h $(LIB)/examples/example.h
LIB_SOURCES	:= $(wildcard $(LIB)/*.[ch] $(LIB)/libmgm.*) $(LIB)/Makefile $(HEADERS)

ROOT		:= $(O)/root
PKG_CONFIG	:= env PKG_CONFIG_SYSROOT_DIR=$(ROOT) \
		   PKG_CONFIG_PATH=$(ROOT)/usr/lib/pkgconfig pkg-config
FLAGS		:= -std=c11 -Wall -Wextra -Werror
INCLUDE		:= -I$(LIB) -I$(TOP)/uapi
SANITIZE	:= -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
		   -fno-sanitize-recover=all

all: $(O)/plain/done $(O)/header $(O)/manual $(EXAMPLES:%=$(O)/watched/%) $(O)/all

# The library as it is installed
$(ROOT)/done: $(LIB_SOURCES)
	rm -rf $(ROOT)
	$(MAKE) -C $(LIB) O=$(O)/lib DESTDIR=$(ROOT) PREFIX=/usr LIBDIR=/usr/lib install
	rm $(ROOT)/usr/lib/libmgm.a
	touch $@

$(O)/lib/libmgm.a: $(ROOT)/done

$(O)/plain/done: $(ROOT)/done $(wildcard $(LIB)/examples/*)
	rm -rf $(@D)
	$(MAKE) -C $(LIB)/examples O=$(@D) PKG_CONFIG='$(PKG_CONFIG)'
	touch $@

# The header stands alone, in C11 and in C++.
$(O)/header: $(ROOT)/done
	$(CC) $(FLAGS) -pedantic $$($(PKG_CONFIG) --cflags libmgm) -x c \
		-include libmgm.h -fsyntax-only /dev/null
	echo '#include <libmgm.h>\nint main() { mgm_close(mgm_open()); }' | \
		$(CXX) -std=c++11 -Wall -Wextra -Werror -pedantic -x c++ -o $@ - \
		$$($(PKG_CONFIG) --cflags --libs libmgm)

# The example in libmgm(3)
$(O)/manual: $(TOP)/Documentation/man/libmgm.3 $(ROOT)/done
	sed -n '/^\.EX/,/^\.EE/ { /^\./d; s/\\-/-/g; s/\\e/\\/g; p }' $< >$@.c
	$(CC) $(FLAGS) -o $@ $@.c $$($(PKG_CONFIG) --cflags --libs libmgm)

# The library inside
$(O)/watched/libmgm.a: $(LIB_SOURCES)
	$(MAKE) -C $(LIB) O=$(@D) CFLAGS='$(SANITIZE)' $@

$(O)/watched/%: $(LIB)/examples/%.c $(O)/watched/libmgm.a
	$(CC) $(FLAGS) $(SANITIZE) $(INCLUDE) -o $@ $^ -lmnl

$(O)/example-%.o: $(LIB)/examples/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -g $(INCLUDE) -Dmain=$*_main -c -o $@ $<

$(O)/all: examples.c $(EXAMPLES:%=$(O)/example-%.o) $(O)/lib/libmgm.a
	$(CC) $(FLAGS) -D_POSIX_C_SOURCE=200809L -g -o $@ $^ -lmnl

.PHONY: all
.DELETE_ON_ERROR:
