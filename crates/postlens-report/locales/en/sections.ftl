# Words of the sections.
section-by-minute = By the minute
section-by-hour = By the hour
section-by-day = By the day
section-by-weekday = By the day of the week
section-by-week = By the week
section-by-month = By the month
week-from = week from { $day }
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
