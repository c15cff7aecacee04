// SPDX-License-Identifier: GPL-2.0
/*
 * The callbacks that any protocol can have. Each leaves one line, does what its
 * script says, and answers as it has been told to.
 */
#include <linux/ip.h>
#include <linux/udp.h>

#include "mgm_test.h"

const char *const mgm_test_alert_names[ALERT_COUNT] = {
	[ALERT_RPF]		= "rpf",
	[ALERT_CREATION]	= "creation",
	[ALERT_JOIN]		= "join",
	[ALERT_PRUNE]		= "prune",
	[ALERT_LOCAL_JOIN]	= "local_join",
	[ALERT_LOCAL_LEAVE]	= "local_leave",
	[ALERT_WRONG_IF]	= "wrong_if",
	[ALERT_OVERRUN]		= "overrun",
};

/* What the tests' senders put into their datagrams. */
struct datagram {
	__be32 magic;
	__be32 flow;
	__be32 number;
};

struct packet {
	bool right; /* it is one of the entry that it is shown for */
	u8 ttl;
	u32 flow;
	u32 number;
};

static void look_at(const struct sk_buff *skb, const struct mgm_sg *sg,
		    struct packet *packet)
{
	const struct datagram *data;
	const struct iphdr *iph;
	struct datagram buf;
	int offset;

	memset(packet, 0, sizeof(*packet));
	if (!skb || skb_headlen(skb) < skb_network_offset(skb) + sizeof(*iph))
		return;
	iph = ip_hdr(skb);
	packet->right = iph->version == 4 && iph->saddr == sg->src.ip4 &&
			iph->daddr == sg->grp.ip4;
	packet->ttl = iph->ttl;
	offset = skb_network_offset(skb) + 4 * iph->ihl + sizeof(struct udphdr);
	data = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (data && ntohl(data->magic) == 0x4d474d20) { /* "MGM " */
		packet->flow = ntohl(data->flow);
		packet->number = ntohl(data->number);
	}
}

static void alert_rpf(struct net *net, void *priv, const struct mgm_sg *sg,
		      const struct sk_buff *skb, struct mgm_rpf *rpf)
{
	struct packet packet;
	struct client *c = priv;

	mgm_test_client_enter(c);
	look_at(skb, sg, &packet);
	mgm_test_log(c->tn,
		     "rpf handle=%u group=%pI4 source=%pI4 if=%u upstream=%pI4 right=%d ttl=%u flow=%u number=%u",
		     c->handle, &sg->grp.ip4, &sg->src.ip4, rpf->iif.ifindex,
		     &rpf->upstream.ip4, packet.right, packet.ttl, packet.flow,
		     packet.number);
	mgm_test_script_run(c, ALERT_RPF, sg, &rpf->iif);
	mgm_test_script_answer_rpf(c, rpf);
	mgm_test_client_exit(c);
}

static void alert_creation(struct net *net, void *priv,
			   const struct mgm_sg *sg, struct mgm_oif_state *oifs,
			   unsigned int n)
{
	struct client *c = priv;
	char text[256];
	size_t len = 0;
	unsigned int i;

	mgm_test_client_enter(c);
	text[0] = '\0';
	for (i = 0; i < n; i++)
		len += scnprintf(text + len, sizeof(text) - len, "%s%u%s%s",
				 i ? "," : "", oifs[i].oif.ifindex,
				 oifs[i].igmp ? "i" : "",
				 oifs[i].enabled ? "" : "off");
	mgm_test_log(c->tn,
		     "creation handle=%u group=%pI4 source=%pI4 oifs=%s",
		     c->handle, &sg->grp.ip4, &sg->src.ip4, text);
	mgm_test_script_run(c, ALERT_CREATION, sg, n ? &oifs[0].oif : NULL);
	mgm_test_script_answer_veto(c, oifs, n);
	mgm_test_client_exit(c);
}

