//! Colours by name: a scene holds tokens, a theme says what they look like, and a theory keeps its hue from chart to chart.
//!
//! Numbers of contrast are those of WCAG 2. Which words stand where is not decided here.

use plotters::style::RGBColor;

/// How many theories get a hue; the others share a grey.
pub(crate) const HUES: usize = 7;
/// Hues that a theory may be hashed to. The last two are only given when these are taken: sky is too near to blue, yellow faint on white.
const FIRST_CHOICE_HUES: u64 = 5;
const LAST_HUES: [u8; 2] = [5, 6];
/// WCAG AA for text of normal size.
#[cfg(test)]
pub(crate) const MIN_CONTRAST: f64 = 4.5;

/// What a thing is painted with, by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// The paper.
    Background,
    /// Words that matter, and words on light fills.
    Ink,
    /// Words on dark fills.
    InkInverse,
    /// Subtitle, axis, note.
    InkSoft,
    /// Grid lines.
    Grid,
    /// The base line and its ticks.
    Axis,
    /// Rules of events.
    Rule,
    /// Lines of the hatch that says: not covered.
    Hatch,
    /// The line that says that the data are invented.
    Alarm,
    /// Its ground.
    AlarmGround,
    /// Posts of several theories.
    Several,
    /// Theories beyond the first seven.
    Other,
    /// Posts that no rule matches.
    Unmatched,
    /// One of the [`HUES`] of Okabe and Ito.
    Hue(u8),
    /// A step of the scale from few to many, of [`RAMP_STEPS`].
    Ramp(u8),
}

/// Steps of the scale from few to many: as many as the eye tells apart beside each other.
pub(crate) const RAMP_STEPS: u8 = 12;

