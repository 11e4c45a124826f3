/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Addresses of the internet protocol as texts, by their ranges. RFC 1918, 3927, 4193, 4291, 5735. */
#include "base/slice.h"

/* An address, and no name. */
bool address_is(struct slice s);
/* Of the house itself, of one machine alone, or of nobody: no machine of others is there. */
bool address_is_inner(struct slice s);
/* May one machine on a network be told by it? Not loopback, link-local, multicast and unspecified ones. */
bool address_is_host(struct slice s);
