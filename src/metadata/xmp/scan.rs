//! A walk over the elements and attributes of an XML document (XML 1.0; Namespaces in XML 1.0).
//!
//! It holds where things lie and which namespaces are in scope, and copies no text. Documents with
//! a type declaration are refused, for entities could then stand for anything.

use std::borrow::Cow;
use std::ops::Range;

/// Deeper elements than any packet has.
const MAX_DEPTH: usize = 256;
/// More prefixes in scope than any packet has; names are looked up among them one by one.
const MAX_PREFIXES: usize = 256;

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A name with its namespace, which is empty for none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub space: &'a str,
    pub local: &'a str,
}

/// What comes next in the text. Every element is `Start`, its attributes, `Opened`, `End`.
#[derive(Debug)]
pub(super) enum Part<'a> {
    Start {
        name: Name<'a>,
        at: usize,
        depth: usize,
    },
    Attribute {
        name: Name<'a>,
        range: Range<usize>,
        value: Range<usize>,
    },
    /// Past the `>`.
    Opened {
        name: Name<'a>,
        end: usize,
        depth: usize,
    },
    /// The end tag from `start` to `end`; of an empty element both are past its `/>`.
    End {
        start: usize,
        end: usize,
        depth: usize,
    },
}

/// A prefix that is bound, and the depth of the element that binds it.
struct Binding<'a> {
    prefix: &'a str,
    space: Cow<'a, str>,
    depth: usize,
}

/// An attribute by its places in the text.
struct Attribute {
    name: Range<usize>,
    value: Range<usize>,
}

pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Names of the open elements, as written.
    open: Vec<&'a str>,
    bindings: Vec<Binding<'a>>,
    state: State,
    seen_root: bool,
}

enum State {
    Content,
    /// Within a start tag: its attributes, how many were given, and whether it is empty.
    Tag {
        attributes: Vec<Attribute>,
        next: usize,
        empty: bool,
    },
    /// After an empty element's tag.
    Empty,
}

impl<'a> Scanner<'a> {
    pub const fn new(text: &'a str) -> Self {
        let state = State::Content;
        Self { text, at: 0, open: Vec::new(), bindings: Vec::new(), state, seen_root: false }
    }

    /// The next part; `Some(None)` at the end of a document, nothing where it cannot be read.
    pub fn next(&mut self) -> Option<Option<Part<'_>>> {
        match &mut self.state {
            State::Tag { attributes, next, empty } => {
                if let Some(attribute) = attributes.get(*next) {
                    *next += 1;
                    let (name, value) = (attribute.name.clone(), attribute.value.clone());
                    let range = name.start..value.end + 1;
                    let name = self.resolve(&self.text[name], false)?;
                    return Some(Some(Part::Attribute { name, range, value }));
                }
                self.state = if *empty { State::Empty } else { State::Content };
                let (end, depth) = (self.at, self.open.len());
                let name = self.resolve(self.open.last()?, true)?;
                Some(Some(Part::Opened { name, end, depth }))
            }
            State::Empty => {
                self.state = State::Content;
                Some(Some(self.close(self.at)?))
            }
            State::Content => self.content(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes over text, comments and instructions up to the next tag.
    fn content(&mut self) -> Option<Option<Part<'_>>> {
        loop {
            let Some(tag) = self.rest().find('<') else {
                let whole = self.open.is_empty() && self.seen_root;
                return whole.then_some(None);
            };
            self.at += tag;
            let rest = self.rest();
            if rest.starts_with("<!--") {
                self.pass(4, "-->")?;
            } else if rest.starts_with("<![CDATA[") {
                self.pass(9, "]]>")?;
            } else if rest.starts_with("<?") {
                self.pass(2, "?>")?;
            } else if rest.starts_with("<!") {
                return None;
            } else if rest.starts_with("</") {
                return self.end_tag().map(Some);
            } else {
                return self.start_tag().map(Some);
            }
        }
    }

    fn pass(&mut self, opening: usize, closing: &str) -> Option<()> {
        let length = self.rest()[opening..].find(closing)?;
        self.at += opening + length + closing.len();
        Some(())
    }

    fn end_tag(&mut self) -> Option<Part<'a>> {
        let start = self.at;
        let length = self.rest().find('>')?;
        let name = self.rest()[2..length].trim_end();
        if self.open.last() != Some(&name) {
            return None;
        }
        self.at += length + 1;
        self.close(start)
    }

