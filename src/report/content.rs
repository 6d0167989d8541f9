//! What a page is made of: headings, charts and tables, whatever they are about.

use super::chart::{Drawing, width};
use super::words::{excerpt, visible};

/// Names are cut at so many characters in a table, and at so many where the pointer rests on one; in a chart at about this
/// width.
const IN_TABLE: usize = 28;
const AT_HAND: usize = 80;
const IN_CHART: i32 = 130;

/// A part of the page with a heading of its own.
pub struct Section {
    /// Unique on the page.
    pub id: String,
    /// The heading.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub words: String,
    /// Figures at a glance.
    pub tiles: Vec<Tile>,
    /// Side by side where there is room.
    pub charts: Vec<Chart>,
    /// One below the other.
    pub tables: Vec<Table>,
    /// Whether the tables stand beside the charts where there is room.
    pub is_beside: bool,
    /// What is left out here, and where it is to be had.
    pub remark: Option<String>,
    /// Smaller parts, one level lower.
    pub sections: Vec<Section>,
}

impl Section {
    /// With nothing in it yet.
    pub fn new(id: impl Into<String>, title: impl Into<String>, words: impl Into<String>) -> Section {
        Section {
            id: id.into(),
            title: title.into(),
            words: words.into(),
            tiles: Vec::new(),
            charts: Vec::new(),
            tables: Vec::new(),
            is_beside: false,
            remark: None,
            sections: Vec::new(),
        }
    }
}

/// A figure and what it is.
pub struct Tile {
    /// What it is.
    pub name: &'static str,
    /// The figure.
    pub figure: String,
    /// Its unit, or empty.
    pub unit: String,
}

/// A chart with the same figures as a table.
pub struct Chart {
    /// Unique on the page.
    pub id: String,
    /// The heading.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub description: String,
    /// What each colour is, in the order of the colours.
    pub legend: Vec<&'static str>,
    /// The drawing.
    pub drawing: Drawing,
    /// The figures.
    pub table: Table,
}

/// A table; the first cell of a row is its header.
pub struct Table {
    /// What it is about.
    pub caption: String,
    /// Headers: what is below, and whether that is a number.
    pub columns: Vec<(&'static str, bool)>,
    /// The rows, in groups that may have a header.
    pub groups: Vec<Group>,
    /// What the columns add up to.
    pub total: Option<Vec<Cell>>,
}

/// Rows that belong together.
pub struct Group {
    /// What they have in common; `None` in a table of one group.
    pub title: Option<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table of one group without a total.
    pub fn new(caption: impl Into<String>, columns: Vec<(&'static str, bool)>, rows: Vec<Vec<Cell>>) -> Table {
        Table { caption: caption.into(), columns, groups: vec![Group { title: None, rows }], total: None }
    }
}

/// A cell of a table.
pub enum Cell {
    /// Words of ours.
    Word(String),
    /// A name that somebody gave, and more of it where that is cut.
    Name(String, Option<String>),
    /// A number.
    Number(String),
    /// Nothing to show, and why.
    Nothing(&'static str),
    /// Where the money of a line is.
    Status(String),
    /// A part of a way: of a hundred, and in words.
    Progress(u32, String),
}

impl Cell {
    /// A name.
    pub fn name(name: &str) -> Cell {
        let shown = visible(name);
        let short = excerpt(&shown, IN_TABLE);
        let whole = (short != shown).then(|| excerpt(&shown, AT_HAND));
        Cell::Name(short, whole)
    }

    /// A person's key.
    pub fn person(user_key: Option<&str>) -> Cell {
        user_key.map_or(Cell::Nothing("erased"), Cell::name)
    }

    /// A name that there may be none of.
    pub fn optional(name: Option<&str>, otherwise: &'static str) -> Cell {
        name.map_or(Cell::Nothing(otherwise), Cell::name)
    }
}

/// A person's key in a chart; the code if it was erased.
pub fn in_chart(user_key: Option<&str>, code: &str) -> String {
    user_key.map_or_else(|| format!("erased ({code})"), name_in_chart)
}

/// A name in a chart, as much of it as there is room for.
pub fn name_in_chart(name: &str) -> String {
    let whole = visible(name);
    let fits = |most: &usize| width(&excerpt(&whole, *most)) <= IN_CHART;
    excerpt(&whole, (4..=24).rev().find(fits).unwrap_or(4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_name_in_a_chart_has_its_place(name in ".{0,40}") {
            prop_assert!(width(&name_in_chart(&name)) <= IN_CHART);
        }
    }
}
