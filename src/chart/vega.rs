//! The picture's numbers and what they are painted with as a Vega-Lite 6 specification, for desks that restyle charts in their own tools.
//!
//! Times are those of the calendar in the zone of the chart, without an offset, read and shown as UTC: so the chart looks the same on
//! every machine. The data stand in the file, as CSV.

use super::calendar::Calendar;
use super::color::Ground;
use super::facts::INVENTED;
use super::table::{Cell, Table};
use super::words::clean;
use super::{Size, note};
use crate::answer::TheoriesAnswer;
use crate::post::Timestamp;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The specification's version.
const SCHEMA: &str = "https://vega.github.io/schema/vega-lite/v6.json";
/// How a time is written and read.
const TIME: &str = "utc:'%Y-%m-%dT%H:%M:%S'";
/// Panels beside each other.
const PANEL_COLUMNS: u32 = 3;

/// What a kind of chart is in Vega-Lite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Bands of bars; to 100 % or not.
    Stack {
        /// To 100 %.
        share: bool,
    },
    /// Lines in steps.
    Lines,
    /// A plot for each value of a column, of bars.
    Panels {
        /// The column.
        by: &'static str,
    },
    /// Cells of theory by time.
    Heat,
    /// Cells of theory by theory.
    Matrix,
}

/// What the specification is made from.
pub(crate) struct Spec<'a> {
    pub(crate) answer: &'a TheoriesAnswer,
    pub(crate) calendar: &'a Calendar,
    pub(crate) size: Size,
    pub(crate) table: &'a Table,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) form: Form,
}

