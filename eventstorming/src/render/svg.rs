//! A scene as SVG.

use std::{collections::BTreeSet, fmt};

use super::{Theme, xml::Escaped};
use crate::{
    layout::{
        Anchor, Band, Edge, Halo, Ink, Lane, LegendItem, Look, Mark, Note, Phase, Point, Rect,
        Sample, Scene, Shade, SliceGroup, Strip, Text, Weight, text_width,
    },
    model::{Kind, Location, Verb},
};

/// The style of what a log shows.
const SEEN: &str = include_str!("seen.css");

/// How far the corners of edges are rounded, in pixels.
const CORNER: i32 = 9;

/// Writes a scene; notes link to `base` where it is given.
pub(super) fn write(scene: &Scene, base: Option<&str>, theme: Theme) -> String {
    Document { scene, base, theme }.to_string()
}

struct Document<'a> {
    scene: &'a Scene,
    base: Option<&'a str>,
    theme: Theme,
}

impl fmt::Display for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scene = self.scene;
        self.open(f)?;
        let mut told = BTreeSet::new();
        for lane in &scene.lanes {
            write_lane(f, lane, told.insert(&lane.context))?;
        }
        // Notes and groups say all of this themselves.
        f.write_str("<g aria-hidden=\"true\">\n")?;
        for band in &scene.bands {
            write_axis(f, band)?;
        }
        for phase in &scene.phases {
            let Point { x, y } = phase.top;
            writeln!(
                f,
                r#"<path class="es-divide" d="M{x} {y}V{}"/>"#,
                phase.bottom
            )?;
        }
        self.write_edges(f)?;
        for text in &scene.texts {
            write_text(f, text)?;
        }
        f.write_str("</g>\n")?;
        for (index, band) in scene.bands.iter().enumerate() {
            self.write_band(f, index, band)?;
        }
        f.write_str("<g aria-hidden=\"true\">\n")?;
        for item in &scene.legend {
            write_sample(f, item)?;
        }
        f.write_str("</g>\n</svg>\n")
    }
}

