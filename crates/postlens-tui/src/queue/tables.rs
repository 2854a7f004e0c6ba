//! What waits, filtered, grouped and sorted.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::data::{Cause, Message, Recipient, Snapshot};
use super::history::History;

/// What is shown of all that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Small letters, somewhere in an ID, an address, a reason, or the name of a queue.
    pub(crate) text: String,
    /// Only this destination.
    pub(crate) destination: Option<Arc<str>>,
    /// Only this cause; none stands for what has not been tried.
    #[expect(clippy::option_option, reason = "what was not tried has no cause, and can be chosen")]
    pub(crate) cause: Option<Option<Cause>>,
}

impl Filter {
    /// Whether all is shown.
    pub(crate) fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// The recipients meant, of a message that is.
    fn meant<'a>(&'a self, message: &'a Message) -> impl Iterator<Item = &'a Recipient> {
        let whole = self.text.is_empty() || self.names(message);
        message.recipients.iter().filter(move |to| {
            self.destination.as_ref().is_none_or(|wanted| *wanted == to.destination)
                && self.cause.is_none_or(|wanted| wanted == to.cause)
                && (whole || self.tells(to))
        })
    }

    /// Whether a message is meant, also one without recipients.
    fn keeps(&self, message: &Message) -> bool {
        let bare = message.recipients.is_empty()
            && self.destination.is_none()
            && self.cause.is_none()
            && (self.text.is_empty() || self.names(message));
        bare || self.meant(message).next().is_some()
    }

    fn names(&self, message: &Message) -> bool {
        let login = message.login.as_deref();
        let texts = [&message.id, message.queue, &message.sender];
        texts.into_iter().chain(login).any(|text| self.is_in(text))
    }

    fn tells(&self, to: &Recipient) -> bool {
        self.is_in(&to.address) || to.reason.as_ref().is_some_and(|reason| self.is_in(reason))
    }

    fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.text)
    }
}

/// Recipients that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group<K> {
    pub(crate) name: K,
    pub(crate) recipients: u64,
    /// Recipients more than at the start, or fewer.
    pub(crate) growth: i64,
    /// When the oldest of them arrived.
    pub(crate) oldest: i64,
    /// Those that wait for a part of this mail system.
    pub(crate) own: u64,
}

/// How a table is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Count,
    Growth,
    Age,
    Name,
    Size,
    Next,
    Sender,
}

impl Order {
    /// Orders of groups, the usual first.
    pub(crate) const GROUPS: [Self; 4] = [Self::Count, Self::Growth, Self::Age, Self::Name];
    /// Orders of messages.
    pub(crate) const MESSAGES: [Self; 5] =
        [Self::Age, Self::Size, Self::Next, Self::Sender, Self::Name];

    /// The key of its words.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Count => "watch-sort-count",
            Self::Growth => "watch-sort-growth",
            Self::Age => "watch-sort-age",
            Self::Name => "watch-sort-name",
            Self::Size => "watch-sort-size",
            Self::Next => "watch-sort-next",
            Self::Sender => "watch-sort-sender",
        }
    }

    /// The one after it.
    pub(crate) fn next(self, all: &[Self]) -> Self {
        let place = all.iter().position(|order| *order == self).map_or(0, |place| place + 1);
        all.get(place).or(all.first()).copied().unwrap_or(self)
    }
}

/// The three tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) destinations: Vec<Group<Arc<str>>>,
    pub(crate) causes: Vec<Group<Option<Cause>>>,
    /// Places of messages in the snapshot.
    pub(crate) messages: Vec<usize>,
}

impl Tables {
    /// Filters, groups and sorts: by the orders of destinations, causes and messages.
    pub(crate) fn new(
        snapshot: &Snapshot,
        history: &History,
        filter: &Filter,
        orders: [Order; 3],
    ) -> Self {
        let mut destinations = HashMap::new();
        let mut causes = HashMap::new();
        let mut messages = Vec::new();
        for (place, message) in snapshot.messages.iter().enumerate() {
            if !filter.keeps(message) {
                continue;
            }
            messages.push(place);
            for to in filter.meant(message) {
                let own = to.cause.is_some_and(|cause| cause.own);
                count(&mut destinations, &to.destination, message, own);
                count(&mut causes, &to.cause, message, own);
            }
        }
        let [by, causes_by, messages_by] = orders;
        let mut destinations = grown(destinations, |name| history.destination(name));
        sort(&mut destinations, by, |_| 0);
        let mut causes = grown(causes, |cause| history.cause(*cause));
        // What is broken here comes first, what was not tried last, whatever the order.
        sort(&mut causes, causes_by, |cause| cause.map_or(2, |cause| u8::from(!cause.own)));
        sort_messages(&mut messages, &snapshot.messages, messages_by);
        Self { destinations, causes, messages }
    }
}

