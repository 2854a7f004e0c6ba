//! Just enough JSON (RFC 8259) to take a log record apart without allocating: values
//! are slices of the input, strings still escaped.

/// A value, not yet unescaped.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    /// Bytes that need no unescaping, from other formats than JSON.
    Plain(&'a [u8]),
    /// What stands between the quotes.
    String(&'a [u8]),
    /// A number as written.
    Number(&'a [u8]),
    /// What stands between the brackets.
    Array(&'a [u8]),
    /// What stands after the opening brace, with the closing one.
    Object(&'a [u8]),
    /// `true`, `false` or `null`.
    Word,
}

/// Takes an object apart, after its opening brace, and gives each member with its key
/// as written; then what follows the closing brace. `None` when it is malformed.
pub(super) fn members<'a>(
    inside: &'a [u8],
    mut each: impl FnMut(&'a [u8], Value<'a>),
) -> Option<&'a [u8]> {
    let mut rest = skip_space(inside);
    if let [b'}', after @ ..] = rest {
        return Some(after);
    }
    loop {
        let (key, after) = value(rest)?;
        let Value::String(key) = key else { return None };
        let (member, after) = value(skip_space(skip_space(after).strip_prefix(b":")?))?;
        each(key, member);
        rest = match skip_space(after) {
            [b',', next @ ..] => skip_space(next),
            [b'}', after @ ..] => return Some(after),
            _ => return None,
        };
    }
}

/// Reads one value and gives the rest after it.
pub(super) fn value(input: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (&first, tail) = input.split_first()?;
    match first {
        b'"' => string(tail),
        b'{' => {
            let (length, rest) = nested(tail)?;
            Some((Value::Object(tail.get(..=length)?), rest))
        }
        b'[' => {
            let (length, rest) = nested(tail)?;
            Some((Value::Array(tail.get(..length)?), rest))
        }
        b'-' | b'0'..=b'9' => {
            let part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
            let end = input.iter().position(|byte| !part(byte)).unwrap_or(input.len());
            let (number, rest) = input.split_at_checked(end)?;
            Some((Value::Number(number), rest))
        }
        _ => [&b"null"[..], b"true", b"false"]
            .iter()
            .find_map(|word| Some((Value::Word, input.strip_prefix(*word)?))),
    }
}

pub(super) fn skip_space(mut rest: &[u8]) -> &[u8] {
    while let [b' ' | b'\t' | b'\n' | b'\r', tail @ ..] = rest {
        rest = tail;
    }
    rest
}

/// After the opening quote.
fn string(inside: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'"', b'\\', inside.get(from..)?)?;
        if inside.get(at) == Some(&b'"') {
            return Some((Value::String(inside.get(..at)?), inside.get(at + 1..)?));
        }
        from = at + 2;
    }
}

/// After the opening brace or bracket: where the one that closes it stands, and what
/// follows it.
fn nested(inside: &[u8]) -> Option<(usize, &[u8])> {
    let (mut rest, mut depth) = (inside, 1_u32);
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b'"' => string(tail)?.1,
            b'{' | b'[' => {
                depth = depth.checked_add(1)?;
                tail
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some((inside.len() - tail.len() - 1, tail));
                }
                tail
            }
            _ => tail,
        };
    }
    None
}

/// Appends a value's bytes: a string unescaped, a number as written, an array of
/// byte values as the bytes they are, of an array of strings the first. Other values
/// are nothing. `None` when an escape or a byte value is malformed.
pub(super) fn append(value: Value<'_>, out: &mut Vec<u8>) -> Option<()> {
    match value {
        Value::Plain(bytes) | Value::Number(bytes) => out.extend_from_slice(bytes),
        Value::String(escaped) => unescape(escaped, out)?,
        Value::Array(content) => append_array(content, out)?,
        Value::Object(_) | Value::Word => {}
    }
    Some(())
}

fn append_array(content: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = skip_space(content);
    if rest.starts_with(b"\"") {
        return append(value(rest)?.0, out);
    }
    while !rest.is_empty() {
        let (Value::Number(digits), after) = value(rest)? else { return None };
        out.push(std::str::from_utf8(digits).ok()?.parse().ok()?);
        let after = skip_space(after);
        rest = match after.split_first() {
            Some((b',', next)) => skip_space(next),
            Some(_) => return None,
            None => after,
        };
    }
    Some(())
}

fn unescape(escaped: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = escaped;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at_checked(at)?;
        out.extend_from_slice(plain);
        let (&kind, tail) = escape.get(1..)?.split_first()?;
        rest = tail;
        out.push(match kind {
            b'"' | b'\\' | b'/' => kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let (character, after) = unicode(tail)?;
                rest = after;
                let mut buffer = [0; 4];
                out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                continue;
            }
            _ => return None,
        });
    }
    out.extend_from_slice(rest);
    Some(())
}

/// After `\u`: one character, from two escapes where it is a surrogate pair. A lone
/// surrogate is the replacement character.
fn unicode(input: &[u8]) -> Option<(char, &[u8])> {
    let (high, rest) = code_unit(input)?;
    if let 0xd800..=0xdbff = high
        && let Some((low @ 0xdc00..=0xdfff, rest)) = rest.strip_prefix(b"\\u").and_then(code_unit)
    {
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return Some((char::from_u32(code)?, rest));
    }
    Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), rest))
}

fn code_unit(input: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = input.split_at_checked(4)?;
    let mut code = 0;
    for &byte in digits {
        code = code * 16 + char::from(byte).to_digit(16)?;
    }
    Some((code, rest))
}
