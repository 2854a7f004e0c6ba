//! Filters as one writes them without an option: `status=deferred`, `delay>5m`, everyday
//! words.

use crate::error::FilterError;
use crate::field::Field;
use crate::query::Query;

impl Query {
    /// Adds a filter written as `FIELD=VALUE`, `FIELD!=VALUE`, `FIELD>VALUE` (also `>=`, `<`,
    /// `<=`), with a field of [`Field::ALL`] or any of the event schema, or as an everyday
    /// word: a kind, a status or a cause, such as `auth failed`, `rejected`, `mailbox full`.
    /// With `!` before it, it must not hold.
    ///
    /// ```
    /// use postlens_filter::Query;
    ///
    /// let mut query = Query::default();
    /// query.add_term("auth failed")?;
    /// query.add_term("client!=192.0.2.0/24")?;
    /// query.add_term("!mailbox full")?;
    /// assert!(query.add_term("what is this").is_err());
    /// # Ok::<(), postlens_filter::FilterError>(())
    /// ```
    ///
    /// # Errors
    /// When it is none of these, or the value is none that the field can have.
    pub fn add_term(&mut self, term: &str) -> Result<(), FilterError> {
        let (negated, rest) = match term.trim().strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, term.trim()),
        };
        let sign = |negated: bool| if negated { "!" } else { "" };
        let Some((name, operator, value)) = split(rest) else {
            let word = format!("{}{rest}", sign(negated));
            // The hint of the first is the most telling.
            return self.add(Field::Kind, &word).or_else(|error| {
                let cause = |query: &mut Self| query.add(Field::Cause, &word);
                self.add(Field::Status, &word).or_else(|_| cause(self)).map_err(|_| error)
            });
        };
        let known = name.to_ascii_lowercase().replace('_', "-");
        let field = Field::ALL.into_iter().find(|field| {
            field.name() == known || field.columns().first().is_some_and(|column| *column == name)
        });
        match (field.filter(|field| *field != Field::Where), operator) {
            (Some(field), "=") => self.add(field, &format!("{}{value}", sign(negated))),
            (Some(field), "!=") => self.add(field, &format!("{}{value}", sign(!negated))),
            (Some(field @ (Field::Delay | Field::Size | Field::Code)), operator) => {
                self.add(field, &format!("{}{operator}{value}", sign(negated)))
            }
            _ => self.add(Field::Where, &format!("{}{rest}", sign(negated))),
        }
    }
}

/// Cuts at the first comparison that follows a name.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let at = text.find(['=', '!', '<', '>'])?;
    let (name, rest) = text.split_at_checked(at)?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let name = name.trim();
    if name.is_empty() || !name.bytes().all(is_name) {
        return None;
    }
    let operator = ["!=", ">=", "<=", "=", ">", "<"].into_iter().find(|op| rest.starts_with(op))?;
    Some((name, operator, rest.get(operator.len()..)?.trim_start()))
}