impl Document<'_> {
    fn open(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scene {
            width,
            height,
            title,
            description,
            ..
        } = self.scene;
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"graphics-document document\" \
             class=\"es-board\" aria-roledescription=\"EventStorming board\" aria-labelledby=\"es-title\" \
             aria-describedby=\"es-desc\">"
        )?;
        writeln!(
            f,
            r#"<title id="es-title">{}: EventStorming board</title>"#,
            Escaped(title)
        )?;
        writeln!(f, r#"<desc id="es-desc">{}</desc>"#, Escaped(description))?;
        let seen = self.scene.notes().any(|note| note.tally.is_some());
        let seen = if seen { SEEN } else { "" };
        writeln!(f, "<style>{}{seen}</style>\n<defs>", self.theme.style())?;
        for class in ["activates", "feeds", "notifies"] {
            writeln!(
                f,
                "<marker id=\"es-to-{class}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" \
                 markerWidth=\"5\" markerHeight=\"5\" orient=\"auto\">\
                 <path class=\"es-tip-{class}\" d=\"M0 0L10 5L0 10z\"/></marker>"
            )?;
        }
        writeln!(
            f,
            "</defs>\n<rect class=\"es-paper\" width=\"{width}\" height=\"{height}\"/>"
        )
    }

    fn write_edges(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, edge) in self.scene.edges.iter().enumerate() {
            for halo in self.scene.halos.iter().filter(|halo| halo.before == index) {
                write_halo(f, halo)?;
            }
            write_edge(f, edge)?;
        }
        for dot in &self.scene.dots {
            let Point { x, y } = dot.at;
            let kept = if dot.kept { " es-kept" } else { "" };
            writeln!(
                f,
                r#"<circle class="es-tip-{}{kept}" cx="{x}" cy="{y}" r="3.6"/>"#,
                dot.verb.as_str()
            )?;
        }
        Ok(())
    }

    fn write_band(&self, f: &mut fmt::Formatter<'_>, index: usize, band: &Band) -> fmt::Result {
        let along = |phase: &&Phase| (phase.top.y..phase.bottom).contains(&band.axis.y);
        let phases = self.scene.phases.iter().filter(along);
        let phases: Vec<String> = phases
            .map(|phase| format!(", then {}", phase.name))
            .collect();
        writeln!(
            f,
            r#"<g role="graphics-object" aria-roledescription="stretch of time" aria-label="{}{}">"#,
            Escaped(&band.name),
            Escaped(&phases.concat())
        )?;
        let slices = self.scene.slices.iter();
        for slice in slices.filter(|slice| slice.band == index) {
            self.write_slice(f, slice)?;
        }
        f.write_str("</g>\n")
    }

    fn write_slice(&self, f: &mut fmt::Formatter<'_>, slice: &SliceGroup) -> fmt::Result {
        writeln!(
            f,
            r#"<g role="graphics-object" aria-roledescription="slice" aria-label="{} in {}">"#,
            Escaped(&slice.name),
            Escaped(&slice.lane)
        )?;
        for note in &slice.notes {
            self.write_note(f, note)?;
        }
        for note in &slice.notes {
            write_finding(f, note)?;
            write_mark(f, note)?;
        }
        f.write_str("</g>\n")
    }

    fn write_note(&self, f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
        let location = note.location.as_ref();
        let link = self.base.zip(location);
        let tag = if link.is_some() { "a" } else { "g" };
        write!(f, r#"<{tag} class="es-note{}""#, state(note))?;
        if let Some((base, Location { file, line })) = link {
            write!(f, r#" href="{}{}#L{line}""#, Escaped(base), Escaped(file))?;
        }
        let centre = note.rect.centre();
        let turn = match note.look {
            Look::Tilted => format!(r#" transform="rotate(-3 {} {})""#, centre.x, centre.y),
            Look::Plain | Look::Ghost | Look::Pinned => String::new(),
        };
        writeln!(
            f,
            r#" data-element="{}"><g role="graphics-symbol" aria-roledescription="{}" aria-label="{}{}"{turn}><title>{}</title><g aria-hidden="true">"#,
            Escaped(&note.element.to_string()),
            note.kind.title(),
            note.mark.map_or("", told),
            Escaped(&note.tooltip.replace('\n', ". ")),
            Escaped(&note.tooltip),
        )?;
        write_paper(f, note)?;
        if let Some(tally) = &note.tally {
            write_tally(f, tally)?;
        }
        write_lettering(f, note)?;
        writeln!(f, "</g></g></{tag}>")
    }
}

/// The classes of a note that say how it is doing.
fn state(note: &Note) -> String {
    let idle = note.tally.as_ref().is_some_and(|tally| tally.idle);
    let states = [(idle, " es-idle"), (note.faded, " es-retired")];
    let states = states.into_iter().filter(|(is, _)| *is);
    let fate = note.mark.map_or("", fate);
    std::iter::once(fate)
        .chain(states.map(|(_, class)| class))
        .collect()
}

/// A number given in tenths.
struct Tenths(i32);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}", self.0 / 10),
            tenth => write!(f, "{}.{tenth}", self.0 / 10),
        }
    }
}

/// The place and size of a rectangle, as attributes.
struct Box(Rect);

impl fmt::Display for Box {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rect {
            x,
            y,
            width,
            height,
        } = self.0;
        write!(f, r#"x="{x}" y="{y}" width="{width}" height="{height}""#)
    }
}

const fn shade(shade: Shade) -> &'static str {
    match shade {
        Shade::Even => "even",
        Shade::Odd => "odd",
        Shade::Paper => "paper",
    }
}

/// A lane is told where its context is drawn first.
fn write_lane(f: &mut fmt::Formatter<'_>, lane: &Lane, first: bool) -> fmt::Result {
    if first {
        let told = if lane.tooltip.is_empty() {
            &lane.name
        } else {
            &lane.tooltip
        };
        write!(
            f,
            r#"<g role="graphics-object" aria-roledescription="bounded context" aria-label="{}">"#,
            Escaped(&told.replace('\n', ". "))
        )?;
    } else {
        f.write_str("<g aria-hidden=\"true\">")?;
    }
    writeln!(
        f,
        r#"<title>{}</title><rect class="es-{}" {} rx="8"/></g>"#,
        Escaped(&lane.tooltip),
        shade(lane.shade),
        Box(lane.rect),
    )
}