    fn close(&mut self, start: usize) -> Option<Part<'a>> {
        let depth = self.open.len();
        self.open.pop()?;
        while self.bindings.last().is_some_and(|binding| binding.depth == depth) {
            self.bindings.pop();
        }
        Some(Part::End { start, end: self.at, depth })
    }

    fn start_tag(&mut self) -> Option<Part<'_>> {
        let at = self.at;
        self.at += 1;
        let name = self.name()?;
        self.seen_root = true;
        self.open.push(&self.text[name]);
        let depth = self.open.len();
        let mut attributes = Vec::new();
        let empty = loop {
            let spaced = self.rest().starts_with(is_space);
            self.skip_space();
            let rest = self.rest();
            if rest.starts_with('>') {
                self.at += 1;
                break false;
            } else if rest.starts_with("/>") {
                self.at += 2;
                break true;
            }
            let attribute = self.attribute().filter(|_| spaced)?;
            if !self.bind(&attribute, depth)? {
                attributes.push(attribute);
            }
        };
        if depth > MAX_DEPTH || self.bindings.len() > MAX_PREFIXES {
            return None;
        }
        self.state = State::Tag { attributes, next: 0, empty };
        let name = self.resolve(self.open.last()?, true)?;
        Some(Part::Start { name, at, depth })
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_space).len();
    }

    fn name(&mut self) -> Option<Range<usize>> {
        let ends = |c: char| is_space(c) || "=/><\"'&".contains(c);
        let length = self.rest().find(ends).filter(|&length| length > 0)?;
        let start = self.at;
        self.at += length;
        Some(start..self.at)
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let name = self.name()?;
        self.skip_space();
        self.at += self.rest().starts_with('=').then_some(1)?;
        self.skip_space();
        let quote = self.rest().chars().next().filter(|c| "\"'".contains(*c))?;
        let start = self.at + 1;
        let length = self.text[start..].find(quote)?;
        if self.text[start..start + length].contains('<') {
            return None;
        }
        self.at = start + length + 1;
        Some(Attribute { name, value: start..start + length })
    }

    /// Notes what `xmlns` and `xmlns:prefix` bind; false for any other attribute.
    fn bind(&mut self, attribute: &Attribute, depth: usize) -> Option<bool> {
        let name = &self.text[attribute.name.clone()];
        let prefix = match name.split_once(':') {
            Some(("xmlns", prefix)) => prefix,
            None if name == "xmlns" => "",
            _ => return Some(false),
        };
        let space = unescaped(&self.text[attribute.value.clone()])?;
        self.bindings.push(Binding { prefix, space, depth });
        Some(true)
    }

    /// A name's namespace; an unbound prefix cannot be read.
    fn resolve(&self, name: &'a str, element: bool) -> Option<Name<'_>> {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let bound = || self.bindings.iter().rev().find(|binding| binding.prefix == prefix);
        let space = match prefix {
            "xml" => XML,
            "" if !element => "",
            "" => bound().map_or("", |binding| &binding.space),
            _ => &bound()?.space,
        };
        Some(Name { space, local })
    }
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// A value with its references replaced; nothing where one needs a declaration.
fn unescaped(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('&') {
        return Some(Cow::Borrowed(value.trim_matches(is_space)));
    }
    let mut out = String::new();
    let mut pieces = value.split('&');
    out.push_str(pieces.next()?);
    for piece in pieces {
        let (reference, after) = piece.split_once(';')?;
        out.push(match reference {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => numbered(reference.strip_prefix('#')?)?,
        });
        out.push_str(after);
    }
    Some(Cow::Owned(out))
}

fn numbered(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    char::from_u32(code.ok()?)
}
