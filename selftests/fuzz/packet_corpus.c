// SPDX-License-Identifier: GPL-2.0
/*
 * Packets as lines of text: the link, who sends it, the packet in hexadecimal digits,
 * and what goes with it: the options of the socket, or the header of the offloads.
 *
 *	r1 host 01005e010101...
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "packet.h"

#define LINE	(2 * FRAME_MAX + 256)

enum { HOST, RAW, SOCKET, OFFLOAD, SENDERS };

static const char * const senders[SENDERS] = { "host", "raw", "socket", "offload" };

static void print_hex(FILE *out, const __u8 *data, unsigned int len)
{
	fputc(' ', out);
	while (len--)
		fprintf(out, "%02x", *data++);
}

void corpus_print(FILE *out, const struct sent *sent)
{
	int sender = sent->how == BY_RAW_SOCKET ? RAW :
		     sent->how == BY_SOCKET ? SOCKET :
		     sent->offload ? OFFLOAD : HOST;

	fprintf(out, "%s %s", links[sent->link].name, senders[sender]);
	print_hex(out, sent->data, sent->len);
	if (sent->extra_len)
		print_hex(out, sent->extra, sent->extra_len);
	fputc('\n', out);
}

/* How many octets, or -1 if it is no hexadecimal number, or too long. */
static int parse_hex(const char *text, __u8 *data, unsigned int room)
{
	unsigned int len;

	for (len = 0; text[2 * len]; len++)
		if (len == room || sscanf(text + 2 * len, "%2hhx", data + len) != 1 ||
		    !text[2 * len + 1])
			return -1;
	return len;
}

static bool parse_extra(struct frame *frame, const char *text)
{
	int len;

	if (frame->how == BY_SOCKET) {
		len = parse_hex(text, frame->options, sizeof(frame->options));
		frame->n_options = len;
		return len >= 0;
	}
	return parse_hex(text, (__u8 *)&frame->vnet, sizeof(frame->vnet)) >= 0;
}

static int find(const char *text, const char *(*name)(int i), int n)
{
	while (n-- && strcmp(text, name(n)))
		;
	return n;
}

static const char *link_name(int i)
{
	return links[i].name;
}

static const char *sender_name(int i)
{
	return senders[i];
}

static bool parse(struct frame *frame, char *line)
{
	char *words[4] = { "", "", "", "" }, *word;
	unsigned int n = 0;
	int sender, len;

	for (word = strtok(line, "\n "); word && n < 4; word = strtok(NULL, "\n "))
		words[n++] = word;
	memset(frame, 0, sizeof(*frame));
	frame->link = find(words[0], link_name, LINKS);
	sender = find(words[1], sender_name, SENDERS);
	len = parse_hex(words[2], frame->data, FRAME_MAX - 256);
	if (word || frame->link < 0 || sender < 0 || len < ETH_HLEN)
		return false;
	frame->how = sender == RAW ? BY_RAW_SOCKET :
		     sender == SOCKET ? BY_SOCKET : BY_HOST;
	frame->offload = sender == OFFLOAD;
	frame->len = len;
	return parse_extra(frame, words[3]);
}

/* Send what a file has; how many those are, or -errno. */
static int send_all(const char *path)
{
	static struct frame frame;
	static char line[LINE];
	FILE *file = fopen(path, "r");
	int n = 0;

	if (!file)
		return -errno;
	while (n >= 0 && sent_room() && fgets(line, sizeof(line), file)) {
		if (*line == '#' || *line == '\n')
			continue;
		fuzz_step = ++n;
		if (parse(&frame, line)) {
			sent_add(&frame);
		} else {
			fprintf(stderr, "%s: packet %d is none\n", path, n);
			n = -EINVAL;
		}
	}
	fclose(file);
	return n;
}

/*
 * All of a file, and all of it again: each is the first of its flow, if none before it
 * has the same, and then a later one.
 */
int corpus_replay(const char *path)
{
	int i, n = 0;

	for (i = 0; i < 2 && n >= 0; i++) {
		sent_begin_round();
		n = send_all(path);
		sent_flush();
		state_rest();
	}
	return n;
}
