//! The colours of the page can be told apart and read, in both schemes and in print (WCAG 2, AA).

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../src/report/style.css");

/// What is written or drawn upon what, and at what contrast at least: text 4.5, what is drawn 3.
const PAIRS: [(&str, &str, f64); 15] = [
    ("text", "page", 4.5),
    ("text", "panel", 4.5),
    ("quiet", "page", 4.5),
    ("quiet", "panel", 4.5),
    ("link", "page", 4.5),
    ("link", "panel", 4.5),
    ("mock-text", "mock-back", 4.5),
    ("live-text", "live-back", 4.5),
    ("first", "page", 3.0),
    ("first", "panel", 3.0),
    ("second", "page", 3.0),
    ("second", "panel", 3.0),
    ("quiet", "page", 3.0),
    ("link", "live-back", 3.0),
    ("link", "mock-back", 3.0),
];

/// The colours of the light scheme, of the dark one, and of print, which is the light one with a few changes.
fn schemes() -> Vec<BTreeMap<&'static str, [f64; 3]>> {
    let blocks = STYLE.split(":root {").skip(1).map(|block| block.split('}').next().unwrap());
    let colour = |hex: &str| {
        let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        [part(0), part(2), part(4)]
    };
    let line = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        Some((name, colour(value.trim_end_matches(';'))))
    };
    let mut schemes: Vec<BTreeMap<_, _>> = blocks.map(|block| block.lines().filter_map(line).collect()).collect();
    let print = schemes.pop().unwrap();
    schemes.push(schemes[0].clone().into_iter().chain(print).collect());
    schemes
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn contrast_is_reckoned_as_the_standard_does() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0.5; 3], [0.5; 3]) - 1.0).abs() < 1e-9);
}

#[test]
fn every_scheme_can_be_read() {
    let schemes = schemes();
    assert_eq!(schemes.len(), 3);
    for scheme in &schemes {
        assert_eq!(scheme.keys().collect::<Vec<_>>(), schemes[0].keys().collect::<Vec<_>>());
        for (above, below, least) in PAIRS {
            let found = contrast(scheme[above], scheme[below]);
            assert!(found >= least, "--{above} on --{below} has {found:.2}, less than {least}");
        }
    }
}
