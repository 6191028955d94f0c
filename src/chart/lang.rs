//! Months and numbers as four languages write them. Words of the tool stay English; titles and labels are whatever the person wrote.
//!
//! Short names of months, order of day and month and the separators are those of the Unicode CLDR, version 48.

use crate::timeline::words;

/// Whose months and numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// `7 Mar`, `12,345`.
    #[default]
    En,
    /// `7. März`, `12.345`.
    De,
    /// `7 mars`, `12 345`.
    Fr,
    /// `7 mar`, `12.345`; four digits stand together.
    Es,
}

const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DE: [&str; 12] =
    ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."];
const FR: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const ES: [&str; 12] = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"];

impl Lang {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::En, Self::De, Self::Fr, Self::Es];

    /// Its code: `en`.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
        }
    }

    /// Short name of a month, 1 to 12; empty for others.
    pub(crate) fn month(self, month: i8) -> &'static str {
        let names = match self {
            Self::En => EN,
            Self::De => DE,
            Self::Fr => FR,
            Self::Es => ES,
        };
        let at = usize::try_from(month).unwrap_or(0);
        at.checked_sub(1).and_then(|at| names.get(at).copied()).unwrap_or("")
    }

    /// A day alone: `7`, `7.`.
    pub(crate) fn day(self, day: i8) -> String {
        if self == Self::De { format!("{day}.") } else { day.to_string() }
    }

    /// `12,345`.
    pub(crate) fn count(self, number: u64) -> String {
        let english = words::count(number);
        match self {
            Self::En => english,
            // A space that breaks no line.
            Self::Fr => english.replace(',', "\u{a0}"),
            Self::Es if number < 10_000 => english.replace(',', ""),
            Self::De | Self::Es => english.replace(',', "."),
        }
    }

    /// `12,345 posts`, `1 post`.
    pub(crate) fn posts(self, number: u64) -> String {
        if number == 1 { "1 post".to_owned() } else { format!("{} posts", self.count(number)) }
    }

    /// A number with a decimal point, as `2.5`.
    pub(crate) fn decimal(self, number: f64) -> String {
        let english = number.to_string();
        if self == Self::En { english } else { english.replace('.', ",") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let of = |n| Lang::ALL.iter().map(|lang| lang.count(n)).collect::<Vec<_>>();
        assert_eq!(of(2137), ["2,137", "2.137", "2\u{a0}137", "2137"]);
        assert_eq!(of(28_914), ["28,914", "28.914", "28\u{a0}914", "28.914"]);
        assert_eq!(Lang::De.decimal(2.5), "2,5");
    }

    #[test]
    fn every_month_has_a_name() {
        for lang in Lang::ALL {
            assert!((1..=12).all(|month| !lang.month(month).is_empty()), "{lang:?}");
            assert_eq!((lang.month(0), lang.month(13), lang.month(-1)), ("", "", ""));
        }
    }
}