static void alert_join(struct net *net, void *priv, const struct mgm_sg *sg,
		       bool member_update)
{
	struct client *c = priv;

	mgm_test_client_enter(c);
	mgm_test_log(c->tn,
		     "join handle=%u group=%pI4 source=%pI4 member=%d",
		     c->handle, &sg->grp.ip4, &sg->src.ip4, member_update);
	mgm_test_script_run(c, ALERT_JOIN, sg, NULL);
	mgm_test_client_exit(c);
}

static void alert_prune(struct net *net, void *priv, const struct mgm_sg *sg,
			const struct mgm_if *ifc, bool member_delete,
			u32 *timeout)
{
	struct client *c = priv;

	mgm_test_client_enter(c);
	mgm_test_log(c->tn,
		     "prune handle=%u group=%pI4 source=%pI4 if=%u member=%d timeout=%u",
		     c->handle, &sg->grp.ip4, &sg->src.ip4, ifc->ifindex,
		     member_delete, *timeout);
	mgm_test_script_run(c, ALERT_PRUNE, sg, ifc);
	mgm_test_script_answer_timeout(c, timeout);
	mgm_test_client_exit(c);
}

static void alert_local(struct client *c, enum alert_id id,
			const struct mgm_sg *sg, const struct mgm_if *ifc)
{
	mgm_test_client_enter(c);
	mgm_test_log(c->tn, "%s if=%u handle=%u group=%pI4 source=%pI4",
		     mgm_test_alert_names[id], ifc->ifindex, c->handle,
		     &sg->grp.ip4, &sg->src.ip4);
	mgm_test_script_run(c, id, sg, ifc);
	mgm_test_client_exit(c);
}

static void alert_local_join(struct net *net, void *priv,
			     const struct mgm_sg *sg, const struct mgm_if *ifc)
{
	alert_local(priv, ALERT_LOCAL_JOIN, sg, ifc);
}

static void alert_local_leave(struct net *net, void *priv,
			      const struct mgm_sg *sg,
			      const struct mgm_if *ifc)
{
	alert_local(priv, ALERT_LOCAL_LEAVE, sg, ifc);
}

static void alert_wrong_if(struct net *net, void *priv,
			   const struct mgm_sg *sg, const struct mgm_if *iif,
			   const struct sk_buff *skb)
{
	struct packet packet;
	struct client *c = priv;

	mgm_test_client_enter(c);
	look_at(skb, sg, &packet);
	mgm_test_log(c->tn,
		     "wrong_if handle=%u group=%pI4 source=%pI4 if=%u right=%d ttl=%u flow=%u number=%u length=%u",
		     c->handle, &sg->grp.ip4, &sg->src.ip4, iif->ifindex,
		     packet.right, packet.ttl, packet.flow, packet.number,
		     skb ? skb->len : 0);
	mgm_test_script_run(c, ALERT_WRONG_IF, sg, iif);
	mgm_test_client_exit(c);
}

static void alert_overrun(struct net *net, void *priv)
{
	struct client *c = priv;

	mgm_test_client_enter(c);
	mgm_test_log(c->tn, "overrun handle=%u", c->handle);
	mgm_test_script_run(c, ALERT_OVERRUN, NULL, NULL);
	mgm_test_client_exit(c);
}

void mgm_test_alert_ops(struct mgm_protocol_ops *ops, enum alert_id id)
{
	switch (id) {
	case ALERT_RPF:
		ops->rpf = alert_rpf;
		break;
	case ALERT_CREATION:
		ops->creation_alert = alert_creation;
		break;
	case ALERT_JOIN:
		ops->join_alert = alert_join;
		break;
	case ALERT_PRUNE:
		ops->prune_alert = alert_prune;
		break;
	case ALERT_LOCAL_JOIN:
		ops->local_join = alert_local_join;
		break;
	case ALERT_LOCAL_LEAVE:
		ops->local_leave = alert_local_leave;
		break;
	case ALERT_WRONG_IF:
		ops->wrong_if = alert_wrong_if;
		break;
	case ALERT_OVERRUN:
		ops->overrun = alert_overrun;
		break;
	case ALERT_COUNT:
		break;
	}
}
