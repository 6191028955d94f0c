//! What terms mean: a table of cases, and a slow matcher written independently, compared on random texts.

use super::*;
use crate::project::Theory;
use proptest::prelude::*;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, is_nfkc_quick};

fn own(list: &[&str]) -> Vec<String> {
    list.iter().map(|&one| one.to_owned()).collect()
}

fn theory(any: &[&str], all: &[&str], none: &[&str], regex: &[&str]) -> Theory {
    Theory {
        id: "t".to_owned(),
        label: "T".to_owned(),
        means: None,
        any: own(any),
        all: own(all),
        none: own(none),
        regex: own(regex),
    }
}

/// Parts of the text as printed that the term matches; `#` for metadata alone.
fn parts(theory: &Theory, post: PostText<'_>) -> Vec<String> {
    let matcher = Matcher::compile(std::slice::from_ref(theory)).unwrap();
    let evidence = matcher.evidence(post);
    let mut found = Vec::new();
    matcher.theories_of(post, &mut matcher.scratch(), &mut found);
    assert_eq!(found.is_empty(), evidence.is_empty(), "evidence and theories_of differ for {post:?}");
    let chars: Vec<char> = post.text.chars().collect();
    let terms = evidence.into_iter().flat_map(|evidence| evidence.terms);
    terms.map(|term| term.span.map_or("#".to_owned(), |span| chars[span].iter().collect())).collect()
}

#[track_caller]
fn check(term: &str, text: &str, expected: &[&str]) {
    let post = PostText { text, ..PostText::default() };
    assert_eq!(parts(&theory(&[term], &[], &[], &[]), post), expected, "`{term}` in {text:?}");
}

#[test]
fn words_match_whole_words_in_any_case() {
    check("cia", "The CIA, cia and Cia; special", &["CIA", "cia", "Cia"]);
    check("CIA", "the cia", &["cia"]);
    check("obama", "Obama's #Obama @obama obama_x #ObamaGate", &["Obama", "Obama", "obama"]);
    check("é", "E\u{301} é &eacute; e", &["E\u{301}", "é", "&eacute;"]);
    check("strasse", "Straße STRASSE", &["Straße", "STRASSE"]);
    check("cafe", "café cafe\u{301}", &[]);
    check("clinton", "❤\u{fe0f}Clinton", &["Clinton"]);
    check("ＣＩＡ", "cia", &["cia"]);
    check("q&a", "Q&amp;A", &["Q&amp;A"]);
}

#[test]
fn phrases_match_across_signs() {
    check("9/11", "9/11 9-11 9 11 9_11? 19/11 9/110 911", &["9/11", "9-11", "9 11", "9_11"]);
    check("9/11", "9 / 11", &["9 / 11"]);
    check("wtc 7", "WTC-7, wtc 7; wtc7 #wtc_7 wtc_7_x x_wtc_7", &["WTC-7", "wtc 7", "wtc_7"]);
    check(
        "cia documents",
        "CIA documents cia\n\ndocuments cia mole documents",
        &["CIA documents", "cia\n\ndocuments"],
    );
    check("cia documents", "cia http://t.co/x documents", &[]);
    check("a a", "a a a", &["a a", "a a"]);
}

#[test]
fn signs_at_the_edges_are_literal() {
    check("@handle", "@Handle x@handle handle @handles", &["@Handle"]);
    check("c++", "C++ c+ c++x", &["C++"]);
    check("$GME", "$gme gme a$gme", &["$gme"]);
    check("👍", "👍 👍🏽 obama👍 👍👍", &["👍", "👍", "👍", "👍"]);
}

#[test]
fn scripts_without_spaces_have_no_edges() {
    check("選挙", "大統領選挙の不正 選挙2020 x選挙x", &["選挙", "選挙", "選挙"]);
    check("cia", "CIAの文書 とCIA", &["CIA", "CIA"]);
    check("ガ", "ｶﾞ ガ カ\u{3099} カ", &["ｶﾞ", "ガ", "カ\u{3099}"]);
    check("ข่าว", "อ่านข่าวนี้", &["ข่าว"]);
    check("한국", "한국 한국은", &["한국"]);
}

