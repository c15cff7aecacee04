// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration file, line by line: a command, then words in pairs, in any
 * order. What smcroute takes and MGM has no use for is passed over with a warning,
 * so that smcroute's files can be brought over.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "conf.h"
#include "log.h"
#include "words.h"

/* How deep files can include each other; one that includes itself finds the end. */
#define DEPTH_MAX	16

/* One line of mgroup stands for no more groups than this power of 2. */
#define JOINS_BITS_MAX	16

struct parser {
	struct place place;
	struct conf *conf;
	unsigned int depth;
	char *rest;		/* of the line */
};

static int read_file(struct conf *conf, const char *path, struct place *from,
		     unsigned int depth);

/* The next word of the line, NULL at its end, or where a comment begins. */
static char *next(struct parser *p)
{
	char *word = strtok_r(NULL, " \t\r\n\v\f", &p->rest);

	if (!word || *word != '#')
		return word;
	p->rest = word + strlen(word);
	*p->rest = '\0';
	return NULL;
}

static int unknown(struct parser *p, const char *command, const char *word)
{
	complain(&p->place, LOG_ERR, "%s does not know the word '%s'", command, word);
	return -1;
}

/* mrdisc, of RFC 4286, announces routers to switches. */
static int read_phyint(struct parser *p, struct conf_phyint *phyint)
{
	char *word;

	phyint->enable = true;
	phyint->ttl_threshold = 1;
	if (read_name(&p->place, next(p), "phyint", phyint->name))
		return -1;
	while ((word = next(p))) {
		if (!strcmp(word, "enable"))
			phyint->enable = true;
		else if (!strcmp(word, "disable"))
			phyint->enable = false;
		else if (!strcmp(word, "mrdisc"))
			complain(&p->place, LOG_WARNING, "there is no 'mrdisc' here");
		else if (strcmp(word, "ttl-threshold"))
			return unknown(p, "phyint", word);
		else if (read_ttl(&p->place, next(p), &phyint->ttl_threshold))
			return -1;
	}
	return 0;
}

static void add_phyint(struct parser *p)
{
	struct conf *conf = p->conf;
	struct conf_phyint one;

	if (read_phyint(p, &one))
		return;
	conf->phyints = array_room(conf->phyints, conf->n_phyints, sizeof(one));
	conf->phyints[conf->n_phyints++] = one;
}

/* What mgroup and mroute have in common, as it stands in the line. */
struct flow_words {
	const char *from;
	const char *source;
	const char *group;
};

/* from, source or group, and the word behind it. 1: @word is another one. */
static int read_flow_word(struct parser *p, struct flow_words *words, const char *word)
{
	const char **value;

	if (!strcmp(word, "from"))
		value = &words->from;
	else if (!strcmp(word, "source"))
		value = &words->source;
	else if (!strcmp(word, "group"))
		value = &words->group;
	else
		return 1;
	if (*value) {
		complain(&p->place, LOG_ERR, "'%s' is there twice", word);
		return -1;
	}
	*value = next(p);
	/* Said at once, for what follows the word now would only confuse. */
	if (!*value) {
		complain(&p->place, LOG_ERR, "nothing follows '%s'", word);
		return -1;
	}
	return 0;
}

static bool is_ip6(const char *word)
{
	return word && strchr(word, ':');
}

/* 0; -1: it is wrong, or of no use. Either has been said. */
static int read_flow(struct parser *p, const char *command,
		     const struct flow_words *words, char iif[IFNAMSIZ],
		     struct prefix *source, struct prefix *group)
{
	if (!words->from || !words->group) {
		complain(&p->place, LOG_ERR, "%s needs '%s'", command,
			 words->from ? "group" : "from");
		return -1;
	}
	if (is_ip6(words->source) || is_ip6(words->group)) {
		complain(&p->place, LOG_WARNING, "IPv6 is not routed; passed over");
		return -1;
	}
	*source = (struct prefix){};
	if (read_name(&p->place, words->from, "from", iif) ||
	    (words->source && read_source(&p->place, words->source, source)) ||
	    read_group(&p->place, words->group, group))
		return -1;
	return 0;
}

static void add_group(struct parser *p)
{
	struct conf *conf = p->conf;
	struct flow_words words = {};
	struct conf_group group;
	unsigned int bits;
	char *word;
	int ret;

	while ((word = next(p))) {
		ret = read_flow_word(p, &words, word);
		if (ret > 0)
			unknown(p, "mgroup", word);
		if (ret)
			return;
	}
	if (read_flow(p, "mgroup", &words, group.iif, &group.source, &group.group))
		return;
	bits = 32 - group.group.len;
	if (group.source.len)
		bits += 32 - group.source.len;
	if (bits > JOINS_BITS_MAX) {
		complain(&p->place, LOG_ERR, "these are more than %d groups to join",
			 1 << JOINS_BITS_MAX);
		return;
	}
	conf->groups = array_room(conf->groups, conf->n_groups, sizeof(group));
	conf->groups[conf->n_groups++] = group;
}

static void check_oif(struct parser *p, const struct conf_route *route, const char *oif)
{
	const struct conf_phyint *phyint = conf_find_phyint(p->conf, oif);

	if (phyint && !phyint->enable)
		complain(&p->place, LOG_WARNING, "nothing goes out on %s, it is disabled",
			 oif);
	else if (!strcmp(oif, route->iif) && !conf_name_is_wildcard(oif))
		complain(&p->place, LOG_WARNING,
			 "packets do not go back to %s, where they come from", oif);
}

