//! Columns of text, aligned by the cells they take. No borders: a table may be pasted anywhere.

use super::format::width;

/// On which side a column is filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// One column, with a heading of one or two lines and a cell for each row.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) head: [String; 2],
    pub(super) align: Align,
    pub(super) cells: Vec<String>,
}

const GAP: &str = "  ";

impl Column {
    pub(super) fn new(head: [&str; 2], align: Align) -> Self {
        Self { head: head.map(str::to_owned), align, cells: Vec::new() }
    }

    /// Cells of its widest line.
    pub(super) fn width(&self) -> usize {
        self.head.iter().chain(&self.cells).map(|cell| width(cell)).max().unwrap_or(0)
    }
}

/// Cells that the columns take side by side.
pub(super) fn total_width(columns: &[Column]) -> usize {
    columns.iter().map(|column| column.width() + GAP.len()).sum::<usize>().saturating_sub(GAP.len())
}

/// The table. A line of headings that is empty everywhere is left out.
pub(super) fn grid(columns: &[Column]) -> String {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut out = String::new();
    for line in 0..2 {
        let heads = || columns.iter().map(|column| column.head.get(line).map_or("", String::as_str));
        if heads().any(|head| !head.is_empty()) {
            push_line(&mut out, columns, heads());
        }
    }
    for row in 0..rows {
        push_line(
            &mut out,
            columns,
            columns.iter().map(|column| column.cells.get(row).map_or("", String::as_str)),
        );
    }
    out
}

fn push_line<'a>(out: &mut String, columns: &[Column], cells: impl Iterator<Item = &'a str>) {
    let mut line = String::new();
    for (at, (column, cell)) in columns.iter().zip(cells).enumerate() {
        if at > 0 {
            line.push_str(GAP);
        }
        let fill = " ".repeat(column.width().saturating_sub(width(cell)));
        match column.align {
            Align::Left => line.extend([cell, &fill]),
            Align::Right => line.extend([&fill, cell]),
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
