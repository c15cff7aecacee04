# SPDX-License-Identifier: GPL-2.0
#
# fuzz_netlink, in O; tables.c is made of the contracts. make -f fuzz/netlink.mk O=DIR
# in selftests/.

O		?= $(CURDIR)/fuzz.build

SPECS		:= $(addprefix ../Documentation/netlink/specs/,mgm.yaml mgm_igmp.yaml)
SOURCES		:= again answer chance check edges endpoint expect fuzz_netlink \
		   garbage kept message spent state tally twist world
HELPERS		:= kernel number rtnl
OBJECTS		:= $(SOURCES:%=$(O)/%.o) $(O)/tables.o $(HELPERS:%=$(O)/%.o)
HEADERS		:= $(wildcard fuzz/*.h) kernel.h number.h rtnl.h $(wildcard ../uapi/linux/*.h)
FLAGS		:= -Wall -Wextra -O2 -g -D_GNU_SOURCE -I../uapi -Ifuzz \
		   -D'__printf(a, b)=__attribute__((__format__(printf, a, b)))'

$(O)/fuzz_netlink: $(OBJECTS)
	$(CC) $(FLAGS) -o $@ $^ -lmnl

$(O)/tables.c: fuzz/tables.py spec.py $(SPECS)
	@mkdir -p $(@D)
	/usr/bin/python3 fuzz/tables.py $(SPECS) > $@

$(O)/tables.o: $(O)/tables.c $(HEADERS)
	$(CC) $(FLAGS) -c -o $@ $<

$(SOURCES:%=$(O)/%.o): $(O)/%.o: fuzz/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

$(HELPERS:%=$(O)/%.o): $(O)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

.DELETE_ON_ERROR:
