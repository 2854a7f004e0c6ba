//! Trends as one HTML file: no script, nothing from outside, light and dark.

use postlens_stats::stats::traffic::Flow;

use super::Trends;
use super::text::{sections, title};
use crate::chart::{Plot, figures};
use crate::html::{Charts, blocks, figure, head, markup::Markup, paints};
use crate::language::Language;
use crate::text::block::Block;
use crate::text::page::Page;

/// Writes the document.
pub fn page(trends: &Trends<'_>, language: &Language) -> String {
    let mut out = Markup::default();
    let styles = [include_str!("../html/style.css"), &paints()];
    head(&mut out, &language.text("trend-title"), language, &styles);
    out.raw("<body><header>");
    let mut top = Page::new(language);
    title(&mut top, trends);
    for block in &top.finish() {
        match block {
            Block::Styled(_, words) => out.element("h1", words),
            Block::Line(words) => out.element("p class=\"facts\"", words),
            _ => {}
        }
    }
    out.raw("</header><main>");
    if trends.now.total() != Flow::default() {
        charts(&mut out, trends, language);
    }
    let all = sections(trends, language, false);
    for part in all.chunk_by(|_, next| !matches!(next, Block::Heading(_))) {
        out.raw("<section>");
        let rest = match part.split_first() {
            Some((Block::Heading(words), rest)) => {
                out.element("h2", words);
                rest
            }
            _ => part,
        };
        blocks::write(&mut out, rest);
        out.raw("</section>\n");
    }
    out.raw("</main><footer><p>");
    out.text(&language.with("html-made-by", &[("version", env!("CARGO_PKG_VERSION"))]));
    out.raw("</p></footer></body></html>\n");
    out.finish()
}

/// Mail over time, and the hours of the week.
fn charts(out: &mut Markup, trends: &Trends<'_>, language: &Language) {
    let rows = (1..=7).map(|day| language.text(&format!("weekday-{day}"))).collect();
    let cells = trends.now.week();
    let cells = cells.iter().map(|hours| hours.iter().map(|flow| flow.received).collect());
    let heat = Plot::Heat { rows, cells: cells.collect() };
    let heat = figures::chart(("heat", "times"), "chart-heat", heat, language);
    for chart in figures::times(&trends.now.traffic, language).into_iter().chain([heat]) {
        out.raw("<section>");
        figure(out, &chart, "full", Charts::Inline);
        out.raw("</section>\n");
    }
}
