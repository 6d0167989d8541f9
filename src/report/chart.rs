//! Charts as SVG, drawn by plotters. Heights are counted in whole minor units, so that no amount passes through a float on
//! its way here. The colours stand for what a style sheet puts in their place (style.css), by scheme.

use super::words;
use plotters::coord::types::{RangedCoordi32, RangedCoordi128};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use rust_decimal::Decimal;

/// Width of every chart, in the units of its own system of coordinates.
const WIDTH: u32 = 420;
const HEIGHT: u32 = 228;
const ROW: u32 = 22;
/// Room that a column or a bar and the gap beside it take on their axis.
const STEP: i32 = 10;
/// Fewer columns than this are no wider, but stand in the middle.
const FEW: i32 = 8;
/// What plotters divides the size of a font by.
const SIZE: f64 = 12.0 * 1.24;

const TEXT: RGBColor = RGBColor(0x33, 0x33, 0x33);
const RULE: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
const AXIS: RGBColor = RGBColor(0x88, 0x88, 0x88);
const FILLS: [RGBColor; 2] = [RGBColor(0x00, 0x72, 0xb2), RGBColor(0xd5, 0x5e, 0x00)];

type Canvas<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Plane<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordi128, RangedCoordi32>>;

const SOUND: &str = "drawing into a string does not fail";

/// What a chart shows: the inside of an `svg` element, and its size.
pub struct Drawing {
    /// Elements of SVG.
    pub body: String,
    /// Width and height of its system of coordinates.
    pub size: (u32, u32),
}

/// Columns side by side, each of two amounts one upon the other, those below zero hanging down.
pub fn columns(names: &[String], amounts: &[[Decimal; 2]], decimals: u32) -> Drawing {
    let stacks: Vec<[(i128, i128); 2]> =
        amounts.iter().map(|pair| stacked(pair.map(|it| minor(it, decimals)))).collect();
    let ends = || stacks.iter().flatten().flat_map(|(from, to)| [*from, *to]);
    let (least, most) = with_room(ends().min().unwrap_or(0), ends().max().unwrap_or(0), decimals);
    let label = |units: &i128| words::short(major(*units, decimals));
    let margin = [least, most].iter().map(|end| width(&label(end))).max().unwrap_or(0).max(30);
    let count = names.len() as i32;
    let (across, first) = (STEP * count.max(FEW), STEP * (FEW - count).max(0) / 2);
    draw((WIDTH, HEIGHT), |canvas| {
        let mut chart = ChartBuilder::on(canvas)
            .margin_top(10)
            .margin_right(12)
            .set_label_area_size(LabelAreaPosition::Left, margin + 8)
            .set_label_area_size(LabelAreaPosition::Bottom, 30)
            .build_cartesian_2d(0..across, least..most)
            .expect(SOUND);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .disable_x_axis()
            .y_labels(5)
            .y_label_formatter(&label)
            .label_style(font())
            .bold_line_style(RULE)
            .light_line_style(TRANSPARENT)
            .axis_style(TRANSPARENT)
            .draw()
            .expect(SOUND);
        let bars =
            stacks.iter().zip(0..).flat_map(|(stack, place)| {
                let left = first + place * STEP + 1;
                FILLS.iter().zip(stack).filter(|(_, (from, to))| from != to).map(move |(fill, (from, to))| {
                    Rectangle::new([(left, *from), (left + STEP - 2, *to)], fill.filled())
                })
            });
        chart.draw_series(bars).expect(SOUND);
        chart.draw_series([PathElement::new(vec![(0, 0), (across, 0)], AXIS)]).expect(SOUND);
        // As many names as fit: each takes as many columns as it is wide.
        let room = chart.plotting_area().get_pixel_range().0.len() as i32 * STEP / across;
        let every = (widest(names) + 12 + room - 1) / room.max(1);
        for (name, place) in names.iter().zip(0..).step_by(every.max(1) as usize) {
            let (x, _) = chart.backend_coord(&(first + place * STEP + STEP / 2, 0));
            let half = width(name) / 2;
            // The first and the last are to stay on the canvas.
            let x = x.clamp(half, WIDTH as i32 - half);
            write(canvas, name, (x, HEIGHT as i32 - 20), HPos::Center, VPos::Top);
        }
    })
}

/// Bars one below the other, with their names before and their amounts behind them.
pub fn bars(names: &[String], amounts: &[Decimal], decimals: u32, shown: &[String]) -> Drawing {
    let units: Vec<i128> = amounts.iter().map(|amount| minor(*amount, decimals)).collect();
    let least = units.iter().copied().min().unwrap_or(0).min(0);
    let most = units.iter().copied().max().unwrap_or(0).max(least + 1);
    let height = ROW * names.len() as u32 + 8;
    draw((WIDTH, height), |canvas| {
        let mut chart: Plane = ChartBuilder::on(canvas)
            .margin_top(4)
            .margin_bottom(4)
            .margin_left(widest(names) + 12)
            .margin_right(widest(shown) + 10)
            .build_cartesian_2d(least..most, STEP * names.len() as i32..0)
            .expect(SOUND);
        let bars = units.iter().zip(0..).filter(|(units, _)| **units != 0).map(|(units, place)| {
            Rectangle::new(
                [(0, place * STEP + 2), (*units, place * STEP + STEP - 2)],
                FILLS[usize::from(*units < 0)].filled(),
            )
        });
        chart.draw_series(bars).expect(SOUND);
        let foot = STEP * names.len() as i32;
        chart.draw_series([PathElement::new(vec![(0, 0), (0, foot)], AXIS)]).expect(SOUND);
        let (left, _) = chart.backend_coord(&(least, 0));
        for ((name, (units, amount)), place) in names.iter().zip(units.iter().zip(shown)).zip(0..) {
            let (end, y) = chart.backend_coord(&((*units).max(0), place * STEP + STEP / 2));
            write(canvas, name, (left - 8, y), HPos::Right, VPos::Center);
            write(canvas, amount, (end + 6, y), HPos::Left, VPos::Center);
        }
    })
}

