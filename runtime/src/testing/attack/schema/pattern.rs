//! The patterns of JSON Schemas: matching, and a text that matches.
//!
//! The schemas of input types have few constructs: literals, classes, groups, alternatives, counts and anchors. A pattern with
//! another construct is unknown, and counts as not covered.

/// The largest number of repetitions that a text is made of, for a count without a maximum.
const MANY: usize = 64;

/// The largest number of steps of one match, so that no pattern takes exponential time.
const MAX_STEPS: usize = 200_000;

/// A parsed pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    alternatives: Vec<Sequence>,
}

type Sequence = Vec<Item>;

#[derive(Clone, Debug)]
struct Item {
    node: Node,
    min: usize,
    max: Option<usize>,
}

#[derive(Clone, Debug)]
enum Node {
    Start,
    End,
    Class(Class),
    Group(Vec<Sequence>),
}

#[derive(Clone, Debug, Default)]
struct Class {
    negated: bool,
    ranges: Vec<(char, char)>,
    properties: Vec<(Property, bool)>,
}

/// A property of characters.
#[derive(Clone, Copy, Debug)]
enum Property {
    Alphabetic,
    Number,
    Digit,
    WhiteSpace,
    Uppercase,
    Lowercase,
}

impl Pattern {
    /// Parses a pattern; `None` for an unknown construct.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let characters: Vec<char> = pattern.chars().collect();
        let mut parser = Parser { rest: &characters };
        let alternatives = parser.alternatives()?;
        parser.rest.is_empty().then_some(Self { alternatives })
    }

    /// Returns whether a part of the text matches, as in JSON Schema.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut steps = 0;
        (0..=text.len()).any(|at| {
            let mut matcher = Matcher {
                text: &text,
                steps: &mut steps,
            };
            self.alternatives
                .iter()
                .any(|sequence| matcher.sequence(sequence, at, &mut |_, _| true))
        })
    }

    /// Returns a text that matches and has at least `min` characters, if the pattern has one that is made simply.
    pub(super) fn text(&self, min: usize) -> Option<String> {
        (0..=MANY.max(min)).find_map(|extra| {
            let mut text = String::new();
            let mut extra = extra;
            write(self.alternatives.first()?, &mut extra, &mut text);
            (text.chars().count() >= min && self.matches(&text)).then_some(text)
        })
    }
}

