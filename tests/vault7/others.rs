//! Invented sentences that mention no theory, among them near misses; and sentences in other languages and scripts.

use super::Theory::{Cia, Clinton, Deadman, Svalbard, Wtc7};
use super::phrases::Phase::{self, Any, Early, Guess, Release};

/// Posts in which nobody guesses anything that the rules know.
pub(crate) const UNMATCHED: &[(Phase, &[&str])] = &[
    (
        Early,
        &[
            "Finished my shelter in the game and named it {v}.",
            "Anybody else stuck at the door of {v}? Level {n}, no key.",
            "Band practice went well. The new song is called {v}.",
        ],
    ),
    (
        Guess,
        &[
            "So what is this {v} thing supposed to be?",
            "New riddle, same account. {v}",
            "Can someone tell me what {v} means, in one sentence?",
            "Six question words, no answer. {v}",
            "I like the pictures, I don't get the riddle. {v}",
            "{v} is either huge or a really good joke.",
            "Countdown without a date. {v}",
            "{who} says {v} is a record label. Why not.",
            "Everybody has a theory about {v}. I have a sandwich.",
            "A vault, a question, a picture. Good marketing. {v}",
            "Nothing new on {v} {when}. Going to bed.",
            "I made a list of all guesses about {v}. It has {n} rows.",
            "What happened to {v}? It went quiet.",
            "Is {v} still a thing?",
        ],
    ),
    (
        Release,
        &[
            "My feed is only {v} today.",
            "Too much {v}, too little sleep.",
            "Could someone summarise {v} without shouting?",
            "I covered the camera of my laptop. Again. {v}",
            "Press conference about {v} {when}?",
            "What does {v} mean for normal people? Asking for {who}.",
            "Good long read on {v}, link below.",
            "{v}: please check before you share.",
            "My fridge is not smart and I am happy about it. {v}",
            "I have read {n} articles about {v} and they are all the same article.",
        ],
    ),
    (
        Any,
        &[
            "Good morning to everyone who reads {v} before breakfast",
            "Following {v} for the memes.",
            "{pct}% of posts under {v} are questions. This one too?",
            "Ok, {v}, you have my attention.",
            "Muting {v} until {when}.",
            "Who has a good source on {v}? No videos please.",
            "Journalists: keep your notes on {v}. You will want the times.",
            "The CIA is in the news again, says the radio. {v}",
            "Assange is in the news again. {v}",
            "The FBI has no comment, says the paper. {v}",
            "7️⃣ {v} 7️⃣",
            "🔐🔐🔐 {v}",
            // Near misses: words that only look like a term.
            "#ClintonGate is trending next to {v}. I know nothing about either.",
            "#HillaryMemes and {v} in one afternoon. Logging off.",
            "#ObamaGate, {v}, and the weather. That is all I see.",
            "Deadline is 19/11, so I have time for {v}.",
            "Page 29/112 of my thesis. Reading {v} instead.",
            "I deleted email from {n} newsletters. {v} is more fun.",
            "Our email servers were down all morning. Not {v}, just Monday.",
            "The bus to Clinton Street is late. Reading {v}.",
            "Sir Edmund Hillary climbed faster than {v} moves.",
            "Meeting moved to building 7 on campus. Nobody there knows {v}.",
            "Rehearsal in building 70, {v} on my phone.",
            "Bus WTC71 or bus WTC75? Lost, but reading {v}.",
            "CIA files its cheese by age. Culinary Institute joke, not {v}.",
            "The CIA filesystem joke in my class fell flat. {v}",
            "Planting seeds on the balcony, {v} in the background.",
            "Svalbard in winter is beautiful. Nothing to do with {v}.",
            "The train driver's dead man's switch is a pedal, by the way. {v}",
            "Insurance filed, car repaired, back to {v}.",
            "https://example.org/clinton-emails is a dead link. {v}",
            "Someone posted https://example.org/wtc-7/9/11/cia-files under {v}",
            "Year zeroes and ones: my first program. {v}",
            "Clintonville has not heard of {v}.",
            "@demo_clinton_cat do you follow {v}?",
        ],
    ),
];

