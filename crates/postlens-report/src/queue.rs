//! The queue by name and age as one HTML page: no script, nothing from outside, light, dark,
//! and for paper.

use crate::chart::paint::{Paint, hex};
use crate::chart::{Chart, Plot, Series, figures};
use crate::html::markup::Markup;
use crate::html::{Charts, figure, head, paints};
use crate::language::Language;
use crate::number::count;

/// Names in the chart at most; the table has more.
const BARS: usize = 10;
/// Ages are counted together in so many shades.
const SHADES: usize = 5;

/// What is told.
#[derive(Debug, Clone)]
pub struct Page {
    /// Sums and what is to be known about them, a paragraph each.
    pub facts: Vec<String>,
    /// What the names are.
    pub what: String,
    /// The limits of the ages, from the youngest on.
    pub limits: Vec<String>,
    /// The sums of all rows, also of those that are not shown.
    pub total: Row,
    /// The largest first.
    pub rows: Vec<Row>,
    /// How many rows are not shown.
    pub more: usize,
}

/// How many wait under a name, by age.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The name.
    pub name: String,
    /// How many.
    pub all: u64,
    /// How many of each age.
    pub ages: Vec<u64>,
}

impl Page {
    /// Writes the document.
    pub fn write(&self, language: &Language) -> String {
        let mut out = Markup::default();
        let title = language.text("queue-page-title");
        let styles = [include_str!("html/style.css"), &paints(), &shades()];
        head(&mut out, &title, language, &styles);
        out.raw("<body><header>");
        out.element("h1", &title);
        for fact in &self.facts {
            out.element("p class=\"facts\"", fact);
        }
        out.raw("</header><main>");
        if self.total.all > 0 {
            out.raw("<section>");
            figure(&mut out, &self.ages(language), "full", Charts::Inline);
            out.raw("</section>\n<section>");
            figure(&mut out, &self.names(language), "narrow", Charts::Inline);
            out.raw("</section>\n");
        }
        out.raw("<section>");
        self.table(&mut out, language);
        out.raw("</section></main><footer><p>");
        out.text(&language.with("html-made-by", &[("version", env!("CARGO_PKG_VERSION"))]));
        out.raw("</p></footer></body></html>\n");
        out.finish()
    }

    fn chart(&self, id: &'static str, key: &str, plot: Plot, language: &Language) -> Chart {
        let title = language.with(key, &[("what", &self.what)]);
        let description = figures::describe(&plot, language);
        Chart { id, section: "queue", title, description, plot }
    }

    /// How much waits for how long.
    fn ages(&self, language: &Language) -> Chart {
        let name = language.text("queue-waiting");
        let series = vec![Series { name, paint: Paint::Plain, values: self.total.ages.clone() }];
        let plot = Plot::Columns { labels: self.limits.clone(), series };
        self.chart("ages", "queue-chart-ages", plot, language)
    }

    /// The largest names, the older the darker.
    fn names(&self, language: &Language) -> Chart {
        let shown = self.rows.iter().take(BARS);
        let labels = shown.clone().map(|row| (row.name.clone(), count(row.all))).collect();
        let size = self.limits.len().div_ceil(SHADES).max(1);
        let parts = (1..).zip(self.limits.chunks(size)).map(|(shade, limits)| {
            let from = usize::from(shade - 1) * size;
            let sum = |row: &Row| row.ages.iter().skip(from).take(limits.len()).sum();
            Series {
                name: limits.last().cloned().unwrap_or_default(),
                paint: Paint::Heat(shade),
                values: shown.clone().map(sum).collect(),
            }
        });
        let plot = Plot::Bars { labels, series: parts.collect() };
        self.chart("names", "queue-chart-names", plot, language)
    }

