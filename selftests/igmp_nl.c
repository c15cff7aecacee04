// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family "mgm_igmp" as the tests use it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/genetlink.h>
#include "igmp_nl.h"
#include "kernel.h"
#include "rtnl.h"

/* Time goes on, and counters count, whoever asks. */
static bool changes_by_itself(__u8 cmd, unsigned int type)
{
	return cmd == GET ?
	       type == IF(QUERIER_UPTIME) || type == IF(STATS) :
	       type == GROUP(UPTIME);
}

static void print_attr(FILE *out, const struct nlattr *attr)
{
	const struct nlattr *nested;

	fprintf(out, " %u=", mnl_attr_get_type(attr));
	if (attr->nla_type & NLA_F_NESTED)
		mnl_attr_for_each_nested(nested, attr)
			print_attr(out, nested);
	else if (mnl_attr_get_payload_len(attr) == sizeof(__u32))
		fprintf(out, "%x", mnl_attr_get_u32(attr));
}

static int print_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	FILE *out = data;

	fprintf(out, "%s", genl->cmd == GET ? "interface" : "group");
	mnl_attr_for_each(attr, nlh, sizeof(*genl))
		if (!changes_by_itself(genl->cmd, mnl_attr_get_type(attr)))
			print_attr(out, attr);
	fputc('\n', out);
	return MNL_CB_OK;
}

/* The settings, and the groups with their sources, as text. */
static char *tables(struct mgm_nl *nl)
{
	static const __u8 commands[] = { GET, GROUP_GET };
	struct mgm_nl reader = *nl;
	char *text = NULL;
	size_t size;
	unsigned int i;
	FILE *out;

	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	for (i = 0; i < MNL_ARRAY_SIZE(commands); i++)
		if (mgm_nl_call(&reader, commands[i], NLM_F_DUMP, print_cb,
				out, NULL))
			fputs("unreadable\n", out);
	fclose(out);
	nl->seq = reader.seq;
	return text;
}

int igmp_object_cb(const struct nlmsghdr *nlh, void *data)
{
	struct igmp_object *object = data;
	const struct nlattr *attr;

	object->count++;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (attr->nla_type & NLA_F_NESTED)
			object->sources++;
		else if (mnl_attr_get_payload_len(attr) == sizeof(__u32) &&
			 mnl_attr_get_type(attr) < MNL_ARRAY_SIZE(object->values))
			object->values[mnl_attr_get_type(attr)] =
				mnl_attr_get_u32(attr);
	}
	return MNL_CB_OK;
}

int igmp_get(struct mgm_nl *nl, int dev, struct igmp_object *object)
{
	memset(object, 0, sizeof(*object));
	return mgm_nl_call(nl, GET, NLM_F_ACK, igmp_object_cb, object,
			   (struct mgm_nl_attr[]){ U32(IF(IFINDEX), dev), {} });
}

/* Of all devices if @dev is 0. */
int igmp_groups(struct mgm_nl *nl, int dev, struct igmp_object *object)
{
	memset(object, 0, sizeof(*object));
	return mgm_nl_call(nl, GROUP_GET, NLM_F_DUMP, igmp_object_cb,
			   object, (struct mgm_nl_attr[]){
				U32(dev ? GROUP(IFINDEX) : 0, dev), {} });
}

int igmp_enable(struct mgm_nl *nl, int dev)
{
	return SETTINGS(nl, ENABLE, dev);
}

int igmp_disable(struct mgm_nl *nl, int dev)
{
	return SETTINGS(nl, DISABLE, dev);
}

/* A source of NULL stands for all of them. */
static int change(struct mgm_nl *nl, __u8 cmd, int dev, const char *group,
		  const char *source)
{
	return CALL(nl, cmd, U32(GROUP(IFINDEX), dev),
		    IP4(GROUP(GROUP4), group),
		    IP4(source ? GROUP(SOURCE4) : 0, source ?: "0.0.0.0"));
}

int igmp_join(struct mgm_nl *nl, int dev, const char *group,
	      const char *source)
{
	return change(nl, JOINED, dev, group, source);
}

int igmp_leave(struct mgm_nl *nl, int dev, const char *group,
	       const char *source)
{
	return change(nl, LEAVE, dev, group, source);
}

int igmp_open(struct mgm_nl *nl)
{
	int err = mgm_nl_open_family(nl, MGM_IGMP_GENL_NAME,
				     MNL_SOCKET_AUTOPID);

	nl->tables = tables;
	return err;
}

/* For the setup of a fixture; 0 or -errno. */
int igmp_begin(struct igmp *igmp)
{
	int err;

	err = netns_new() ?: module_load("mgm_igmp") ?:
	      igmp_open(&igmp->nl) ?: mgm_nl_open(&igmp->mgm);
	if (err)
		return err;
	igmp->dev = rtnl_dummy("dummy0");
	igmp->dev2 = rtnl_dummy("dummy1");
	if (igmp->dev < 0 || igmp->dev2 < 0)
		return -ENODEV;
	return igmp_enable(&igmp->nl, igmp->dev);
}

void igmp_end(struct igmp *igmp)
{
	mgm_nl_close(&igmp->nl);
	mgm_nl_close(&igmp->mgm);
}
