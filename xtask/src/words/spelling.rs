//! Recognizes British spellings.

/// Beginnings of words with their American spelling; the rest of the word stays.
const BEGINNINGS: &[(&str, &str)] = &[
    ("armour", "armor"),
    ("artefact", "artifact"),
    ("behaviour", "behavior"),
    ("catalogue", "catalog"),
    ("centre", "center"),
    ("colour", "color"),
    ("defence", "defense"),
    ("favour", "favor"),
    ("flavour", "flavor"),
    ("grey", "gray"),
    ("honour", "honor"),
    ("labelled", "labeled"),
    ("labelling", "labeling"),
    ("licence", "license"),
    ("modelled", "modeled"),
    ("modelling", "modeling"),
    ("neighbour", "neighbor"),
    ("offence", "offense"),
    ("whilst", "while"),
];

/// Verbs in `-ise` without the `e`; American spelling has `-iz` instead.
const VERBS: &[&str] = &[
    "anonymis",
    "authoris",
    "canonicalis",
    "capitalis",
    "categoris",
    "characteris",
    "customis",
    "deserialis",
    "emphasis",
    "finalis",
    "generalis",
    "initialis",
    "italicis",
    "maximis",
    "memois",
    "minimis",
    "neutralis",
    "normalis",
    "optimis",
    "organis",
    "parallelis",
    "penalis",
    "prioritis",
    "randomis",
    "realis",
    "recognis",
    "sanitis",
    "serialis",
    "specialis",
    "standardis",
    "summaris",
    "symbolis",
    "synchronis",
    "tokenis",
    "utilis",
    "visualis",
];

/// The endings of those verbs; `-is` (as in `emphasis`) is a noun.
const ENDINGS: &[&str] = &[
    "e", "es", "ed", "er", "ers", "ing", "able", "ation", "ations",
];

/// Returns the American spelling of a British word in lower case.
pub(super) fn american(word: &str) -> Option<String> {
    let beginning = BEGINNINGS.iter().find_map(|(british, american)| {
        let (before, rest) = word.split_once(british)?;
        let is_start = before.is_empty() || before == "un" || before == "mis";
        is_start.then(|| format!("{before}{american}{rest}"))
    });
    beginning.or_else(|| {
        VERBS.iter().find_map(|stem| {
            let (before, ending) = word.split_once(stem)?;
            let is_start = matches!(before, "" | "un" | "re" | "de");
            let is_verb = is_start && ENDINGS.contains(&ending);
            let american = stem.strip_suffix('s').filter(|_| is_verb)?;
            Some(format!("{before}{american}z{ending}"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn british_spelling_has_an_american_one() {
        for (british, expected) in [
            ("behaviours", "behaviors"),
            ("normalised", "normalized"),
            ("serialise", "serialize"),
            ("deserialiser", "deserializer"),
            ("unauthorised", "unauthorized"),
            ("authorisation", "authorization"),
            ("unrecognised", "unrecognized"),
            ("licence", "license"),
        ] {
            assert_eq!(american(british).as_deref(), Some(expected), "{british}");
        }
    }

    #[test]
    fn american_and_similar_words_are_not_british() {
        for word in [
            "behavior",
            "normalize",
            "emphasis",
            "license",
            "color",
            "promise",
            "otherwise",
            "organism",
            "realism",
            "analysis",
            "optimistic",
            "optimism",
            "exercise",
            "advise",
        ] {
            assert_eq!(american(word), None, "{word}");
        }
    }
}
