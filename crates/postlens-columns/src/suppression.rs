//! Recipients that should get no more mail.

use bstr::BStr;
use postlens_explain::Cause;
use postlens_syntax::Time;

/// A recipient to whom mail failed for good, and was never delivered since.
#[derive(Debug, Clone, Copy)]
pub struct Suppression<'a> {
    /// The address in lower case.
    pub id: &'a BStr,
    /// The address as it was written last.
    pub recipient: &'a BStr,
    /// What to do.
    pub advice: Advice,
    /// Why mail failed last in the way that the advice stands on.
    pub cause: Cause,
    /// How often it failed in that way.
    pub count: u64,
    /// How often it failed for good in other ways.
    pub others: u64,
    /// When it first failed.
    pub first: Time,
    /// When it last failed.
    pub last: Time,
    /// Enhanced status code of that.
    pub dsn: Option<&'a BStr>,
    /// What the other end said.
    pub reply: &'a BStr,
    /// Whose mail that was.
    pub sender: Option<&'a BStr>,
}

/// What to do with a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Advice {
    /// Mail failed for reasons that are not the recipient's.
    #[default]
    Keep,
    /// The address seems to be dead, but the reply does not say so for sure.
    Check,
    /// The address is dead.
    Drop,
}

impl Advice {
    /// The word in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Check => "check",
            Self::Drop => "drop",
        }
    }
}