/// Language, phase, theories, sentence. Some hold a theory's words in their own script, some hold none.
pub(crate) const FOREIGN: &[(&str, Phase, &[super::Theory], &str)] = &[
    ("ru", Guess, &[Clinton], "Думаю, {v} — это файлы на Клинтон."),
    ("ru", Any, &[Clinton], "Про семью КЛИНТОНОВ в {v} ничего нет"),
    ("ru", Guess, &[Wtc7], "{v} — это про 11 сентября?"),
    ("ru", Release, &[Cia], "Документы ЦРУ в {v}: читаю."),
    ("ru", Guess, &[Cia], "Утечка ЦРУ? Сомневаюсь. {v}"),
    ("ru", Guess, &[Deadman], "Может, {v} — «кнопка мертвеца»?"),
    ("ru", Any, &[Svalbard], "Svalbard, семена, лёд. При чём тут {v}?"),
    ("ru", Any, &[], "Кто-нибудь понял, что такое {v}?"),
    ("ru", Any, &[], "ЦРУ снова в новостях. {v}"),
    ("ru", Any, &[], "Клин клином вышибают. {v}"),
    ("el", Guess, &[Clinton], "Λένε ότι το {v} είναι για την Κλίντον."),
    ("el", Guess, &[Clinton], "ΚΛΊΝΤΟΝ ΠΑΝΤΟΎ. {v}"),
    ("el", Guess, &[Wtc7], "Το {v} είναι για την 11η Σεπτεμβρίου;"),
    ("el", Guess, &[Deadman], "ΔΙΑΚΌΠΤΗΣ ΤΟΥ ΝΕΚΡΟΎ; {v}"),
    ("el", Release, &[Cia], "Έγγραφα της CIA στο {v}. Διαβάζω."),
    ("el", Any, &[], "Τι είναι τελικά το {v};"),
    ("ja", Guess, &[Clinton], "{v} はクリントンのメールかな"),
    ("ja", Guess, &[Clinton], "また クリントン？ {v}"),
    ("ja", Guess, &[Wtc7], "{v} は同時多発テロの話？"),
    ("ja", Release, &[Cia], "{v} の中身はCIA文書らしい"),
    ("ja", Guess, &[Cia], "もしかしてCIA文書？ {v}"),
    ("ja", Guess, &[Svalbard], "Svalbardの種子と {v} 、関係ある？"),
    ("ja", Guess, &[Deadman], "{v} はデッドマンスイッチ？"),
    ("ja", Guess, &[Deadman], "ﾃﾞｯﾄﾞﾏﾝｽｲｯﾁ説、まだある？ {v}"),
    ("ja", Any, &[], "{v} って何？"),
    ("ja", Any, &[], "今日も {v} を待つ"),
    ("ar", Guess, &[Clinton], "هل {v} عن كلينتون ؟"),
    ("ar", Guess, &[Wtc7], "{v} و 11 سبتمبر ؟"),
    ("ar", Release, &[Cia], "وثائق CIA في {v}"),
    ("ar", Guess, &[Deadman], "مفتاح الرجل الميت ؟ {v}"),
    ("ar", Any, &[], "ما هو {v} ؟"),
    ("th", Guess, &[Clinton], "{v} เกี่ยวกับคลินตันหรือเปล่า"),
    ("th", Guess, &[Wtc7], "{v} กับตึกแฝดเกี่ยวกันไหม"),
    ("th", Release, &[Cia], "เปิดเอกสารซีไอเอใน {v} แล้ว"),
    ("th", Any, &[], "{v} คืออะไร"),
    // The accents of these two stand apart from their letters (NFD).
    ("fr", Any, &[Svalbard], "Svalbard et sa re\u{301}serve de semences ? Pas pour {v}."),
    ("fr", Guess, &[Cia], "{v} et l’e\u{301}lection franc\u{327}aise, un lien ?"),
    ("fr", Guess, &[Wtc7], "Le 11 septembre dans {v} ? J’en doute."),
    ("fr", Any, &[], "Je ne comprends rien à {v}."),
    ("de", Guess, &[Clinton], "Ist {v} etwas über Clinton? Ich zweifle."),
    // Capitals of a word that the rules write with ß: only case folding makes them one.
    ("de", Guess, &[Cia], "{v}: ein CIA-SCHLIESSFACH, sonst nichts?"),
    ("de", Release, &[Cia], "{v}: CIA-Dokumente, sagen alle."),
    ("de", Release, &[Clinton, Cia], "CIA-Dokumente statt Clinton. Wer hätte das gedacht? {v}"),
    ("de", Any, &[], "Straßenbahn, Kaffee, {v}."),
    ("es", Guess, &[Wtc7], "¿{v} es sobre el 11 de septiembre?"),
    ("es", Guess, &[Clinton, Wtc7], "¿Clinton o el 11 de septiembre? {v}"),
    ("es", Any, &[], "Mañana leo todo sobre {v}."),
];