/// On which ground a picture is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ground {
    /// White paper.
    #[default]
    Light,
    /// A dark page.
    Dark,
}

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Token {
    const PLAIN: [Self; 13] = [
        Self::Background,
        Self::Ink,
        Self::InkInverse,
        Self::InkSoft,
        Self::Grid,
        Self::Axis,
        Self::Rule,
        Self::Hatch,
        Self::Alarm,
        Self::AlarmGround,
        Self::Several,
        Self::Other,
        Self::Unmatched,
    ];
    const HUE_BASE: u8 = 100;
    const RAMP_BASE: u8 = 150;

    /// The token in the only thing that plotters carries through to a backend: a colour. The backend turns it back.
    pub(crate) fn as_color(self) -> RGBColor {
        let number = match self {
            Self::Hue(n) => Self::HUE_BASE.saturating_add(n),
            Self::Ramp(n) => Self::RAMP_BASE.saturating_add(n),
            plain => {
                Self::PLAIN.iter().position(|p| *p == plain).and_then(|n| u8::try_from(n).ok()).unwrap_or(1)
            }
        };
        RGBColor(0, 0, number)
    }

    /// The inverse of [`Token::as_color`]; ink for a colour that never was a token.
    pub(crate) fn from_rgb((_, _, number): (u8, u8, u8)) -> Self {
        match (number.checked_sub(Self::RAMP_BASE), number.checked_sub(Self::HUE_BASE)) {
            (Some(step), _) => Self::Ramp(step),
            (None, Some(hue)) => Self::Hue(hue),
            (None, None) => Self::PLAIN.get(usize::from(number)).copied().unwrap_or(Self::Ink),
        }
    }

    /// What is painted on a ground.
    pub(crate) fn on(self, ground: Ground) -> Rgb {
        match ground {
            Ground::Light => self.light(),
            Ground::Dark => self.dark(),
        }
    }

    fn light(self) -> Rgb {
        match self {
            Self::Background | Self::InkInverse => Rgb(0xff, 0xff, 0xff),
            Self::Ink => Rgb(0x12, 0x14, 0x18),
            Self::InkSoft | Self::Axis => Rgb(0x55, 0x59, 0x60),
            Self::Grid => Rgb(0xdf, 0xe1, 0xe4),
            Self::Rule => Rgb(0x2b, 0x2e, 0x33),
            Self::Hatch => Rgb(0xc9, 0xcc, 0xd1),
            Self::Alarm => Rgb(0x9b, 0x1c, 0x1c),
            Self::AlarmGround => Rgb(0xfd, 0xec, 0xea),
            Self::Several => Rgb(0xa3, 0xa7, 0xac),
            Self::Other => Rgb(0x6b, 0x70, 0x77),
            Self::Unmatched => Rgb(0xd6, 0xd8, 0xdb),
            Self::Hue(0) => Rgb(0x00, 0x72, 0xb2),
            Self::Hue(1) => Rgb(0xe6, 0x9f, 0x00),
            Self::Hue(2) => Rgb(0x00, 0x9e, 0x73),
            Self::Hue(3) => Rgb(0xd5, 0x5e, 0x00),
            Self::Hue(4) => Rgb(0xcc, 0x79, 0xa7),
            Self::Hue(5) => Rgb(0x56, 0xb4, 0xe9),
            Self::Hue(_) => Rgb(0xf0, 0xe4, 0x42),
            Self::Ramp(step) => {
                ramp([Rgb(0xe6, 0xee, 0xf5), Rgb(0x45, 0x93, 0xc4), Rgb(0x08, 0x2c, 0x5e)], step)
            }
        }
    }

    fn dark(self) -> Rgb {
        match self {
            Self::Background | Self::InkInverse => Rgb(0x12, 0x14, 0x18),
            Self::Ink => Rgb(0xf2, 0xf3, 0xf5),
            Self::InkSoft | Self::Axis => Rgb(0xa9, 0xae, 0xb6),
            Self::Grid => Rgb(0x2c, 0x30, 0x37),
            Self::Rule => Rgb(0xd5, 0xd8, 0xdd),
            Self::Hatch => Rgb(0x47, 0x4c, 0x55),
            Self::Alarm => Rgb(0xff, 0xa8, 0xa0),
            Self::AlarmGround => Rgb(0x3d, 0x17, 0x17),
            Self::Several => Rgb(0x7d, 0x82, 0x8a),
            Self::Other => Rgb(0xaa, 0xaf, 0xb7),
            Self::Unmatched => Rgb(0x3d, 0x42, 0x4a),
            // Blue and green of the palette are too dark for a dark page; the others stand as they are.
            Self::Hue(0) => Rgb(0x2f, 0x8f, 0xd6),
            Self::Hue(2) => Rgb(0x16, 0xb0, 0x85),
            Self::Hue(5) => Rgb(0x9a, 0xd7, 0xff),
            Self::Hue(_) => self.light(),
            Self::Ramp(step) => {
                ramp([Rgb(0x20, 0x2a, 0x35), Rgb(0x3a, 0x8f, 0xc6), Rgb(0xd6, 0xef, 0xff)], step)
            }
        }
    }

    /// The ink that reads best on this fill.
    pub(crate) fn ink_on(self, ground: Ground) -> Self {
        let fill = self.on(ground);
        let ink = contrast(Self::Ink.on(ground), fill);
        let inverse = contrast(Self::InkInverse.on(ground), fill);
        if ink >= inverse { Self::Ink } else { Self::InkInverse }
    }
}

