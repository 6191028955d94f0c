//! What the person said about the data, as an answer carries it.

use super::{AnswerError, DataAnswer};
use crate::post::Timestamp;
use crate::project::DataStatement;
use crate::timeline::start_of_day;
use jiff::tz::TimeZone;

/// The data statement of an answer.
pub(super) fn data_answer(data: Option<&DataStatement>, zone: &TimeZone) -> Result<DataAnswer, AnswerError> {
    let Some(data) = data else { return Ok(undescribed()) };
    let said = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (who, selected_by, source_url) = (said(&data.who), said(&data.selected_by), said(&data.source_url));
    let complete = said(&data.complete);
    let covers = data.covers.iter().map(|span| covered(span, zone)).collect::<Result<_, _>>()?;
    if who.is_none() && selected_by.is_none() && source_url.is_none() && complete.is_none() {
        return Ok(DataAnswer { covers, ..undescribed() });
    }
    let completeness = match complete.as_deref() {
        Some("yes") => "declared complete",
        Some("random sample") => "declared a random sample",
        Some("sample") => "declared a sample",
        Some("no") => "declared incomplete",
        _ => "whether it is complete is not known",
    };
    let mut statement = format!("Sample: {}", who.as_deref().unwrap_or("posts, whose is not described"));
    if let Some(selected_by) = &selected_by {
        statement.push_str("; selected by ");
        statement.push_str(selected_by);
    }
    statement.push_str("; ");
    statement.push_str(completeness);
    let complete = complete.unwrap_or_else(|| "unknown".to_owned());
    Ok(DataAnswer { statement, described: true, complete, covers, source_url })
}

fn undescribed() -> DataAnswer {
    DataAnswer {
        statement: "Sample: not described".to_owned(),
        complete: "unknown".to_owned(),
        ..DataAnswer::default()
    }
}

/// `2017-02-01/2017-08-31`, both days included, as `[start, end)`.
fn covered(text: &str, zone: &TimeZone) -> Result<(Timestamp, Timestamp), AnswerError> {
    let unreadable = || AnswerError::Covers(text.chars().filter(|c| !c.is_control()).take(60).collect());
    let (first, last) = text.split_once('/').ok_or_else(unreadable)?;
    let wrong = |source| AnswerError::When { key: "covers".into(), source };
    let (start, end) =
        (start_of_day(first, zone, 0).map_err(wrong)?, start_of_day(last, zone, 1).map_err(wrong)?);
    if start < end { Ok((start, end)) } else { Err(unreadable()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(who: &str, selected_by: &str, complete: &str, covers: &str) -> DataStatement {
        let said = |text: &str| Some(text.to_owned());
        DataStatement {
            who: said(who),
            selected_by: said(selected_by),
            complete: said(complete),
            covers: if covers.is_empty() { Vec::new() } else { vec![covers.to_owned()] },
            source_url: None,
        }
    }

    #[track_caller]
    fn check(data: Option<&DataStatement>, expected: &str) {
        assert_eq!(data_answer(data, &TimeZone::UTC).unwrap().statement, expected);
    }

    #[test]
    fn one_sentence() {
        check(None, "Sample: not described");
        check(Some(&DataStatement::default()), "Sample: not described");
        check(Some(&statement(" ", "", "", "")), "Sample: not described");
        check(
            Some(&statement("posts by demo accounts", "tag", "random sample", "")),
            "Sample: posts by demo accounts; selected by tag; declared a random sample",
        );
        check(
            Some(&statement("", "", "yes", "")),
            "Sample: posts, whose is not described; declared complete",
        );
    }

    #[test]
    fn both_days_are_covered() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let data = statement("x", "", "", "2017-03-12/2017-03-12");
        let (start, end) = data_answer(Some(&data), &zone).unwrap().covers[0];
        assert_eq!(
            (start.to_string(), end.to_string()),
            ("2017-03-12T05:00:00Z".into(), "2017-03-13T04:00:00Z".into())
        );
        for wrong in ["2017-03-12", "2017-03-12/2017-03-11", "soon/later", "2017-03-12/"] {
            assert!(data_answer(Some(&statement("x", "", "", wrong)), &zone).is_err());
        }
    }
}