/// Writes the shortest text, with `extra` further repetitions of the first items that allow them.
fn write(sequence: &Sequence, extra: &mut usize, text: &mut String) {
    for item in sequence {
        let allowed = item.max.map_or(usize::MAX, |max| max - item.min);
        let more = if matches!(item.node, Node::Class(_) | Node::Group(_)) {
            allowed.min(*extra)
        } else {
            0
        };
        *extra -= more;
        for _ in 0..item.min + more {
            match &item.node {
                Node::Start | Node::End => {}
                Node::Class(class) => text.extend(class.character()),
                Node::Group(alternatives) => {
                    if let Some(first) = alternatives.first() {
                        write(first, extra, text);
                    }
                }
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a [char],
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn next_if(&mut self, expected: char) -> bool {
        let is_next = self.rest.first() == Some(&expected);
        if is_next {
            self.next();
        }
        is_next
    }

    fn alternatives(&mut self) -> Option<Vec<Sequence>> {
        let mut alternatives = vec![Sequence::new()];
        while let Some(next) = self.rest.first().copied() {
            match next {
                ')' => break,
                '|' => {
                    self.next();
                    alternatives.push(Sequence::new());
                }
                _ => {
                    let item = self.item()?;
                    alternatives.last_mut()?.push(item);
                }
            }
        }
        Some(alternatives)
    }

    fn item(&mut self) -> Option<Item> {
        let node = match self.next()? {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::Class(Class {
                negated: true,
                ranges: vec![('\n', '\n')],
                properties: Vec::new(),
            }),
            '[' => Node::Class(self.class()?),
            '(' => {
                if self.next_if('?') && !self.next_if(':') {
                    return None;
                }
                let alternatives = self.alternatives()?;
                if !self.next_if(')') {
                    return None;
                }
                Node::Group(alternatives)
            }
            '\\' => {
                let mut class = Class::default();
                self.escape(&mut class)?;
                Node::Class(class)
            }
            '*' | '+' | '?' | '{' | '}' | ']' => return None,
            literal => Node::Class(Class {
                ranges: vec![(literal, literal)],
                ..Class::default()
            }),
        };
        let (min, max) = self.count()?;
        Some(Item { node, min, max })
    }

    fn count(&mut self) -> Option<(usize, Option<usize>)> {
        let count = match self.rest.first() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let end = self.rest.iter().position(|other| *other == '}')?;
                let (inside, rest) = self.rest.split_at(end);
                let inside: String = inside.iter().skip(1).collect();
                self.rest = rest;
                match inside.split_once(',') {
                    None => {
                        let count = inside.parse().ok()?;
                        (count, Some(count))
                    }
                    Some((min, "")) => (min.parse().ok()?, None),
                    Some((min, max)) => (min.parse().ok()?, Some(max.parse().ok()?)),
                }
            }
            _ => return Some((1, Some(1))),
        };
        self.next();
        // the shortest match is a match too
        self.next_if('?');
        (count.1.is_none_or(|max| max >= count.0)).then_some(count)
    }

    fn class(&mut self) -> Option<Class> {
        let mut class = Class {
            negated: self.next_if('^'),
            ..Class::default()
        };
        loop {
            match self.next()? {
                ']' => return Some(class),
                '\\' => {
                    if let Some(low) = self.escape(&mut class)? {
                        self.range(low, &mut class)?;
                    }
                }
                '[' => return None,
                low => self.range(low, &mut class)?,
            }
        }
    }

    /// Adds a character, or the range that it begins.
    fn range(&mut self, low: char, class: &mut Class) -> Option<()> {
        let is_range = matches!(self.rest, ['-', high, ..] if *high != ']');
        let mut high = low;
        if is_range {
            self.next();
            high = match self.next()? {
                '\\' => self.escape(&mut Class::default())??,
                high => high,
            };
        }
        // a single character of an escape is in the class already
        class.ranges.push((low, high));
        Some(())
    }

    /// Adds what an escape means; returns the character that it means, if it is one.
    #[expect(
        clippy::option_option,
        reason = "the outer one is an unknown construct, the inner one a class of several characters"
    )]
    fn escape(&mut self, class: &mut Class) -> Option<Option<char>> {
        let character = match self.next()? {
            'd' => {
                class.ranges.push(('0', '9'));
                return Some(None);
            }
            's' => {
                class.properties.push((Property::WhiteSpace, true));
                return Some(None);
            }
            'w' => {
                class
                    .ranges
                    .extend([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')]);
                return Some(None);
            }
            kind @ ('p' | 'P') => {
                let end = self.rest.iter().position(|other| *other == '}')?;
                let (name, rest) = self.rest.split_at(end);
                let name: String = name.iter().skip(1).collect();
                self.rest = rest;
                self.next();
                let property = match name.as_str() {
                    "Alphabetic" | "L" => Property::Alphabetic,
                    "N" => Property::Number,
                    "Nd" => Property::Digit,
                    "White_Space" => Property::WhiteSpace,
                    "Lu" | "Uppercase" => Property::Uppercase,
                    "Ll" | "Lowercase" => Property::Lowercase,
                    _ => return None,
                };
                class.properties.push((property, kind == 'p'));
                return Some(None);
            }
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'u' => {
                let (digits, rest) = self.rest.split_at_checked(4)?;
                let digits: String = digits.iter().collect();
                self.rest = rest;
                char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
            }
            punctuation if punctuation.is_ascii_punctuation() => punctuation,
            _ => return None,
        };
        class.ranges.push((character, character));
        Some(Some(character))
    }
}

impl Class {
    fn contains(&self, character: char) -> bool {
        let in_range = |(low, high): &(char, char)| (*low..=*high).contains(&character);
        let has = |(property, positive): &(Property, bool)| property.holds(character) == *positive;
        (self.ranges.iter().any(in_range) || self.properties.iter().any(has)) != self.negated
    }

    /// Returns a character of the class: a letter, a digit or a punctuation mark if there is one.
    fn character(&self) -> Option<char> {
        let usual = "aA0"
            .chars()
            .chain('b'..='z')
            .chain('B'..='Z')
            .chain('1'..='9');
        let rest = ('\u{20}'..='\u{7e}')
            .chain('\u{0}'..='\u{1f}')
            .chain('\u{80}'..='\u{2ff}');
        usual
            .chain(rest)
            .find(|character| self.contains(*character))
    }
}

impl Property {
    fn holds(self, character: char) -> bool {
        match self {
            Self::Alphabetic => character.is_alphabetic(),
            Self::Number => character.is_numeric(),
            // other scripts have digits too, which no mutation needs
            Self::Digit => character.is_ascii_digit(),
            Self::WhiteSpace => character.is_whitespace(),
            Self::Uppercase => character.is_uppercase(),
            Self::Lowercase => character.is_lowercase(),
        }
    }
}

struct Matcher<'a> {
    text: &'a [char],
    steps: &'a mut usize,
}

/// Continues a match at a position.
type Next<'a> = &'a mut dyn FnMut(&mut Matcher<'_>, usize) -> bool;

impl Matcher<'_> {
    fn sequence(&mut self, items: &[Item], at: usize, next: Next<'_>) -> bool {
        match items.split_first() {
            None => next(self, at),
            Some((item, rest)) => self.repeated(item, 0, rest, at, next),
        }
    }

    fn repeated(
        &mut self,
        item: &Item,
        count: usize,
        rest: &[Item],
        at: usize,
        next: Next<'_>,
    ) -> bool {
        *self.steps += 1;
        if *self.steps > MAX_STEPS {
            return false;
        }
        if item.max.is_none_or(|max| count < max)
            && self.one(&item.node, at, &mut |matcher, end| {
                // an empty repetition never ends
                (end > at || count < item.min)
                    && matcher.repeated(item, count + 1, rest, end, &mut *next)
            })
        {
            return true;
        }
        count >= item.min && self.sequence(rest, at, next)
    }

    fn one(&mut self, node: &Node, at: usize, next: Next<'_>) -> bool {
        match node {
            Node::Start => at == 0 && next(self, at),
            Node::End => at == self.text.len() && next(self, at),
            Node::Class(class) => {
                let is_in = self.text.get(at).is_some_and(|next| class.contains(*next));
                is_in && next(self, at + 1)
            }
            Node::Group(alternatives) => alternatives
                .iter()
                .any(|sequence| self.sequence(sequence, at, &mut *next)),
        }
    }
}

#[cfg(test)]
mod tests;
