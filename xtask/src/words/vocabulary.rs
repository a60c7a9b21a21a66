//! The words that the house style replaces, and the standard words to use.
//!
//! The glossary in `CONTRIBUTING.md` explains the standard words.

use super::sentence::Kind;

/// Words with one replacement.
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
    Rule {
        avoid: &["told apart", "tell apart", "tells apart", "telling apart"],
        instead: "distinguish",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["told", "tell", "tells", "telling", "untold"],
        instead: "report, emit, record, log or distinguish",
        condition: Condition::Always,
    },
    Rule {
        avoid: &[
            "judge",
            "judges",
            "judged",
            "judging",
            "judgement",
            "judgements",
            "judgment",
        ],
        instead: "validate (a token), check (a rule) or authorize (a request)",
        condition: Condition::Always,
    },
    Rule {
        avoid: &[
            "prove", "proves", "proved", "proven", "proving", "unproved", "unproven",
        ],
        instead: "verify (a signature) or validate (a token)",
        condition: Condition::Near(TOKENS, PROOFS),
    },
    Rule {
        avoid: &[
            "remember",
            "remembers",
            "remembered",
            "remembering",
            "recall",
            "recalled",
            "recalls",
        ],
        instead: "cache, cached or entry",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["nobody", "nobody's", "nobodys", "noone"],
        instead: "no client, no caller, no issuer …",
        condition: Condition::Always,
    },
    Rule {
        avoid: &[
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
        instead: "the noun: a client, the caller, an operator …",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["beforehand"],
        instead: "in advance, or before with its noun",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["credulous"],
        instead: "accepts any token",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["lowered", "lowerings"],
        instead: "relaxed or relaxation",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["is there twice", "are there twice", "be there twice"],
        instead: "duplicate, or must appear only once",
        condition: Condition::Always,
    },
    Rule {
        avoid: &[
            "broke off",
            "broken off",
            "breaks off",
            "break off",
            "breaking off",
        ],
        instead: "incomplete or truncated",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["what is mounted"],
        instead: "the handler or the route",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["is none", "are none"],
        instead: "malformed, missing or invalid",
        condition: Condition::Prose,
    },
    Rule {
        avoid: &["is not taken", "are not taken"],
        instead: "is rejected",
        condition: Condition::Prose,
    },
    Rule {
        avoid: &["does not get in", "do not get in"],
        instead: "is refused",
        condition: Condition::Prose,
    },
    Rule {
        avoid: &["fault", "faults"],
        instead: "error or decode error",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["wanted"],
        instead: "expected or required",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["piece", "pieces", "thing", "things"],
        instead: "field, member, parameter, part, segment, or the noun",
        condition: Condition::Always,
    },
    Rule {
        avoid: &[
            "at its place",
            "at their place",
            "at the place",
            "at each place",
            "in its place",
        ],
        instead: "at its position, or the field",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["that is there", "that are there", "is there", "are there"],
        instead: "is present, exists",
        condition: Condition::Prose,
    },
    Rule {
        avoid: &["is not known here", "are not known here", "not known here"],
        instead: "unknown",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["flights"],
        instead: "single flight, in flight",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["stand", "stands", "stood"],
        instead: "is, has or follows",
        condition: Condition::NotBefore(&["for", "alone", "out", "in"]),
    },
    Rule {
        avoid: &["as it came", "as they came"],
        instead: "unchanged",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["one's own", "of its own", "of their own", "of one's own"],
        instead: "its own, separate, or the owner",
        condition: Condition::AtEndOrBefore(&[
            "", "and", "as", "for", "from", "in", "is", "of", "or", "that", "to", "which", "with",
            "without",
        ]),
    },
    Rule {
        avoid: &["by itself", "by themselves"],
        instead: "alone, separately or automatically",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["alike"],
        instead: "equally, both or the same",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["holds to", "hold to"],
        instead: "follows or keeps",
        condition: Condition::Prose,
    },
    Rule {
        avoid: &["lets through", "let through", "lets in", "let in"],
        instead: "accepts",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["what comes in", "who calls", "who called"],
        instead: "the request, the input, the client",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["poke", "pokes", "poked", "poking"],
        instead: "probe",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["misfit", "misfits", "unfit"],
        instead: "type mismatch",
        condition: Condition::Always,
    },
    Rule {
        avoid: &["undecodable"],
        instead: "malformed",
        condition: Condition::Always,
    },
];

impl Rule {
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