/* All that is left of the line: the interfaces. */
static int read_oifs(struct parser *p, struct conf_route *route)
{
	char name[IFNAMSIZ], *word;

	while ((word = next(p))) {
		if (read_name(&p->place, word, "to", name))
			return -1;
		route->oifs = array_room(route->oifs, route->n_oifs, sizeof(name));
		memcpy(route->oifs[route->n_oifs++], name, sizeof(name));
	}
	return 0;
}

static int read_route(struct parser *p, struct conf_route *route)
{
	const struct prefix local = { { htonl(INADDR_UNSPEC_GROUP) }, 24 };
	struct flow_words words = {};
	char *word;
	size_t i;
	int ret;

	while ((word = next(p))) {
		ret = read_flow_word(p, &words, word);
		if (ret > 0 && strcmp(word, "to"))
			return unknown(p, "mroute", word);
		if (ret < 0 || (ret && read_oifs(p, route)))
			return -1;
	}
	if (read_flow(p, "mroute", &words, route->iif, &route->source, &route->group))
		return -1;
	if (!route->n_oifs) {
		complain(&p->place, LOG_WARNING, "it leads nowhere without 'to'; passed over");
		return -1;
	}
	if (route->group.len >= local.len &&
	    prefix_covers(&local, route->group.address)) {
		complain(&p->place, LOG_WARNING,
			 "groups in 224.0.0.0/24 are never forwarded; passed over");
		return -1;
	}
	for (i = 0; i < route->n_oifs; i++)
		check_oif(p, route, route->oifs[i]);
	return 0;
}

static void add_route(struct parser *p)
{
	struct conf *conf = p->conf;
	struct conf_route route = {};

	if (read_route(p, &route)) {
		free(route.oifs);
		return;
	}
	conf->routes = array_room(conf->routes, conf->n_routes, sizeof(route));
	conf->routes[conf->n_routes++] = route;
}

/* Relative to the file that includes it. NULL: no memory. */
static char *full_pattern(const char *path, const char *pattern)
{
	const char *slash = strrchr(path, '/');
	char *full;

	if (*pattern == '/' || !slash)
		return strdup(pattern);
	if (asprintf(&full, "%.*s/%s", (int)(slash - path), path, pattern) < 0)
		return NULL;
	return full;
}

static void read_include(struct parser *p)
{
	const char *word = next(p);
	glob_t found = {};
	char *pattern;
	size_t i;
	int ret;

	if (!word || next(p)) {
		complain(&p->place, LOG_ERR, "include takes one file, or a pattern for files");
		return;
	}
	pattern = full_pattern(p->place.path, word);
	ret = pattern ? glob(pattern, 0, NULL, &found) : GLOB_NOSPACE;
	if (ret == GLOB_NOMATCH && !strpbrk(pattern, "*?["))
		complain(&p->place, LOG_WARNING, "there is no %s", pattern);
	else if (ret && ret != GLOB_NOMATCH)
		complain(&p->place, LOG_ERR, "cannot look for %s", word);
	for (i = 0; i < found.gl_pathc; i++)
		if (read_file(p->conf, found.gl_pathv[i], &p->place, p->depth + 1))
			p->place.failed = true;
	globfree(&found);
	free(pattern);
}

static void read_line(struct parser *p, char *line)
{
	static const struct {
		const char *name;
		void (*read)(struct parser *p);
	} commands[] = {
		{ "phyint", add_phyint },
		{ "mgroup", add_group },
		{ "ssmgroup", add_group },		/* as it once was */
		{ "mroute", add_route },
		{ "include", read_include },
	};
	const char *word;
	size_t i;

	p->rest = line;
	word = next(p);
	if (!word)
		return;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(word, commands[i].name)) {
			commands[i].read(p);
			return;
		}
	}
	complain(&p->place, LOG_ERR, "there is no command '%s'", word);
}

static void cannot_read(struct place *place, struct place *from)
{
	place->failed = true;
	if (from)
		complain(from, LOG_ERR, "cannot read %s: %s", place->path, strerror(errno));
	else
		say(LOG_ERR, "%s: %s", place->path, strerror(errno));
}

/* @from: the line that includes it; NULL: the file itself. */
static int read_file(struct conf *conf, const char *path, struct place *from,
		     unsigned int depth)
{
	struct parser p = { .place.path = path, .conf = conf, .depth = depth };
	char *line = NULL;
	size_t size = 0;
	FILE *file;

	if (depth > DEPTH_MAX) {
		complain(from, LOG_ERR, "files include each other more than %d deep",
			 DEPTH_MAX);
		return -1;
	}
	file = fopen(path, "re");
	while (file && getline(&line, &size, file) >= 0) {
		p.place.line++;
		read_line(&p, line);
	}
	if (!file || ferror(file))
		cannot_read(&p.place, from);
	if (file)
		fclose(file);
	free(line);
	return p.place.failed ? -1 : 0;
}

int conf_read(struct conf *conf, const char *path)
{
	*conf = (struct conf){};
	if (!read_file(conf, path, NULL, 0))
		return 0;
	conf_free(conf);
	return -1;
}

void conf_free(struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->n_routes; i++)
		free(conf->routes[i].oifs);
	free(conf->routes);
	free(conf->groups);
	free(conf->phyints);
	*conf = (struct conf){};
}

bool conf_name_is_wildcard(const char *written)
{
	return *written && written[strlen(written) - 1] == '+';
}

bool conf_name_fits(const char *written, const char *name)
{
	if (conf_name_is_wildcard(written))
		return !strncmp(written, name, strlen(written) - 1);
	return !strcmp(written, name);
}

const struct conf_phyint *conf_find_phyint(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = conf->n_phyints; i; i--)
		if (conf_name_fits(conf->phyints[i - 1].name, name))
			return &conf->phyints[i - 1];
	return NULL;
}
