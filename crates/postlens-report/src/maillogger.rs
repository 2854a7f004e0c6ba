//! Deliveries in the forms of maillogger 0.2.0, and two ways to them: [`row`] from events,
//! and [`imitation`], by which maillogger itself finds them in lines.

mod form;
pub mod imitation;
mod row;

pub use form::{Form, Writer};
pub use row::{COLUMNS, Row, row};
