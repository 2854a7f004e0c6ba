//! What to do about a cause, step by step, with commands that show what is wrong.

use std::sync::LazyLock;

use crate::actor::Side;
use crate::cause::Cause;
use crate::known::Known;
use crate::table::{self, Table};

/// One step of a remedy. Its words for people have the key `step-NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    name: &'static str,
    command: Option<&'static str>,
}

/// The steps for one cause on some sides.
#[derive(Debug)]
struct Remedy {
    cause: Cause,
    sides: Vec<Side>,
    steps: Vec<Step>,
}

/// The step that points to a provider's own page.
const PROVIDER_PAGE: &str = "provider-page";

fn steps() -> &'static Table<Step> {
    static TABLE: LazyLock<Table<Step>> = LazyLock::new(|| {
        Table::read("steps.txt", include_str!("../tables/steps.txt"), |columns| {
            let &[name, command] = columns else { return Err(table::columns(2, columns)) };
            Ok(Step { name, command: (command != "-").then_some(command) })
        })
    });
    &TABLE
}

fn remedies() -> &'static Table<Remedy> {
    static TABLE: LazyLock<Table<Remedy>> = LazyLock::new(|| {
        Table::read("remedies.txt", include_str!("../tables/remedies.txt"), |columns| {
            let &[cause, sides, names] = columns else { return Err(table::columns(3, columns)) };
            let side = |name: &str| Side::ALL.into_iter().find(|side| side.name() == name);
            let sides: Option<Vec<_>> = match sides {
                "*" => Some(Side::ALL.to_vec()),
                sides => sides.split(',').map(side).collect(),
            };
            let step = |name: &str| Step::from_name(name).ok_or(format!("no such step: {name}"));
            Ok(Remedy {
                cause: table::cause(cause)?,
                sides: sides.ok_or("unknown side")?,
                steps: names.split(' ').map(step).collect::<Result<_, _>>()?,
            })
        })
    });
    &TABLE
}

impl Step {
    /// Every step.
    pub fn all() -> impl Iterator<Item = Self> {
        steps().rows.iter().copied()
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|step| step.name == name)
    }

    /// The name in records.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The key of its words for people.
    pub fn key(self) -> String {
        format!("step-{}", self.name)
    }

    /// Whether it only points to the provider's own page, `$page` in its words.
    pub fn is_provider_page(self) -> bool {
        self.name == PROVIDER_PAGE
    }

    /// The command to look with, names filled in as far as they are known and harmless to a
    /// shell; what is not known stands there in capitals.
    pub fn command(self, known: &Known) -> Option<String> {
        self.command.map(|command| known.fill(command))
    }
}

impl Cause {
    /// What to do about it when it happens on that side, in order.
    pub fn steps(self, side: Side) -> &'static [Step] {
        let of = |remedy: &&Remedy| remedy.cause == self && remedy.sides.contains(&side);
        remedies().rows.iter().find(of).map_or(&[], |remedy| &remedy.steps)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Step, remedies, steps};
    use crate::actor::Side;
    use crate::cause::Cause;
    use crate::known::Known;

    #[test]
    fn the_tables_can_be_read() {
        let errors = steps().errors.iter().chain(&remedies().errors);
        let errors: Vec<_> = errors.map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    #[test]
    fn every_cause_has_two_to_four_steps_on_each_side() {
        let mut used = HashSet::new();
        for cause in Cause::ALL {
            for side in Side::ALL {
                let steps = cause.steps(side);
                used.extend(steps.iter().map(|step| step.name));
                let own = steps.iter().filter(|step| !step.is_provider_page()).count();
                assert!((2..=4).contains(&own), "{cause:?} {side:?}: {own} steps");
            }
        }
        for step in Step::all() {
            assert!(used.contains(step.name()), "unused: {}", step.name());
        }
    }

    #[test]
    fn commands_name_only_what_can_be_filled_in() {
        let name = || Some("x.example".to_owned());
        let known = Known {
            address: "192.0.2.1".parse().ok(),
            sender_domain: name(),
            recipient: name(),
            recipient_domain: name(),
            relay: name(),
            list: name(),
            queue_id: name(),
        };
        for step in Step::all() {
            let table = step.command.unwrap_or_default();
            let filled = step.command(&known).unwrap_or_default();
            for part in table.split('{').skip(1) {
                let name = part.split_once('}').unwrap().0;
                assert!(!filled.contains(&name.to_uppercase()), "{table}: {name}");
            }
        }
    }
}
