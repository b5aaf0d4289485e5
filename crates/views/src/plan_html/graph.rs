//! The running order, drawn: a box for each change, an arrow from what is done first to what waits for it. Inline SVG, so the page
//! needs nothing else.

use std::collections::{BTreeMap, BTreeSet};

use model::ResourceId;
use unicode_width::UnicodeWidthStr;

use super::layers::{Layout, Spot, lay_out};
use super::page::Page;
use super::verdict::class;
use crate::document::{Change, Plan};
use crate::escape::escape;
use crate::graph::of_plan;
use crate::line::clip;
use crate::{Symbols, words};

/// More boxes than this are not drawn.
const MOST: usize = 300;
/// Columns of a label; the whole name is told when the box is pointed at.
const LABEL: usize = 44;
/// From one row to the next, the height of a box, the room between layers and around the drawing; in pixels.
const PITCH: usize = 40;
const HEIGHT: usize = 28;
const GAP: usize = 64;
const MARGIN: usize = 16;

/// Writes the section, if there is an order to show.
pub(super) fn write(plan: &Plan, page: &mut Page) {
    let drawn = of_plan(plan);
    if drawn.iter().all(|(_, after)| after.is_empty()) {
        return;
    }
    page.raw("<section>\n<h2>Running order <small>what waits for what, left to right</small></h2>\n");
    if drawn.len() > MOST {
        page.raw("<p class=\"faint\">").number(drawn.len());
        page.raw(" changes are too many to draw; each says above what it waits for.</p>\n</section>\n");
        return;
    }
    let numbers: BTreeMap<&ResourceId, usize> =
        drawn.iter().enumerate().map(|(number, (change, _))| (&change.id, number)).collect();
    let before: Vec<BTreeSet<usize>> = drawn
        .iter()
        .map(|(_, after)| after.iter().filter_map(|id| numbers.get(id)).copied().collect())
        .collect();
    let layout = lay_out(&before);
    let grid = Grid::of(&drawn, &layout.spots);
    grid.draw(&drawn, &layout, page);
    page.raw("</section>\n");
}

/// Where layers and rows are, in pixels.
struct Grid {
    /// The left edge and the width of each layer.
    layers: Vec<(usize, usize)>,
    /// How many rows each layer has.
    rows: Vec<usize>,
    labels: Vec<String>,
}

impl Grid {
    /// Layers from left to right, each as wide as its widest label.
    fn of(drawn: &[(&Change, Vec<&ResourceId>)], spots: &[Spot]) -> Self {
        let count = spots.iter().map(|spot| spot.layer + 1).max().unwrap_or(0);
        let labels: Vec<String> = drawn.iter().map(|(change, _)| label(change)).collect();
        let mut widths = vec![0; count];
        for (label, spot) in labels.iter().zip(spots) {
            if let Some(widest) = widths.get_mut(spot.layer) {
                // 7.25 pixels a column of a monospaced letter of 12 pixels, and 10 on either side.
                *widest = (label.width() * 29 / 4 + 20).max(*widest);
            }
        }
        let mut rows = vec![0; count];
        for spot in spots {
            if let Some(rows) = rows.get_mut(spot.layer) {
                *rows += 1;
            }
        }
        let mut left = MARGIN;
        let mut layers = Vec::with_capacity(count);
        for width in widths {
            layers.push((left, width));
            left += width + GAP;
        }
        Self { layers, rows, labels }
    }

    /// The left edge, the top and the width of a place. Layers stand in the middle of the height.
    fn place(&self, spot: Spot) -> (usize, usize, usize) {
        let (left, width) = self.layers.get(spot.layer).copied().unwrap_or_default();
        let most = self.rows.iter().copied().max().unwrap_or(0);
        let empty = most - self.rows.get(spot.layer).copied().unwrap_or(most);
        (left, MARGIN + spot.row * PITCH + empty * PITCH / 2, width)
    }

    fn draw(&self, drawn: &[(&Change, Vec<&ResourceId>)], layout: &Layout, page: &mut Page) {
        let width = self.layers.last().map_or(0, |(left, width)| left + width) + MARGIN;
        let height = self.rows.iter().max().map_or(0, |most| most * PITCH) + 2 * MARGIN - (PITCH - HEIGHT);
        page.raw(
            "<div class=\"graph\" tabindex=\"0\">\n<svg role=\"img\" aria-label=\"Running order\" width=\"",
        );
        page.number(width).raw("\" height=\"").number(height).raw("\" viewBox=\"0 0 ");
        page.number(width).raw(" ").number(height).raw("\">\n");
        page.raw(concat!(
            "<marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" ",
            "orient=\"auto\"><path d=\"M0 1 L7 4 L0 7 z\"/></marker>\n",
        ));
        for arrow in &layout.arrows {
            let spots: Vec<Spot> = arrow.iter().filter_map(|at| layout.spots.get(*at)).copied().collect();
            self.arrow(&spots, page);
        }
        for (number, ((change, _), spot)) in drawn.iter().zip(&layout.spots).enumerate() {
            let label = self.labels.get(number).map(String::as_str).unwrap_or_default();
            square(number + 1, change, label, self.place(*spot), page);
        }
        page.raw("</svg>\n</div>\n");
    }

    /// A line from box to box, straight through the places between.
    fn arrow(&self, spots: &[Spot], page: &mut Page) {
        let mut point = |sign: &'static str, x: usize, y: usize| {
            page.raw(sign).number(x).raw(" ").number(y + HEIGHT / 2);
        };
        let mut sign = "<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"M";
        for pair in spots.windows(2) {
            let [from, to] = *pair else { continue };
            let (left, top, width) = self.place(from);
            let (end, low, _) = self.place(to);
            let start = left + width;
            let bend = end.saturating_sub(start) / 2;
            point(sign, start, top);
            point(" C", start + bend, top);
            point(" ", end.saturating_sub(bend), low);
            point(" ", end, low);
            sign = " L";
        }
        page.raw("\"/>\n");
    }
}

fn label(change: &Change) -> String {
    let sign = words::symbol(change, Symbols::Unicode);
    format!("{sign} {}", clip(&escape(&change.id.to_string()), LABEL, Symbols::Unicode))
}

fn square(
    number: usize,
    change: &Change,
    label: &str,
    (left, top, width): (usize, usize, usize),
    page: &mut Page,
) {
    page.raw("<g class=\"item node ").raw(class(words::verb(change))).raw("\"><a href=\"#c").number(number);
    page.raw("\"><title>").text(&change.id.to_string()).raw("</title><rect rx=\"5\" x=\"").number(left);
    page.raw("\" y=\"").number(top).raw("\" width=\"").number(width).raw("\" height=\"");
    page.number(HEIGHT).raw("\"/><text x=\"").number(left + 10).raw("\" y=\"").number(top + 18);
    page.raw("\">").text(label).raw("</text></a></g>\n");
}