#[test]
fn prefixes_cover_the_whole_word() {
    check("hack*", "Hackers hack HACKING_x shack", &["Hackers", "hack", "HACKING"]);
    check("cia mole*", "CIA moles, cia-mole cia x moles", &["CIA moles", "cia-mole"]);
    check("cia*", "CIAの文書 ciaっ", &["CIA", "cia"]);
}

#[test]
fn tags_match_in_text_and_metadata() {
    check("#yearzero", "#YearZero ＃yearzero yearzero #yearzero7 a#yearzero", &["#YearZero", "＃yearzero"]);
    check("#c", "http://a.b/#c &#99; #&#99;", &["#&#99;"]);
    let rule = theory(&["#YearZero"], &[], &[], &[]);
    assert_eq!(parts(&rule, PostText { text: "no", tags: &["a", "yearzero"], links: &[] }), ["#"]);
    assert_eq!(parts(&rule, PostText { text: "#YearZero", tags: &["yearzero"], links: &[] }), ["#YearZero"]);
}

#[test]
fn addresses_count_only_for_url_terms() {
    check("wikileaks", "https://wikileaks.org/x www.wikileaks.org wikileaks.org", &["wikileaks"]);
    check("url:wikileaks.org", "see https://WikiLeaks.org/ciav7p1.", &["https://WikiLeaks.org/ciav7p1"]);
    check(
        "url:wikileaks.org/ciav7p1",
        "https://wikileaks.org/ciav7p1/cms",
        &["https://wikileaks.org/ciav7p1/cms"],
    );
    check("url:wtc 7", "http://a.b/wtc_7_x", &["http://a.b/wtc_7_x"]);
    check("url:leaks", "https://wikileaks.org", &[]);
    check("url:clinton", "https://a.b/?q=clinton", &[]);
    check("url:org/選", "http://a.org/%E9%81%B8 http://b.org/x", &["http://a.org/%E9%81%B8"]);
    check("url:wikil*", "http://wikileaks.org", &["http://wikileaks.org"]);
    let rule = theory(&["url:wikileaks.org"], &[], &[], &[]);
    let links = ["https://wikileaks.org/ciav7p1/"];
    assert_eq!(parts(&rule, PostText { text: "t.co/x", tags: &[], links: &links }), ["#"]);
    let both = PostText { text: "http://wikileaks.org", tags: &[], links: &links };
    assert_eq!(parts(&rule, both), ["http://wikileaks.org"]);
    assert!(Matcher::compile(&[rule]).unwrap().needs_links());
    assert!(!Matcher::compile(&[theory(&["a"], &[], &[], &["b"])]).unwrap().needs_links());
}

#[test]
fn regexes_search_the_folded_text() {
    let rule = theory(&[], &[], &[], &[r"\bcia\W+mole\b"]);
    let find = |text| parts(&rule, PostText { text, ..PostText::default() });
    assert_eq!(find("a CIA -- Mole!"), ["CIA -- Mole"]);
    assert_eq!(find("a cia molehill http://a.b/cia/mole"), Vec::<String>::new());
    assert_eq!(find("ＣＩＡ ｍｏｌｅ"), ["ＣＩＡ ｍｏｌｅ"]);
    // A match of nothing but a place has no characters to mark.
    let edge = theory(&[], &[], &[], &[r"\b"]);
    assert_eq!(parts(&edge, PostText { text: "a", ..PostText::default() }), ["#"]);
}

#[track_caller]
fn check_rule(rule: &Theory, text: &str, expected: &[&str]) {
    assert_eq!(parts(rule, PostText { text, ..PostText::default() }), expected, "{text:?}");
}

#[test]
fn any_all_none_and_regex_work_together() {
    let rule = theory(&["mole", "insider"], &["cia"], &["culinary institute"], &["spy|spies"]);
    check_rule(&rule, "the CIA mole", &["CIA", "mole"]);
    check_rule(&rule, "the CIA spy", &["CIA", "spy"]);
    check_rule(&rule, "the CIA", &[]);
    check_rule(&rule, "a mole", &[]);
    check_rule(&rule, "CIA insider of the Culinary Institute", &[]);
    let only_all = theory(&[], &["cia", "mole"], &["x"], &[]);
    check_rule(&only_all, "mole of the CIA", &["mole", "CIA"]);
    check_rule(&only_all, "mole", &[]);
    check_rule(&only_all, "x mole CIA", &[]);
}

#[test]
fn rules_that_say_nothing_are_refused() {
    let error = |rule: &Theory| Matcher::compile(std::slice::from_ref(rule)).unwrap_err().to_string();
    assert_eq!(
        error(&theory(&[], &[], &["x"], &[])),
        "theory `t`: it has no term in `any`, `all` or `regex`, so no post can be in it"
    );
    assert_eq!(
        error(&theory(&["a"], &[], &["#9"], &[])),
        "theory `t`: `#9` in `none`: `#9` is no tag: a tag has letters, digits and `_` only, and at least one letter"
    );
    let many: Vec<Theory> = (0..=MAX_THEORIES).map(|_| theory(&["a"], &[], &[], &[])).collect();
    assert!(matches!(Matcher::compile(&many).unwrap_err().kind, RuleErrorKind::TooManyTheories));
    let regexes: Vec<String> = (0..=MAX_REGEXES).map(|n| format!("a{n}")).collect();
    let rule = Theory { regex: regexes, ..theory(&[], &[], &[], &[]) };
    assert!(matches!(Matcher::compile(&[rule]).unwrap_err().kind, RuleErrorKind::TooManyRegexes));
    assert!(Matcher::compile(&[]).is_ok());
}

#[test]
fn theories_come_in_the_order_of_the_rules() {
    let rules: Vec<Theory> = [&["b"][..], &["a", "b"], &["c"], &["#a", "b c"]]
        .iter()
        .map(|any| theory(any, &[], &[], &[]))
        .collect();
    let matcher = Matcher::compile(&rules).unwrap();
    let (mut scratch, mut out) = (matcher.scratch(), Vec::new());
    for (text, expected) in [("b c", &[0, 1, 2, 3][..]), ("#a", &[1, 3]), ("x", &[]), ("", &[]), ("C", &[2])]
    {
        matcher.theories_of(PostText { text, ..PostText::default() }, &mut scratch, &mut out);
        assert_eq!(out, expected, "{text:?}");
    }
}

#[test]
fn what_peers_lose_is_found() {
    for term in ["CIA", "cia", "#Vault7", "9/11"] {
        let post = PostText { text: "The CIA did 9/11 #Vault7", ..PostText::default() };
        assert_eq!(parts(&theory(&[term], &[], &[], &[]), post).len(), 1, "{term}");
    }
}

#[test]
fn hostile_texts_take_linear_time() {
    let rule = theory(&["a b c", "選", "x*", "@@"], &[], &[], &[]);
    let matcher = Matcher::compile(&[rule]).unwrap();
    for unit in
        ["a ", " ", "選", "x", "@", "&amp;", "a\u{301}", "http://", "#", "_a", "http://a)", ")", "www.", "]"]
    {
        let text = unit.repeat(50_000);
        matcher.theories_of(
            PostText { text: &text, ..PostText::default() },
            &mut matcher.scratch(),
            &mut Vec::new(),
        );
    }
}

/// The rows of the table in `docs/campaign.md`: what is promised there is true.
#[test]
fn the_table_of_the_manual_holds() {
    let manual = include_str!("../../docs/campaign.md");
    let mut rows = 0;
    let table = manual.lines().skip_while(|line| !line.starts_with("| term | text | match")).skip(2);
    for line in table.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let code =
            |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let (term, text, expected) = (code(cells[0]), code(cells[1]), code(cells[2]));
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        check(&term[0], &text[0], &expected);
        rows += 1;
    }
    assert!(rows > 20, "only {rows} rows");
}

/// The meaning of terms, character by character and without any index.
mod oracle {
    use crate::text::{is_spaceless, is_word};
    use caseless::Caseless;
    use unicode_normalization::UnicodeNormalization;

    const OUT: char = '\u{ffff}';

    pub(super) fn fold(text: &str) -> Vec<char> {
        text.nfkc().default_case_fold().nfkc().collect()
    }

    /// Only `&amp;` is decoded and only `http://` addresses are known: the texts hold no others.
    pub(super) fn folded(text: &str) -> Vec<char> {
        let text = text.replace("&amp;", "&");
        let mut out = Vec::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("http://") {
            out.extend(fold(&rest[..at]));
            out.push(OUT);
            let ends = |c: char| !c.is_ascii_graphic() || "\"'`<>\\^{}|".contains(c);
            let url = &rest[at + 7..];
            let url = &url[..url.find(ends).unwrap_or(url.len())];
            let kept = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '&', '#']);
            rest = &rest[at + 7 + kept.len()..];
        }
        out.extend(fold(rest));
        out
    }

    fn in_word(c: char) -> bool {
        is_word(c) && c != '_'
    }

    /// All `(start, end)` in the folded text where the term stands.
    pub(super) fn find(term: &str, text: &[char]) -> Vec<(usize, usize)> {
        let term = fold(term.trim());
        let first = term.iter().position(|&c| in_word(c)).unwrap_or(term.len());
        let last = term.iter().rposition(|&c| in_word(c)).unwrap_or(0);
        let mut found = Vec::new();
        for start in 0..text.len() {
            for end in start + 1..=text.len() {
                let fits = shape(&term, 0, first, last, &text[start..end]);
                if fits && edges(text, start, end) {
                    found.push((start, end));
                }
            }
        }
        found
    }

    /// All starts in the folded text where a word goes on as the prefix `term` says.
    pub(super) fn find_prefix(term: &str, text: &[char]) -> Vec<usize> {
        let body = fold(term.trim().trim_end_matches('*'));
        let first = body.iter().position(|&c| in_word(c)).unwrap();
        let starts = (0..text.len()).filter(|&start| {
            edges(text, start, text.len())
                && (start + 1..=text.len())
                    .any(|end| shape(&body, 0, first, body.len() - 1, &text[start..end]))
        });
        starts.collect()
    }

    /// Whether `text` is the term from `at` on.
    fn shape(term: &[char], at: usize, first: usize, last: usize, text: &[char]) -> bool {
        let Some(&c) = term.get(at) else { return text.is_empty() };
        if at > first && at < last && !in_word(c) {
            // A gap between words: at least one other character, as many as one likes.
            let next = (at..term.len()).find(|&next| in_word(term[next])).unwrap();
            return (1..=text.len())
                .take_while(|&gap| !in_word(text[gap - 1]) && text[gap - 1] != OUT)
                .any(|gap| shape(term, next, first, last, &text[gap..]));
        }
        text.first() == Some(&c) && shape(term, at + 1, first, last, &text[1..])
    }

    fn edges(text: &[char], start: usize, end: usize) -> bool {
        let free = |own: char, neighbour: Option<&char>| {
            neighbour.is_none_or(|&c| !is_word(c) || is_spaceless(c) || is_spaceless(own))
        };
        let before = start.checked_sub(1).and_then(|before| text.get(before));
        free(text[start], before) && free(text[end - 1], text.get(end))
    }
}

/// Whether the oracle knows what such a term means.
fn phrase(term: &str) -> bool {
    matches!(Term::parse(term), Ok(Term::Phrase(_) | Term::Prefix(_)))
}

fn compare(terms: &[String], text: &str) -> Result<(), TestCaseError> {
    let terms: Vec<&str> = terms.iter().map(String::as_str).filter(|term| phrase(term)).collect();
    let rules: Vec<Theory> = terms.iter().map(|term| theory(&[term], &[], &[], &[])).collect();
    let matcher = Matcher::compile(&rules).unwrap();
    let post = PostText { text, ..PostText::default() };
    let mut out = Vec::new();
    let mut scratch = matcher.scratch();
    matcher.theories_of(PostText { text: "a b 選挙 #a http://t.co/x", ..post }, &mut scratch, &mut out);
    matcher.theories_of(post, &mut scratch, &mut out);
    let evidence = matcher.evidence(post);
    prop_assert_eq!(&evidence.iter().map(|one| one.theory).collect::<Vec<_>>(), &out);
    let folded = oracle::folded(text);
    // Where every character folds to one of its own, places in the folded text are places in the text as printed.
    let alone = |c: char| {
        let folded = oracle::fold(&c.to_string());
        folded.len() == 1
            && canonical_combining_class(folded[0]) == 0
            && is_nfkc_quick(std::iter::once(folded[0])) == IsNormalized::Yes
    };
    let one_to_one =
        !text.contains("http://") && text.chars().all(alone) && folded.len() == text.chars().count();
    for (at, term) in (0u16..).zip(&terms) {
        if term.trim().ends_with('*') {
            let starts = oracle::find_prefix(term, &folded);
            prop_assert_eq!(out.contains(&at), !starts.is_empty(), "{:?} in {:?}", term, text);
            let found =
                evidence.iter().find(|one| one.theory == at).map_or(&[][..], |one| one.terms.as_slice());
            let found: Vec<_> = found.iter().filter_map(|term| Some(term.span.as_ref()?.start)).collect();
            prop_assert!(!one_to_one || found == starts, "{:?} in {:?}", term, text);
            continue;
        }
        let expected = oracle::find(term, &folded);
        prop_assert_eq!(out.contains(&at), !expected.is_empty(), "{:?} in {:?}", term, text);
        let found = evidence.iter().find(|one| one.theory == at).map_or(&[][..], |one| one.terms.as_slice());
        let found: Vec<_> =
            found.iter().filter_map(|term| term.span.clone()).map(|span| (span.start, span.end)).collect();
        if one_to_one {
            prop_assert_eq!(found, expected, "{:?} in {:?}", term, text);
        }
    }
    Ok(())
}

const DENSE: &str = "(a|b|B|_| |/|#|ß|ss|Å|\u{30a}|\u{301}|選|挙|カ|ｶﾞ|ﾞ|&amp;|http://t\\.co/x|@|-|\n|1|👍|\u{fe0f}|\u{200d}|한|…){0,14}";
const DENSE_TERM: &str = "(a|b|B|_| |/|ß|ss|Å|選|挙|カ|ｶﾞ|@|-|1|👍|&|\u{301}){1,5}\\*?";

/// Many texts at once give what each gives alone, whatever stands beside it.
fn compare_all(terms: &[String], texts: &[String]) -> Result<(), TestCaseError> {
    let readable = |term: &&String| Term::parse(term).is_ok_and(|term| !matches!(term, Term::Url(_)));
    let mut rules: Vec<Theory> =
        terms.iter().filter(readable).map(|term| theory(&[term.as_str()], &[], &[], &[])).collect();
    rules.push(theory(&["b", "#a"], &["a"], &["選挙"], &["a+b"]));
    let matcher = Matcher::compile(&rules).unwrap();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut found = vec![Vec::new(); texts.len()];
    let tag = |post: usize| ["a"].into_iter().take(post % 2);
    let mut scratch = matcher.scratch();
    for _ in 0..2 {
        found.iter_mut().for_each(Vec::clear);
        matcher.theories_of_all(&texts, tag, &mut scratch, |post, theories| {
            found[post].extend_from_slice(theories);
        });
    }
    for (post, text) in texts.iter().enumerate() {
        let tags: Vec<&str> = tag(post).collect();
        let mut alone = Vec::new();
        matcher.theories_of(PostText { text, tags: &tags, links: &[] }, &mut matcher.scratch(), &mut alone);
        prop_assert_eq!(&found[post], &alone, "{:?} among {:?}", text, texts);
    }
    Ok(())
}

#[test]
fn terms_too_many_for_a_table_are_found_too() {
    let mut terms: Vec<String> = (0..1500).map(|n| format!("word{n}")).collect();
    terms.push("b a".into());
    let texts = ["word7 and word1499", "", "a b", "b a", "#word3"].map(str::to_owned);
    compare_all(&terms.iter().take(990).cloned().collect::<Vec<_>>(), &texts).unwrap();
}

/// What texts of random Unicode are made of, half of them.
const PIECES: [&str; 27] = [
    "a",
    "b",
    "ab",
    " ",
    "_",
    "選挙",
    "選",
    "ß",
    "SS",
    "cia",
    "CIA",
    "mole",
    "9",
    "/",
    "11",
    "hack",
    "ers",
    "ガ",
    "カ\u{3099}",
    "e\u{301}",
    "É",
    "👍",
    "моль",
    "МОЛЬ",
    ".",
    "#",
    "1",
];

/// A thousand texts in every walk.
#[test]
fn a_hundred_thousand_texts_of_random_unicode_match_as_the_oracle_says() {
    let terms =
        ["a b", "ab", "選挙", "ß", "cia mole", "9/11", "mole", "hack*", "ｶﾞ", "é", "👍", "моль", "b*", "1"];
    let rules: Vec<Theory> = terms.iter().map(|term| theory(&[term], &[], &[], &[])).collect();
    let matcher = Matcher::compile(&rules).unwrap();
    let mut state = 7_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    };
    let mut text = || -> String {
        let length = random() % 9;
        let piece = |_| match random() % 4 {
            0 => char::from_u32(u32::try_from(random() % 0x1_1000).unwrap())
                .filter(|c| *c != '&' && *c != '\u{ffff}')
                .map(String::from),
            _ => Some(PIECES[random() % PIECES.len()].to_owned()),
        };
        (0..length).filter_map(piece).collect()
    };
    let mut scratch = matcher.scratch();
    let mut total = 0;
    for _ in 0..100 {
        let texts: Vec<String> = (0..1000).map(|_| text()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut found = vec![Vec::new(); texts.len()];
        let none = |_| std::iter::empty();
        matcher.theories_of_all(&texts, none, &mut scratch, |post, theories| {
            found[post].extend_from_slice(theories);
        });
        for (text, found) in texts.iter().zip(&found) {
            let folded = oracle::folded(text);
            let holds = |term: &str| {
                if term.ends_with('*') {
                    !oracle::find_prefix(term, &folded).is_empty()
                } else {
                    !oracle::find(term, &folded).is_empty()
                }
            };
            let expected: Vec<u16> =
                (0..).zip(terms).filter(|(_, term)| holds(term)).map(|(at, _)| at).collect();
            assert_eq!(found, &expected, "{text:?}");
            total += expected.len();
        }
    }
    assert!(total > 50_000, "only {total} matches");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn many_texts_match_as_each_alone(
        texts in proptest::collection::vec(DENSE, 0..9), terms in proptest::collection::vec(DENSE_TERM, 1..5)
    ) {
        compare_all(&terms, &texts)?;
    }

    #[test]
    fn matches_are_the_oracles(text in DENSE, terms in proptest::collection::vec(DENSE_TERM, 1..5)) {
        compare(&terms, &text)?;
    }

    #[test]
    fn ascii_matches_are_the_oracles(text in "[abAB_ /#.1-]{0,20}", terms in proptest::collection::vec("[abA_ /.1-]{1,5}\\*?", 1..5)) {
        compare(&terms, &text)?;
    }

    #[test]
    fn any_text_is_matched_as_the_oracle_does(
        (text, from, length) in ("[^&]{0,12}|\\PC{0,12}", 0usize..12, 1usize..5)
    ) {
        // A term cut out of the text itself, so that it often matches.
        let text = text.replace('&', "");
        let term: String = text.chars().skip(from).take(length).collect();
        compare(&[term], &text)?;
    }
}
