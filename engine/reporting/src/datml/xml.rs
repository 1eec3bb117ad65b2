//! XML as far as DatML needs it, and strictly no further: UTF-8, elements, attributes, text. Document
//! type declarations, processing instructions and entities other than the five of XML are refused, so
//! nothing outside a document is ever looked at.

use std::borrow::Cow;
use std::io::{self, Write};

use super::XmlError;

/// Deepest nesting accepted.
const DEEPEST: usize = 64;

/// An element with its attributes and either text or elements.
#[derive(Clone, PartialEq, Eq)]
pub struct Element<'a> {
    /// Name without prefix.
    pub name: Cow<'a, str>,
    /// Attributes in the order written, without namespace declarations.
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Elements inside.
    pub children: Vec<Element<'a>>,
    /// Text of an element without elements.
    pub text: Cow<'a, str>,
}

/// The name only: contents may concern single persons.
impl std::fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>", self.name)
    }
}

impl Element<'_> {
    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_ref())
    }

    /// The first element of a name inside.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first element of a name inside.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_ref())
    }
}

/// A document as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlDocument<'a> {
    /// Namespace of the outermost element; empty without one.
    pub namespace: Cow<'a, str>,
    /// The outermost element.
    pub root: Element<'a>,
}

/// Reads a document. All elements must be of the namespace of the outermost one.
///
/// # Errors
///
/// [`XmlError`] with the place, in bytes.
pub fn read_xml(text: &str) -> Result<XmlDocument<'_>, XmlError> {
    let mut reader = Reader { text, at: 0 };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    reader.declaration()?;
    reader.between()?;
    let mut namespaces = Vec::new();
    let (root, namespace) = reader.element(&mut namespaces, 0, None)?;
    reader.between()?;
    if reader.at < text.len() {
        return Err(reader.wrong("something follows the outermost element"));
    }
    Ok(XmlDocument { namespace, root })
}

/// Prefix and namespace, innermost last.
type Namespaces<'a> = Vec<(&'a str, Cow<'a, str>)>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

const fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

const fn is_name(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || byte == b'-' || byte == b'.'
}

