# Maintenance and backup windows as AWS writes them, in minutes.
package audit.lib.windows

minutes_per_day := 1440

minutes_per_week := 10080

days := {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

digits := "0123456789"

# `ddd:hh24:mi-ddd:hh24:mi` as its first minute of the week and its length;
# undefined for anything else.
weekly(text) := {"start": start, "length": length} if {
	folded := lower(text)
	regex.match(`^(sun|mon|tue|wed|thu|fri|sat):[0-9]{2}:[0-9]{2}-(sun|mon|tue|wed|thu|fri|sat):[0-9]{2}:[0-9]{2}$`, folded)
	start := minute_of_week(substring(folded, 0, 9))
	end := minute_of_week(substring(folded, 10, 9))
	length := ((end - start) + minutes_per_week) % minutes_per_week
}

# `hh24:mi-hh24:mi` as its first minute of the day and its length; undefined for
# anything else.
daily(text) := {"start": start, "length": length} if {
	regex.match(`^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$`, text)
	start := minute_of_day(substring(text, 0, 5))
	end := minute_of_day(substring(text, 6, 5))
	length := ((end - start) + minutes_per_day) % minutes_per_day
}

minute_of_week(text) := (days[substring(text, 0, 3)] * minutes_per_day) + minute_of_day(substring(text, 4, 5))

minute_of_day(text) := (number(substring(text, 0, 2)) * 60) + number(substring(text, 3, 2))

number(text) := (indexof(digits, substring(text, 0, 1)) * 10) + indexof(digits, substring(text, 1, 1))

# Whether a weekly and a daily window share a minute on some day.
overlap(week, day) if (((day.start - week.start) % minutes_per_day) + minutes_per_day) % minutes_per_day < week.length

overlap(week, day) if (((week.start - day.start) % minutes_per_day) + minutes_per_day) % minutes_per_day < day.length

# Whether a weekly window starts in the hours from `hours[0]` up to but not
# including `hours[1]`, which may pass midnight; equal hours are the whole day.
starts_within(week, hours) if {
	hours[0] < hours[1]
	hour := start_hour(week)
	hour >= hours[0]
	hour < hours[1]
}

starts_within(week, hours) if {
	hours[0] >= hours[1]
	start_hour(week) >= hours[0]
}

starts_within(week, hours) if {
	hours[0] >= hours[1]
	start_hour(week) < hours[1]
}

start_hour(week) := floor((week.start % minutes_per_day) / 60)
