/* SPDX-License-Identifier: Apache-2.0 */
/* Small files that say whose they are: what is made of each, and of each when it is damaged. */
#include "test.h"

#include "base/heap.h"
#include "reading.h"

#include <stdlib.h>

static const char *const samples[][2] = {
	{ "web-01.corp.example\n", "name=web-01.corp.example" },
	{ "# set by the installer\nweb-02\n", "name=web-02" },
	{ "0123456789abcdef0123456789abcdef\n", "machine_id=0123456789abcdef0123456789abcdef" },
	{ "NAME=\"Debian GNU/Linux\"\nVERSION_ID='12'\nID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n",
	  "os=Debian GNU/Linux 12 (bookworm);build=12" },
	{ "/usr/share/zoneinfo/Europe/Berlin", "time_zone=Europe/Berlin" },
	{ "{\"Hostname\":\"WS-7\",\"Fqdn\":\"WS-7.corp.example\",\"OS\":\"windows\",\"Platform\":\"Windows 10 \\u00e4\","
	  "\"PlatformVersion\":\"10.0.19045\",\"LocalTZ\":\"CET\",\"HostID\":\"B5A2-1\"}",
	  "name=WS-7;os=Windows 10 \xc3\xa4;build=10.0.19045;time_zone=CET;machine_id=B5A2-1" },
	{ "{\"client_id\":\"C.1\",\"os_info\":{\"system\":\"linux\",\"release\":\"debian12\",\"hostname\" : \"db\"}}",
	  "name=db;os=debian12" },
	{ "{\"Fqdn\":\"only.example\",\"OS\":\"linux\",\"HostID\":\"not machine-id's\"}", "name=only.example;os=linux" },
	{ "<?xml version=\"1.0\"?>\n<plist><dict>\n<key>ProductBuildVersion</key>\n<string>22E252</string>\n"
	  "<key>ProductName</key><string>macOS</string><key>ProductVersion</key><string>13.3</string></dict></plist>\n",
	  "os=macOS 13.3;build=22E252" },
	{ "<plist><dict><key>ComputerName</key><string>Anna&apos;s &amp; Bo</string>"
	  "<key>LocalHostName</key><string>Annas-Mac</string></dict></plist>",
	  "name=Annas-Mac" },
	{ "<plist><key>ComputerName</key><string>Anna&apos;s &amp; Bo</string></plist>", "name=Anna's & Bo" },
	{ "Created by UAC 2.9.0\n\n[System Information]\nOperating System: linux\nHostname: web-01\n",
	  "name=web-01;os=linux" },
	{ " Static hostname: web-03\n      Machine ID: 0123456789abcdef0123456789abcdef\nOperating System: Debian\n",
	  "name=web-03;os=Debian;machine_id=0123456789abcdef0123456789abcdef" },
	{ "KAPE version 1.3\n\nSystem info: Machine name: WS-0412, 64-bit: True, User: a OS: Windows10\n",
	  "name=WS-0412" },
	{ "ComputerName,FullName\n\"PC-9\",\\x\n", "name=PC-9" },
	{ "\xef\xbb\xbf\"A\",\"ComputerName\"\r\n\"a,b\",\"PC-10\"\r\n", "name=PC-10" },
	{ "two words\n", NULL },
	{ "one\ntwo\n", NULL },
	{ "", NULL },
	{ "{\"Hostname\":7}", NULL },
	{ "<plist><key>HostName</key><array/></plist>", NULL },
};

static const char footer[] = "TZif2\0\0\0\n\0\0\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static void told(struct slice text, size_t step, struct buf *out)
{
	read_all(&input_machine, text, step ? step : 1, out);
}

static void each_tells_what_is_in_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct buf got = { 0 }, want = { 0 };
		struct slice text = slice_str(samples[i][0]);

		told(text, text.n, &got);
		if (samples[i][1])
			buf_printf(&want, "machine - -1 #1@0;%s\n", samples[i][1]);
		if (!slice_eq(buf_slice(&got), buf_slice(&want)))
			fail_msg("%s: %.*s", samples[i][0], (int)got.n, (const char *)got.p);
		buf_done(&got);
		buf_done(&want);
	}
}

static void the_rule_of_a_time_zone_is_in_the_footer(void **state)
{
	struct buf got = { 0 };

	(void)state;
	told(slice_of(footer, sizeof(footer) - 1), 1000, &got);
	assert_slice(buf_slice(&got), "machine - -1 #1@0;time_zone=CET-1CEST,M3.5.0,M10.5.0/3\n");
	buf_done(&got);
}

static void only_what_content_tells_is_bid_for(void **state)
{
	struct buf got = { 0 };

	(void)state;
	events_of("NAME=a\nID=b\nVERSION_ID=3\n", &got);
	assert_slice(buf_slice(&got), "machine - -1 #1@0;os=a;build=3\n");
	buf_done(&got);
	assert_null(input_detect(slice_str("web-01\n"), 7));
	assert_null(input_detect(slice_str("9785001b0dcf755eddb8af294a373c0\n"), 32));
	assert_ptr_equal(input_detect(slice_str(samples[3][0]), strlen(samples[3][0])), &input_machine);
	assert_ptr_equal(input_detect(slice_str(samples[2][0]), strlen(samples[2][0])), &input_machine);
}

static void every_prefix_is_read_in_any_windows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct slice text = slice_str(samples[i][0]);

		for (size_t n = 0; n <= text.n; n++) {
			struct buf whole = { 0 }, cut = { 0 };

			told(slice_head(text, n), n, &whole);
			told(slice_head(text, n), 7, &cut);
			assert_true(slice_eq(buf_slice(&whole), buf_slice(&cut)));
			buf_done(&whole);
			buf_done(&cut);
		}
	}
}

static void every_flipped_bit_is_survived(void **state)
{
	char room[1024];

	(void)state;
	for (size_t i = 0; i <= sizeof(samples) / sizeof(*samples); i++) {
		bool last = i == sizeof(samples) / sizeof(*samples);
		size_t n = last ? sizeof(footer) - 1 : strlen(samples[i][0]);

		memcpy(room, last ? footer : samples[i][0], n);
		for (size_t bit = 0; bit < n * 8; bit++) {
			struct buf out = { 0 };

			room[bit / 8] = (char)(room[bit / 8] ^ (1 << bit % 8));
			told(slice_of(room, n), n, &out);
			room[bit / 8] = (char)(room[bit / 8] ^ (1 << bit % 8));
			assert_true(out.n < 4096);
			buf_done(&out);
		}
	}
}

static void a_log_without_end_is_read_at_its_beginning(void **state)
{
	struct buf text = { 0 }, out = { 0 };

	(void)state;
	buf_put_str(&text, "Hostname: early\n");
	while (text.n < (size_t)3 << 20)
		buf_put_str(&text, "nothing of interest, again and again\n");
	told(buf_slice(&text), 300000, &out);
	assert_slice(buf_slice(&out), "machine - -1 #1@0;name=early\n");
	buf_done(&text);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tells_what_is_in_it),
		cmocka_unit_test(the_rule_of_a_time_zone_is_in_the_footer),
		cmocka_unit_test(only_what_content_tells_is_bid_for),
		cmocka_unit_test(every_prefix_is_read_in_any_windows),
		cmocka_unit_test(every_flipped_bit_is_survived),
		cmocka_unit_test(a_log_without_end_is_read_at_its_beginning),
	};

	if (!reading_init())
		return 1;
	int failed = RUN(tests);

	reading_done();
	return failed;
}