impl<'a> Reader<'a> {
    fn wrong(&self, problem: &str) -> XmlError {
        XmlError {
            position: self.at,
            problem: problem.to_owned(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, expected: &str) -> bool {
        let is_there = self.rest().starts_with(expected);
        if is_there {
            self.at += expected.len();
        }
        is_there
    }

    /// Skips white space; whether there was any.
    fn space(&mut self) -> bool {
        let before = self.at;
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.at > before
    }

    /// The XML declaration, if there is one.
    fn declaration(&mut self) -> Result<(), XmlError> {
        if !self.rest().starts_with("<?xml") {
            return Ok(());
        }
        let end = self.rest().find("?>");
        let end = end.ok_or_else(|| self.wrong("the XML declaration does not end"))?;
        let declaration = &self.rest()[..end];
        let encoding = declaration.split_once("encoding").map(|(_, rest)| rest);
        let names_utf8 = encoding.is_none_or(|rest| {
            let value = rest.trim_start().strip_prefix('=').unwrap_or_default();
            let value = value.trim_start().get(1..6).unwrap_or_default();
            value.eq_ignore_ascii_case("utf-8")
        });
        if !declaration.contains("version") || !names_utf8 {
            return Err(
                self.wrong("the XML declaration names no version, or another encoding than UTF-8")
            );
        }
        self.at += end + 2;
        Ok(())
    }

    /// White space and comments.
    fn between(&mut self) -> Result<(), XmlError> {
        loop {
            self.space();
            if !self.comment()? {
                return Ok(());
            }
        }
    }

    fn comment(&mut self) -> Result<bool, XmlError> {
        if !self.take("<!--") {
            return Ok(false);
        }
        let end = self.rest().find("--");
        let end = end.ok_or_else(|| self.wrong("a comment does not end"))?;
        self.at += end;
        if self.take("-->") {
            Ok(true)
        } else {
            Err(self.wrong("two hyphens stand in a comment"))
        }
    }

    /// Prefix and local part.
    fn name(&mut self) -> Result<(&'a str, &'a str), XmlError> {
        let first = self.part()?;
        if self.byte() == Some(b':') {
            self.at += 1;
            return Ok((first, self.part()?));
        }
        Ok(("", first))
    }

    fn part(&mut self) -> Result<&'a str, XmlError> {
        let start = self.at;
        if !self.byte().is_some_and(is_name_start) {
            return Err(self.wrong("a name is expected"));
        }
        while self.byte().is_some_and(is_name) {
            self.at += 1;
        }
        Ok(&self.text[start..self.at])
    }

    fn element(
        &mut self,
        namespaces: &mut Namespaces<'a>,
        depth: usize,
        expected: Option<&str>,
    ) -> Result<(Element<'a>, Cow<'a, str>), XmlError> {
        if depth >= DEEPEST {
            return Err(self.wrong("elements are nested too deep"));
        }
        let start = self.at;
        if !self.take("<") {
            return Err(self.wrong("an element is expected"));
        }
        if matches!(self.byte(), Some(b'!' | b'?')) {
            return Err(
                self.wrong("document types, processing instructions and the like are not accepted")
            );
        }
        let (prefix, local) = self.name()?;
        let known = namespaces.len();
        let mut element = Element {
            name: Cow::Borrowed(local),
            attributes: Vec::new(),
            children: Vec::new(),
            text: Cow::Borrowed(""),
        };
        let is_empty = self.attributes(&mut element, namespaces, known)?;
        let namespace = namespaces.iter().rev().find(|(known, _)| *known == prefix);
        let namespace = match namespace {
            Some((_, uri)) => uri.clone(),
            None if prefix.is_empty() => Cow::Borrowed(""),
            None => return Err(self.wrong("a prefix has no namespace")),
        };
        if expected.is_some_and(|expected| expected != namespace) {
            self.at = start;
            return Err(self.wrong("an element is of another namespace"));
        }
        if !is_empty {
            self.content(&mut element, namespaces, depth, &namespace)?;
            if self.name()? != (prefix, local) {
                return Err(self.wrong("an element is closed under another name"));
            }
            self.space();
            if !self.take(">") {
                return Err(self.wrong("a closing tag does not end"));
            }
        }
        namespaces.truncate(known);
        Ok((element, namespace))
    }

    /// Attributes up to the end of the tag; whether the element is empty.
    fn attributes(
        &mut self,
        element: &mut Element<'a>,
        namespaces: &mut Namespaces<'a>,
        known: usize,
    ) -> Result<bool, XmlError> {
        loop {
            let is_apart = self.space();
            if self.take("/>") {
                return Ok(true);
            }
            if self.take(">") {
                return Ok(false);
            }
            if !is_apart {
                return Err(self.wrong("an attribute stands too close"));
            }
            let (prefix, name) = self.name()?;
            self.space();
            if !self.take("=") {
                return Err(self.wrong("an attribute has no value"));
            }
            self.space();
            let value = self.value()?;
            let declares = match (prefix, name) {
                ("", "xmlns") => Some(""),
                ("xmlns", name) => Some(name),
                _ => None,
            };
            if let Some(declared) = declares {
                if namespaces[known..].iter().any(|(it, _)| *it == declared) {
                    return Err(self.wrong("a namespace is declared twice"));
                }
                namespaces.push((declared, value));
            } else if prefix.is_empty() {
                if element.attribute(name).is_some() {
                    return Err(self.wrong("an attribute is given twice"));
                }
                element.attributes.push((Cow::Borrowed(name), value));
            } else if prefix != "xml" && !namespaces.iter().any(|(it, _)| *it == prefix) {
                return Err(self.wrong("a prefix has no namespace"));
            }
        }
    }

    fn value(&mut self) -> Result<Cow<'a, str>, XmlError> {
        let quote = self.byte().filter(|byte| matches!(byte, b'"' | b'\''));
        let quote = quote.ok_or_else(|| self.wrong("an attribute's value has no quotes"))?;
        self.at += 1;
        let end = self.rest().bytes().position(|byte| byte == quote);
        let end = end.ok_or_else(|| self.wrong("an attribute's value does not end"))?;
        let raw = &self.rest()[..end];
        if raw.contains('<') {
            return Err(self.wrong("a < stands in an attribute's value"));
        }
        let value = self.plain(raw, true)?;
        self.at += end + 1;
        Ok(value)
    }

    /// Text or elements up to the closing tag's name.
    fn content(
        &mut self,
        element: &mut Element<'a>,
        namespaces: &mut Namespaces<'a>,
        depth: usize,
        namespace: &str,
    ) -> Result<(), XmlError> {
        loop {
            let end = self.rest().find('<');
            let end = end.ok_or_else(|| self.wrong("an element is not closed"))?;
            let raw = &self.rest()[..end];
            if raw.contains("]]>") {
                return Err(self.wrong("]]> stands in a text"));
            }
            if !raw.is_empty() {
                let text = self.plain(raw, false)?;
                add_text(&mut element.text, text);
            }
            self.at += end;
            if self.take("</") {
                let is_blank = element.text.bytes().all(|byte| byte.is_ascii_whitespace());
                if !element.children.is_empty() {
                    if !is_blank {
                        return Err(self.wrong("text stands between elements"));
                    }
                    element.text = Cow::Borrowed("");
                }
                return Ok(());
            }
            if self.comment()? {
                continue;
            }
            if self.take("<![CDATA[") {
                let end = self.rest().find("]]>");
                let end = end.ok_or_else(|| self.wrong("a CDATA section does not end"))?;
                let raw = &self.rest()[..end];
                self.allowed(raw)?;
                add_text(&mut element.text, Cow::Borrowed(raw));
                self.at += end + 3;
                continue;
            }
            let (child, _) = self.element(namespaces, depth + 1, Some(namespace))?;
            element.children.push(child);
        }
    }

    /// Refuses characters that XML does not have.
    fn allowed(&self, raw: &str) -> Result<(), XmlError> {
        let is_wrong = |character: char| matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
        if raw.contains(is_wrong) {
            return Err(self.wrong("a control character stands in a text"));
        }
        Ok(())
    }

