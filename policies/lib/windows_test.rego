package audit.lib.windows_test

import data.audit.lib.windows

test_weekly_window if {
	windows.weekly("Sun:03:00-sun:04:30") == {"start": 180, "length": 90}
	windows.weekly("sat:23:30-sun:00:30") == {"start": 10050, "length": 60}
	not windows.weekly("sunday 3am")
	not windows.weekly("sun:3:00-sun:4:00")
}

test_daily_window if {
	windows.daily("08:09-09:00") == {"start": 489, "length": 51}
	windows.daily("23:30-00:30") == {"start": 1410, "length": 60}
}

test_overlap if {
	windows.overlap(windows.weekly("sun:03:00-sun:04:00"), windows.daily("03:30-04:30"))
	windows.overlap(windows.weekly("sun:03:30-sun:04:00"), windows.daily("03:00-04:30"))
	windows.overlap(windows.weekly("sat:23:30-sun:00:30"), windows.daily("00:00-00:30"))
	windows.overlap(windows.weekly("mon:00:10-mon:00:40"), windows.daily("23:50-00:20"))
	not windows.overlap(windows.weekly("sun:03:00-sun:04:00"), windows.daily("04:00-05:00"))
	not windows.overlap(windows.weekly("sun:05:00-sun:06:00"), windows.daily("04:00-05:00"))
}

test_lies_within if {
	windows.lies_within(windows.weekly("sun:00:00-sun:01:00"), [0, 6])
	windows.lies_within(windows.weekly("sun:05:00-sun:06:00"), [0, 6])
	not windows.lies_within(windows.weekly("sun:05:30-sun:06:30"), [0, 6])
	not windows.lies_within(windows.weekly("sun:06:00-sun:07:00"), [0, 6])
	windows.lies_within(windows.weekly("sun:23:00-mon:00:00"), [22, 4])
	windows.lies_within(windows.weekly("sat:23:30-sun:04:00"), [22, 4])
	not windows.lies_within(windows.weekly("sun:03:59-sun:05:00"), [22, 4])
	not windows.lies_within(windows.weekly("sun:04:00-sun:05:00"), [22, 4])
	not windows.lies_within(windows.weekly("sun:00:00-mon:00:30"), [0, 6])
	windows.lies_within(windows.weekly("sun:12:00-sun:13:00"), [0, 24])
	windows.lies_within(windows.weekly("sun:12:00-sun:13:00"), [3, 3])
}
