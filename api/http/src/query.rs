//! Small readings of addresses and headers.

/// The value of a key in a query; the first one counts.
pub(crate) fn value(query: &str, key: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (found, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(found) == key).then(|| decoded(value))
    })
}

/// Every value of a key in a query, in its order.
pub(crate) fn values(query: &str, key: &str) -> Vec<String> {
    let pairs = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let found = pairs.filter(|(found, _)| decoded(found) == key);
    found.map(|(_, value)| decoded(value)).collect()
}

/// Undoes percent encoding and `+`; bytes that are no text become replacement characters.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let coded = bytes
            .get(at + 1..at + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], coded) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) => plain.push(b' '),
            (byte, _) => plain.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// Percent encoding of everything but letters, digits and `-._~` (RFC 3986, unreserved).
pub(crate) fn encoded(text: &str) -> String {
    let mut coded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.push_str(&format!("%{byte:02X}"));
        }
    }
    coded
}

/// A range of an `Accept` header and its weight; a malformed weight counts as 0.
pub(crate) fn weighted(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q="));
    let weight = weight.map_or(1.0, |text| text.parse().unwrap_or(0.0));
    (name, weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_comes_back() {
        for text in ["U3", "3 bis <6", "Äpfel & Birnen=+%", "日本", ""] {
            let query = format!("x=1&group={}&group=second", encoded(text));
            assert_eq!(value(&query, "group").as_deref(), Some(text));
        }
        assert_eq!(value("a=%zz", "a").as_deref(), Some("%zz"));
        assert_eq!(value("a=%4", "a").as_deref(), Some("%4"));
        assert_eq!(value("a", "b"), None);
        assert_eq!(values("a=1&b=2&a=%33", "a"), ["1", "3"]);
    }
}
