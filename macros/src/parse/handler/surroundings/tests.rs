//! Code around an attribute, which is `#[HERE]` in these sources.

use super::*;

fn attribute(source: &str) -> Option<Attribute<'_>> {
    let before = source.split("#[HERE]").next().unwrap();
    let before = before.trim_start_matches('\u{FEFF}');
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    Attribute::find(source, line, column)
}

fn surroundings(source: &str) -> Option<Surroundings> {
    attribute(source)?.surroundings()
}

#[test]
fn handler_in_an_impl_is_found() {
    for source in [
        "impl Shop {\n    #[HERE] async fn list() {}\n}",
        "struct Shop; impl Shop { #[HERE] async fn list() {} }",
        "impl<'a, T: Into<u8>> Shop<'a, T> where T: Copy {\n fn a() {}\n #[HERE] fn b() {} }",
        "impl<T> Shop<T> where for<'a> T: Fn(&'a u8) -> u8 { #[HERE] fn b() {} }",
        "mod a { #[allow(dead_code)] impl Shop { const A: &str = \"}\"; #[HERE] fn b() {} } }",
        "mod a { impl Shop { fn b() -> char { '}' } #[HERE] fn c() {} } }",
        "impl A { // }\n /* } */ const A: &str = r#\"}\"#; const B: char = '\\''; #[HERE] fn c() {} }",
        "#![allow(dead_code)]\nimpl Shop { #[doc = \"[{\"] fn a() {}\n #[HERE] fn c() {} }",
        "fn test() { let a = [1, 2]; impl Shop { #[HERE] fn b() {} } }",
        "impl A { /// {{{\n #[allow(unused)] #[HERE] fn b() {} }",
        "impl A { const B: [u8; 2] = [1; 2]; #[HERE] #[inline] fn b() {} }",
        "impl A { fn b<'a>(c: &'a str) -> &'a str { c } #[HERE] fn d() {} }",
        "impl A { fn b() { println!(\"{}\", '{') } #[HERE] fn d() {} }",
        "#!/usr/bin/env {\nimpl A { #[HERE] fn b() {} }",
        "impl A {\r\n    fn b() {}\r\n    #[HERE]\r\n    fn c() {}\r\n}\r\n",
        "\u{FEFF}impl A { #[HERE] fn b() {} }",
        "impl Für { const ÄÖ: char = 'ü'; /* 日本 */ #[HERE] fn b() {} }",
        "#[doc(hidden)] #[clippy::msrv = \"1\"] unsafe impl A { #[HERE] fn b() {} }",
    ] {
        assert_eq!(surroundings(source), Some(Surroundings::Impl), "{source}");
    }
}

#[test]
fn handler_in_a_trait_is_found() {
    for source in [
        "pub trait Shop: Send { #[HERE] async fn list() {} }",
        "pub(crate) unsafe trait Shop { #[HERE] async fn list() {} }",
        "pub(in crate::a) trait Shop { #[HERE] async fn list() {} }",
        "impl Shop for A { #[HERE] async fn list() {} }",
        "impl<T> Shop<T> for A<T> where for<'a> T: Fn(&'a u8) { #[HERE] async fn list() {} }",
    ] {
        assert_eq!(surroundings(source), Some(Surroundings::Trait), "{source}");
    }
}

#[test]
fn handler_elsewhere_is_accepted() {
    for source in [
        "#[HERE] fn a() {}",
        "mod orders { #[HERE] fn a() {} }",
        "impl Shop {}\n mod a { #[HERE] fn a() {} }",
        "impl Shop { fn list() { #[HERE] fn a() {} } }",
        "impl Shop { const A: u8 = { #[HERE] fn a() {} 1 }; }",
        "fn list() -> impl Send { #[HERE] fn a() {} }",
        "fn list(a: impl Fn()) { #[HERE] fn a() {} }",
        "// impl Shop {\nmod a { #[HERE] fn a() {} }",
        "/* impl Shop { */ mod a { #[HERE] fn a() {} }",
        "/* /* */ impl Shop { */ mod a { #[HERE] fn a() {} }",
        "const A: &str = \"impl Shop {\"; mod a { #[HERE] fn a() {} }",
        "const A: &CStr = c\"impl Shop {\"; mod a { #[HERE] fn a() {} }",
        "const A: &[u8] = br##\"impl \"# Shop {\"##; mod a { #[HERE] fn a() {} }",
        "mod a { impl Shop { #[doc = \"uses [a] and b\"] fn c() {} } #[HERE] fn a() {} }",
        "mod a { impl Shop { #[cfg(any(unix, doc = r#\"]\"#))] fn c() {} } #[HERE] fn a() {} }",
        "mod a { impl<'a> Shop<'a> { fn c(b: &'a [u8; { 1 }]) {} } #[HERE] fn a() {} }",
        "mod a { impl Shop<{ 1 }> { fn c() {} } #[HERE] fn a() {} }",
        "mod a { impl Shop { const B: char = '{'; const C: u8 = b'{'; } #[HERE] fn a() {} }",
        "mod a { impl Shop { fn c() { m!(\"{\" '{' b'{' {}) } } #[HERE] fn a() {} }",
        "mod r#impl { #[HERE] fn a() {} }",
        "mod a { fn r#impl() {} #[HERE] fn a() {} }",
        "fn a() -> ! { #[HERE] fn a() {} }",
        "extern \"C\" {} mod a { #[HERE] fn a() {} }",
    ] {
        assert!(attribute(source).is_some(), "{source}");
        assert_eq!(surroundings(source), None, "{source}");
    }
}

