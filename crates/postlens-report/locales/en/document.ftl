# Words of charts and documents.
html-language = en
html-contents = Sections
html-made-by = Made by Postlens { $version } from the mail log. Times are those of the log.
tile-delivered = recipients delivered or relayed
tile-waiting = recipients that still wait
tile-failed = recipients bounced or expired
chart-times-hour = Mail by the hour
chart-times-day = Mail by the day
chart-times-week = Mail by the week
chart-times-month = Mail by the month
chart-heat = Mails received, by hour and day of the week
chart-deferrals = Deferred attempts by cause, with who must act
chart-refusals = Refusals by cause, with who must act
chart-failed-clients = Failed logins by client
chart-failed-users = Failed logins by user
chart-destinations = Attempts by recipient domain
chart-delays = Delays: median · 95 % · longest
chart-highest = Highest: { $label }, { $count }
chart-range = { $stage }: median { $median }, 95 % within { $most }, longest { $longest }
mail-about = Postfix report { $host } { $days }
mail-days = { $from } to { $to }
mail-subject = { $about }: { $count ->
    [0] no problems
    [one] 1 problem
   *[other] { $count } problems
}
mail-subject-incomplete = { $about }: { $count ->
    [0] no problems in what could be read
    [one] 1 problem, not all could be read
   *[other] { $count } problems, not all could be read
}
column-day = day
column-domain = domain
column-address = address
column-mails = mails
column-cause = cause
column-actor = who must act
column-reason = reason
column-name = name
column-user = user
column-client = client
column-users = users tried
column-median-seconds = median (s)
column-p95-seconds = 95 % (s)
column-max-seconds = longest (s)
