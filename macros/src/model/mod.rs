//! Raw nouns to checked declarations; collects every mistake, emits no tokens.
