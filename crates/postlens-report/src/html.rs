//! The report as one HTML file: no script, nothing from outside, light and dark, for
//! screens, phones and paper.

pub(crate) mod blocks;
pub(crate) mod markup;
mod verdict;

use crate::chart::paint::{Paint, hex};
use crate::chart::{Chart, Plot, figures, svg};
use crate::language::Language;
use crate::number::count;
use crate::report::Report;
use crate::text::block::Block;
use crate::text::{self, Part};
use markup::{Markup, escaped};

/// How the charts of a document are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charts {
    /// Drawn in the document itself (SVG).
    Inline,
    /// As pictures that travel beside it, `cid:NAME@postlens` (RFC 2392), since mail
    /// programs show no SVG.
    Beside,
}

/// The content ID of a chart's picture.
pub(crate) fn picture_id(chart: &str) -> String {
    format!("{chart}@postlens")
}

/// Writes the document.
pub fn write(report: &Report<'_>, language: &Language, charts: Charts) -> String {
    let mut out = Markup::default();
    let title = text::title(report, language);
    let name = title.iter().find_map(|block| match block {
        Block::Styled(_, words) => Some(words.as_str()),
        _ => None,
    });
    let styles = [include_str!("html/style.css"), &paints()];
    head(&mut out, name.unwrap_or_default(), language, &styles);
    out.raw("<body><header>");
    for block in &title {
        match block {
            Block::Styled(_, words) => out.element("h1", words),
            Block::Line(words) => out.element("p class=\"facts\"", words),
            _ => {}
        }
    }
    out.raw("</header><main>");
    verdict::write(&mut out, report, language);
    unread(&mut out, report, language);
    tiles(&mut out, report, language);
    let sections = sections(report, language);
    contents(&mut out, &sections, language);
    let drawn = figures::all(report, language);
    // What became of mail over time says most about a day at a glance.
    if let Some(overview) = drawn.iter().find(|chart| chart.id == OVERVIEW) {
        out.raw("<section>");
        figure(&mut out, overview, "full", charts);
        out.raw("</section>\n");
    }
    for section in &sections {
        let id = &section.id;
        out.raw(&format!("<section id=\"{id}\" aria-labelledby=\"{id}-h\">"));
        if section.name == "problems" {
            verdict::problems(&mut out, report, language);
        } else {
            out.element(&format!("h2 id=\"{id}-h\""), section.heading());
            figures(&mut out, drawn.iter().filter(|chart| section.has(chart)), charts);
            blocks::write(&mut out, section.blocks.get(1..).unwrap_or_default());
        }
        out.raw("</section>\n");
    }
    out.raw("</main><footer><p>");
    out.text(&language.with("html-made-by", &[("version", env!("CARGO_PKG_VERSION"))]));
    out.raw("</p></footer></body></html>\n");
    out.finish()
}

/// What every document begins with, up to its body.
pub(crate) fn head(out: &mut Markup, title: &str, language: &Language, styles: &[&str]) {
    out.raw("<!DOCTYPE html>\n<html lang=\"");
    out.text(&language.text("html-language"));
    out.raw("\"><head><meta charset=\"utf-8\">");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    out.raw("<meta name=\"color-scheme\" content=\"light dark\">");
    // Should a text ever become markup after all, it still could not do anything.
    out.raw(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; img-src cid: data:\">",
    );
    out.element("title", title);
    out.raw("<style>\n");
    for style in styles {
        out.raw(style);
    }
    out.raw("</style></head>\n");
}

/// The colours of charts, on white and on black. On paper they are those on white.
pub(crate) fn paints() -> String {
    let rule = |paint: Paint, colour| format!(".{}{{fill:{}}}", paint.class(), hex(colour));
    let on_white: String = Paint::ALL.iter().map(|paint| rule(*paint, paint.on_white())).collect();
    let on_black: String = Paint::ALL.iter().map(|paint| rule(*paint, paint.on_black())).collect();
    format!("{on_white}\n@media screen and (prefers-color-scheme:dark){{{on_black}}}\n")
}

/// What could not be read, if anything.
fn unread(out: &mut Markup, report: &Report<'_>, language: &Language) {
    let blocks = text::unread(report, language);
    if let Some((Block::Heading(words), below)) = blocks.split_first() {
        out.raw("<section id=\"unread\" aria-labelledby=\"unread-h\">");
        out.element("h2 id=\"unread-h\"", words);
        blocks::write(out, below);
        out.raw("</section>");
    } else {
        blocks::write(out, &blocks);
    }
}