    /// Text with references resolved and line ends as XML reads them.
    fn plain(&self, raw: &'a str, in_attribute: bool) -> Result<Cow<'a, str>, XmlError> {
        self.allowed(raw)?;
        let is_special = |byte: u8| {
            byte == b'&' || byte == b'\r' || (in_attribute && matches!(byte, b'\t' | b'\n'))
        };
        if !raw.bytes().any(is_special) {
            return Ok(Cow::Borrowed(raw));
        }
        let mut plain = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(at) = rest.bytes().position(is_special) {
            plain.push_str(&rest[..at]);
            let special = rest.as_bytes()[at];
            rest = &rest[at..];
            if special == b'&' {
                let end = rest.find(';').ok_or_else(|| self.wrong("an & is alone"))?;
                plain.push(self.reference(&rest[1..end])?);
                rest = &rest[end + 1..];
                continue;
            }
            rest = rest.strip_prefix("\r\n").unwrap_or(&rest[1..]);
            plain.push(if in_attribute { ' ' } else { '\n' });
        }
        plain.push_str(rest);
        Ok(Cow::Owned(plain))
    }

    fn reference(&self, name: &str) -> Result<char, XmlError> {
        let number = match name {
            "amp" => return Ok('&'),
            "lt" => return Ok('<'),
            "gt" => return Ok('>'),
            "quot" => return Ok('"'),
            "apos" => return Ok('\''),
            _ => name.strip_prefix('#'),
        };
        let number = number.ok_or_else(|| self.wrong("an entity is not one of XML's five"))?;
        let are_digits = |digits: &str| !digits.is_empty() && digits.len() <= 8;
        let code = match number.strip_prefix('x') {
            Some(digits) if are_digits(digits) => u32::from_str_radix(digits, 16).ok(),
            None if are_digits(number) => number.parse().ok(),
            _ => None,
        };
        let character = code.and_then(char::from_u32);
        let character = character.ok_or_else(|| self.wrong("a character does not exist"))?;
        let mut bytes = [0; 4];
        self.allowed(character.encode_utf8(&mut bytes))?;
        Ok(character)
    }
}

fn add_text<'a>(text: &mut Cow<'a, str>, more: Cow<'a, str>) {
    if text.is_empty() {
        *text = more;
    } else {
        text.to_mut().push_str(&more);
    }
}

/// Writes elements one after the other, indented.
pub(super) struct XmlWriter<W: Write> {
    to: W,
    open: Vec<&'static str>,
}

impl<W: Write> XmlWriter<W> {
    /// Begins a document.
    pub(super) fn new(mut to: W) -> io::Result<Self> {
        to.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        Ok(Self {
            to,
            open: Vec::new(),
        })
    }

    fn indent(&mut self) -> io::Result<()> {
        for _ in 0..self.open.len() {
            self.to.write_all(b" ")?;
        }
        Ok(())
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.indent()?;
        self.to.write_all(b"<")?;
        self.to.write_all(name.as_bytes())?;
        for (attribute, value) in attributes {
            self.to.write_all(b" ")?;
            self.to.write_all(attribute.as_bytes())?;
            self.to.write_all(b"=\"")?;
            self.escaped(value, true)?;
            self.to.write_all(b"\"")?;
        }
        Ok(())
    }

    /// Opens an element.
    pub(super) fn begin(
        &mut self,
        name: &'static str,
        attributes: &[(&str, &str)],
    ) -> io::Result<()> {
        self.tag(name, attributes)?;
        self.to.write_all(b">\n")?;
        self.open.push(name);
        Ok(())
    }

    /// Closes the innermost element.
    pub(super) fn end(&mut self) -> io::Result<()> {
        if let Some(name) = self.open.pop() {
            self.indent()?;
            writeln!(self.to, "</{name}>")?;
        }
        Ok(())
    }

    /// Hands everything on to the target.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// An element with attributes only.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.tag(name, attributes)?;
        self.to.write_all(b"/>\n")
    }

    /// An element with text.
    pub(super) fn text(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        text: &str,
    ) -> io::Result<()> {
        self.tag(name, attributes)?;
        self.to.write_all(b">")?;
        self.escaped(text, false)?;
        writeln!(self.to, "</{name}>")
    }

    fn escaped(&mut self, text: &str, in_attribute: bool) -> io::Result<()> {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escape: &[u8] = match byte {
                b'&' => b"&amp;",
                b'<' => b"&lt;",
                b'>' => b"&gt;",
                b'\r' => b"&#13;",
                b'"' if in_attribute => b"&quot;",
                b'\t' if in_attribute => b"&#9;",
                b'\n' if in_attribute => b"&#10;",
                0..=8 | 11 | 12 | 14..=31 => {
                    let problem = "a control character cannot be written as XML";
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
                }
                _ => continue,
            };
            self.to.write_all(&text.as_bytes()[from..at])?;
            self.to.write_all(escape)?;
            from = at + 1;
        }
        self.to.write_all(&text.as_bytes()[from..])
    }
}
