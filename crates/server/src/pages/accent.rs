//! The operator's colour, made readable.
//!
//! A button has it as it is, with black or white on it, whichever is seen
//! better: one of the two always has 4.5:1 (WCAG 2.2, success criterion 1.4.3).
//! Links and outlines have it darker or lighter, as far as their ground needs.

use sha2::{Digest, Sha256};

type Rgb = [u8; 3];

const WHITE: Rgb = [255; 3];
const BLACK: Rgb = [0; 3];
/// `--ground` of the light scheme, the darker of what its links stand on.
const LIGHT_GROUND: Rgb = [0xf4, 0xf5, 0xf8];
/// `--card` of the dark scheme, the lighter of what its links stand on.
const DARK_GROUND: Rgb = [0x17, 0x1b, 0x22];

/// What text needs.
const READABLE: f64 = 4.5;
/// What the edge of a button needs (success criterion 1.4.11).
const VISIBLE: f64 = 3.0;

/// A stylesheet for one colour, to be loaded after that of the pages.
#[derive(Debug)]
pub(crate) struct AccentSheet {
    /// Changes with the content.
    pub(crate) name: String,
    /// The file.
    pub(crate) css: String,
}

/// Both schemes in the operator's colour.
pub(crate) fn accent_sheet(accent: Rgb) -> AccentSheet {
    let css = format!(
        ":root{{{}}}@media (prefers-color-scheme:dark){{:root{{{}}}}}",
        scheme(accent, LIGHT_GROUND, BLACK),
        scheme(accent, DARK_GROUND, WHITE),
    );
    let digest = Sha256::digest(css.as_bytes());
    let digest: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
    AccentSheet {
        name: format!("accent.{digest}.css"),
        css,
    }
}

fn scheme(accent: Rgb, ground: Rgb, away: Rgb) -> String {
    let link = moved(accent, away, |color| contrast(color, ground) >= READABLE);
    let on_button = if contrast(accent, WHITE) >= contrast(accent, BLACK) {
        WHITE
    } else {
        BLACK
    };
    let pressed = if on_button == WHITE { BLACK } else { WHITE };
    let edge = moved(accent, away, |color| contrast(color, ground) >= VISIBLE);
    format!(
        "--accent:{};--button:{};--on-button:{};--pressed:{};--button-edge:{}",
        hex(link),
        hex(accent),
        hex(on_button),
        hex(pressed),
        hex(edge),
    )
}

/// The first step from a colour towards another that is `enough`.
fn moved(color: Rgb, towards: Rgb, enough: impl Fn(Rgb) -> bool) -> Rgb {
    (0..=20)
        .map(|step| mix(color, towards, f64::from(step) / 20.0))
        .find(|color| enough(*color))
        .unwrap_or(towards)
}

fn mix(from: Rgb, to: Rgb, part: f64) -> Rgb {
    let channel = |n: usize| {
        let (from, to) = (f64::from(from[n]), f64::from(to[n]));
        (from + (to - from) * part).round() as u8
    };
    [channel(0), channel(1), channel(2)]
}

/// Contrast ratio, 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Relative luminance (WCAG 2.2).
fn luminance([red, green, blue]: Rgb) -> f64 {
    let linear = |channel: u8| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(css: &str, property: &str) -> Rgb {
        let start = css.find(&format!("{property}:#")).unwrap() + property.len() + 2;
        let channel = |n| u8::from_str_radix(&css[start + n..start + n + 2], 16).unwrap();
        [channel(0), channel(2), channel(4)]
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((contrast(BLACK, WHITE) - 21.0).abs() < 0.01);
        assert!((contrast([0x77; 3], WHITE) - 4.48).abs() < 0.01);
        assert!((contrast(WHITE, WHITE) - 1.0).abs() < 0.01);
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let css = include_str!("../../web/page.css");
        let (light, dark) = css.split_once("prefers-color-scheme: dark").unwrap();
        assert!(light.contains(&format!("--ground: {};", hex(LIGHT_GROUND))));
        assert!(dark.contains(&format!("--card: {};", hex(DARK_GROUND))));
    }

    proptest! {
        #[test]
        fn any_colour_gives_text_that_can_be_read(accent: [u8; 3]) {
            let sheet = accent_sheet(accent);
            let (light, dark) = sheet.css.split_once("@media").unwrap();
            for (css, ground) in [(light, LIGHT_GROUND), (dark, DARK_GROUND)] {
                prop_assert_eq!(parse(css, "--button"), accent);
                prop_assert!(contrast(parse(css, "--on-button"), accent) >= READABLE);
                prop_assert!(contrast(parse(css, "--accent"), ground) >= READABLE);
                prop_assert!(contrast(parse(css, "--button-edge"), ground) >= VISIBLE);
            }
        }
    }
}
