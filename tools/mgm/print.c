// SPDX-License-Identifier: GPL-2.0
/* The printer: text as ip(8) writes it, or JSON. */
#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mgm.h"
#include "print.h"

static struct {
	FILE *file;		/* where output goes; NULL is stdout */
	char *held;
	size_t held_len;
	bool json;
	bool pretty;
	bool oneline;
	bool at_start;		/* of a line, or of a JSON list or object */
	unsigned int depth;	/* of open lists and objects */
} out = {
	.at_start = true,
};

static FILE *file(void)
{
	return out.file ?: stdout;
}

void print_setup(bool json, bool pretty, bool oneline)
{
	out.json = json;
	out.pretty = pretty;
	out.oneline = oneline;
}

static void reset(void)
{
	free(out.held);
	out.held = NULL;
	out.held_len = 0;
	out.file = NULL;
	out.depth = 0;
	out.at_start = true;
}

bool print_hold(void)
{
	out.file = open_memstream(&out.held, &out.held_len);
	return out.file;
}

void print_discard(void)
{
	fclose(out.file);
	reset();
}

bool print_commit(void)
{
	bool ok = !fclose(out.file) &&
		  fwrite(out.held, 1, out.held_len, stdout) == out.held_len;

	reset();
	return ok;
}

/* The length of the UTF-8 sequence at @s, 0 if it is none. */
static size_t utf8_len(const unsigned char *s)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 :
		     s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
	size_t i;

	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;

	/* Overlong forms, surrogates, and what lies beyond Unicode. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;

	return len;
}

/*
 * In quotes; no byte of @string can end them, reach a terminal as a control
 * character, or make the output something else than UTF-8.
 */
static void put_quoted(const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	FILE *f = file();

	fputc('"', f);
	while (*s) {
		size_t len = utf8_len(s);

		/* 0xc2 leads the control characters from U+0080 to U+009F. */
		if (!len)
			fputs("\\ufffd", f);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s);
		else if (*s == 0xc2 && s[1] < 0xa0)
			fprintf(f, "\\u%04x", s[1]);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else
			fwrite(s, 1, len, f);
		s += len ?: 1;
	}
	fputc('"', f);
}

static void put_line_break(unsigned int indent)
{
	fprintf(file(), "\n%*s", 4 * indent, "");
}

/* What goes before an element of a JSON list or object. */
static void json_separate(void)
{
	if (!out.at_start)
		fputc(',', file());
	if (out.pretty && out.depth)
		put_line_break(out.depth);
	out.at_start = false;
}

static void json_open(const char *key, char bracket)
{
	if (!out.json)
		return;

	json_separate();
	if (key)
		fprintf(file(), out.pretty ? "\"%s\": " : "\"%s\":", key);
	fputc(bracket, file());
	out.depth++;
	out.at_start = true;
}

static void json_close(char bracket)
{
	if (!out.json)
		return;

	out.depth--;
	if (out.pretty && !out.at_start)
		put_line_break(out.depth);
	fputc(bracket, file());
	out.at_start = false;

	if (!out.depth) {
		fputc('\n', file());
		out.at_start = true;
	}
}

static void text_break(unsigned int indent)
{
	if (out.json || out.oneline)
		return;

	put_line_break(indent);
	out.at_start = true;
}

void print_list_open(const char *key)
{
	json_open(key, '[');
	if (!out.json && key)
		out.depth++;
}

void print_list_close(void)
{
	json_close(']');
	if (!out.json && out.depth)
		out.depth--;
}

void print_object_open(void)
{
	json_open(NULL, '{');
	if (!out.json && out.depth)
		text_break(out.depth);
}

void print_object_close(void)
{
	json_close('}');
	if (!out.json && !out.depth) {
		fputc('\n', file());
		out.at_start = true;
	}
}

void print_group_open(const char *word, const char *key)
{
	json_open(key, '{');
	if (!out.json && word) {
		print_break();
		print_string("", NULL, word);
	}
}

void print_group_close(void)
{
	json_close('}');
}

void print_break(void)
{
	text_break(out.depth + 1);
}

/*
 * Put what goes before a value: the key, or a space and the word. Returns
 * whether the value is to follow.
 */