/// What may stand before a sentence. Nothing here mentions a theory.
pub(crate) const OPENERS: &[&str] = &[
    "Honestly:",
    "Ok so.",
    "Hmm.",
    "Calling it.",
    "Late to this.",
    "Hot take.",
    "Thread?",
    "Again:",
    "Question.",
    "Update:",
    "Well.",
    "Psst.",
    "Serious now.",
    "Just saw this.",
    "Morning thought.",
    "Note to self:",
    "👀",
    "🤔",
];

/// What may stand after it.
pub(crate) const CLOSERS: &[&str] = &[
    "Thoughts?",
    "Just asking.",
    "We will see.",
    "🤔",
    "👀",
    "🔐",
    "Stay tuned.",
    "(guessing)",
    "Change my mind.",
    "Not holding my breath.",
    "Popcorn 🍿",
    "“Trust, but verify”.",
    "Bookmarking this.",
    "Who else?",
    "idk",
    "lol",
    "Tea &amp; patience.",
    "Source needed.",
    "Over and out.",
    "☕️",
    "No links, no panic.",
    "Make of that what you will.",
    "I'll wait.",
    "That's all.",
    "Goodnight.",
    "🙃",
];

/// Tags beside the campaign's.
pub(crate) const EXTRA_TAGS: &[&str] = &[
    "#WikiLeaks",
    "#wikileaks",
    "#WikiLeaks",
    "#Assange",
    "#news",
    "#leaks",
    "#opsec",
    "#privacy",
    "#infosec",
];

/// `{who}`.
pub(crate) const WHO: &[&str] = &[
    "my neighbour",
    "a friend",
    "my brother",
    "someone at work",
    "my roommate",
    "a colleague",
    "my aunt",
    "the barista",
    "my old teacher",
    "a taxi driver",
    "our intern",
    "my sister",
    "half of my chess club",
];

/// `{when}`.
pub(crate) const WHEN: &[&str] = &[
    "tonight",
    "tomorrow",
    "this week",
    "by Friday",
    "on Monday",
    "after lunch",
    "next week",
    "soon",
    "this weekend",
];

/// Ends of invented addresses; what they say counts for nothing.
pub(crate) const SLUGS: &[&str] = &[
    "what-we-know",
    "live-blog",
    "clinton-emails",
    "cia-files-explained",
    "9/11/archive",
    "seed-vault-svalbard",
    "dead-mans-switch",
    "opinion/riddles",
    "video/4711",
    "index.html?q=wtc7",
    "hacking-tools",
    "weather",
];

/// First half of handles.
pub(crate) const ADJECTIVES: &[&str] = &[
    "quiet", "amber", "brisk", "copper", "dusty", "early", "faded", "gentle", "hollow", "indigo", "jolly",
    "kindly", "lucky", "mellow", "nimble", "olive", "plain", "rapid", "silver", "tidy", "urban", "velvet",
    "windy", "young",
];

/// Second half of handles.
pub(crate) const NOUNS: &[&str] = &[
    "harbor", "lamp", "meadow", "needle", "otter", "pebble", "quill", "river", "sparrow", "teapot",
    "umbrella", "violin", "walnut", "anchor", "button", "candle", "donkey", "engine", "ferry", "garden",
    "hammer", "island", "jacket", "kettle",
];
