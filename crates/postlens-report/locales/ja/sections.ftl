# 各節の語句。
section-by-minute = 分別
section-by-hour = 時間別
section-by-day = 日別
section-by-weekday = 曜日別
section-by-week = 週別
section-by-month = 月別
week-from = { $day } からの週
weekday-1 = 月曜日
weekday-2 = 火曜日
weekday-3 = 水曜日
weekday-4 = 木曜日
weekday-5 = 金曜日
weekday-6 = 土曜日
weekday-7 = 日曜日
