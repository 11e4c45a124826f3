/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

int main(void)
{
	fputs("upriver: no verb given\n", stderr);
	return 2;
}