/// A colour between few, half and many.
fn ramp([few, half, many]: [Rgb; 3], step: u8) -> Rgb {
    let step = u16::from(step.min(RAMP_STEPS - 1)) * 2;
    let last = u16::from(RAMP_STEPS - 1);
    let (from, to, part) = if step <= last { (few, half, step) } else { (half, many, step - last) };
    let mix = |a: u8, b: u8| {
        let mixed = (u16::from(a) * (last - part) + u16::from(b) * part + last / 2) / last;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    Rgb(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Ratio of the luminances, 1 to 21.
pub(crate) fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(Rgb(r, g, b): Rgb) -> f64 {
    let linear = |channel: u8| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { libm::pow((c + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// Hues for the theories that are shown, by position in `ids` (the order of the rules).
///
/// The first seven theories of the rules own their hue: each takes the one that its id hashes to, or the next free one. Later
/// rules, bigger counts, another span cannot change it: whoever adds a theory at the end repaints nothing. A theory further down
/// takes a hue that no shown theory has, by the same steps; only these can change when the seven shown ones change.
pub(crate) fn hues(ids: &[&str], shown: &[usize]) -> Vec<Option<Token>> {
    let mut owned: Vec<u8> = Vec::new();
    for id in ids.iter().take(HUES) {
        owned.push(free_hue(id, &owned));
    }
    let mut out = vec![None; ids.len()];
    let mut used: Vec<u8> = shown.iter().filter_map(|at| owned.get(*at)).copied().collect();
    let mut in_order = shown.to_vec();
    in_order.sort_unstable();
    for at in in_order {
        let (Some(id), Some(slot)) = (ids.get(at), out.get_mut(at)) else { continue };
        let hue = owned.get(at).copied().unwrap_or_else(|| {
            let hue = free_hue(id, &used);
            used.push(hue);
            hue
        });
        *slot = Some(Token::Hue(hue));
    }
    out
}

fn free_hue(id: &str, taken: &[u8]) -> u8 {
    let wish = xxhash_rust::xxh3::xxh3_64(id.as_bytes()) % FIRST_CHOICE_HUES;
    (0..FIRST_CHOICE_HUES)
        .map(|step| u8::try_from((wish + step) % FIRST_CHOICE_HUES).unwrap_or(0))
        .chain(LAST_HUES)
        .find(|hue| !taken.contains(hue))
        .unwrap_or(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_tokens() -> Vec<Token> {
        let ramp = (0..RAMP_STEPS).map(Token::Ramp);
        Token::PLAIN.iter().copied().chain((0..7).map(Token::Hue)).chain(ramp).collect()
    }

    #[test]
    fn tokens_travel_through_plotters() {
        for token in all_tokens() {
            let RGBColor(r, g, b) = token.as_color();
            assert_eq!(Token::from_rgb((r, g, b)), token);
        }
    }

    #[test]
    fn words_can_be_read_on_every_fill() {
        for ground in [Ground::Light, Ground::Dark] {
            for fill in all_tokens() {
                let ratio = contrast(fill.ink_on(ground).on(ground), fill.on(ground));
                assert!(ratio >= MIN_CONTRAST, "{ground:?} {fill:?}: {ratio:.2}");
            }
            for ink in [Token::Ink, Token::InkSoft, Token::Alarm] {
                let ratio = contrast(ink.on(ground), Token::Background.on(ground));
                assert!(ratio >= MIN_CONTRAST, "{ground:?} {ink:?}: {ratio:.2}");
            }
            assert!(contrast(Token::Alarm.on(ground), Token::AlarmGround.on(ground)) >= MIN_CONTRAST);
        }
    }

    #[test]
    fn the_scale_goes_one_way() {
        for ground in [Ground::Light, Ground::Dark] {
            let steps: Vec<f64> = (0..RAMP_STEPS)
                .map(|step| contrast(Token::Ramp(step).on(ground), Token::Background.on(ground)))
                .collect();
            assert!(steps.windows(2).all(|pair| pair[1] > pair[0] * 1.04), "{ground:?} {steps:?}");
        }
    }

    #[test]
    fn known_contrasts() {
        let white = Rgb(255, 255, 255);
        assert!((contrast(Rgb(0, 0, 0), white) - 21.0).abs() < 1e-9);
        assert!((contrast(Token::Hue(0).on(Ground::Light), white) - 5.19).abs() < 0.01);
    }

    #[test]
    fn a_theory_keeps_its_hue_when_another_is_added() {
        let ids: Vec<String> = (0..12).map(|n| format!("theory-{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for known in 1..7 {
            let before = hues(&ids[..known], &(0..known).collect::<Vec<_>>());
            let after = hues(&ids[..=known], &(0..=known).collect::<Vec<_>>());
            assert_eq!(before, after[..known], "{known} theories");
        }
        let all = hues(&ids, &[0, 1, 2, 3, 4, 5, 6]);
        let other_seven = hues(&ids, &[0, 1, 2, 3, 9, 10, 11]);
        assert_eq!(all[..4], other_seven[..4]);
    }

    #[test]
    fn shown_hues_differ() {
        let ids: Vec<String> = (0..30).map(|n| format!("t{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        for start in 0..23 {
            let shown: Vec<usize> = (start..start + 7).rev().collect();
            let mut got: Vec<u8> = hues(&ids, &shown)
                .into_iter()
                .flatten()
                .map(|t| if let Token::Hue(n) = t { n } else { 99 })
                .collect();
            got.sort_unstable();
            assert_eq!(got, [0, 1, 2, 3, 4, 5, 6]);
        }
    }
}
