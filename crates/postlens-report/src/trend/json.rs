//! Trends as one JSON object, schema 1: hours of the day from 0, days of the week from Monday,
//! times on the wall of the log.

use bstr::BStr;
use postlens_stats::Counted as _;
use postlens_stats::stats::destinations::Sent;
use postlens_stats::stats::traffic::{Flow, Span};
use postlens_stats::trend::Trend;
use serde_json::{Map, Value, json};

use super::{FIGURES, Trends};
use crate::escape::lossless;
use crate::json::compare::change;
use crate::json::wall_clock;

/// Makes the object.
pub fn value(trends: &Trends<'_>) -> Value {
    let (now, total) = (trends.now, trends.now.total());
    let (from, to) = trends.period;
    let hours = now.traffic.hours();
    let week = now.week();
    let weekdays = week.iter().map(|hours| {
        let mut day = Flow::default();
        for hour in hours {
            day.add(hour);
        }
        flow(&day)
    });
    let by_day = now.traffic.by(Span::Day).into_iter().map(|(second, day)| {
        let mut day = flow(&day);
        day.insert("from".to_owned(), wall_clock(second).into());
        day
    });
    json!({
        "schema": 1,
        "period": { "from": from.map(|it| it.to_string()), "to": to.map(|it| it.to_string()) },
        "total": flow(&total),
        "comparison": comparison(trends, &total),
        "hours": hours.iter().map(flow).collect::<Vec<_>>(),
        "weekdays": weekdays.collect::<Vec<_>>(),
        "received_by_hour_of_week": week.as_flattened().iter().map(|it| it.received).collect::<Vec<_>>(),
        "days": by_day.collect::<Vec<_>>(),
        "campaigns": campaigns(trends),
        "domains": domains(trends),
        "providers": providers(trends),
        "capacity": capacity(trends),
    })
}

fn flow(flow: &Flow) -> Map<String, Value> {
    FIGURES.iter().map(|(name, figure)| ((*name).to_owned(), figure(flow).into())).collect()
}

fn comparison(trends: &Trends<'_>, total: &Flow) -> Value {
    let Some(earlier) = &trends.earlier else { return Value::Null };
    let figures: Map<_, _> = FIGURES
        .iter()
        .filter_map(|(name, figure)| {
            let found = trends.change(figure(total), |trend| figure(&trend.total()))?;
            Some(((*name).to_owned(), change(&found)))
        })
        .collect();
    json!({
        "from": earlier.ends.map(|(from, _)| from.to_string()),
        "to": earlier.ends.map(|(_, to)| to.to_string()),
        "figures": figures,
    })
}

fn campaigns(trends: &Trends<'_>) -> Vec<Value> {
    let all = trends.now.campaigns.largest(trends.top, trends.hours());
    let value = |campaign: &postlens_stats::trend::Campaign| {
        json!({
            "name": lossless(campaign.name.as_ref()),
            "by": if campaign.is_subject { "subject" } else { "sender" },
            "from": wall_clock(campaign.start),
            "hours": campaign.hours,
            "sent": campaign.sent.sent,
            "deferred": campaign.sent.deferred,
            "bounced": campaign.sent.bounced,
        })
    };
    all.iter().map(value).collect()
}

fn domains(trends: &Trends<'_>) -> Vec<Value> {
    let then = |trend: &Trend, name: &BStr| {
        trend.destinations.domains.get(name).map_or(0, |it| it.counts.rank())
    };
    let top = trends.now.destinations.domains.top(trends.top);
    top.into_iter().map(|(name, it)| destination(trends, name, it.counts, then)).collect()
}

fn providers(trends: &Trends<'_>) -> Vec<Value> {
    let then =
        |trend: &Trend, name: &BStr| trend.destinations.providers.get(name).map_or(0, Sent::rank);
    let top = trends.now.destinations.providers.top(trends.top);
    top.into_iter().map(|(name, it)| destination(trends, name, *it, then)).collect()
}

fn destination(
    trends: &Trends<'_>,
    name: &BStr,
    sent: Sent,
    then: impl Fn(&Trend, &BStr) -> u64,
) -> Value {
    let found = trends.change(sent.rank(), |trend| then(trend, name));
    json!({
        "name": lossless(name),
        "sent": sent.sent,
        "deferred": sent.deferred,
        "bounced": sent.bounced,
        "change": found.as_ref().map(change),
    })
}

fn capacity(trends: &Trends<'_>) -> Value {
    let all = trends.capacities().into_iter().map(|it| {
        json!({
            "name": it.name,
            "peak": it.peak,
            "peak_at": wall_clock(it.at),
            "usual_peak": it.usual,
            "limit": it.limit,
            "headroom": it.headroom(),
        })
    });
    json!({ "limits_assumed": trends.limits.assumed, "entries": all.collect::<Vec<_>>() })
}
