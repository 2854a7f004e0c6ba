//! Which columns are wanted, and in which order.

use crate::cell::Cell;
use crate::row::Row;
use crate::table::{Column, Table};

/// Some columns of a table.
#[derive(Debug, Clone)]
pub struct Selection {
    table: Table,
    columns: Vec<Column>,
    wanted: Vec<bool>,
    /// Where among the wanted cells each column's is; empty where they are in order.
    places: Vec<usize>,
}

/// A name that no column of the table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn(pub String);

impl Selection {
    /// All columns.
    pub fn all(table: Table) -> Self {
        let columns = table.columns().to_vec();
        Self { table, wanted: vec![true; columns.len()], columns, places: Vec::new() }
    }

    /// Columns by their names, in that order; a name that stands twice counts once.
    pub fn of<'n>(
        table: Table,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, UnknownColumn> {
        let all = table.columns();
        let mut chosen: Vec<usize> = Vec::new();
        for name in names {
            let found = all.iter().position(|column| column.name == name);
            let index = found.ok_or_else(|| UnknownColumn(name.to_owned()))?;
            if !chosen.contains(&index) {
                chosen.push(index);
            }
        }
        let wanted: Vec<bool> = (0..all.len()).map(|index| chosen.contains(&index)).collect();
        let place = |index: &usize| wanted.iter().take(*index).filter(|wanted| **wanted).count();
        let places =
            if chosen.is_sorted() { Vec::new() } else { chosen.iter().map(place).collect() };
        let columns = chosen.iter().filter_map(|index| all.get(*index)).copied().collect();
        Ok(Self { table, columns, wanted, places })
    }

    /// The table.
    pub fn table(&self) -> Table {
        self.table
    }

    /// The columns, in their order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The cells of a row of this table, one for each column.
    pub fn cells<'a>(&self, row: &'a Row<'a>) -> Vec<Cell<'a>> {
        let mut cells = Vec::with_capacity(self.columns.len());
        row.fill(&self.wanted, &mut cells);
        if self.places.is_empty() {
            return cells;
        }
        let mut take =
            |place: &usize| cells.get_mut(*place).map(std::mem::take).unwrap_or_default();
        self.places.iter().map(&mut take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Selection, UnknownColumn};
    use crate::table::Table;

    #[test]
    fn columns_by_name() {
        let names = |names: &[&str]| {
            let selection = Selection::of(Table::Messages, names.iter().copied())?;
            Ok(selection.columns().iter().map(|column| column.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["sender", "id", "sender"]), Ok(vec!["sender", "id"]));
        assert_eq!(names(&["id", "nonsense"]), Err(UnknownColumn("nonsense".to_owned())));
    }
}
