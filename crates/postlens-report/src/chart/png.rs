//! Charts as PNG, for mail programs, which show no SVG. Words in them are ASCII: the fonts
//! have no more, and what is said in the reader's language stands beside the picture.

use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::ascii::FONT_10X20;
use embedded_graphics::pixelcolor::{Gray8, GrayColor};
use embedded_graphics::prelude::{DrawTarget, Drawable, OriginDimensions, Pixel, Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Alignment, Text};

use super::Chart;
use super::draw::{Anchor, Canvas};
use super::paint::Paint;

/// Pixels of a unit: the font's letters are then as wide as charts take them to be, and
/// pictures stay sharp on fine screens.
const SCALE: f64 = 1.5;
/// Units around a picture, whose ground is white on dark pages too.
const MARGIN: f64 = 8.0;

/// A chart as a PNG file with a palette. `None` only if the picture would be larger than the
/// format allows.
pub(crate) fn file(chart: &Chart) -> Option<Vec<u8>> {
    let (width, height) = chart.size();
    let mut picture = Picture::new(pixels(width + 2.0 * MARGIN), pixels(height + 2.0 * MARGIN));
    chart.draw(&mut picture);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, picture.size.width, picture.size.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    let paints = Paint::ALL.iter().flat_map(|paint| paint.on_white());
    encoder.set_palette([255, 255, 255].into_iter().chain(paints).collect::<Vec<u8>>());
    encoder.write_header().ok()?.write_image_data(&picture.pixels).ok()?;
    Some(out)
}

/// A length in pixels. Charts are some hundred units wide and high.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths of a picture are small and not negative"
)]
fn pixels(length: f64) -> u32 {
    (length * SCALE).round().max(0.0) as u32
}

fn point(x: f64, y: f64) -> Point {
    let pixel = |length: f64| i32::try_from(pixels(length + MARGIN)).unwrap_or(i32::MAX);
    Point::new(pixel(x), pixel(y))
}

/// Pixels that are places in the palette: 0 is white, then come all paints.
struct Picture {
    size: Size,
    pixels: Vec<u8>,
}

impl Picture {
    fn new(width: u32, height: u32) -> Self {
        let size = Size::new(width, height);
        Self { size, pixels: vec![0; (width as usize) * (height as usize)] }
    }
}

fn colour(paint: Paint) -> Gray8 {
    let place = Paint::ALL.iter().position(|known| *known == paint).unwrap_or_default() + 1;
    Gray8::new(u8::try_from(place).unwrap_or_default())
}

impl OriginDimensions for Picture {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Picture {
    type Color = Gray8;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(
        &mut self,
        drawn: I,
    ) -> Result<(), Self::Error> {
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        for Pixel(Point { x, y }, colour) in drawn {
            let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { continue };
            if x < width
                && y < height
                && let Some(pixel) = self.pixels.get_mut(y * width + x)
            {
                *pixel = colour.luma();
            }
        }
        Ok(())
    }
}

impl Canvas for Picture {
    fn rectangle(
        &mut self,
        (x, y): (f64, f64),
        (width, height): (f64, f64),
        paint: Paint,
        _: &str,
    ) {
        // What is there shows, if it is but one pixel.
        let size = Size::new(pixels(width).max(1), pixels(height).max(1));
        let area = Rectangle::new(point(x, y), size);
        let Ok(()) = self.fill_solid(&area, colour(paint));
    }

    fn words(&mut self, (x, y): (f64, f64), anchor: Anchor, paint: Paint, words: &str) {
        let alignment = match anchor {
            Anchor::Start => Alignment::Left,
            Anchor::Middle => Alignment::Center,
            Anchor::End => Alignment::Right,
        };
        let style = MonoTextStyle::new(&FONT_10X20, colour(paint));
        let words = ascii(words);
        let Ok(_) = Text::with_alignment(&words, point(x, y), style, alignment).draw(self);
    }
}

/// The words as far as the font has letters for them.
fn ascii(words: &str) -> String {
    let letter = |letter| match letter {
        '…' => '.',
        '·' => '-',
        ' '..='~' => letter,
        _ => '?',
    };
    words.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::super::paint::Paint;
    use super::super::{Chart, Plot, Series};
    use super::{ascii, file};

    #[test]
    fn a_picture_has_the_colours_of_its_figures() {
        let values = vec![3, 5];
        let series = vec![Series { name: "délivré".to_owned(), paint: Paint::Good, values }];
        let labels = vec!["a".to_owned(), "b".to_owned()];
        let plot = Plot::Columns { labels, series };
        let (title, description) = (String::new(), String::new());
        let chart = Chart { id: "times", section: "times", title, description, plot };
        let png = file(&chart).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let good =
            1 + u8::try_from(Paint::ALL.iter().position(|p| *p == Paint::Good).unwrap()).unwrap();
        let painted: usize = pixels.iter().map(|pixel| usize::from(*pixel == good)).sum();
        // Two columns of some 300 by 270 and 160 pixels.
        assert!(painted > 100_000, "{painted}");
        assert!(pixels.contains(&0));
    }

    #[test]
    fn letters_that_the_font_lacks_are_said_to_be() {
        assert_eq!(ascii("a…·宛é"), "a.-??");
    }
}
