//! Charts as SVG inside HTML. Colours are classes, so that light, dark and paper each have
//! their own.

use std::fmt::Write as _;

use super::Chart;
use super::draw::{Anchor, Canvas};
use super::paint::Paint;
use crate::html::markup::escaped;

/// A chart as an `svg` element with its title and description.
pub(crate) fn element(chart: &Chart) -> String {
    let (width, height) = chart.size();
    let mut svg = Svg(String::new());
    chart.draw(&mut svg);
    let (id, title) = (chart.id, escaped(&chart.title));
    let description = escaped(&chart.description);
    format!(
        "<svg viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-labelledby=\"c-{id}-t c-{id}-d\"><title id=\"c-{id}-t\">{title}</title>\
         <desc id=\"c-{id}-d\">{description}</desc>{}</svg>",
        svg.0
    )
}

struct Svg(String);

impl Canvas for Svg {
    fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), paint: Paint, about: &str) {
        let ((x, y), (width, height)) = (at, size);
        let class = paint.class();
        // Writing to a string cannot fail.
        let _ = write!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" class=\"{class}\""
        );
        if about.is_empty() {
            self.0.push_str("/>");
        } else {
            let _ = write!(self.0, "><title>{}</title></rect>", escaped(about));
        }
    }

    fn words(&mut self, (x, y): (f64, f64), anchor: Anchor, paint: Paint, words: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (class, words) = (paint.class(), escaped(words));
        let _ = write!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\"{anchor}>{words}</text>"
        );
    }
}
