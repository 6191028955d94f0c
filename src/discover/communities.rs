//! Communities of a graph: Louvain (Blondel, Guillaume, Lambiotte, Lefebvre, "Fast unfolding of communities in large networks", 2008) with a
//! resolution (Reichardt and Bornholdt, 2006). Nodes go in their order and ties to the lowest number, so the answer is always the same.
#![expect(
    clippy::cast_possible_truncation,
    reason = "there are never more than `MOST_POSTS` posts, and fewer terms than fit into memory"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "all numbers of nodes and communities are made here and lie below the lengths"
)]

use super::neighbours::Graph;

/// Rounds over all nodes before what was found is made the next graph. Few move after the first.
const MAX_ROUNDS: usize = 20;
/// A gain below is rounding.
const MIN_GAIN: f64 = 1e-12;

/// The community of each node, numbered from 0 in the order of their first nodes.
pub(super) fn communities(graph: &Graph, resolution: f64) -> Vec<u32> {
    let mut level = Level::of(graph);
    let mut of: Vec<u32> = (0..graph.len() as u32).collect();
    loop {
        let Some(moved) = level.settle(resolution) else { return of };
        let (names, count) = renumbered(&moved);
        for community in &mut of {
            *community = names[moved[*community as usize] as usize];
        }
        if count == level.nodes() {
            return of;
        }
        level = level.joined(&moved, &names, count);
    }
}

/// New numbers from 0 in the order of first appearance; how many there are.
fn renumbered(of: &[u32]) -> (Vec<u32>, usize) {
    let mut names = vec![u32::MAX; of.len()];
    let mut count = 0;
    for &community in of {
        if names[community as usize] == u32::MAX {
            names[community as usize] = count;
            count += 1;
        }
    }
    (names, count as usize)
}

/// A graph whose nodes are communities of the one before.
struct Level {
    starts: Vec<usize>,
    edges: Vec<(u32, f64)>,
    /// Weight inside each node, both directions.
    inside: Vec<f64>,
}

impl Level {
    fn of(graph: &Graph) -> Self {
        let mut level = Self { starts: vec![0], edges: Vec::new(), inside: vec![0.0; graph.len()] };
        for node in 0..graph.len() {
            level.edges.extend(graph.of(node).iter().map(|&(to, weight)| (to, f64::from(weight))));
            level.starts.push(level.edges.len());
        }
        level
    }

    fn nodes(&self) -> usize {
        self.inside.len()
    }

    fn of_node(&self, node: usize) -> &[(u32, f64)] {
        &self.edges[self.starts[node]..self.starts[node + 1]]
    }

    /// Moves nodes between communities until none gains by it. `None` if none moved at all.
    fn settle(&self, resolution: f64) -> Option<Vec<u32>> {
        let nodes = self.nodes();
        let degrees: Vec<f64> = (0..nodes)
            .map(|node| self.of_node(node).iter().map(|edge| edge.1).sum::<f64>() + self.inside[node])
            .collect();
        let all: f64 = degrees.iter().sum();
        let mut of: Vec<u32> = (0..nodes as u32).collect();
        let mut totals = degrees.clone();
        let (mut to, mut touched) = (vec![0.0; nodes], Vec::new());
        let mut has_moved = false;
        for _ in 0..MAX_ROUNDS {
            let mut moves = 0;
            for node in 0..nodes {
                touched.clear();
                for &(other, weight) in self.of_node(node) {
                    let community = of[other as usize];
                    if to[community as usize] == 0.0 {
                        touched.push(community);
                    }
                    to[community as usize] += weight;
                }
                let own = of[node];
                totals[own as usize] -= degrees[node];
                let gain = |community: u32| {
                    to[community as usize] - resolution * degrees[node] * totals[community as usize] / all
                };
                let mut best = (own, gain(own));
                touched.sort_unstable();
                for &community in &touched {
                    let gain = gain(community);
                    if gain > best.1 + MIN_GAIN {
                        best = (community, gain);
                    }
                }
                totals[best.0 as usize] += degrees[node];
                if best.0 != own {
                    of[node] = best.0;
                    moves += 1;
                }
                for &community in &touched {
                    to[community as usize] = 0.0;
                }
            }
            has_moved |= moves > 0;
            if moves == 0 {
                break;
            }
        }
        has_moved.then_some(of)
    }

    /// The graph of the communities.
    fn joined(&self, of: &[u32], names: &[u32], count: usize) -> Self {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (node, &community) in of.iter().enumerate() {
            members[names[community as usize] as usize].push(node as u32);
        }
        let mut next = Self { starts: vec![0], edges: Vec::new(), inside: vec![0.0; count] };
        let (mut to, mut touched) = (vec![0.0; count], Vec::new());
        for (new, members) in members.iter().enumerate() {
            for &node in members {
                next.inside[new] += self.inside[node as usize];
                for &(other, weight) in self.of_node(node as usize) {
                    let other = names[of[other as usize] as usize];
                    if other as usize == new {
                        next.inside[new] += weight;
                        continue;
                    }
                    if to[other as usize] == 0.0 {
                        touched.push(other);
                    }
                    to[other as usize] += weight;
                }
            }
            touched.sort_unstable();
            for other in touched.drain(..) {
                next.edges.push((other, to[other as usize]));
                to[other as usize] = 0.0;
            }
            next.starts.push(next.edges.len());
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(nodes: usize, edges: &[(u32, u32)]) -> Graph {
        let mut rows = vec![Vec::new(); nodes];
        for &(a, b) in edges {
            rows[a as usize].push((b, 1.0));
            rows[b as usize].push((a, 1.0));
        }
        Graph::new(rows.into_iter())
    }

    #[test]
    fn two_triangles_with_a_bridge_are_two_communities() {
        let edges = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3)];
        assert_eq!(communities(&graph(6, &edges), 1.0), [0, 0, 0, 1, 1, 1]);
    }

    #[test]
    fn what_nothing_connects_stays_alone() {
        assert_eq!(communities(&graph(3, &[]), 1.0), [0, 1, 2]);
        assert_eq!(communities(&graph(4, &[(1, 3)]), 1.0), [0, 1, 2, 1]);
        assert_eq!(communities(&Graph::default(), 1.0), [0; 0]);
    }

    #[test]
    fn a_higher_resolution_gives_smaller_communities() {
        let edges: Vec<(u32, u32)> = (0..12).map(|n| (n, (n + 1) % 12)).collect();
        let count = |resolution| communities(&graph(12, &edges), resolution).into_iter().max().unwrap() + 1;
        assert!(count(0.5) < count(2.0));
    }
}
