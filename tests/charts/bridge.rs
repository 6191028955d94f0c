//! An invented campaign in Arabic: why was the bridge of an invented town closed? Written by a program, so that nobody's words are in it.

use std::fmt::Write as _;

/// The campaign.
pub(crate) const RULES: &str = r#"# INVENTED DATA - NOT REAL POSTS
[campaign]
name = "جسر الوادي"
tags = ["جسر_الوادي"]
zone = "UTC"

[data]
who = "منشورات مختلقة كتبها برنامج"
covers = ["2025-10-01/2025-10-30"]
complete = "yes"

[[theory]]
id = "cracks"
label = "تشققات في الأعمدة"
any = ["تشققات", "شروخ"]

[[theory]]
id = "film"
label = "تصوير فيلم سينمائي"
any = ["فيلم", "تصوير"]

[[theory]]
id = "treasure"
label = "كنز تحت الجسر (الحلقة 2)"
any = ["كنز", "ذهب"]

[[event]]
at = "2025-10-06T08:00:00Z"
label = "إغلاق الجسر"

[[event]]
at = "2025-10-18T10:00:00Z"
label = "بيان البلدية رقم 3"
"#;

/// What is said; the first word of each pair belongs to no theory.
const SAID: [(&str, &[&str]); 4] = [
    ("", &["لماذا أغلقوا الطريق؟", "وقفنا ساعة كاملة اليوم", "من يعرف متى يفتح؟"]),
    (
        "cracks",
        &[
            "رأيت تشققات كبيرة قرب النهر",
            "المهندس تحدث عن شروخ في العمود الثالث",
            "أظن أن السبب تشققات قديمة",
        ],
    ),
    ("film", &["يقولون إنه تصوير مسلسل جديد", "شاهدت معدات فيلم هناك", "ربما فيلم عن المدينة"]),
    ("treasure", &["جدي يقول إن تحته كنز", "سمعت عن ذهب مدفون هناك", "كنز؟ لا أصدق ذلك"]),
];

/// Posts of thirty days, a line each, the same in every run.
pub(crate) fn posts() -> String {
    let mut dice = 7_u64;
    let mut roll = |below: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % below
    };
    let mut out = String::new();
    let mut id = 1;
    for day in 1..=30_u64 {
        // The closing on the sixth starts it; a statement on the eighteenth ends the film and feeds the cracks.
        let rates = match day {
            0..6 => [2, 0, 0, 0],
            6..18 => [6, 5 + day / 3, 24 - day, 4],
            _ => [5, 48 - day, 2, 3 + day % 3],
        };
        for (rate, (_, texts)) in rates.iter().zip(SAID) {
            for _ in 0..rate - roll(rate / 3 + 1) {
                let text = texts[usize::try_from(roll(texts.len() as u64)).unwrap()];
                let (hour, minute, author) = (roll(24), roll(60), roll(90));
                writeln!(
                    out,
                    "{{\"platform\":\"fediverse\",\"id\":\"https://bridge.example/{id}\",\"author\":{{\"id\":\"{author}\",\"handle\":\"demo_{author}\"}},\
                     \"posted_at\":\"2025-10-{day:02}T{hour:02}:{minute:02}:00Z\",\"time_trust\":\"claimed\",\"time_precision\":\"s\",\
                     \"text\":\"{text} #جسر_الوادي\",\"tags\":[\"جسر_الوادي\"],\"lang\":\"ar\",\"repost\":\"no\",\"synthetic\":true}}"
                )
                .unwrap();
                id += 1;
            }
        }
    }
    out
}
