// SPDX-License-Identifier: GPL-2.0
/*
 * Tables as the kernel tells them, an object a row, with numbers for values.
 */
#include <errno.h>
#include <stdlib.h>
#include <linux/genetlink.h>
#include "storm.h"

/* Nothing changes so fast that a table cannot be had at all. */
#define TRIES		1000

static struct place parse_place(const struct nlattr *nest, __u64 *packets)
{
	struct place place = {};
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case MGM_A_OIF_IFINDEX:
			place.ifindex = mnl_attr_get_u32(attr);
			break;
		case MGM_A_OIF_NEXTHOP4:
			place.nexthop = mnl_attr_get_u32(attr);
			break;
		case MGM_A_OIF_OUT_PACKETS:
			*packets = mnl_attr_get_u64(attr);
			break;
		}
	}
	return place;
}

static void parse_nest(struct object *object, __u8 cmd,
		       const struct nlattr *nest)
{
	unsigned int type = mnl_attr_get_type(nest);
	struct outgoing *out = &object->oifs[object->n_oifs];
	const struct nlattr *attr;
	__u64 packets;

	if (cmd == MGM_CMD_INTERFACE_GET) {
		mnl_attr_for_each_nested(attr, nest)
			if (mnl_attr_get_type(attr) <= MGM_A_DROP_MAX)
				object->drops[mnl_attr_get_type(attr)] =
					mgm_nl_number(attr);
	} else if (type == MGM_A_MFE_OIF && object->n_oifs < PLACES_MAX) {
		out->place = parse_place(nest, &out->packets);
		object->n_oifs++;
	} else if (type == MGM_A_MFE_VETO && object->n_vetoes < PLACES_MAX) {
		object->vetoes[object->n_vetoes++] = parse_place(nest, &packets);
	}
}

int object_parse(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct object *object = data;
	const struct nlattr *attr;

	memset(object, 0, sizeof(*object));
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		if (attr->nla_type & NLA_F_NESTED)
			parse_nest(object, genl->cmd, attr);
		else if (mnl_attr_get_type(attr) < VALUES)
			object->v[mnl_attr_get_type(attr)] = mgm_nl_number(attr);
	}
	return MNL_CB_OK;
}

static int add_row(const struct nlmsghdr *nlh, void *data)
{
	struct table *table = data;
	struct object *rows;

	if (table->n == table->room) {
		table->room = 2 * table->room + 16;
		rows = realloc(table->rows, table->room * sizeof(*rows));
		if (!rows)
			return MNL_CB_ERROR;
		table->rows = rows;
	}
	return object_parse(nlh, &table->rows[table->n++]);
}

/* The table as it was at one moment; 0 or -errno. The rows it had are gone. */
int table_read(struct mgm_nl *nl, __u8 cmd, struct table *table)
{
	unsigned int try;
	int err;

	for (try = 0; try < TRIES; try++) {
		table->n = 0;
		table->before = now();
		err = mgm_nl_call(nl, cmd, NLM_F_DUMP, add_row, table, NULL);
		table->after = now();
		tally(OP_DUMP, 0);
		if (err || !nl->interrupted)
			return err;
	}
	return -EAGAIN;
}

void table_free(struct table *table)
{
	free(table->rows);
	memset(table, 0, sizeof(*table));
}

/* One object by its key; 0 or -errno. */
int table_get(struct mgm_nl *nl, __u8 cmd, const struct mgm_nl_attr *key,
	      struct object *object)
{
	return mgm_nl_call(nl, cmd, NLM_F_ACK, object_parse, object, key);
}

/* The interface that an object is about, by the numbers of its attributes. */
struct place place_of(const struct object *object, unsigned int ifindex,
		      unsigned int nexthop)
{
	return (struct place){ object->v[ifindex], object->v[nexthop] };
}

/* The interface in a table of them, or NULL. */
const struct object *find_interface(const struct table *interfaces,
				    struct place place)
{
	unsigned int i;

	for (i = 0; i < interfaces->n; i++)
		if (same_place(place, place_of(&interfaces->rows[i],
					       MGM_A_INTERFACE_IFINDEX,
					       MGM_A_INTERFACE_NEXTHOP4)))
			return &interfaces->rows[i];
	return NULL;
}
