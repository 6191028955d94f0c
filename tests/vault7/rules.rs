//! `fixtures/vault7/tagline.toml` as text: the rules that should find what the generator plants. Written by hand, apart from the sentences.

/// The campaign file.
pub(crate) const CAMPAIGN: &str = r##"# INVENTED DATA - NOT REAL POSTS. Written by tests/vault7/rules.rs; see README.md here.

[campaign]
name = "Vault 7"
tags = ["Vault7"]
zone = "UTC"

[data]
who = "invented posts by invented accounts, made by a program; the dates of the events are real"
selected_by = "every invented post carries the tag #Vault7"
covers = ["2017-02-01/2017-03-20"]
complete = "yes"

[[theory]]
id = "clinton"
label = "FBI files on Clinton"
means = "the post mentions the idea that #Vault7 is about Hillary Clinton: FBI files, emails, the foundation; doubting it counts"
any = [
    "clinton", "hillary", "fbi files", "deleted emails", "email server", "#clintonfoundation",
    "клинтон*", "κλίντον", "クリントン", "كلينتون", "คลินตัน",
]
all = []
none = ["clinton street", "edmund hillary"]
regex = []

[[theory]]
id = "wtc7"
label = "9/11 and WTC 7"
means = "the post mentions the idea that #Vault7 is about 11 September 2001 or the building WTC 7; doubting it counts"
any = [
    "wtc 7", "wtc7", "9/11", "building 7", "world trade center", "twin towers", "#911truth",
    "11 сентября", "11η σεπτεμβρίου", "11 septembre", "11 de septiembre", "同時多発テロ", "11 سبتمبر", "ตึกแฝด",
]
all = []
none = ["campus"]
regex = []

[[theory]]
id = "cia"
label = "CIA mole, CIA documents"
means = "the post mentions the idea that #Vault7 is the CIA's own papers or tools, or somebody inside; doubting it counts. The CIA alone is not enough"
any = [
    "cia documents", "cia dokumente", "cia schließfach", "cia files", "cia leak", "cia leaks", "cia mole", "cia hacking", "cia tools", "cia orders",
    "hacking tools", "exploit*", "weeping angel", "year zero", "#yearzero", "french election", "élection française",
    "документы цру", "утечка цру", "έγγραφα της cia", "cia文書", "وثائق cia", "เอกสารซีไอเอ",
]
all = []
none = ["culinary institute"]
regex = []

[[theory]]
id = "svalbard"
label = "Svalbard seed vault"
means = "the post mentions the idea that #Vault7 is the seed vault in Svalbard; doubting it counts. Svalbard alone is not enough"
any = [
    "seed vault", "#seedvault", "seed bank", "seeds", "doomsday vault", "arctic bunker",
    "семена", "réserve de semences", "種子",
]
all = ["svalbard"]
none = []
regex = []

[[theory]]
id = "deadman"
label = "Assange's dead man's switch"
means = "the post mentions the idea that #Vault7 belongs to a dead man's switch or to the locked insurance files; doubting it counts"
any = [
    "dead man's switch", "insurance file", "insurance files",
    "кнопка мертвеца", "διακόπτης του νεκρού", "デッドマンスイッチ", "مفتاح الرجل الميت",
]
all = []
none = ["train driver"]
regex = ["(?i)\\bdeadman['’]?s?[ -]?switch\\b"]

# The teasers' hours are not known to us: they stand at the start of their day.
[[event]]
at = "2017-02-04T00:00:00Z"
label = "Teaser: what"

[[event]]
at = "2017-02-05T00:00:00Z"
label = "Teaser: where"

[[event]]
at = "2017-02-06T00:00:00Z"
label = "Teaser: when"

[[event]]
at = "2017-02-07T00:00:00Z"
label = "Teaser: who"

[[event]]
at = "2017-02-16T00:00:00Z"
label = "CIA orders on the French election"
url = "https://wikileaks.org/cia-france-elections-2012/"

[[event]]
at = "2017-03-07T13:00:00Z"
label = "Year Zero"
url = "https://wikileaks.org/ciav7p1/"
"##;