static bool put_head(const char *word, const char *key)
{
	if (out.json) {
		if (!key)
			return false;
		json_separate();
		fprintf(file(), out.pretty ? "\"%s\": " : "\"%s\":", key);
		return true;
	}

	if (!word)
		return false;
	if (!out.at_start)
		fputc(' ', file());
	if (*word)
		fprintf(file(), "%s ", word);
	out.at_start = false;
	return true;
}

void print_uint(const char *word, const char *key, uint64_t value)
{
	if (put_head(word, key))
		fprintf(file(), "%llu", (unsigned long long)value);
}

void print_string(const char *word, const char *key, const char *value)
{
	if (!put_head(word, key))
		return;

	if (out.json)
		put_quoted(value);
	else
		fputs(value, file());
}

void print_flow(const char *source, const char *group)
{
	if (put_head("", NULL))
		fprintf(file(), "(%s, %s)", source, group);
	print_string(NULL, "source", source);
	print_string(NULL, "group", group);
}

/* Whether a string is one plain word, as most names are. */
static bool is_word(const char *string)
{
	const char *s = string;

	while (isascii(*s) && (isalnum(*s) || strchr("_-.:/+@", *s)) && *s)
		s++;
	return s > string && !*s;
}

void print_name(const char *word, const char *key, const char *value)
{
	if (!put_head(word, key))
		return;

	if (out.json || !is_word(value))
		put_quoted(value);
	else
		fputs(value, file());
}

void print_on(const char *word, const char *key, bool on)
{
	if (!put_head(word, key))
		return;

	if (out.json)
		fputs(on ? "true" : "false", file());
	else
		fputs(on ? "on" : "off", file());
}

void print_off(const char *word, const char *key, bool off)
{
	print_on(off ? word : NULL, key, !off);
}

const char *seconds(uint64_t ms, char *text, size_t size)
{
	unsigned long long whole = ms / 1000;
	unsigned int fraction = ms % 1000;
	int digits = 3;

	for (; fraction && fraction % 10 == 0; fraction /= 10)
		digits--;
	if (fraction)
		snprintf(text, size, "%llu.%0*u", whole, digits, fraction);
	else
		snprintf(text, size, "%llu", whole);
	return text;
}

void print_time(const char *word, const char *key, uint64_t ms)
{
	char text[SECONDS_SIZE];

	if (!put_head(word, key))
		return;

	if (out.json)
		fprintf(file(), "%llu", (unsigned long long)ms);
	else
		fprintf(file(), "%ss", seconds(ms, text, sizeof(text)));
}

void print_address(const char *word, const char *key, int family, const void *address)
{
	char text[INET6_ADDRSTRLEN];

	print_string(word, key, inet_ntop(family, address, text, sizeof(text)));
}

const char *dev_name(uint32_t ifindex)
{
	static char name[IF_NAMESIZE];

	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "if%u", ifindex);
	return name;
}

void print_dev(const char *word, const char *key, uint32_t ifindex)
{
	print_name(word, key, dev_name(ifindex));
}

static void put_flag(const char *word, const char *name)
{
	if (out.json) {
		json_separate();
		put_quoted(name);
	} else {
		print_string(word, NULL, name);
	}
}

void print_flags(const char *word, const char *key, const char *const *names, size_t count,
		 uint32_t value)
{
	char unknown[sizeof("0x12345678")];
	size_t bit;

	json_open(key, '[');
	if (word && value)
		print_string("", NULL, word);

	for (bit = 0; bit < count; bit++) {
		if (!(value & 1U << bit))
			continue;
		put_flag("", names[bit]);
		value &= ~(1U << bit);
	}

	if (value) {
		snprintf(unknown, sizeof(unknown), "0x%x", value);
		put_flag(word ? "" : key, unknown);
	}

	json_close(']');
}

void print_hex(const char *word, const char *key, const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;
	size_t i;

	if (!put_head(word, key))
		return;

	if (out.json)
		fputc('"', file());
	for (i = 0; i < len; i++)
		fprintf(file(), "%02x", byte[i]);
	if (out.json)
		fputc('"', file());
}
