//! The words that the house style replaces, and the standard words to use.
//!
//! The glossary in `CONTRIBUTING.md` explains the standard words.

use super::sentence::Kind;

/// Words with one replacement. Add one to [`RULES`] with [`Rule::new`].
pub(super) struct Rule {
    /// Words and phrases in lower case, every inflection spelled out.
    pub(super) avoid: &'static [&'static str],
    pub(super) instead: &'static str,
    pub(super) condition: Condition,
}

/// The texts that a rule applies to.
pub(super) enum Condition {
    /// Names and prose.
    Always,
    /// Prose only: the words are part of a standard name, such as `Option::is_none`.
    Prose,
    /// Unless one of these words follows.
    NotBefore(&'static [&'static str]),
    /// Only at the end of a sentence or before one of these words: `of its own layer` is fine.
    AtEndOrBefore(&'static [&'static str]),
    /// Only if the sentence, or the path and name, contains a word of the first list and none of the second.
    Near(&'static [&'static str], &'static [&'static str]),
}

/// Words that open a sentence or name in place of its subject.
pub(super) const OPENERS: [&str; 6] = ["what", "who", "whom", "whose", "where", "whoever"];

/// Openers that are avoided as a whole name, too; `where` is a keyword.
pub(super) const PRONOUNS: [&str; 2] = ["what", "who"];

/// Words after `where` in the names of Rust's grammar.
pub(super) const GRAMMAR: [&str; 4] = ["clause", "clauses", "predicate", "predicates"];

/// The replacement of an opener.
pub(super) const OPENER_INSTEAD: &str = "a noun as the subject";

/// Words about tokens. Near them, a signature is verified and a token validated.
const TOKENS: &[&str] = &[
    "token",
    "tokens",
    "jwt",
    "jwts",
    "key",
    "keys",
    "signature",
    "signed",
    "issuer",
    "issuers",
    "claim",
    "claims",
    "credential",
    "credentials",
    "introspection",
    "identity",
];

/// Words about proofs in types and in `DPoP` (RFC 9449).
const PROOFS: &[&str] = &[
    "authorized",
    "dpop",
    "possession",
    "type",
    "types",
    "bound",
    "bounds",
    "derive",
    "compile",
    "compiles",
    "compiler",
];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        &["told apart", "tell apart", "tells apart", "telling apart"],
        "distinguish",
    ),
    Rule::new(
        &["told", "tell", "tells", "telling", "untold"],
        "report, emit, record, log or distinguish",
    ),
    Rule::new(
        &[
            "judge",
            "judges",
            "judged",
            "judging",
            "judgement",
            "judgements",
            "judgment",
        ],
        "validate (a token), check (a rule) or authorize (a request)",
    ),
    Rule::new(
        &[
            "prove", "proves", "proved", "proven", "proving", "unproved", "unproven",
        ],
        "verify (a signature) or validate (a token)",
    )
    .only(Condition::Near(TOKENS, PROOFS)),
    Rule::new(
        &[
            "remember",
            "remembers",
            "remembered",
            "remembering",
            "recall",
            "recalled",
            "recalls",
        ],
        "cache, cached or entry",
    ),
    Rule::new(
        &["nobody", "nobody's", "nobodys", "noone"],
        "no client, no caller, no issuer …",
    ),
    Rule::new(
        &[
            "somebody",
            "somebody's",
            "somebodys",
            "anybody",
            "anybody's",
            "anybodys",
            "everybody",
            "whoever",
            "whomever",
        ],
        "the noun: a client, the caller, an operator …",
    ),
    Rule::new(&["beforehand"], "in advance, or before with its noun"),
    Rule::new(&["credulous"], "accepts any token"),
    Rule::new(&["lowered", "lowerings"], "relaxed or relaxation"),
    Rule::new(
        &["is there twice", "are there twice", "be there twice"],
        "duplicate, or must appear only once",
    ),
    Rule::new(
        &[
            "broke off",
            "broken off",
            "breaks off",
            "break off",
            "breaking off",
        ],
        "incomplete or truncated",
    ),
    Rule::new(&["what is mounted"], "the handler or the route"),
    Rule::new(&["is none", "are none"], "malformed, missing or invalid").only(Condition::Prose),
    Rule::new(&["is not taken", "are not taken"], "is rejected").only(Condition::Prose),
    Rule::new(&["does not get in", "do not get in"], "is refused").only(Condition::Prose),
    Rule::new(&["fault", "faults"], "error or decode error"),
    Rule::new(&["wanted"], "expected or required"),
    Rule::new(
        &["piece", "pieces", "thing", "things"],
        "field, member, parameter, part, segment, or the noun",
    ),
    Rule::new(
        &[
            "at its place",
            "at their place",
            "at the place",
            "at each place",
            "in its place",
        ],
        "at its position, or the field",
    ),
    Rule::new(
        &["that is there", "that are there", "is there", "are there"],
        "is present, exists",
    )
    .only(Condition::Prose),
    Rule::new(
        &["is not known here", "are not known here", "not known here"],
        "unknown",
    ),
    Rule::new(&["flights"], "single flight, in flight"),
    Rule::new(&["stand", "stands", "stood"], "is, has or follows")
        .only(Condition::NotBefore(&["for", "alone", "out", "in"])),
    Rule::new(&["as it came", "as they came"], "unchanged"),
    Rule::new(
        &["one's own", "of its own", "of their own", "of one's own"],
        "its own, separate, or the owner",
    )
    .only(Condition::AtEndOrBefore(&[
        "", "and", "as", "for", "from", "in", "is", "of", "or", "that", "to", "which", "with",
        "without",
    ])),
    Rule::new(
        &["by itself", "by themselves"],
        "alone, separately or automatically",
    ),
    Rule::new(&["alike"], "equally, both or the same"),
    Rule::new(&["holds to", "hold to"], "follows or keeps").only(Condition::Prose),
    Rule::new(
        &["lets through", "let through", "lets in", "let in"],
        "accepts",
    ),
    Rule::new(
        &["what comes in", "who calls", "who called"],
        "the request, the input, the client",
    ),
    Rule::new(&["poke", "pokes", "poked", "poking"], "probe"),
    Rule::new(&["misfit", "misfits", "unfit"], "type mismatch"),
    Rule::new(&["undecodable"], "malformed"),
];

impl Rule {
    /// Creates a rule for every text.
    const fn new(avoid: &'static [&'static str], instead: &'static str) -> Self {
        Self {
            avoid,
            instead,
            condition: Condition::Always,
        }
    }

    /// Restricts the rule to some texts.
    const fn only(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// Whether the rule applies to words `at..end`, which it avoids, of a text of this kind.
    pub(super) fn applies(
        &self,
        kind: Kind,
        words: &[String],
        at: usize,
        end: usize,
        path: &[String],
    ) -> bool {
        match self.condition {
            Condition::Always => true,
            // at the start it is a question: "Is there …"
            Condition::Prose => kind != Kind::Name && at > 0,
            Condition::NotBefore(followers) => !words
                .get(end)
                .is_some_and(|next| followers.contains(&next.as_str())),
            Condition::AtEndOrBefore(followers) => words
                .get(end)
                .is_none_or(|next| followers.contains(&next.as_str())),
            Condition::Near(near, unless) => {
                let contains = |list: &[&str]| {
                    let in_path = path.iter().filter(|_| kind == Kind::Name);
                    let mut all = words.iter().chain(in_path);
                    all.any(|word| list.contains(&word.as_str()))
                };
                contains(near) && !contains(unless)
            }
        }
    }
}