fn draw(size: (u32, u32), on: impl FnOnce(&Canvas)) -> Drawing {
    let mut svg = String::new();
    let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
    on(&canvas);
    canvas.present().expect(SOUND);
    drop(canvas);
    // The page has an element of its own around it, with a title and a description.
    let body = svg.split_once('>').map_or("", |(_, inside)| inside).trim_end().trim_end_matches("</svg>");
    Drawing { body: body.to_owned(), size }
}

fn font() -> TextStyle<'static> {
    ("sans-serif", SIZE).into_font().color(&TEXT)
}

fn write(canvas: &Canvas, text: &str, at: (i32, i32), across: HPos, down: VPos) {
    canvas.draw_text(text, &font().pos(Pos::new(across, down)), at).expect(SOUND);
}

/// About how wide a text is drawn, rather too much than too little: which font there will be is not known here.
pub fn width(text: &str) -> i32 {
    let letter = |letter: char| match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | '|' | ':' | ';' | '!' => 5,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '\u{2026}' => 12,
        'A'..='Z' | '<' | '>' | '=' | '+' | '~' | '^' | '#' | '&' | '\u{2212}' => 10,
        '0'..='9' | 'a'..='z' | ' '..='~' => 8,
        '\u{a0}'..='\u{24f}' => 9,
        _ => 14,
    };
    text.chars().map(letter).sum()
}

fn widest(texts: &[String]) -> i32 {
    texts.iter().map(|text| width(text)).max().unwrap_or(0)
}

/// Where each of two amounts begins and ends when one stands upon the other, or hangs below it.
fn stacked([first, second]: [i128; 2]) -> [(i128, i128); 2] {
    let base = if (first < 0) == (second < 0) { first } else { 0 };
    [(0, first), (base, base + second)]
}

/// The ends of an axis that holds both and zero, a twentieth wider; one unit where there is nothing.
fn with_room(least: i128, most: i128, decimals: u32) -> (i128, i128) {
    if (least, most) == (0, 0) {
        return (0, 10_i128.pow(decimals));
    }
    let room = (most.max(0) - least.min(0)) / 20 + 1;
    (if least < 0 { least - room } else { 0 }, if most > 0 { most + room } else { 0 })
}

fn minor(amount: Decimal, decimals: u32) -> i128 {
    let mut scaled = amount;
    scaled.rescale(decimals);
    scaled.mantissa()
}

fn major(units: i128, decimals: u32) -> Decimal {
    Decimal::try_from_i128_with_scale(units, decimals).unwrap_or(Decimal::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_are_escaped() {
        let drawing = bars(&names(&["<script>\"'&"]), &[Decimal::ONE], 2, &names(&["</text>"]));
        assert!(drawing.body.contains("&lt;script&gt;") && drawing.body.contains("&lt;/text&gt;"), "{}", drawing.body);
        assert!(!drawing.body.contains("<script") && !drawing.body.contains("</svg>"));
    }

    #[test]
    fn nothing_and_less_than_nothing_can_be_drawn() {
        for (amounts, bars) in [(vec![], 0), (vec![[Decimal::ZERO; 2]], 0), (vec![[-Decimal::ONE, -Decimal::TEN]], 2)] {
            let of: Vec<String> = amounts.iter().map(|_| "2026-01-05".to_owned()).collect();
            assert_eq!(columns(&of, &amounts, 2).body.matches("<rect").count(), bars);
        }
        let drawing = bars(&names(&["a", "b"]), &[-Decimal::ONE, Decimal::ZERO], 0, &names(&["-1", "0"]));
        assert_eq!(drawing.body.matches("<rect").count(), 1);
    }

    #[test]
    fn amounts_stand_upon_each_other() {
        assert_eq!(stacked([5, 3]), [(0, 5), (5, 8)]);
        assert_eq!(stacked([5, -3]), [(0, 5), (0, -3)]);
        assert_eq!(stacked([-5, -3]), [(0, -5), (-5, -8)]);
    }

    #[test]
    fn the_largest_sums_can_be_drawn() {
        let huge = Decimal::from_str_exact("999999999999999999999.9999").unwrap();
        let drawing = columns(&names(&["2026"]), &[[huge, -huge]], 4);
        assert_eq!(drawing.body.matches("<rect").count(), 2);
    }
}
