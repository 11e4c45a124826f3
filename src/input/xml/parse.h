/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One event log record as XML ([MS-EVEN6], 2.2.13 and the schema in Windows' "Event" namespace)
 * into an event's fields, under the names that the EVTX reader gives: System's elements and
 * attributes (Provider_Name, TimeCreated_SystemTime), EventData's Data by their Name, UserData by
 * the names of its leaves. RenderingInfo's parts are RenderingInfo.Message and so on. Also what
 * wraps only EventData (Log Analytics: <DataItem>). Through expat; a document type is refused.
 */
#include "event/event.h"

struct xml;

struct xml *xml_new(const struct names *names);
void xml_free(struct xml *x); /* NULL is fine */

struct xml_result {
	bool complete;
	size_t at;	 /* where reading stopped */
	const char *why; /* when not complete */
};

/* The element that text is. What was read before a fault stays in the event. */
struct xml_result xml_read(struct xml *x, struct slice text, struct event *ev);
