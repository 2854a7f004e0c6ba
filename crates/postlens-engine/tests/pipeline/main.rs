//! The pipeline as a whole, on real example logs and on generated ones with known truth.

mod collect;
mod invariance;
mod truth;
