//! A Markdown table with aligned columns.

use std::fmt;

/// Rows with as many cells as the header.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(header: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let header = header.into_iter().map(Into::into).collect();
        Self { rows: vec![header] }
    }

    /// Adds a row of a name and its figures.
    pub(crate) fn row(&mut self, name: &str, figures: impl IntoIterator<Item = String>) {
        let name = std::iter::once(name.to_owned());
        self.rows.push(name.chain(figures).collect());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (at, row) in self.rows.iter().enumerate() {
            for (column, (width, cell)) in widths.iter().zip(row).enumerate() {
                if column == 0 {
                    write!(f, "| {cell:<width$} ")?;
                } else {
                    write!(f, "| {cell:>width$} ")?;
                }
            }
            writeln!(f, "|")?;
            if at == 0 {
                rule(f, &widths)?;
            }
        }
        Ok(())
    }
}

/// Writes the line below the header: names are left-aligned, figures right-aligned.
fn rule(f: &mut fmt::Formatter<'_>, widths: &[usize]) -> fmt::Result {
    for (column, width) in widths.iter().enumerate() {
        let dashes = "-".repeat(width + 1);
        let end = if column == 0 { '-' } else { ':' };
        write!(f, "|{dashes}{end}")?;
    }
    writeln!(f, "|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_is_as_wide_as_its_widest_cell() {
        let mut table = Table::new(["", "ES256"]);
        table.row("bare", ["0.7 µs".to_owned()]);
        let expected = "\
|      |  ES256 |
|------|-------:|
| bare | 0.7 µs |
";
        assert_eq!(table.to_string(), expected);
    }
}
