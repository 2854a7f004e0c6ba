//! The SQL functions for mail, under the names that [`FUNCTIONS`] documents.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, Int64Array, StringArray};
use arrow_schema::{DataType, TimeUnit};
use deltalake::datafusion::error::{DataFusionError, Result};
use deltalake::datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use postlens_columns::{FUNCTIONS, Function};
use postlens_explain::Failure;

/// One of [`FUNCTIONS`].
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Named {
    function: Function,
    signature: Signature,
}

impl Named {
    /// Every function.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        FUNCTIONS.into_iter().map(|function| {
            let exact = |types: &[DataType]| TypeSignature::Exact(types.to_vec());
            let (text, number) = (DataType::Utf8, DataType::Int64);
            let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
            let taken = match function {
                Function::Domain | Function::RegistrableDomain => vec![exact(&[text])],
                Function::Network => vec![
                    exact(std::slice::from_ref(&text)),
                    exact(&[text.clone(), number.clone()]),
                    exact(&[text, number.clone(), number]),
                ],
                Function::Cause => {
                    vec![exact(std::slice::from_ref(&text)), exact(&[text.clone(), text])]
                }
                Function::HourOfWeek => {
                    vec![exact(std::slice::from_ref(&time)), exact(&[time, text])]
                }
            };
            Self { function, signature: Signature::one_of(taken, Volatility::Immutable) }
        })
    }
}

impl ScalarUDFImpl for Named {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.function {
            Function::HourOfWeek => DataType::Int64,
            Function::Domain
            | Function::RegistrableDomain
            | Function::Network
            | Function::Cause => DataType::Utf8,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let given = Given(&arrays);
        let rows = 0..args.number_rows;
        let texts = |of: &dyn Fn(usize) -> Option<String>| -> ArrayRef {
            Arc::new(rows.clone().map(of).collect::<StringArray>())
        };
        let made: ArrayRef = match self.function {
            Function::Domain => texts(&|row| domain(given.text(0, row)?).map(Cow::into_owned)),
            Function::RegistrableDomain => texts(&|row| registrable(given.text(0, row)?)),
            Function::Network => texts(&|row| {
                let first = if arrays.len() > 1 { Some(given.number(1, row)?) } else { None };
                let second = if arrays.len() > 2 { Some(given.number(2, row)?) } else { first };
                network(given.text(0, row)?, first.unwrap_or(24), second.unwrap_or(64))
            }),
            Function::Cause => texts(&|row| {
                let dsn = given.text(1, row).map(Into::into);
                let verdict = Failure::delivery(dsn, given.text(0, row)?.into()).verdict();
                Some(verdict.cause.name().to_owned())
            }),
            Function::HourOfWeek => Arc::new(hours(&given, args.number_rows)?),
        };
        Ok(ColumnarValue::Array(made))
    }
}

/// The arguments, by their places.
struct Given<'a>(&'a [ArrayRef]);

impl Given<'_> {
    fn text(&self, place: usize, row: usize) -> Option<&str> {
        let texts = self.0.get(place)?.as_string_opt::<i32>()?;
        texts.is_valid(row).then(|| texts.value(row))
    }

    fn number(&self, place: usize, row: usize) -> Option<i64> {
        let numbers = self.0.get(place)?.as_primitive_opt::<Int64Type>()?;
        numbers.is_valid(row).then(|| numbers.value(row))
    }

    fn micros(&self, row: usize) -> Option<i64> {
        let times = self.0.first()?.as_primitive_opt::<TimestampMicrosecondType>()?;
        times.is_valid(row).then(|| times.value(row))
    }
}

/// The domain of an address, in lower case; none of an address without one.
fn domain(address: &str) -> Option<Cow<'_, str>> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.trim_end_matches('.');
    if domain.is_empty() {
        return None;
    }
    let upper = domain.bytes().any(|byte| byte.is_ascii_uppercase());
    Some(if upper { domain.to_ascii_lowercase().into() } else { domain.into() })
}

/// The part of a host's or an address's domain that somebody registered (public suffix list).
fn registrable(host: &str) -> Option<String> {
    let host = host.rsplit_once('@').map_or(host, |(_, domain)| domain);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    psl::domain_str(&host).map(str::to_owned)
}

/// The network of an address, whose first so many bits are given for IPv4 and IPv6.
fn network(address: &str, four: i64, six: i64) -> Option<String> {
    let bits = |bits: i64, most: u32| u32::try_from(bits).ok().filter(|bits| *bits <= most);
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => {
            let bits = bits(four, 32)?;
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or_default();
            format!("{}/{bits}", std::net::Ipv4Addr::from_bits(address.to_bits() & mask))
        }
        IpAddr::V6(address) => {
            let bits = bits(six, 128)?;
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or_default();
            format!("{}/{bits}", std::net::Ipv6Addr::from_bits(address.to_bits() & mask))
        }
    })
}

/// Hours since Monday 00:00 in a zone, 0 to 167.
fn hours(given: &Given<'_>, rows: usize) -> Result<Int64Array> {
    let mut zone = (String::new(), TimeZone::UTC);
    (0..rows)
        .map(|row| {
            if given.0.len() > 1 {
                let Some(name) = given.text(1, row) else { return Ok(None) };
                if zone.0 != name {
                    let found = TimeZone::get(name)
                        .map_err(|error| DataFusionError::External(Box::new(error)))?;
                    zone = (name.to_owned(), found);
                }
            }
            let time = given.micros(row).and_then(|it| Timestamp::from_microsecond(it).ok());
            Ok(time.map(|time| {
                let civil = zone.1.to_datetime(time);
                i64::from(civil.date().weekday().to_monday_zero_offset()) * 24
                    + i64::from(civil.hour())
            }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{domain, network, registrable};

    #[test]
    fn domains() {
        assert_eq!(domain("a@Example.COM").as_deref(), Some("example.com"));
        assert_eq!(domain("\"a@b\"@example.com.").as_deref(), Some("example.com"));
        assert_eq!((domain(""), domain("root"), domain("a@")), (None, None, None));
    }

    #[test]
    fn registrable_domains() {
        let cases = [
            ("mx1.mail.example.co.uk", Some("example.co.uk")),
            ("bob@Sub.Example.com.", Some("example.com")),
            ("example.com", Some("example.com")),
            ("co.uk", None),
            ("192.0.2.1", None),
            ("2001:db8::1", None),
            ("", None),
        ];
        for (host, expected) in cases {
            assert_eq!(registrable(host).as_deref(), expected, "{host}");
        }
    }

    #[test]
    fn networks() {
        let cases = [
            ("192.0.2.77", 24, 64, Some("192.0.2.0/24")),
            ("192.0.2.77", 0, 64, Some("0.0.0.0/0")),
            ("192.0.2.77", 32, 64, Some("192.0.2.77/32")),
            ("2001:db8:1:2:3::4", 24, 64, Some("2001:db8:1:2::/64")),
            ("2001:db8::1", 24, 0, Some("::/0")),
            ("192.0.2.77", 33, 64, None),
            ("192.0.2.77", -1, 64, None),
            ("unknown", 24, 64, None),
        ];
        for (address, four, six, expected) in cases {
            assert_eq!(network(address, four, six).as_deref(), expected, "{address}/{four}");
        }
    }
}