    fn table(&self, out: &mut Markup, language: &Language) {
        let hottest = self.rows.iter().flat_map(|row| row.ages.iter().copied()).max();
        out.raw("<div class=\"wide\"><table class=\"shape\"><thead><tr>");
        out.element("th scope=\"col\"", &self.what);
        out.element("th scope=\"col\" class=\"n\"", &language.text("queue-all"));
        for limit in &self.limits {
            out.element("th scope=\"col\" class=\"n\"", limit);
        }
        out.raw("</tr></thead><tbody>");
        row(out, &self.total, None);
        for found in &self.rows {
            row(out, found, hottest);
        }
        out.raw("</tbody></table></div>");
        if self.more > 0 {
            let more = language.with("queue-more", &[("count", &self.more.to_string())]);
            out.element("p class=\"note\"", &more);
        }
    }
}

/// A row; its cells are shaded where the highest count is given.
fn row(out: &mut Markup, row: &Row, hottest: Option<u64>) {
    out.raw(if hottest.is_some() { "<tr>" } else { "<tr class=\"sum\">" });
    out.element("th scope=\"row\"", &row.name);
    out.element("td class=\"n\"", &count(row.all));
    for value in &row.ages {
        match hottest.map_or(0, |hottest| shade(*value, hottest)) {
            0 if *value == 0 => out.element("td class=\"n none\"", "·"),
            0 => out.element("td class=\"n\"", &count(*value)),
            shade => out.element(&format!("td class=\"n a{shade}\""), &count(*value)),
        }
    }
    out.raw("</tr>");
}

/// From 1 to 5 on a logarithmic scale; 0 for none.
fn shade(value: u64, most: u64) -> u32 {
    let digits = |value: u64| 64 - value.leading_zeros();
    if value == 0 { 0 } else { (digits(value) * 5).div_ceil(digits(most).max(1)).min(5) }
}

/// The shades of cells: those of charts, with words that stand out from them.
fn shades() -> String {
    let rule = |shade: u8, back, ink: &str| {
        let back = hex(back);
        format!(".shape .a{shade}{{background:{back};color:{ink}}}")
    };
    let all = || (1..=5_u8).map(|shade| (shade, Paint::Heat(shade), shade > 3));
    let on_white: String = all()
        .map(|(shade, paint, deep)| {
            rule(shade, paint.on_white(), if deep { "#fff" } else { "#1d232b" })
        })
        .collect();
    let on_black: String = all()
        .map(|(shade, paint, bright)| {
            rule(shade, paint.on_black(), if bright { "#10151b" } else { "#fff" })
        })
        .collect();
    let table = include_str!("html/shape.css");
    format!(
        "{table}{on_white}\n@media screen and (prefers-color-scheme:dark)\
         {{.shape thead th{{color:#a3adba;border-color:#465060}}{on_black}}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{Page, Row, shade};
    use crate::{Lang, Language};

    fn page(name: &str) -> Page {
        let row = |name: &str| Row { name: name.to_owned(), all: 12, ages: vec![0, 2, 10] };
        Page {
            facts: vec!["<i>1 & 2</i>".to_owned()],
            what: "Domain".to_owned(),
            limits: ["<5m", "<10m", ">10m"].map(str::to_owned).into(),
            total: row("All"),
            rows: vec![row(name)],
            more: 0,
        }
    }

    #[test]
    fn names_are_shown_and_never_markup() {
        for lang in Lang::ALL {
            let html = page("<script>a@b</script>\u{202e}").write(&Language::new(lang));
            assert!(
                !html.contains("<script") && !html.contains("<i>") && !html.contains('\u{202e}')
            );
            let shown = html.matches("&lt;script&gt;a@b").count();
            assert!(shown >= 4, "in the chart, at two bars, in the table: {shown}");
            assert!(!html.contains("queue-"), "a text is missing: {html}");
            assert!(html.contains("<td class=\"n a5\">10</td>") && html.contains("&lt;10m"));
        }
    }

    #[test]
    fn an_empty_queue_has_a_table_without_charts() {
        let none = Row::default();
        let empty = Page { total: none, rows: Vec::new(), ..page("x") };
        let html = empty.write(&Language::new(Lang::En));
        assert!(!html.contains("<svg") && html.contains("<table"));
    }

    #[test]
    fn only_none_is_unshaded() {
        assert_eq!([0, 1, 2, 500, 1000].map(|value| shade(value, 1000)), [0, 1, 1, 5, 5]);
        assert_eq!(shade(1, 1), 5);
    }
}