fn write_axis(f: &mut fmt::Formatter<'_>, band: &Band) -> fmt::Result {
    let (Point { x, y }, end) = (band.axis, band.end);
    writeln!(f, r#"<path class="es-axis" d="M{x} {y}H{}"/>"#, end - 10)?;
    writeln!(
        f,
        r#"<path class="es-axis-tip" d="M{} {}l12 6l-12 6z"/>"#,
        end - 12,
        y - 6
    )
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &Text) -> fmt::Result {
    let class = match text.ink {
        Ink::Heading => "heading",
        Ink::Quiet => "quiet",
        Ink::Remark => "remark",
    };
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::End => r#" text-anchor="end""#,
    };
    let (Point { x, y }, size) = (text.at, Tenths(text.size));
    let text = Escaped(&text.text);
    writeln!(
        f,
        r#"<text class="es-{class}" x="{x}" y="{y}" font-size="{size}"{anchor}>{text}</text>"#
    )
}

fn write_halo(f: &mut fmt::Formatter<'_>, halo: &Halo) -> fmt::Result {
    let (Point { x, y }, to) = (halo.from, halo.to);
    let class = shade(halo.shade);
    writeln!(
        f,
        r#"<path class="es-halo es-halo-{class}" d="M{x} {y}L{} {}"/>"#,
        to.x, to.y
    )
}

fn write_edge(f: &mut fmt::Formatter<'_>, edge: &Edge) -> fmt::Result {
    let class = edge.verb.as_str();
    let fate = edge.mark.map_or("", fate);
    let idle = if edge.idle { " es-idle" } else { "" };
    write!(f, r#"<path class="es-edge es-{class}{fate}{idle}"#)?;
    if edge.looped {
        write!(
            f,
            r#" es-loop" stroke-dashoffset="{}"#,
            dash_offset(&edge.points)
        )?;
    }
    writeln!(
        f,
        r#"" data-from="{}" data-to="{}" d="{}" marker-end="url(#es-to-{class})"><title>{}</title></path>"#,
        Escaped(&edge.from.to_string()),
        Escaped(&edge.to.to_string()),
        Rounded(&edge.points),
        Escaped(&edge.tooltip),
    )
}

/// Where the dashes of a line begin so that they end alike on all lines that join: otherwise the
/// dashes of one would fill the gaps of the other.
fn dash_offset(points: &[Point]) -> Tenths {
    /// The length of a dash and a gap, in tenths of a pixel.
    const PERIOD: i32 = 120;
    /// How much shorter a rounded corner is than a square one, in tenths of its radius: a
    /// quadratic curve from 1 to 1 is 1.623 long.
    const SAVED: i32 = 4;
    let ends = points.iter().zip(points.iter().skip(1));
    let square: i32 = ends.map(|(a, b)| span(*a, *b)).sum();
    let corners = points.windows(3).map(|corner| match corner {
        [before, at, after] => radius(*before, *at, *after),
        _ => 0,
    });
    let length = square * 10 - corners.map(|radius| radius * SAVED).sum::<i32>() - 20;
    Tenths((-length).rem_euclid(PERIOD))
}

fn radius(before: Point, at: Point, after: Point) -> i32 {
    CORNER.min(span(before, at) / 2).min(span(at, after) / 2)
}

/// A line with rounded corners. It stops short of the note that it leads to.
struct Rounded<'a>(&'a [Point]);

impl fmt::Display for Rounded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<Point> = None;
        let mut points = self.0.iter().peekable();
        while let Some(point) = points.next() {
            match (before, points.peek()) {
                (None, _) => write!(f, "M{} {}", point.x, point.y)?,
                (Some(_), None) => write!(f, "L{} {}", point.x - 2, point.y)?,
                (Some(before), Some(after)) => {
                    let radius = radius(before, *point, **after);
                    let (from, to) = (
                        towards(*point, before, radius),
                        towards(*point, **after, radius),
                    );
                    write!(
                        f,
                        "L{} {}Q{} {} {} {}",
                        from.x, from.y, point.x, point.y, to.x, to.y
                    )?;
                }
            }
            before = Some(*point);
        }
        Ok(())
    }
}

const fn span(a: Point, b: Point) -> i32 {
    (a.x - b.x).abs() + (a.y - b.y).abs()
}