impl Spec<'_> {
    /// The document.
    pub(crate) fn json(&self) -> Value {
        let mut subtitle = vec![note::subtitle(self.answer, self.calendar, 1)];
        if self.answer.synthetic {
            subtitle.insert(0, INVENTED.to_owned());
        }
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
        put("$schema", json!(SCHEMA));
        put("title", json!({"text": self.title, "subtitle": subtitle, "anchor": "start"}));
        put("description", json!(self.description));
        put("usermeta", self.origin());
        put("config", json!({"legend": {"labelLimit": 300}}));
        put("data", json!({"values": self.csv(), "format": {"type": "csv", "parse": self.types()}}));
        let (body, panels) = self.body();
        for (key, value) in body {
            put(&key, value);
        }
        if !panels {
            put("width", json!(self.size.width));
            put("height", json!(self.size.height));
        }
        Value::Object(out)
    }

    /// What must not be lost when the picture is restyled.
    fn origin(&self) -> Value {
        let answer = self.answer;
        json!({
            "tool": format!("tagline {}", answer.tool),
            "rules": answer.rules,
            "digest": answer.digest,
            "zone": answer.zone,
            "posts": answer.posts,
            "matched": answer.matched,
            "unmatched": answer.unmatched,
            "data": clean(&answer.data.statement),
            "synthetic": answer.synthetic,
        })
    }

    fn types(&self) -> Value {
        let of = |column: &&str| match *column {
            "start" | "end" => json!(TIME),
            "posts" | "of" => json!("number"),
            _ => json!("string"),
        };
        let mut types: Map<String, Value> =
            self.table.columns.iter().map(|column| ((*column).to_owned(), of(column))).collect();
        types.insert("order".to_owned(), json!("number"));
        Value::Object(types)
    }

    /// The table, with the place of a row among those of its step, which is the order of the bands.
    fn csv(&self) -> String {
        let mut out = format!("{},order\n", self.table.columns.join(","));
        let bands = self.table.palette.len().max(1);
        for (at, row) in self.table.rows.iter().enumerate() {
            for cell in row {
                // Writing to a string cannot fail.
                let _ = match cell {
                    Cell::Time(at) => write!(out, "{},", self.civil(*at)),
                    Cell::Word(words) => write!(out, "\"{}\",", clean(words).replace('"', "\"\"")),
                    Cell::Count(n) => write!(out, "{n},"),
                };
            }
            let _ = writeln!(out, "{}", at % bands);
        }
        out
    }

    fn civil(&self, at: Timestamp) -> String {
        self.calendar.civil(at).strftime("%Y-%m-%dT%H:%M:%S").to_string()
    }

    /// The same as milliseconds, as if the calendar's zone were UTC.
    fn civil_ms(&self, at: Timestamp) -> i64 {
        let zoned = self.calendar.civil(at).to_zoned(jiff::tz::TimeZone::UTC);
        zoned.map_or(at.as_millis(), |zoned| zoned.timestamp().as_millisecond())
    }

    /// The marks, and whether they are in panels.
    fn body(&self) -> (Map<String, Value>, bool) {
        match self.form {
            Form::Stack { share } => (self.layers(json!([self.bars(share, None)])), false),
            Form::Lines => (self.layers(json!([self.lines()])), false),
            Form::Heat => (self.layers(json!([self.heat()])), false),
            Form::Matrix => (object(matrix()), false),
            Form::Panels { by } => {
                let mut bars = self.bars(false, Some(by));
                if let (Some(bars), "label") = (bars.as_object_mut(), by) {
                    bars.insert("width".into(), json!(260));
                    bars.insert("height".into(), json!(110));
                }
                let columns = if by == "label" { PANEL_COLUMNS } else { 1 };
                let sort = if by == "label" { json!(self.labels()) } else { Value::Null };
                let facet = json!({"field": by, "type": "nominal", "sort": sort, "header": {"title": null}});
                (object(json!({"facet": facet, "columns": columns, "spec": bars})), true)
            }
        }
    }

    /// Marks with the rules of events over them.
    fn layers(&self, marks: Value) -> Map<String, Value> {
        let mut layers = match marks {
            Value::Array(layers) => layers,
            other => vec![other],
        };
        let inside =
            self.answer.events.iter().filter(|e| e.at >= self.answer.since && e.at < self.answer.until);
        let mut events = String::new();
        for event in inside {
            let label = clean(&event.label).replace('"', "\"\"");
            // Writing to a string cannot fail.
            let _ = writeln!(events, "{},\"{label}\"", self.civil_ms(event.at));
        }
        if !events.is_empty() {
            // Vega-Lite parses the data of a layer twice, which only numbers survive.
            let format = json!({"type": "csv", "parse": {"at": "number", "event": "string"}});
            let data = json!({"values": format!("at,event\n{events}"), "format": format});
            let at = json!({"field": "at", "type": "temporal", "scale": {"type": "utc"}});
            layers.push(json!({"data": data, "mark": {"type": "rule"}, "encoding": {"x": at}}));
            let text = json!({"type": "text", "align": "left", "dx": 4, "y": 8});
            layers
                .push(json!({"data": data, "mark": text, "encoding": {"x": at, "text": {"field": "event"}}}));
        }
        object(json!({"layer": layers}))
    }

    /// Bands on each other: stacked by a transform, since bars that say where they begin and end are not stacked by their axis. `by` is
    /// the column of the panels, if there are any.
    fn bars(&self, share: bool, by: Option<&str>) -> Value {
        let groups: Vec<&str> = by.into_iter().chain(["start"]).collect();
        let offset = if share { "normalize" } else { "zero" };
        let stack = json!([{
            "stack": "posts", "groupby": groups, "sort": [{"field": "order"}], "offset": offset, "as": ["low", "high"],
        }]);
        let title = if share { "share of posts" } else { "posts" };
        let axis = if share { json!({"format": "%"}) } else { json!({}) };
        json!({"transform": stack, "mark": {"type": "rect", "tooltip": true}, "encoding": {
            "x": time_axis(), "x2": {"field": "end"},
            "y": {"field": "low", "type": "quantitative", "title": title, "axis": axis}, "y2": {"field": "high"},
            "color": self.colors(),
        }})
    }

    /// Each step gives two points, so that lines are level over the step.
    fn lines(&self) -> Value {
        json!({
            "transform": [
                {"fold": ["start", "end"], "as": ["edge", "at"]},
                {"calculate": "datum.start * 2 + (datum.edge == 'end' ? 1 : 0)", "as": "step"},
            ],
            "mark": {"type": "line", "tooltip": true},
            "encoding": {
                "x": {"field": "at", "type": "temporal", "scale": {"type": "utc"}, "title": null},
                "y": {"field": "posts", "type": "quantitative", "title": "posts"},
                "order": {"field": "step", "type": "quantitative"},
                "color": self.colors(),
            },
        })
    }

    fn heat(&self) -> Value {
        json!({"mark": {"type": "rect", "tooltip": true}, "encoding": {
            "x": time_axis(), "x2": {"field": "end"},
            "y": {"field": "label", "type": "nominal", "sort": self.labels(), "title": null},
            "color": {"field": "posts", "type": "quantitative", "scale": {"type": "sqrt", "scheme": "blues"}},
        }})
    }

    fn labels(&self) -> Vec<String> {
        self.table.palette.iter().map(|(label, _)| clean(label)).collect()
    }

    fn colors(&self) -> Value {
        let range: Vec<String> =
            self.table.palette.iter().map(|(_, token)| token.on(Ground::Light).to_string()).collect();
        json!({"field": "label", "type": "nominal", "title": null, "sort": null, "scale": {"domain": self.labels(), "range": range}})
    }
}

fn time_axis() -> Value {
    json!({"field": "start", "type": "temporal", "scale": {"type": "utc"}, "title": null})
}

fn matrix() -> Value {
    let x = json!({"field": "with_label", "type": "nominal", "sort": null, "title": null});
    let y = json!({"field": "label", "type": "nominal", "sort": null, "title": null});
    let share = json!([{"calculate": "datum.of > 0 ? datum.posts / datum.of : 0", "as": "share"}]);
    let color =
        json!({"field": "share", "type": "quantitative", "scale": {"domain": [0, 1], "scheme": "blues"}});
    json!({"transform": share, "layer": [
        {"mark": {"type": "rect", "tooltip": true}, "encoding": {"x": x, "y": y, "color": color}},
        {"mark": "text", "encoding": {"x": x, "y": y, "text": {"field": "posts", "type": "quantitative"}}},
    ]})
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
