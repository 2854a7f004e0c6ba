//! Postfix's own lines, one daemon or message family per file. Each file has the
//! same parts in the same order: the log format it reads and where Postfix writes
//! it, the types, the parser.

pub mod bounce;
pub mod check;
pub mod cleanup;
pub mod decision;
pub mod delivery;
pub mod notice;
pub mod pickup;
pub mod postscreen;
pub mod postsuper;
pub mod qmgr;
pub mod sasl;
pub mod smtp;
pub mod smtpd;
pub mod tls;