#[test]
fn handler_in_another_macro_is_accepted() {
    for source in [
        // the macro may move the function out of the `impl`
        "handlers! { impl Shop { #[HERE] fn a() {} } }",
        "handlers!(impl Shop { #[HERE] fn a() {} });",
        "handlers![impl Shop { #[HERE] fn a() {} }];",
        "a::b! { impl Shop { #[HERE] fn a() {} } }",
        "#[handlers] impl Shop { #[HERE] fn a() {} }",
        "#[allow(unused)] #[a::handlers(b = \"c\")] impl Shop { #[HERE] fn a() {} }",
        "#[handlers] mod a { impl Shop { #[HERE] fn a() {} } }",
        "#[cfg_attr(b, handlers)] impl Shop { #[HERE] fn a() {} }",
        // the `impl` is a pattern
        "macro_rules! a { (impl $b:ident) => { #[HERE] fn $b() {} }; }",
        "macro_rules! a { { impl $b:ident } => { #[HERE] fn $b() {} }; }",
        "macro_rules! impl_a { ($b:ident) => { impl $b { #[HERE] fn c() {} } } }",
        "macro a($b:ident) { impl $b { #[HERE] fn c() {} } }",
    ] {
        assert!(attribute(source).is_some(), "{source}");
        assert_eq!(surroundings(source), None, "{source}");
    }
}

#[test]
fn file_that_does_not_fit_is_accepted() {
    for source in [
        // the rest of the file is broken, or the lexer does not understand it
        "impl Shop { #[HERE] fn a() {} ",
        "impl Shop { #[HERE] fn a() {} } }",
        "impl Shop { #[HERE] fn a() {} } (",
        "impl Shop { #[HERE] fn a() {} } [)",
        "impl Shop { #[HERE] fn a() {} } \"",
        // the position is in a literal, a comment or a macro
        "impl Shop { /* #[HERE] */ }",
        "impl Shop { const A: &str = \"#[HERE]\"; }",
    ] {
        assert_eq!(surroundings(source), None, "{source}");
    }
    let source = "impl Shop { #[a] fn a() {} }";
    for (line, column) in [(1, 1), (1, 14), (1, 99), (2, 1), (0, 1), (1, 0)] {
        let attribute = (line > 0).then(|| Attribute::find(source, line, column));
        assert!(attribute.flatten().is_none(), "{line}:{column}");
    }
}

#[test]
fn attribute_between_other_tokens_is_accepted() {
    for source in [
        "impl Shop { async #[HERE] fn a() {} }",
        "impl Shop { fn a(#[HERE] b: u8) {} }",
        "impl Shop { type A = u8 #[HERE]; }",
    ] {
        assert_eq!(surroundings(source), None, "{source}");
    }
}

#[test]
fn debug_handler_among_the_attributes_is_found() {
    for (source, is_found) in [
        ("#[axum::debug_handler]\n#[HERE]", true),
        ("#[::axum::debug_handler] #[HERE]", true),
        ("#[axum_macros::debug_handler] #[HERE]", true),
        (
            "#[debug_handler(state = Store)]\n/// Lists.\n#[allow(unused)]\n#[HERE]",
            true,
        ),
        (
            "mod a { fn b() {} #[debug_handler] #[HERE] fn c() {} }",
            true,
        ),
        (
            "#[axum::debug_handler(\n    state = Store,\n)]\n#[HERE]",
            true,
        ),
        ("#[doc = \"]\"] #[debug_handler] #[HERE]", true),
        ("// #[axum::debug_handler]\n#[HERE]", false),
        ("#[doc = \"debug_handler\"] #[HERE]", false),
        ("#[mine::debug_handler] #[HERE]", false),
        ("#[cfg_attr(a, axum::debug_handler)] #[HERE]", false),
        ("#[HERE] #[axum::debug_handler]", false),
        (
            "#[axum::debug_handler]\nasync fn list() {}\n\n#[HERE]",
            false,
        ),
        ("#[HERE]", false),
    ] {
        let attribute = attribute(source).unwrap_or_else(|| panic!("{source}"));
        assert_eq!(attribute.is_below_debug_handler(), is_found, "{source}");
    }
}