fn count<K: Clone + Eq + Hash>(
    groups: &mut HashMap<K, Group<K>>,
    name: &K,
    message: &Message,
    own: bool,
) {
    let new =
        || Group { name: name.clone(), recipients: 0, growth: 0, oldest: message.arrival, own: 0 };
    let group = groups.entry(name.clone()).or_insert_with(new);
    group.recipients += 1;
    group.own += u64::from(own);
    group.oldest = group.oldest.min(message.arrival);
}

fn grown<K>(groups: HashMap<K, Group<K>>, before: impl Fn(&K) -> u64) -> Vec<Group<K>> {
    let grown = |mut group: Group<K>| {
        group.growth = group.recipients.cast_signed() - before(&group.name).cast_signed();
        group
    };
    groups.into_values().map(grown).collect()
}

fn sort<K: Ord>(groups: &mut [Group<K>], by: Order, rank: impl Fn(&K) -> u8) {
    groups.sort_by(|a, b| {
        let chosen = match by {
            Order::Growth => b.growth.cmp(&a.growth),
            Order::Age => a.oldest.cmp(&b.oldest),
            Order::Name => a.name.cmp(&b.name),
            _ => std::cmp::Ordering::Equal,
        };
        let rank = rank(&a.name).cmp(&rank(&b.name));
        let count = b.recipients.cmp(&a.recipients).then_with(|| a.name.cmp(&b.name));
        rank.then(chosen).then(count)
    });
}

fn sort_messages(places: &mut [usize], messages: &[Message], by: Order) {
    let of = |place: &usize| messages.get(*place);
    let age = |place: &usize| of(place).map(|message| message.arrival);
    match by {
        Order::Size => places.sort_by_cached_key(|place| {
            (Reverse(of(place).and_then(|message| message.size)), age(place))
        }),
        Order::Next => places.sort_by_cached_key(|place| {
            let next = of(place).and_then(|message| message.next_attempt);
            (next.is_none(), next, age(place))
        }),
        Order::Sender => places.sort_by_cached_key(|place| {
            (of(place).map(|message| message.sender.to_lowercase()), age(place))
        }),
        Order::Name => places.sort_by_cached_key(|place| {
            let first = of(place).and_then(|message| message.recipients.first());
            (first.map(|first| Arc::clone(&first.destination)), age(place))
        }),
        _ => places.sort_by_key(age),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{cause, message, snapshot, to};
    use super::*;

    fn tables(filter: &Filter) -> Tables {
        let mut far = message("AAAA02", 50);
        far.recipients = vec![to("b@example.org", Some(cause(false))), to("c@example.net", None)];
        let mut own = message("AAAA03", 20);
        own.recipients = vec![to("d@example.org", Some(cause(true)))];
        let snapshot = snapshot(100, vec![message("AAAA01", 10), far, own]);
        let orders = [Order::Count, Order::Count, Order::Age];
        Tables::new(&snapshot, &History::default(), filter, orders)
    }

    fn recipients(tables: &Tables) -> u64 {
        tables.causes.iter().map(|group| group.recipients).sum()
    }

    #[test]
    fn what_is_broken_here_comes_first() {
        let all = tables(&Filter::default());
        let own: Vec<_> =
            all.causes.iter().map(|group| group.name.map(|cause| cause.own)).collect();
        assert_eq!(own, [Some(true), Some(false), None]);
        assert_eq!((recipients(&all), &all.messages), (4, &vec![0, 2, 1]));
        let first = &all.destinations[1];
        assert_eq!(
            (&*first.name, first.recipients, first.oldest, first.own),
            ("example.org", 2, 20, 1)
        );
    }

    #[test]
    fn filters_choose_recipients() {
        let text = |text: &str| Filter { text: text.to_owned(), ..Filter::default() };
        assert_eq!(recipients(&tables(&text("aaaa02"))), 2, "an ID chooses the whole message");
        assert_eq!(recipients(&tables(&text("@example.org"))), 2);
        assert_eq!(tables(&text("refused")).messages, [2, 1]);
        let untried = Filter { cause: Some(None), ..Filter::default() };
        assert_eq!(tables(&untried).messages, [0, 1]);
        let destination = Some(Arc::from("example.org"));
        let both = Filter { destination, text: "b@".to_owned(), ..Filter::default() };
        assert_eq!(tables(&both).messages, [1]);
        assert!(tables(&text("nobody")).messages.is_empty());
    }
}
