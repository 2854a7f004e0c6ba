//! Values of parameters in texts: `$name`, `${name}`, `${name?text}`, `${name:text}`,
//! `${name?{text}:{text}}` (postconf(5)).

/// So deep may values stand in values.
const DEPTH: usize = 20;

/// A text with the values of its parameters. What is not understood stays as it is.
pub(super) fn expand(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    expand_to(text, value, DEPTH)
}

fn expand_to(text: &str, value: &dyn Fn(&str) -> Option<String>, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (expression, remainder) = match after.chars().next() {
            Some('$') => {
                out.push('$');
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            Some(open @ ('{' | '(')) => enclosed(after, open),
            _ => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = after.find(|c| !is_name(c)).unwrap_or(after.len());
                after.split_at(end)
            }
        };
        rest = remainder;
        match evaluate(expression, value) {
            Some(found) if depth > 0 => out.push_str(&expand_to(&found, value, depth - 1)),
            _ => {
                out.push('$');
                out.push_str(expression);
            }
        }
    }
    out.push_str(rest);
    out
}

/// What stands between a bracket and its match, with both; and what follows.
fn enclosed(text: &str, open: char) -> (&str, &str) {
    let close = if open == '{' { '}' } else { ')' };
    let mut depth = 0u32;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth -= 1;
            if depth == 0 {
                return text.split_at(at + 1);
            }
        }
    }
    (text, "")
}

/// The text that an expression stands for.
fn evaluate(expression: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let inner = expression
        .strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
        .or_else(|| expression.strip_prefix('(')?.strip_suffix(')'))
        .unwrap_or(expression);
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, choice) = inner.split_at(end.unwrap_or(inner.len()));
    if name.is_empty() {
        return None;
    }
    let own = value(name).unwrap_or_default();
    let mut parts = choice.chars();
    match parts.next() {
        None => Some(own),
        Some(':') => Some(if own.is_empty() { branch(parts.as_str()).0 } else { own }),
        Some('?') => {
            let (yes, rest) = branch(parts.as_str());
            let no = rest.trim_start().strip_prefix(':').map(|no| branch(no).0);
            Some(if own.is_empty() { no.unwrap_or_default() } else { yes })
        }
        Some(_) => None,
    }
}

/// A text of a choice, in braces or to the end; and what follows.
fn branch(text: &str) -> (String, &str) {
    let trimmed = text.trim_start();
    if !trimmed.starts_with('{') {
        return (text.to_owned(), "");
    }
    let (inner, rest) = enclosed(trimmed, '{');
    let inner = inner.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
    (inner.unwrap_or_default().to_owned(), rest)
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let value = |name: &str| {
            let value = match name {
                "a" => "1",
                "b" => "<$a>",
                "empty" => "",
                "loop" => "$loop",
                _ => return None,
            };
            Some(value.to_owned())
        };
        assert_eq!(expand(text, &value), expected);
    }

    #[test]
    fn values_of_parameters() {
        check("x $a ${b} $(a)-$$a", "x 1 <1> 1-$a");
        check("${a?yes}${empty?yes}${none:no}${a:no}", "yesno1");
        check("${a?{yes $b}:{no}} ${empty?{yes}:{no}}", "yes <1> no");
        check("${{$a} < {2} ? {x} : {y}} 5$", "${{$a} < {2} ? {x} : {y}} 5$");
        check("$loop", "$loop");
    }
}