/// The figures that one wants first.
fn tiles(out: &mut Markup, report: &Report<'_>, language: &Language) {
    let outcomes = &report.stats.outcomes;
    let refusals = &report.stats.refusals;
    let of = |kinds: &[postlens_track::Outcome]| -> u64 {
        kinds.iter().map(|kind| outcomes.recipients.get(*kind)).sum()
    };
    use postlens_track::Outcome;
    let tiles = [
        ("", "mails", outcomes.mails.total()),
        ("g", "tile-delivered", of(&[Outcome::Delivered, Outcome::Relayed])),
        ("w", "tile-waiting", of(&[Outcome::Deferred, Outcome::InQueue, Outcome::Held])),
        ("b", "tile-failed", of(&[Outcome::Bounced, Outcome::Expired])),
        ("r", "refused", refusals.permanent + refusals.temporary + refusals.greylisted),
    ];
    if !report.shows("mail") || tiles.iter().all(|(_, _, number)| *number == 0) {
        return;
    }
    out.raw("<ul class=\"tiles\">");
    for (class, key, number) in tiles {
        out.raw(&format!("<li class=\"{class}\">"));
        out.element("b", &count(number));
        out.text(&language.text(key));
        out.raw("</li>");
    }
    out.raw("</ul>");
}

/// The chart that stands before all sections.
const OVERVIEW: &str = "times";

/// A section with something in it.
struct Section {
    name: &'static str,
    id: String,
    /// Whether it is the first of its name: the one that charts stand in.
    leads: bool,
    blocks: Vec<Block>,
}

impl Section {
    fn has(&self, chart: &Chart) -> bool {
        self.leads && chart.section == self.name && chart.id != OVERVIEW
    }

    fn heading(&self) -> &str {
        match self.blocks.first() {
            Some(Block::Heading(words)) => words,
            _ => "",
        }
    }
}

fn sections(report: &Report<'_>, language: &Language) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for Part { name, blocks } in text::parts(report, language) {
        if blocks.is_empty() {
            continue;
        }
        let same = sections.iter().filter(|section| section.name == name).count();
        if let Some(last) = sections.last_mut().filter(|last| last.name == name) {
            last.blocks.extend(blocks);
        } else {
            let number = if same > 0 { format!("-{}", same + 1) } else { String::new() };
            let id = format!("{name}{number}");
            sections.push(Section { name, id, leads: same == 0, blocks });
        }
    }
    sections
}

fn contents(out: &mut Markup, sections: &[Section], language: &Language) {
    if sections.len() < 3 {
        return;
    }
    let label = escaped(&language.text("html-contents"));
    out.raw(&format!("<nav aria-label=\"{label}\"><ul>"));
    for section in sections {
        out.raw("<li>");
        out.element(&format!("a href=\"#{}\"", section.id), section.heading());
        out.raw("</li>");
    }
    out.raw("</ul></nav>\n");
}

fn figures<'c>(out: &mut Markup, drawn: impl Iterator<Item = &'c Chart>, charts: Charts) {
    let drawn: Vec<&Chart> = drawn.collect();
    let narrow = |chart: &&Chart| matches!(chart.plot, Plot::Bars { .. } | Plot::Ranges(_));
    let beside = drawn.iter().copied().filter(|chart| narrow(chart)).count() > 1;
    for chart in drawn.iter().copied().filter(|chart| !narrow(chart)) {
        figure(out, chart, "full", charts);
    }
    if beside {
        out.raw("<div class=\"pair\">");
    }
    for chart in drawn.iter().copied().filter(narrow) {
        figure(out, chart, "narrow", charts);
    }
    if beside {
        out.raw("</div>");
    }
}

pub(crate) fn figure(out: &mut Markup, chart: &Chart, class: &str, charts: Charts) {
    out.raw(&format!("<figure class=\"{class}\">"));
    out.element("figcaption", &chart.title);
    match charts {
        Charts::Inline => out.raw(&svg::element(chart)),
        Charts::Beside => {
            let (width, _) = chart.size();
            let (id, about) =
                (picture_id(chart.id), escaped(&format!("{}: {}", chart.title, chart.description)));
            out.raw(&format!("<img src=\"cid:{id}\" width=\"{width:.0}\" alt=\"{about}\">"));
        }
    }
    out.raw("</figure>");
}
