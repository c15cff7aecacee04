# SPDX-License-Identifier: GPL-2.0
#
# fuzz_packets, in O. make -f fuzz/packet.mk O=DIR in selftests/.

O		?= $(CURDIR)/fuzz.build

SOURCES		:= chance $(basename $(notdir $(wildcard fuzz/packet_*.c)))
HELPERS		:= igmp_nl kernel mgm_nl mgm_text number rtnl
OBJECTS		:= $(SOURCES:%=$(O)/packet/%.o) $(HELPERS:%=$(O)/packet/%.o)
HEADERS		:= $(wildcard fuzz/*.h) $(wildcard *.h) $(wildcard ../uapi/linux/*.h)
FLAGS		:= -Wall -Wextra -O2 -g -D_GNU_SOURCE -I../uapi -Ifuzz \
		   -D'__printf(a, b)=__attribute__((__format__(printf, a, b)))'

$(O)/fuzz_packets: $(OBJECTS)
	$(CC) $(FLAGS) -o $@ $^ -lmnl

$(O)/packet/%.o: fuzz/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

$(O)/packet/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

.DELETE_ON_ERROR:
