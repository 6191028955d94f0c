//! What `tokens` promises, on texts made up for it.

use super::tokens::{Kind, Token, Tokens, join};
use crate::project::Theory;
use crate::text::{Folded, tags};
use crate::theory::{Matcher, PostText};
use proptest::prelude::*;

/// Key, surface, kind, stop, follows.
type Owned = (String, String, Kind, bool, bool);

fn read_on(platform: &str, text: &str, tags: &[&str]) -> Vec<Owned> {
    let mut all = Vec::new();
    let mut tokens = Tokens::default();
    // The buffers must not remember.
    tokens.read("earlier #tag &amp; 選挙 http://a.b 👍", platform, ["x"].into_iter(), |_| {});
    tokens.read(text, platform, tags.iter().copied(), |token| {
        let Token { key, surface, kind, is_stop, follows } = token;
        all.push((key.to_owned(), surface.to_owned(), kind, is_stop, follows));
    });
    all
}

/// In short: `+` follows, `-` stop word, `key=surface` if they differ, `#` a tag, `!` an emoji.
fn short(tokens: &[Owned]) -> String {
    let one = |(key, surface, kind, is_stop, follows): &Owned| {
        let written = if key == surface { key.clone() } else { format!("{key}={surface}") };
        let kind = match kind {
            Kind::Word => "",
            Kind::Tag => "#",
            Kind::Symbols => "!",
        };
        format!("{}{}{written}{kind}", if *follows { "+" } else { "" }, if *is_stop { "-" } else { "" })
    };
    tokens.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(short(&read_on("x", text, &[])), expected, "in {text:?}");
}

/// The words of a text that are no stop words there.
fn content(text: &str) -> Vec<String> {
    read_on("x", text, &[]).into_iter().filter(|token| !token.3).map(|token| token.1).collect()
}

#[test]
fn words_numbers_and_signs() {
    check("", "");
    check("... !? — “” ☎", "☎!");
    check("Spies leaked documents", "spy=spies +leaked +document=documents");
    check("9/11 WTC7 13:00 2017-03-07 1,000 v1.2 7", "9/11 +wtc7 +13:00 +2017-03-07 +1,000 +v1.2 +-7");
    check("9 / 11, q", "-9 11 -q");
    check("U.S. Army, F.B.I. agent", "u.s +army fbi=f.b.i +agent");
    check("Mayor's O'Brien’s dogs' bones", "mayor o'brien dog=dogs bone=bones");
    check("snake_case _bold_ __", "snake_cas=snake_case +bold=_bold_");
    check("new zealand, new, zealand\nnew\nzealand", "new +zealand new zealand new zealand");
    check("caf&eacute; R&amp;D Straße", "café +-r -d +strass=strasse");
    check("fake news bus", "fake +news +bus");
}

#[test]
fn addresses_mentions_and_mail_are_left_out() {
    check("see http://t.co/leak now www.leak.example/doc t.co/x", "see -now");
    check("RT @demo_one: spies via @demo_two", "spy=spies");
    check("RT if you agree", "-rt +-if +-you +agree");
    check("@demo_one,@demo_twoさん spies", "-さん +spy=spies");
    check("write to demo.mail+x@mail.example.org today", "write +-to today");
    check("a @ b @é", "-a -b -é");
    let on = |platform: &str, text: &str| short(&read_on(platform, text, &[]));
    assert_eq!(on("bluesky", "ask @demo.bsky.example, then"), "ask -then");
    assert_eq!(on("fediverse", "ask @demo@host.example. then"), "ask -then");
    assert_eq!(on("weibo", "看@演示帐号 文件"), "看 文件");
    assert_eq!(on("reddit", "u/demo_one and /u/demo-two said r/leaks"), "-and said +-r leak=leaks");
    assert_eq!(on("reddit", "thanks u/demo_one"), "thank=thanks");
}

#[test]
fn tags_are_words_of_their_own_kind() {
    check("#YearZero leaks", "yearzero=#yearzero# +leak=leaks");
    check("the leak #Leaks", "-the +leak +leak=#leaks#");
    check("#9 #1️⃣ a#b", "-9 -a -b");
    check("#選挙不正。", "選挙不正=#選挙不正#");
    check("#Tesla™ car", "tesla=#tesla# car");
    let with = |text: &str, tags: &[&str]| short(&read_on("x", text, tags));
    assert_eq!(with("spies #Vault7", &["vault7", "yearzero", "yearzero", "2017", "", "a b"]), {
        "spy=spies +vault7=#vault7# yearzero=#yearzero# a b#"
    });
    assert_eq!(short(&read_on("weibo", "#Year Zero# 文件", &["year zero"])), "year zero# 文件");
    assert_eq!(short(&read_on("weibo", "#Year: Zero!#", &[])), "year zero#");
    assert_eq!(short(&read_on("fediverse", "#カー・ナビ", &[])), "カー ナビ#");
    let many: Vec<String> = (0..5_000).map(|number| format!("t{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(read_on("x", "", &many).len(), 100);
}

#[test]
fn emoji_are_symbols() {
    check("👍🏽👍 👨\u{200D}👩\u{200D}👧 ❤️ 🇳🇿🇳🇿", {
        "👍! 👍! 👨\u{200D}👩\u{200D}👧! ❤! 🇳🇿! 🇳🇿!"
    });
    check("spies 🔥 leaked", "spy=spies 🔥! leaked");
}

#[test]
fn scripts_without_spaces_are_cut_into_words() {
    check("中央情報局のツイッター", "中央 +情報局 +-の +ツイッター");
    check("维基解密CIA文件 2017年", "维基 +解 +密 cia 文件 +2017 年");
    // Folding takes the vowel apart; the dictionary must see it whole.
    check("ทำไมคนสำคัญ", "ทําไม +คน +สําคัญ");
    check("ຄຳສັ່ງສຳຄັນ", "ຄໍາສັ່ງ +ສໍາຄັນ");
    check("ព្រះរាជាណាចក្រកម្ពុជា", "ព្រះរាជាណាចក្រ +កម្ពុជា");
    check("မြန်မာနိုင်ငံသည်", "မြန်မာနိုင်ငံ +သည်");
}

#[test]
fn other_scripts_are_counted_in_one_spelling() {
    check("spy ـ 選挙不正", "spy 選挙 +不正");
    check("الأخبار الاخبار مـــصر", "الاخبار=الأخبار +الاخبار +مصر=مـــصر");
    check("שָׁלוֹם שלום צה\"ל", "שלום=שָׁלוֹם +שלום +צהל=צה\"ל");
    check(
        "L'eau dell'acqua İstanbul'da комп'ютер",
        "-l eau +-dell acqua +istanbul=i\u{307}stanbul комп'ютер",
    );
}

/// Text; words that are content in it; words that are stop words in it.
const LANGUAGES: [(&str, &str, &str); 14] = [
    ("The man who would die in the war wore a hat", "man die war wore hat", "the who would in a"),
    ("Also no son of mine will fall for the car sales", "son mine fall car sales", "also no of will for the"),
    (
        "Die Polizei hat den Mann gefasst, der im Krieg war",
        "polizei mann gefasst krieg",
        "die hat den der im war",
    ),
    (
        "Das war mal ein guter Plan, aber der Bus fährt also nicht",
        "guter plan bus fährt",
        "das war mal ein aber der also nicht",
    ),
    (
        "Los documentos son de la agencia y no los tiene nadie más",
        "documentos agencia",
        "los son de la y no tiene nadie más",
    ),
    (
        "Ele disse que os arquivos não são da agência, mas do governo",
        "disse arquivos agência governo",
        "ele que os não são da mas do",
    ),
    (
        "Son frère a vu les documents, mais il ne dit pas pour qui",
        "frère documents dit",
        "son a vu les mais il ne pas pour qui",
    ),
    (
        "Un but magnifique de la tête, c'est la fin du match pour eux",
        "but magnifique tête fin match",
        "un de la est du pour eux",
    ),
    (
        "Non so come siano arrivati i documenti, ma sono della agenzia",
        "arrivati documenti agenzia",
        "non come siano i ma sono della",
    ),
    ("De man van de bank want er was geen geld meer over", "bank geld", "de van want er was geen meer over"),
    (
        "Gizli belgeler çok önemli ama hiç kimse bir şey bilmiyor",
        "gizli belgeler önemli bilmiyor",
        "çok ama hiç kimse bir şey",
    ),
    (
        "Dokumen itu tidak akan dibuka oleh pemerintah karena sudah hilang",
        "dokumen dibuka pemerintah hilang",
        "itu tidak akan oleh karena sudah",
    ),
    (
        "Документы не были у агентства, и это уже все знают",
        "документы агентства знают",
        "не были у и это уже все",
    ),
    (
        "هذه الوثائق من الوكالة ولم يكن هناك أي دليل على ذلك",
        "الوثائق الوكالة دليل",
        "هذه من ولم هناك أي على ذلك",
    ),
];

#[test]
fn a_word_is_a_stop_word_in_its_own_language_only() {
    for (text, kept, stopped) in LANGUAGES {
        let tokens = read_on("x", text, &[]);
        let is_stop = |word: &str| {
            let found = tokens.iter().find(|token| token.1 == word);
            found.unwrap_or_else(|| panic!("{word:?} in {}", short(&tokens))).3
        };
        for word in kept.split_whitespace() {
            assert!(!is_stop(word), "{word:?} vanished from {text:?}: {}", short(&tokens));
        }
        for word in stopped.split_whitespace() {
            assert!(is_stop(word), "{word:?} stayed in {text:?}: {}", short(&tokens));
        }
    }
}

#[test]
fn a_few_words_are_no_evidence() {
    assert_eq!(content("Die Hard"), ["die", "hard"]);
    assert_eq!(content("war man hat car"), ["war", "man", "hat", "car"]);
    assert_eq!(content("man dies in war zone"), ["man", "dies", "war", "zone"]);
    assert_eq!(content("Los Angeles man's son"), ["los", "angeles", "man", "son"]);
    assert_eq!(content("EU and Kim talks"), ["eu", "kim", "talks"]);
    assert_eq!(content("la la la la"), ["la", "la", "la", "la"]);
    assert_eq!(content("lol pls via"), ["lol"]);
    assert!(content("und").is_empty());
}

#[test]
fn phrases_are_written_as_terms() {
    let joined = |a: &str, b: &str| {
        let mut phrase = a.to_owned();
        join(&mut phrase, b);
        phrase
    };
    assert_eq!(joined("new", "zealand"), "new zealand");
    assert_eq!(joined("#vault7", "#cia"), "vault7 cia");
    assert_eq!(joined("维基", "解密"), "维基解密");
    assert_eq!(joined("cia", "文件"), "cia 文件");
}

#[test]
fn hostile_texts_stay_linear() {
    const BYTES: usize = 1 << 17;
    let begun = std::time::Instant::now();
    for part in [
        "\u{301}",
        "a",
        "選",
        "ก",
        "#a ",
        "a.",
        "1/",
        "a'",
        "@",
        "a@",
        "👍\u{200D}",
        "&",
        "#",
        "_",
        "a.b+c",
        "\u{0E4D}",
        "ـ",
        "🇳",
        "u/",
        "rt ",
        "RT @",
        "l'",
        "a\u{301}",
    ] {
        // What a segment of folding may be as long as.
        let times = if part == "\u{301}" { 8 } else { 1 };
        let text = part.repeat(times * BYTES / part.len());
        for platform in ["x", "weibo", "reddit"] {
            Tokens::default().read(&text, platform, ["a", "b"].into_iter(), |_| {});
        }
    }
    // 10 MB; a step that is not linear takes minutes for one of them.
    assert!(begun.elapsed().as_secs() < 120, "{:?}", begun.elapsed());
}

/// Whether a rule with this term finds the post.
fn term_matches(term: &str, post: PostText<'_>) -> bool {
    let theory = Theory { id: "one".to_owned(), any: vec![term.to_owned()], ..Theory::default() };
    let matcher = Matcher::compile(&[theory]).unwrap_or_else(|error| panic!("{term:?}: {error:?}"));
    let mut found = Vec::new();
    matcher.theories_of(post, &mut matcher.scratch(), &mut found);
    found == [0]
}

/// Texts with all that matters here, near to each other.
const TEXTS: &str = "([aB1_ #@.'’/:,\n-]|[éßÅ\u{301}\u{200d}\u{fe0f}İｶﾞ™½]|[選の挙ไทยทำ한국]|[אبأـ]|👍|🏽|🇳|🇺|&amp;|http://t\\.co/x|#Tag|u\\.s\\.|it's|RT @a|ⅷ|\\PC){0,24}";

proptest! {
    #[test]
    fn lines_are_read_as_by_themselves(pieces in prop::collection::vec(TEXTS, 1..4), platform in "x|weibo|bluesky|reddit") {
        // But for stop words, which are decided by all words of the text.
        let without = |tokens: Vec<Owned>| tokens.into_iter().map(|token| (token.0, token.1, token.2, token.4)).collect::<Vec<_>>();
        let whole = without(read_on(&platform, &pieces.join("\n"), &[]));
        let alone: Vec<_> = pieces.iter().flat_map(|piece| without(read_on(&platform, piece, &[]))).collect();
        prop_assert_eq!(whole, alone);
    }

    #[test]
    fn surfaces_and_phrases_are_terms_that_match(text in TEXTS, platform in "x|weibo|bluesky") {
        let mut given = Vec::new();
        tags::extract(&text, &platform, |tag| given.push(tag.to_owned()));
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let post = PostText { text: &text, tags: &given, links: &[] };
        let mut before: Option<String> = None;
        for (_, surface, kind, _, follows) in read_on(&platform, &text, &given) {
            // A term with a sign at its edge must not touch a letter there: `so👍`.
            if kind != Kind::Symbols {
                prop_assert!(term_matches(&surface, post), "{surface:?}");
            }
            if let Some(mut phrase) = before.filter(|_| follows) {
                join(&mut phrase, &surface);
                prop_assert!(term_matches(&phrase, post), "{phrase:?}");
            }
            before = Some(surface);
        }
    }

    #[test]
    fn texts_are_folded_as_for_the_matcher(text in TEXTS, platform in "x|weibo|fediverse") {
        let mut tokens = Tokens::default();
        tokens.read(&text, &platform, std::iter::empty(), |_| {});
        let mut folded = Folded::default();
        folded.read(&text);
        prop_assert!(tokens.folded().starts_with(folded.text()), "{:?}", tokens.folded());
    }

    #[test]
    fn nothing_panics(text in "\\PC*", tag in "\\PC*", platform in "x|weibo|other") {
        for (key, surface, ..) in read_on(&platform, &text, &[&tag]) {
            prop_assert!(!key.is_empty() && !surface.is_empty());
        }
    }
}
