# Words of `postlens trend`.

trend-title = Trends
trend-period = { $from } to { $to }
trend-nothing = No mail in this period.
trend-heat-scale = 9 is { $count } mails in that hour of all weeks together
trend-campaigns = Campaigns: far more mail than usual from one sender, or of one subject
trend-sender = { $name }
trend-subject = subject: { $name }
trend-domains = Domains that mail went to
trend-capacity = Room that is left
trend-capacity-smtpd = smtpd processes: incoming connections
trend-capacity-smtp = smtp processes: outgoing connections
trend-capacity-active = recipients in the active queue
trend-capacity-about = How many were busy on average in the busiest minute, and in the busiest of a hundred.
trend-capacity-assumed = The limits are Postfix’s defaults: its settings could not be read here.
column-start = start
column-hours = hours
column-peak = peak
column-peak-at = at
column-usual-peak = 99 %
column-limit = limit
column-headroom = left
