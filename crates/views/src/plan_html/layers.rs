//! Where the boxes of a graph stand: in layers by how much has to be done before, each layer ordered so that few arrows cross. An
//! arrow over several layers has a place in each of those between, so that it passes no box. Pure numbers; knows no plan.

use std::collections::BTreeSet;

/// A place: a layer, and a row in it, both counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) layer: usize,
    pub(super) row: usize,
}

/// A graph with its places.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// The place of each box, in the order in which they were given; then the places that arrows pass.
    pub(super) spots: Vec<Spot>,
    /// Each arrow as the numbers of the places from its first box to its last.
    pub(super) arrows: Vec<Vec<usize>>,
}

/// Sweeps over the layers, there and back. More do not change much.
const SWEEPS: usize = 8;

/// Lays a graph out. `before` names for each box those that come before it; boxes are given in an order in which they can be
/// done, and what contradicts that order is left out, and what says no more than other arrows together.
pub(super) fn lay_out(before: &[BTreeSet<usize>]) -> Layout {
    let direct = direct(before);
    let mut layer_of = vec![0; before.len()];
    for &(from, to) in &direct {
        let after = layer_of.get(from).copied().unwrap_or(0) + 1;
        if let Some(layer) = layer_of.get_mut(to) {
            *layer = after.max(*layer);
        }
    }
    let mut arrows = Vec::with_capacity(direct.len());
    for (from, to) in direct {
        let ends = (layer_of.get(from).copied().unwrap_or(0), layer_of.get(to).copied().unwrap_or(0));
        let mut arrow = vec![from];
        for layer in ends.0 + 1..ends.1 {
            arrow.push(layer_of.len());
            layer_of.push(layer);
        }
        arrow.push(to);
        arrows.push(arrow);
    }
    let rows = rows(&layer_of, &arrows);
    let spots = layer_of.into_iter().zip(rows).map(|(layer, row)| Spot { layer, row }).collect();
    Layout { spots, arrows }
}

/// The row of each place: near the middle of its neighbours, first of those before it, then of those behind it, and so on.
fn rows(layer_of: &[usize], arrows: &[Vec<usize>]) -> Vec<usize> {
    let mut neighbours = vec![(Vec::new(), Vec::new()); layer_of.len()];
    for pair in arrows.iter().flat_map(|arrow| arrow.windows(2)) {
        if let [from, to] = *pair {
            if let Some((_, behind)) = neighbours.get_mut(from) {
                behind.push(to);
            }
            if let Some((ahead, _)) = neighbours.get_mut(to) {
                ahead.push(from);
            }
        }
    }
    let count = layer_of.iter().max().map_or(0, |last| last + 1);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (place, layer) in layer_of.iter().enumerate() {
        if let Some(layer) = layers.get_mut(*layer) {
            layer.push(place);
        }
    }
    let mut rows = numbered(&layers, layer_of.len());
    for sweep in 0..SWEEPS {
        for layer in &mut layers {
            let middle = |place: &usize| {
                let sides = neighbours.get(*place);
                let near = sides.map(|(ahead, behind)| if sweep % 2 == 0 { ahead } else { behind });
                let near: Vec<usize> =
                    near.into_iter().flatten().filter_map(|other| rows.get(*other).copied()).collect();
                match near.len() {
                    0 => rows.get(*place).copied().unwrap_or(0) * SCALE,
                    number => near.iter().sum::<usize>() * SCALE / number,
                }
            };
            let mut keyed: Vec<(usize, usize)> = layer.iter().map(|place| (middle(place), *place)).collect();
            keyed.sort_unstable();
            *layer = keyed.into_iter().map(|(_, place)| place).collect();
        }
        rows = numbered(&layers, layer_of.len());
    }
    rows
}

/// Averages of rows are compared as whole numbers of this fraction.
const SCALE: usize = 1_000;

fn numbered(layers: &[Vec<usize>], count: usize) -> Vec<usize> {
    let mut rows = vec![0; count];
    for layer in layers {
        for (row, place) in layer.iter().enumerate() {
            if let Some(found) = rows.get_mut(*place) {
                *found = row;
            }
        }
    }
    rows
}

/// The arrows without those that say no more than others together, by the order of where they lead to.
fn direct(before: &[BTreeSet<usize>]) -> Vec<(usize, usize)> {
    let mut all_before: Vec<BTreeSet<usize>> = Vec::with_capacity(before.len());
    let mut arrows = Vec::new();
    for (node, needs) in before.iter().enumerate() {
        let needs: Vec<usize> = needs.iter().copied().filter(|need| *need < node).collect();
        let indirect: BTreeSet<usize> =
            needs.iter().filter_map(|need| all_before.get(*need)).flatten().copied().collect();
        arrows.extend(needs.iter().filter(|need| !indirect.contains(need)).map(|need| (*need, node)));
        all_before.push(indirect.into_iter().chain(needs).collect());
    }
    arrows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(before: &[&[usize]]) -> Vec<BTreeSet<usize>> {
        before.iter().map(|needs| needs.iter().copied().collect()).collect()
    }

    #[test]
    fn a_box_stands_one_layer_behind_the_last_of_what_comes_before_it() {
        let Layout { spots, arrows } = lay_out(&graph(&[&[], &[], &[0], &[0, 2], &[1, 3]]));
        // 5 and 6 are where the arrow from 1 to 4 passes the layers between.
        assert_eq!(spots.iter().map(|spot| spot.layer).collect::<Vec<_>>(), [0, 0, 1, 2, 3, 1, 2]);
        // 0 to 3 goes by way of 2.
        assert_eq!(arrows, [vec![0, 2], vec![2, 3], vec![1, 5, 6, 4], vec![3, 4]]);
    }

    #[test]
    fn no_two_places_are_the_same() {
        let Layout { spots, .. } = lay_out(&graph(&[&[], &[], &[], &[0, 1], &[2, 3], &[0, 1, 4], &[2, 5]]));
        let unique: BTreeSet<(usize, usize)> = spots.iter().map(|spot| (spot.layer, spot.row)).collect();
        assert_eq!(unique.len(), spots.len(), "{spots:?}");
    }

    #[test]
    fn neighbours_stand_side_by_side() {
        // Crossed as given: 0 leads to 3, 1 to 2.
        let Layout { spots, .. } = lay_out(&graph(&[&[], &[], &[1], &[0]]));
        assert!((spots[0].row < spots[1].row) == (spots[3].row < spots[2].row), "{spots:?}");
    }

    #[test]
    fn a_circle_is_drawn_without_what_closes_it() {
        let Layout { spots, arrows } = lay_out(&graph(&[&[1], &[0], &[2, 9]]));
        assert_eq!(arrows, [vec![0, 1]]);
        assert_eq!(spots.len(), 3);
        assert_eq!(lay_out(&[]), Layout::default());
    }
}
