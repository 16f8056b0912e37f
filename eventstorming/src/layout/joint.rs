//! Where edges cross and where they join.

use super::{geometry::Point, wire::Course};

pub(super) fn segments(points: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    points.iter().copied().zip(points.iter().copied().skip(1))
}

/// Whether a place is on a way from corner to corner.
pub(super) fn passes(points: &[Point], at: Point) -> bool {
    segments(points).any(|stretch| within(stretch, at))
}

/// Whether a place is on a stretch, its ends included.
fn within((a, b): (Point, Point), at: Point) -> bool {
    (a.x.min(b.x)..=a.x.max(b.x)).contains(&at.x) && (a.y.min(b.y)..=a.y.max(b.y)).contains(&at.y)
}

/// Where two stretches cross, one upright and one level, neither at its end.
pub(super) fn crossing(one: (Point, Point), other: (Point, Point)) -> Option<Point> {
    let inside = |value: i32, a: i32, b: i32| a.min(b) < value && value < a.max(b);
    let (level, upright) = if one.0.y == one.1.y {
        (one, other)
    } else {
        (other, one)
    };
    let (y, x) = (level.0.y, upright.0.x);
    let crosses = level.0.y == level.1.y
        && upright.0.x == upright.1.x
        && inside(x, level.0.x, level.1.x)
        && inside(y, upright.0.y, upright.1.y);
    crosses.then_some(Point { x, y })
}

/// Where courses that lead to one note join.
pub(super) fn joints(courses: &[&Course]) -> Vec<Point> {
    let stretches: Vec<(Point, Point)> = courses
        .iter()
        .flat_map(|course| segments(&course.points))
        .collect();
    let mut corners: Vec<Point> = courses
        .iter()
        .flat_map(|course| course.points.iter().copied())
        .collect();
    corners.sort();
    corners.dedup();
    corners.retain(|corner| {
        let leaves = |dx: i32, dy: i32| {
            let step = Point {
                x: corner.x + dx,
                y: corner.y + dy,
            };
            let mut stretches = stretches.iter().copied();
            stretches.any(|stretch| within(stretch, *corner) && within(stretch, step))
        };
        [(1, 0), (-1, 0), (0, 1), (0, -1)]
            .into_iter()
            .filter(|(dx, dy)| leaves(*dx, *dy))
            .count()
            > 2
    });
    corners
}
