/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One Windows event as text (Splunk's WinEventLog, and exports made like it):
 *
 *   11/03/2026 09:14:07 AM          local time, no zone
 *   LogName=Security
 *   EventCode=4688                  ... more Name=value lines
 *   Message=A new process has been created.
 *
 *   Creator Subject:                sections of "Label:<tab>value" lines; Sysmon has
 *   	Account Name:	a.berg        "Field: value" lines without sections
 *
 * Header lines keep their names, but for User and EventType, which Sysmon's messages hold too: they
 * become LogUser and LogEventType. The message's values get the names that they have in EventData:
 * Sysmon's labels are those names already, labels of English messages are looked up in a table; a
 * label that is not in it loses its blanks. Values may go on over several lines.
 */
#include "event/event.h"

/* What its first line is; "LogName=" may also be the first line itself. */
bool wintext_starts(struct slice text);
/* Adds the record's fields: everything borrows from text. The time line is called LocalTime. */
void wintext_read(struct slice text, const struct names *names, struct event *ev);
