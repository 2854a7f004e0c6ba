//! `--mask`: pseudonyms before any format sees the figures.

use postlens_detect::Finding;
use postlens_report::Filter;
use postlens_report::mask::{Mask, Masked};
use postlens_stats::Stats;

/// What gets pseudonyms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum MaskArg {
    /// What stands before the @ of mail addresses, and login names
    Addresses,
    /// IP addresses, but for their networks
    Ips,
    /// Both
    All,
}

impl MaskArg {
    /// Masks all that a report shows, also what it was asked for.
    pub(super) fn apply(
        self,
        figures: &mut [&mut Stats],
        findings: &mut [Finding],
        filter: Option<&mut Filter>,
    ) {
        let masked = match self {
            Self::Addresses => Masked::Addresses,
            Self::Ips => Masked::Ips,
            Self::All => Masked::All,
        };
        let mut mask = Mask::new(masked);
        mask.apply(figures, findings);
        for word in
            filter.into_iter().flat_map(|filter| &mut filter.words).flat_map(|(_, words)| words)
        {
            *word = mask.words(word);
        }
    }
}
