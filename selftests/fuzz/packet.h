/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzzer of what comes over the wire: what its files offer to each other.
 * Prototypes stand under the file that holds them.
 *
 *	h1 ---- r1 [        ] r2 ---- h2	r2, r4: IGMP is enabled
 *	h1.10 - r1.10 [   ] r3 ---- h3		r3: narrow
 *	h6 -- r6 [ br0    ] r4 ---- h4		gre1: a tunnel through r2
 *	h7 -- r7 [        ] gre1 -- (h2)
 *
 * Each packet follows from the seed and its number, the step; so do the changes of
 * memberships, which are made between packets, from those and a round's number.
 * Addresses are in network byte order, unless they are called something else.
 */
#ifndef PACKET_H
#define PACKET_H

#include <stdio.h>
#include <netinet/ip.h>
#include <linux/if_ether.h>
#include <linux/mgm.h>
#include <linux/mgm_igmp.h>
#include <linux/virtio_net.h>
#include "fuzz.h"

/* Of chance_begin(): what the number is of. */
enum chance_part { PART_PACKET, PART_ROUND, PART_EPOCH };

#define FRAME_MAX	16384
#define IP_OF(_data)	((struct iphdr *)((_data) + ETH_HLEN))

/* packet_world.c: the links, and what is sent and heard on them */

enum {
	LINK_R1, LINK_R2, LINK_R3, LINK_R4, LINK_VLAN, LINK_BRIDGE, LINK_GRE,
	LINKS,
};

#define NOWHERE		(-1)
#define PROTOCOLS	2

/*
 * struct link - a link of the router
 * @name: of the device in the router
 * @far: of the one at the other end, among the hosts
 * @mtu: longest packet
 * @threshold: a packet leaves with a TTL that was above it
 * @owner: index of the protocol that owns it, or NOBODY
 * @igmp: IGMP is enabled there
 * @subnet: its addresses are 10.0.subnet.0/24, the router's the first of those
 * @ifindex: of the device in the router
 * @far_ifindex: of the other
 * @mac: of the device in the router
 */
struct link {
	const char *name;
	const char *far;
	unsigned int mtu;
	unsigned int threshold;
	int owner;
	bool igmp;
	unsigned int subnet;
	int ifindex;
	int far_ifindex;
	__u8 mac[ETH_ALEN];
};

extern struct link links[LINKS];

/* How a packet is sent: by a host, or by the router, with its header or without. */
enum sent_how { BY_HOST, BY_RAW_SOCKET, BY_SOCKET };

/*
 * struct frame - something to be sent
 * @data: with an Ethernet header, which only a host's has
 * @len: with it
 * @offload: @vnet is sent with it
 * @options: of the socket's option, if it is sent by that
 */
struct frame {
	int link;
	enum sent_how how;
	bool offload;
	struct virtio_net_hdr vnet;
	unsigned int n_options;
	__u8 options[40];
	unsigned int len;
	__u8 data[FRAME_MAX];
};

int packet_world_make(void);
int packet_enter_router(void);
int frame_send(const struct frame *frame);
void frames_flush(void (*failed)(unsigned int i));
void frames_hear(void (*heard)(int link, const __u8 *data, unsigned int len));
void group_mac(__u8 *mac, __be32 group);
__be32 link_host(int link, unsigned int host);
__u16 ip_checksum(const void *data, unsigned int len);

/* packet_make.c: the packets */

#define GROUPS		16

extern const __u32 fuzz_groups[GROUPS];	/* in host byte order */

void packet_make(struct frame *frame);
void packet_finish(struct frame *frame);
__be32 packet_source(int link);
__be32 packet_group(void);
void packet_begin(struct frame *frame, int link, __u8 protocol);
void packet_append(struct frame *frame, const void *data, unsigned int len);

/* packet_igmp.c: messages of IGMP */
void packet_igmp_make(struct frame *frame);

/* packet_spoil.c: what is done to a good packet */
void packet_spoil(struct frame *frame);
void packet_options(struct frame *frame);

/* packet_judge.c: what the router has to do with a packet */

enum option_kind { OPTIONS_PLAIN, OPTIONS_ODD, OPTIONS_REFUSED };

/*
 * struct verdict - what has to become of a packet
 * @routed: the forwarder sees it
 * @bad_source: and refuses it for its source
 * @from: link that its source is behind, or NOWHERE
 * @options: whether it may be forwarded for its options
 * @exact: all is known of it: it is forwarded
 * @igmp: the counter of IGMP's that counts it, or 0
 * @bad_records: how many records of it are about no group
 * @dont_fragment: the sender forbids it
 * @len: of the packet, by its header
 */
struct verdict {
	bool routed;
	bool bad_source;
	int from;
	enum option_kind options;
	bool exact;
	enum mgm_igmp_a_stats igmp;
	unsigned int bad_records;
	bool dont_fragment;
	unsigned int len;
};

extern bool igmp_needs_router_alert[LINKS];

void judge(struct verdict *v, const struct frame *frame);
bool is_routed_group(__be32 group);

/* packet_sent.c: the packets of a round, and what has been heard of them */

#define ROUND_MAX	1024

/*
 * struct sent - one of those that were sent
 * @extra: options of the socket that sent it, or the header of its offloads
 * @copies: that were heard of it
 * @next: another one with the same hash
 * @next_blurred: another one that is known only so far
 */
struct sent {
	__u64 step;
	int link;
	enum sent_how how;
	bool offload;
	bool failed;
	const __u8 *data;
	unsigned int len;
	const __u8 *extra;
	unsigned int extra_len;
	struct verdict verdict;
	unsigned int copies[LINKS];
	struct sent *next;
	struct sent *next_blurred;
};

/* What should have been counted since everything was set up. */
struct expected {
	__u64 arrived[LINKS];
	__u64 bad_source[LINKS];
	__u64 left[LINKS];
	__u64 igmp[LINKS][MGM_IGMP_A_STATS_MAX + 1];
};

extern struct expected expected;
extern unsigned long long copies_heard;

void sent_begin_round(void);
bool sent_room(void);
void sent_add(const struct frame *frame);
void sent_flush(void);
void sent_drain(void);
const struct sent *sent_last(void);
unsigned int sent_missing(bool tell);

/* packet_member.c: who wants what, where */
int members_begin(void);
void members_change(void);
void members_settle(void);
void members_want_all(void);
int members_end(void);
bool members_may(int link, __be32 source, __be32 group);
bool members_must(int link, __be32 source, __be32 group);

/* packet_group.c: the groups that IGMP should know, and may know */
void groups_forget(void);
void groups_message(const struct sent *sent);
void groups_seen(int link, __be32 group);
bool groups_may(int link, __be32 group);
void groups_compare(bool full);

/* packet_state.c: what the kernel says, against what was expected */
int state_begin(void);
void state_rest(void);
void state_table(void);
void state_empty(void);

/* packet_tally.c: how much of what there was; the rest of it stands in fuzz.h */
void tally_packet(const struct sent *sent);
void tally_refused(void);
void tally_link(const __u64 *drop, const __u64 *stat);

/* packet_corpus.c: packets that once did harm */
void corpus_print(FILE *out, const struct sent *sent);
int corpus_replay(const char *path);

/* packet_main.c */
extern unsigned int falsify;
__printf(2, 3)
void complain_of(const struct sent *sent, const char *fmt, ...);

#endif
