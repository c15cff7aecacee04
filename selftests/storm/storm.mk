# SPDX-License-Identifier: GPL-2.0
#
# storm, in O. make -f storm/storm.mk O=DIR in selftests/.

O		?= $(CURDIR)/storm.build

SOURCES		:= actor checker daemon flow gale igmp kernel_side model monitor rest socket \
		   storm table tally weather world
HELPERS		:= igmp_nl kernel mgm_nl mgm_text number rtnl
OBJECTS		:= $(SOURCES:%=$(O)/%.o) $(HELPERS:%=$(O)/%.o)
HEADERS		:= $(wildcard storm/*.h *.h) $(wildcard ../uapi/linux/*.h)
FLAGS		:= -Wall -Wextra -O2 -g -D_GNU_SOURCE -I../uapi \
		   -D'__printf(a, b)=__attribute__((__format__(printf, a, b)))' \
		   -D'__noreturn=__attribute__((__noreturn__))' \
		   -D'__packed=__attribute__((__packed__))'

$(O)/storm: $(OBJECTS)
	$(CC) $(FLAGS) -o $@ $^ -lmnl -lpthread

$(SOURCES:%=$(O)/%.o): $(O)/%.o: storm/%.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<

$(HELPERS:%=$(O)/%.o): $(O)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<
