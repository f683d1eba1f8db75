# Maintenance and backup windows as AWS writes them, in minutes.
package audit.lib.windows

minutes_per_day := 1440

minutes_per_week := 10080

days := {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

digits := ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]

# Two digits as a number: "00" to "59".
two_digits := {text: number |
	some number in numbers.range(0, 59)
	text := concat("", [digits[floor(number / 10)], digits[number % 10]])
}

# `ddd:hh24:mi-ddd:hh24:mi` as its first minute of the week and its length;
# undefined for anything else.
weekly(text) := {"start": start, "length": length} if {
	[first, last] := split(lower(text), "-")
	start := minute_of_week(first)
	end := minute_of_week(last)
	length := ((end - start) + minutes_per_week) % minutes_per_week
}

# `hh24:mi-hh24:mi` as its first minute of the day and its length; undefined for
# anything else.
daily(text) := {"start": start, "length": length} if {
	[first, last] := split(text, "-")
	start := minute_of_day(first)
	end := minute_of_day(last)
	length := ((end - start) + minutes_per_day) % minutes_per_day
}

minute_of_week(text) := minute if {
	[day, hour, past] := split(text, ":")
	minute := ((days[day] * minutes_per_day) + (two_digits[hour] * 60)) + two_digits[past]
}

minute_of_day(text) := minute if {
	[hour, past] := split(text, ":")
	minute := (two_digits[hour] * 60) + two_digits[past]
}

# Whether a weekly and a daily window share a minute on some day.
overlap(week, day) if (((day.start - week.start) % minutes_per_day) + minutes_per_day) % minutes_per_day < week.length

overlap(week, day) if (((week.start - day.start) % minutes_per_day) + minutes_per_day) % minutes_per_day < day.length

# Whether a weekly window lies in the hours from `hours[0]` to `hours[1]`, which
# may pass midnight; equal hours are the whole day.
lies_within(_, hours) if (hours[1] - hours[0]) % 24 == 0

lies_within(week, hours) if {
	allowed := (((hours[1] - hours[0]) * 60) + minutes_per_day) % minutes_per_day
	wait := (((week.start - (hours[0] * 60)) % minutes_per_day) + minutes_per_day) % minutes_per_day
	wait + week.length <= allowed
}
