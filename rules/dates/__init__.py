"""Working days, due rules, periods and timetables."""