const fn towards(from: Point, to: Point, by: i32) -> Point {
    Point {
        x: from.x + (to.x - from.x).signum() * by,
        y: from.y + (to.y - from.y).signum() * by,
    }
}

fn write_paper(f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
    let Rect {
        x,
        y,
        width,
        height,
    } = note.rect;
    if note.look == Look::Ghost {
        return writeln!(f, r#"<rect class="es-ghost" {} rx="2"/>"#, Box(note.rect));
    }
    let shadow = Rect::new(x + 2, y + 3, width, height);
    writeln!(
        f,
        r#"<rect class="es-shadow" {} rx="3"/><rect class="es-{}" {} rx="2"/>"#,
        Box(shadow),
        note.kind.as_str(),
        Box(note.rect),
    )?;
    if note.pivotal {
        let border = Rect::new(x + 1, y + 1, width - 2, height - 2);
        writeln!(f, r#"<rect class="es-pivotal" {} rx="1"/>"#, Box(border))?;
    }
    Ok(())
}

fn write_tally(f: &mut fmt::Formatter<'_>, Strip { text, rect, .. }: &Strip) -> fmt::Result {
    let width = text_width(text, 95, Weight::Bold);
    let squeeze = squeeze(width, rect.width * 3 / 4);
    writeln!(
        f,
        r#"<rect class="es-tally" {}/><text class="es-tally-text" x="{}" y="{}"{squeeze}>{}</text>"#,
        Box(*rect),
        rect.centre().x,
        rect.bottom() - 4,
        Escaped(text),
    )
}

fn write_lettering(f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
    let Rect { x, y, .. } = note.rect;
    let ghost = if note.look == Look::Ghost {
        " es-repeated"
    } else {
        ""
    };
    let small = if note.kind == Kind::Actor { 100 } else { 115 };
    let width = text_width(&note.caption, 85, Weight::Regular);
    let squeeze_caption = squeeze(width, note.rect.width / 2);
    let caption = Escaped(&note.caption);
    writeln!(
        f,
        r#"<text class="es-kind{ghost}" x="{}" y="{}"{squeeze_caption}>{caption}</text>"#,
        x + 6,
        Tenths(y * 10 + small),
    )?;
    if let Some(badge) = &note.badge {
        let badge = Escaped(&badge.text);
        let (x, y) = (note.rect.right() - 5, Tenths(y * 10 + small));
        writeln!(
            f,
            r#"<text class="es-kind es-badge{ghost}" x="{x}" y="{y}">{badge}</text>"#
        )?;
    }
    let (middle, size) = (note.rect.centre().x, note.lettering.size);
    let mut baseline = note.baseline;
    for line in &note.lettering.lines {
        let width = text_width(line, size, Weight::Bold) * 94 / 100;
        let room = note.lettering.room;
        let narrow = monospaced(line, size) <= room;
        let squeeze = squeeze(width, if narrow { room * 83 / 100 } else { 0 });
        let (size, line) = (Tenths(size), Escaped(line));
        writeln!(
            f,
            r#"<text class="es-label{ghost}" x="{middle}" y="{baseline}" font-size="{size}"{squeeze}>{line}</text>"#
        )?;
        baseline += note.lettering.leading();
    }
    Ok(())
}

/// The width of a line in a font in which all letters are as wide.
fn monospaced(line: &str, size: i32) -> i32 {
    let letters = i32::try_from(line.chars().count()).unwrap_or(i32::MAX);
    letters.saturating_mul(size) * 6 / 100
}

/// Holds a line beyond some width to the width that it has in the usual fonts, so that a wider
/// font cannot run over.
fn squeeze(width: i32, beyond: i32) -> String {
    if width <= beyond {
        return String::new();
    }
    format!(r#" textLength="{width}" lengthAdjust="spacingAndGlyphs""#)
}

fn write_finding(f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
    let Some(finding) = &note.finding else {
        return Ok(());
    };
    // Above the strip, so that it can be read.
    let strip = note.tally.as_ref().map_or(0, |tally| tally.rect.height + 6);
    let (x, y) = (note.rect.right() - 3, note.rect.bottom() - 4 - strip);
    writeln!(
        f,
        r#"<g role="graphics-symbol" aria-roledescription="finding" aria-label="{}"><title>{}</title><circle class="es-finding" cx="{x}" cy="{y}" r="10"/><text class="es-finding-mark" aria-hidden="true" x="{x}" y="{}">!</text></g>"#,
        Escaped(&finding.replace('\n', ". ")),
        Escaped(finding),
        Tenths(y * 10 + 46),
    )
}

/// The class of what became of something.
const fn fate(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => " es-added",
        Mark::Removed => " es-removed",
        Mark::Changed => " es-changed",
        Mark::Kept => " es-kept",
    }
}

/// What became of a note, for those who cannot see its sign.
const fn told(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "Added. ",
        Mark::Removed => "Removed. ",
        Mark::Changed => "Changed. ",
        Mark::Kept => "",
    }
}

/// A frame around a note and a sign in its upper left corner: never colour alone.
fn write_mark(f: &mut fmt::Formatter<'_>, note: &Note) -> fmt::Result {
    let (Some(mark @ (Mark::Added | Mark::Removed | Mark::Changed)), true) =
        (note.mark, note.look != Look::Ghost)
    else {
        return Ok(());
    };
    let Rect {
        x,
        y,
        width,
        height,
    } = note.rect;
    let frame = Rect::new(x - 2, y - 2, width + 4, height + 4);
    write!(f, "<g aria-hidden=\"true\">")?;
    if note.look != Look::Tilted {
        write!(
            f,
            r#"<rect class="es-frame{}" {} rx="4"/>"#,
            fate(mark),
            Box(frame)
        )?;
    }
    write_sign(f, mark, x - 4, y - 5)?;
    f.write_str("</g>\n")
}

fn write_sign(f: &mut fmt::Formatter<'_>, mark: Mark, x: i32, y: i32) -> fmt::Result {
    let sign = match mark {
        Mark::Added => "+",
        Mark::Removed => "-",
        Mark::Changed => "~",
        Mark::Kept => "=",
    };
    write!(
        f,
        r#"<circle class="es-sign{}" cx="{x}" cy="{y}" r="9"/><text class="es-finding-mark" x="{x}" y="{}">{sign}</text>"#,
        fate(mark),
        Tenths(y * 10 + 45),
    )
}

fn write_sample(f: &mut fmt::Formatter<'_>, item: &LegendItem) -> fmt::Result {
    let Rect {
        x,
        y,
        width,
        height,
    } = item.rect;
    let (centre, paper) = (item.rect.centre(), Box(item.rect));
    let line = |f: &mut fmt::Formatter<'_>, verb: Verb, looped: &str| {
        let class = verb.as_str();
        let y = centre.y;
        writeln!(
            f,
            r#"<path class="es-edge es-{class}{looped}" d="M{x} {y}h{width}" marker-end="url(#es-to-{class})"/>"#
        )
    };
    match item.sample {
        Sample::Note(kind) => writeln!(f, r#"<rect class="es-{}" {paper} rx="2"/>"#, kind.as_str()),
        Sample::Edge(verb) => line(f, verb, ""),
        Sample::Loop => line(f, Verb::Activates, " es-loop"),
        Sample::Pivotal => {
            let border = Box(Rect::new(x + 1, y + 1, width - 2, height - 2));
            writeln!(
                f,
                r#"<rect class="es-event" {paper} rx="2"/><rect class="es-pivotal" {border} rx="1"/>"#
            )
        }
        Sample::Ghost => writeln!(f, r#"<rect class="es-ghost" {paper} rx="2"/>"#),
        Sample::Tally | Sample::Idle => {
            let idle = item.sample == Sample::Idle;
            let strip = Box(Rect::new(x, y + height - 9, width, 9));
            let class = if idle { " class=\"es-idle\"" } else { "" };
            writeln!(
                f,
                r#"<g{class}><rect class="es-event" {paper} rx="2"/><rect class="es-tally" {strip}/></g>"#
            )
        }
        Sample::Mark(mark) => {
            write_sign(f, mark, centre.x, centre.y)?;
            f.write_str("\n")
        }
        Sample::Finding => {
            let (x, y) = (centre.x, centre.y);
            writeln!(
                f,
                r#"<circle class="es-finding" cx="{x}" cy="{y}" r="10"/><text class="es-finding-mark" x="{x}" y="{}">!</text>"#,
                Tenths(y * 10 + 46),
            )
        }
    }
}
