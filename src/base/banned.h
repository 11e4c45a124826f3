/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Functions that have no safe use here; included by the compiler's command line everywhere. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define BANNED(name) sorry_##name##_is_banned_here
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef gets
#undef alloca
#define strcpy(...) BANNED(strcpy)
#define strcat(...) BANNED(strcat)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define strtok(...) BANNED(strtok)
#define atoi(...) BANNED(atoi)
#define atol(...) BANNED(atol)
#define alloca(...) BANNED(alloca)
