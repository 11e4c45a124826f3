/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* One message with at most one descriptor over a SOCK_SEQPACKET pair: how workers are given what
 * they read, since they can open nothing. */
#include "base/slice.h"

#include <sys/types.h>

/* fd < 0 sends none. False with errno set. */
bool fdpass_send(int socket, struct slice message, int fd);
/* Bytes received, 0 when the other side is gone, -1 with errno. *ret_fd is -1 when none came. */
ssize_t fdpass_receive(int socket, void *room, size_t size, int *ret_fd);
