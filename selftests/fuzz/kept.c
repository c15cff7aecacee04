// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are worth sending again, and the last ones, in case they did harm. As
 * text, what was sent at once is a line: of each message the family, the flags of its
 * header, and what is behind that, in hexadecimal digits.
 *
 *	mgm 0005 05010000080001000100000008000200...
 *
 * A dash stands for nothing behind the header.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "fuzz.h"

#define KEPT_MAX	4096
#define KEPT_ROOM	4096
#define RECENT		64
#define LINE_MAX	(3 * KEPT_ROOM)

struct kept {
	unsigned int len;
	char data[KEPT_ROOM];
};

static const char blanks[] = { ' ', '\n', '\0' };

static struct kept *kept[KEPT_MAX];
static unsigned int n_kept, n_read;
static struct kept recent[RECENT];
static unsigned int n_recent;

static int family_of(const struct nlmsghdr *nlh)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		if (family_ids[i] == nlh->nlmsg_type)
			return i;
	return -1;
}

/* Those of its messages that are whole, for a family of ours, and of no great size. */
static void copy(struct kept *to, const struct batch *batch)
{
	const struct nlmsghdr *nlh;
	size_t at, len;

	to->len = 0;
	for (at = 0; at + NLMSG_HDRLEN <= batch->len; at += len) {
		nlh = (const struct nlmsghdr *)(batch->room + at);
		if (nlh->nlmsg_len < NLMSG_HDRLEN ||
		    nlh->nlmsg_len > batch->len - at)
			break;
		len = NLMSG_ALIGN(nlh->nlmsg_len);
		if (family_of(nlh) < 0 || to->len + len > KEPT_ROOM)
			continue;
		memcpy(to->data + to->len, nlh, len);
		to->len += len;
	}
}

void kept_add(const struct batch *batch)
{
	struct kept *new;

	if (n_kept == KEPT_MAX)
		return;
	new = malloc(sizeof(*new));
	if (!new)
		return;
	copy(new, batch);
	if (new->len)
		kept[n_kept++] = new;
	else
		free(new);
}

/* It is being sent. */
void kept_note(const struct batch *batch)
{
	copy(&recent[n_recent++ % RECENT], batch);
}

unsigned int kept_count(void)
{
	return n_kept;
}

/* One that was kept: where it begins, and its length. */
const char *kept_get(unsigned int i, unsigned int *len)
{
	*len = kept[i]->len;
	return kept[i]->data;
}

/* Text */

static void print(FILE *out, const struct kept *k)
{
	const struct nlmsghdr *nlh;
	unsigned int at, i;

	for (at = 0; at < k->len; at += NLMSG_ALIGN(nlh->nlmsg_len)) {
		nlh = (const struct nlmsghdr *)(k->data + at);
		fprintf(out, "%s%s %04x ", at ? " " : "",
			fuzz_families[family_of(nlh)].name, nlh->nlmsg_flags);
		if (nlh->nlmsg_len == NLMSG_HDRLEN)
			fputc('-', out);
		for (i = NLMSG_HDRLEN; i < nlh->nlmsg_len; i++)
			fprintf(out, "%02x", (unsigned char)k->data[at + i]);
	}
	if (k->len)
		fputc('\n', out);
}

/* Those that did not come from a file. */
void kept_print(FILE *out)
{
	unsigned int i;

	for (i = n_read; i < n_kept; i++)
		print(out, kept[i]);
}

void kept_print_recent(FILE *out, unsigned int n)
{
	unsigned int i = n_recent > n ? n_recent - n : 0;

	for (; i < n_recent; i++)
		print(out, &recent[i % RECENT]);
}

static bool parse_hex(struct batch *batch, const char *text)
{
	for (; *text; text += 2)
		if (!text[1] || batch->len == KEPT_ROOM ||
		    sscanf(text, "%2hhx", batch->room + batch->len++) != 1)
			return false;
	return true;
}

static bool parse_message(struct batch *batch, const char *name,
			  const char *flags, const char *hex)
{
	size_t from = batch->len;
	struct nlmsghdr *nlh = (struct nlmsghdr *)(batch->room + from);
	int family = 0;

	while (strcmp(fuzz_families[family].name, name))
		if (++family == FAMILIES)
			return false;
	memset(nlh, 0, NLMSG_HDRLEN);
	nlh->nlmsg_type = family_ids[family];
	nlh->nlmsg_flags = strtoul(flags, NULL, 16);
	batch->len += NLMSG_HDRLEN;
	if (strcmp(hex, "-") && !parse_hex(batch, hex))
		return false;
	nlh->nlmsg_len = batch->len - from;
	while (batch->len % NLMSG_ALIGNTO)
		batch->room[batch->len++] = 0;
	return true;
}

static bool parse_line(struct batch *batch, char *line)
{
	const char *name, *flags, *hex;

	batch->len = 0;
	for (name = strtok(line, blanks); name; name = strtok(NULL, blanks)) {
		flags = strtok(NULL, blanks);
		hex = strtok(NULL, blanks);
		if (!flags || !hex || batch->len + NLMSG_HDRLEN > KEPT_ROOM ||
		    !parse_message(batch, name, flags, hex))
			return false;
	}
	return batch->len;
}

/* Keep all of a file; 0 or -errno. */
int kept_read(const char *path)
{
	static struct batch batch;
	static char line[LINE_MAX];
	FILE *file = fopen(path, "r");
	int err = 0;

	if (!file)
		return -errno;
	while (!err && fgets(line, sizeof(line), file)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (parse_line(&batch, line))
			kept_add(&batch);
		else
			err = -EINVAL;
	}
	fclose(file);
	n_read = n_kept;
	return err;
}
