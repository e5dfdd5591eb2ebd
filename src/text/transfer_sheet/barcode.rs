//! A Data Matrix, drawn: what a scanner at the door types when it reads the sheet.

use datamatrix::placement::PathSegment;
use datamatrix::{DataMatrix, SymbolList};
use std::fmt::Write as _;

/// Returns a text as a square Data Matrix (ISO/IEC 16022, ECC 200) in SVG, `side_mm` millimetres wide with
/// its quiet zone of one module; nothing when the text is too long for one.
pub(super) fn svg(text: &str, side_mm: u32) -> String {
    let Ok(code) = DataMatrix::encode(text.as_bytes(), SymbolList::default().enforce_square())
    else {
        return String::new();
    };
    let bitmap = code.bitmap();
    let mut path = String::from("M1,1");
    for part in bitmap.path() {
        let written = match part {
            PathSegment::Horizontal(n) => write!(path, "h{n}"),
            PathSegment::Vertical(n) => write!(path, "v{n}"),
            PathSegment::Move(dx, dy) => write!(path, "m{dx},{dy}"),
            PathSegment::Close => write!(path, "z"),
        };
        if written.is_err() {
            return String::new();
        }
    }
    let (width, height) = (bitmap.width() + 2, bitmap.height() + 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{text}\" width=\"{side_mm}mm\" \
         height=\"{side_mm}mm\" viewBox=\"0 0 {width} {height}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0,0h{width}v{height}h-{width}z\"/><path fill-rule=\"evenodd\" d=\"{path}\"/></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::svg;
    use datamatrix::DataMatrix;

    /// Reads a drawing back into black and white, as a camera would: a module is black when its middle lies
    /// inside of an odd number of the path's loops.
    fn modules(drawn: &str) -> (Vec<bool>, usize) {
        let size: usize = drawn
            .split("viewBox=\"0 0 ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next())
            .unwrap()
            .parse()
            .unwrap();
        let path = drawn.split("d=\"").nth(2).unwrap();
        let path = path.split('"').next().unwrap();
        let mut verticals: Vec<(i32, i32, i32)> = Vec::new();
        let (mut x, mut y, mut start) = (0, 0, (0, 0));
        let mut rest = path;
        while let Some(letter) = rest.chars().next() {
            let end = rest
                .get(1..)
                .unwrap_or_default()
                .find(|c: char| c.is_ascii_alphabetic())
                .map_or(rest.len(), |n| n + 1);
            let numbers: Vec<i32> = rest
                .get(1..end)
                .unwrap_or_default()
                .split(',')
                .filter(|n| !n.is_empty())
                .map(|n| n.parse().unwrap())
                .collect();
            match letter {
                'M' => (x, y) = (numbers[0], numbers[1]),
                'm' => (x, y) = (x + numbers[0], y + numbers[1]),
                'h' => x += numbers[0],
                'v' => {
                    verticals.push((x, y, y + numbers[0]));
                    y += numbers[0];
                }
                'z' => {
                    if y != start.1 {
                        verticals.push((x, y, start.1));
                    }
                    (x, y) = start;
                }
                other => panic!("{other}"),
            }
            if matches!(letter, 'M' | 'm') {
                start = (x, y);
            }
            rest = rest.get(end..).unwrap_or_default();
        }
        let side = size - 2;
        let mut pixels = Vec::new();
        for row in 1..=i32::try_from(side).unwrap() {
            for column in 1..=i32::try_from(side).unwrap() {
                let crossed = verticals.iter().filter(|(x, from, to)| {
                    *x <= column && *from.min(to) <= row && row < *from.max(to)
                });
                pixels.push(crossed.count() % 2 == 1);
            }
        }
        (pixels, side)
    }

    #[test]
    fn what_is_drawn_reads_as_what_was_written() {
        let id = "017c9c48-f8e7-7247-8549-a57e897cbd3b";
        let (pixels, side) = modules(&svg(id, 25));
        assert_eq!(DataMatrix::decode(&pixels, side).unwrap(), id.as_bytes());
    }

    #[test]
    fn what_is_too_long_is_not_drawn() {
        assert_eq!(svg(&"x".repeat(5000), 25), "");
    }
}
