// SPDX-License-Identifier: Apache-2.0

//! Pages of text for people: paragraphs, rows of a table, marks and a QR code, on A4, as PDF/A-3b.
//!
//! Text is whatever anybody wrote somewhere, so nothing in it may deceive whoever reads the page: characters that are not seen, that turn the
//! direction of others, or for which the fonts have no form, are shown by their number, as `\u{202e}`. So are marks, such as accents, that
//! have no character to stand on, and those of a character behind its second: they would be piled up over the lines above or below. Lines are
//! broken at spaces, and where a word is longer than a line, anywhere. Text from right to left is set so (UAX #9).
//!
//! Equal content makes equal bytes: there is no clock and no randomness in it.

use krilla::{
	color::rgb,
	configure::{Archival, ConfigurationBuilder},
	embed::{AssociationKind, EmbeddedFile, MimeType},
	geom::{PathBuilder, Point, Rect},
	metadata::{DateTime, Metadata},
	num::NormalizedF32,
	page::PageSettings,
	paint::{Fill, FillRule},
	surface::Surface,
	text::{Font, GlyphId, KrillaGlyph},
	Document, SerializeSettings,
};
use rustybuzz::{
	ttf_parser::{name_id, Tag},
	Direction, Face, Feature, UnicodeBuffer,
};
use std::ops::Range;
use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::{char::is_combining_mark, UnicodeNormalization};

/// A4, in points: 1/72 of an inch.
const PAGE: (f32, f32) = (595.0, 842.0);
/// Left and right of the text.
const MARGIN: f32 = 56.0;
/// Above the text.
const TOP: f32 = 56.0;
/// Below the text; the foot of the page is in it.
const BOTTOM: f32 = 64.0;
/// How wide the text is.
pub(crate) const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Height of a line, as a multiple of the size of its letters.
const LEADING: f32 = 1.32;
/// So many marks can stand on or under one character and stay within the room of its line. Writing that is in use seldom has more.
const MAX_MARKS: usize = 2;

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
#[error("the PDF cannot be made ({0}); this is a mistake of the program, please report it")]
pub struct Error(String);

/// A typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Typeface {
	Text,
	Bold,
	Italic,
	/// For hashes and keys.
	Mono,
}

impl Typeface {
	const ALL: [Self; 4] = [Self::Text, Self::Bold, Self::Italic, Self::Mono];

	const fn name(self) -> &'static str {
		match self {
			Self::Text => "LibertinusSerif-Regular",
			Self::Bold => "LibertinusSerif-Bold",
			Self::Italic => "LibertinusSerif-Italic",
			Self::Mono => "DejaVuSansMono",
		}
	}
}

/// A colour of letters and marks. All of them can be told apart in grey, and no meaning is in a colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
	Black,
	Grey,
	Green,
	Amber,
	Red,
}

impl Colour {
	fn fill(self) -> Fill {
		let (r, g, b) = match self {
			Self::Black => (0, 0, 0),
			Self::Grey => (90, 90, 90),
			Self::Green => (0, 100, 50),
			Self::Amber => (150, 90, 0),
			Self::Red => (165, 20, 20),
		};
		Fill {
			paint: rgb::Color::new(r, g, b).into(),
			opacity: NormalizedF32::ONE,
			rule: FillRule::NonZero,
		}
	}
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
	pub typeface: Typeface,
	/// In points.
	pub size: f32,
	pub colour: Colour,
}

impl Style {
	pub(crate) const fn new(typeface: Typeface, size: f32) -> Self {
		Self {
			typeface,
			size,
			colour: Colour::Black,
		}
	}

	pub(crate) const fn in_colour(self, colour: Colour) -> Self {
		Self { colour, ..self }
	}
}

/// A typeface that is loaded.
struct Loaded {
	font: Font,
	face: Face<'static>,
}

impl Loaded {
	/// Whether it has a form for this character.
	fn has(&self, c: char) -> bool {
		self.face.glyph_index(c).is_some()
	}
}

struct Fonts([Loaded; 4]);

impl Fonts {
	fn load() -> Result<Self, Error> {
		let load = |typeface: Typeface| {
			let missing = || Error(format!("the typeface {} is missing", typeface.name()));
			let named = |face: &Face| {
				let names = face
					.names()
					.into_iter()
					.filter(|name| name.name_id == name_id::POST_SCRIPT_NAME);
				names.filter_map(|name| name.to_string()).any(|name| name == typeface.name())
			};
			let (data, face) = typst_assets::fonts()
				.filter_map(|data| Some((data, Face::from_slice(data, 0)?)))
				.find(|(_, face)| named(face))
				.ok_or_else(missing)?;
			let font = Font::new(data.into(), 0).ok_or_else(missing)?;
			Ok(Loaded { font, face })
		};
		let [text, bold, italic, mono] = Typeface::ALL.map(load);
		Ok(Self([text?, bold?, italic?, mono?]))
	}

	fn get(&self, typeface: Typeface) -> &Loaded {
		let [text, bold, italic, mono] = &self.0;
		match typeface {
			Typeface::Text => text,
			Typeface::Bold => bold,
			Typeface::Italic => italic,
			Typeface::Mono => mono,
		}
	}

	/// The typeface that shows a character: the one that is wanted, or the one with the most forms.
	fn typeface_for(&self, c: char, wanted: Typeface) -> Option<Typeface> {
		[wanted, Typeface::Mono]
			.into_iter()
			.find(|typeface| self.get(*typeface).has(c))
	}

	/// The text as it can be shown: see the module's description.
	fn showable(&self, text: &str, wanted: Typeface) -> String {
		let mut shown = String::new();
		// For how many more marks there is room at the last character.
		let mut room = 0usize;
		for c in text.nfc() {
			let is_plain = c == ' ' || (!deceives(c) && self.typeface_for(c, wanted).is_some());
			let is_mark = is_combining_mark(c);
			if !is_plain || (is_mark && room == 0) {
				room = 0;
				shown.extend(c.escape_unicode());
				continue;
			}
			room = match c {
				' ' => 0,
				_ if is_mark => room.saturating_sub(1),
				// Some characters have marks of their own.
				_ => MAX_MARKS.saturating_sub(c.nfd().filter(|part| is_combining_mark(*part)).count()),
			};
			shown.push(c);
		}
		shown
	}

	/// Parts of a text that one typeface shows.
	fn runs(&self, text: &str, wanted: Typeface) -> Vec<(Typeface, Range<usize>)> {
		let mut runs: Vec<(Typeface, Range<usize>)> = Vec::new();
		for (start, c) in text.char_indices() {
			let typeface = self.typeface_for(c, wanted).unwrap_or(wanted);
			let end = start + c.len_utf8();
			match runs.last_mut() {
				Some((last, range)) if *last == typeface => range.end = end,
				_ => runs.push((typeface, start..end)),
			}
		}
		runs
	}

	/// The glyphs of a text in one typeface, from left to right. The direction of the text is guessed unless it is known.
	fn shape(&self, text: &str, typeface: Typeface, direction: Option<Direction>) -> Vec<KrillaGlyph> {
		let face = &self.get(typeface).face;
		let mut buffer = UnicodeBuffer::new();
		buffer.push_str(text);
		buffer.guess_segment_properties();
		if let Some(direction) = direction {
			buffer.set_direction(direction);
		}
		// Letters that flow into one another are hard to read in hashes and names of files.
		let separate = [b"liga", b"clig"].map(|name| Feature::new(Tag::from_bytes(name), 0, ..));
		let shaped = rustybuzz::shape(face, &separate, buffer);
		let mut starts: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
		starts.sort_unstable();
		starts.dedup();
		let end = |start: usize| starts.iter().copied().find(|next| *next > start).unwrap_or(text.len());
		let em = face.units_per_em() as f32;
		let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
		glyphs
			.map(|(info, position)| {
				let start = info.cluster as usize;
				KrillaGlyph::new(
					GlyphId::new(info.glyph_id),
					position.x_advance as f32 / em,
					position.x_offset as f32 / em,
					position.y_offset as f32 / em,
					position.y_advance as f32 / em,
					start..end(start),
					None,
				)
			})
			.collect()
	}
}

/// Characters that are not seen or that turn the direction of others.
fn deceives(c: char) -> bool {
	c.is_control()
		|| (c.is_whitespace() && c != ' ')
		|| matches!(
			u32::from(c),
			0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202f
				| 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xffff | 0xe0000..=0xe0fff
		)
}

/// The name under which a file is taken out of a document. It is not only shown: whatever it is, it leads into no other directory.
fn file_name(text: &str) -> String {
	text.chars()
		.map(|c| if deceives(c) || "/\\:".contains(c) { '_' } else { c })
		.collect()
}

/// Glyphs at a place on a line.
struct Piece {
	x: f32,
	typeface: Typeface,
	text: String,
	glyphs: Vec<KrillaGlyph>,
	width: f32,
}

/// What is on a page. Places are in points from the page's upper left corner.
enum Item {
	Text {
		y: f32,
		style: Style,
		piece: Piece,
	},
	Box {
		x: f32,
		y: f32,
		width: f32,
		height: f32,
		colour: Colour,
	},
}

/// A document that is being written, from top to bottom.
pub(crate) struct Writer {
	fonts: Fonts,
	pages: Vec<Vec<Item>>,
	/// Where the next line begins.
	y: f32,
}

/// Where text is set: so far from the left margin, so wide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
	pub left: f32,
	pub width: f32,
}

impl Column {
	pub(crate) const WHOLE: Self = Self { left: 0.0, width: WIDTH };

	pub(crate) const fn from(left: f32) -> Self {
		Self {
			left,
			width: WIDTH - left,
		}
	}
}

impl Writer {
	pub(crate) fn new() -> Result<Self, Error> {
		Ok(Self {
			fonts: Fonts::load()?,
			pages: vec![Vec::new()],
			y: TOP,
		})
	}

	/// Leaves room, unless a page has just begun.
	pub(crate) fn space(&mut self, height: f32) {
		if self.y > TOP {
			self.y += height;
		}
	}

	/// Begins another page, unless there is room for so much on this one.
	pub(crate) fn keep_together(&mut self, height: f32) {
		if self.y > TOP && self.y + height > PAGE.1 - BOTTOM {
			self.pages.push(Vec::new());
			self.y = TOP;
		}
	}

	/// Where the writer is on its page, to come back to with [`move_to`](Self::move_to).
	pub(crate) fn position(&self) -> (usize, f32) {
		(self.pages.len(), self.y)
	}

	/// Goes on there, or stays where it is if that is further down.
	pub(crate) fn move_below(&mut self, (page, y): (usize, f32)) {
		if page == self.pages.len() {
			self.y = self.y.max(y);
		}
	}

	/// Goes back up, on the same page only.
	pub(crate) fn move_to(&mut self, (page, y): (usize, f32)) {
		if page == self.pages.len() {
			self.y = y;
		}
	}

	fn put(&mut self, item: Item) {
		self.pages
			.last_mut()
			.expect("there is a first page, and none is taken away; qed")
			.push(item);
	}

	/// A paragraph.
	pub(crate) fn text(&mut self, text: &str, style: Style, column: Column) {
		let text = self.fonts.showable(text, style.typeface);
		for line in self.break_lines(&text, style, column.width) {
			let height = style.size * LEADING;
			self.keep_together(height);
			// Of the room for the line, the letters stand on the lower quarter's edge.
			let y = self.y + style.size * 1.02;
			for piece in self.set_line(&text, line, style, MARGIN + column.left) {
				self.put(Item::Text { y, style, piece });
			}
			self.y += height;
		}
	}

	/// A name and a value beside it. The two begin on one page.
	pub(crate) fn row(&mut self, name: &str, name_style: Style, value: &str, style: Style, left: f32) {
		self.keep_together(style.size.max(name_style.size) * LEADING);
		let begin = self.position();
		self.text(
			name,
			name_style,
			Column {
				left: 0.0,
				width: left - 8.0,
			},
		);
		let after = self.position();
		self.move_to(begin);
		if after.0 == begin.0 {
			// The letters of both stand on one line.
			self.y += (name_style.size - style.size).max(0.0);
		}
		self.text(value, style, Column::from(left));
		self.move_below(after);
	}

	/// A line across.
	pub(crate) fn rule(&mut self) {
		self.keep_together(6.0);
		self.put(Item::Box {
			x: MARGIN,
			y: self.y + 2.0,
			width: WIDTH,
			height: 0.6,
			colour: Colour::Grey,
		});
		self.y += 6.0;
	}

	/// A box behind or beside what comes next; it takes no room.
	pub(crate) fn mark(&mut self, column: Column, height: f32, colour: Colour) {
		self.put(Item::Box {
			x: MARGIN + column.left,
			y: self.y,
			width: column.width,
			height,
			colour,
		});
	}

	/// A QR code, and the white around it that readers need; it takes no room. `size`: of the whole, in points.
	pub(crate) fn qr_code(&mut self, text: &str, left: f32, size: f32) -> Result<(), Error> {
		const QUIET: usize = 4;
		let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M);
		let code = code.map_err(|error| Error(format!("no QR code: {error}")))?;
		let width = code.width();
		let module = size / (width + 2 * QUIET) as f32;
		let (x, y) = (MARGIN + left, self.y);
		let at = |modules: usize| (modules + QUIET) as f32 * module;
		let colours = code.to_colors();
		for (row, line) in colours.chunks(width).enumerate() {
			let mut column = 0;
			for part in line.chunk_by(|one, next| one == next) {
				if part.first() == Some(&qrcode::Color::Dark) {
					self.put(Item::Box {
						x: x + at(column),
						y: y + at(row),
						width: part.len() as f32 * module,
						// A little more, or thin white lines are seen between the rows.
						height: module * 1.02,
						colour: Colour::Black,
					});
				}
				column += part.len();
			}
		}
		Ok(())
	}

	/// Where lines end, as ranges of the text.
	fn break_lines(&self, text: &str, style: Style, width: f32) -> Vec<Range<usize>> {
		// By the characters' own widths; the space between two letters that fit into each other is forgiven, and kerning seldom widens.
		let widths = self.widths(text, style);
		let mut lines = Vec::new();
		let (mut start, mut used) = (0, 0.0);
		// Where the line could end: after a space, or a hyphen.
		let mut chance: Option<(usize, f32)> = None;
		let mut previous = ' ';
		for (index, c) in text.char_indices() {
			let advance = widths.get(index).copied().unwrap_or(0.0);
			if used + advance > width && c != ' ' && index > start {
				match chance.take() {
					Some((end, before)) => {
						lines.push(start..end);
						(start, used) = (end, used - before);
					},
					None => {
						lines.push(start..index);
						(start, used) = (index, 0.0);
					},
				}
			}
			used += advance;
			// Dates and numbers have hyphens, too, and stay whole.
			if c == ' ' || (matches!(c, '-' | '/' | '\u{2013}' | '\u{2014}') && previous.is_alphabetic()) {
				chance = Some((index + c.len_utf8(), used));
			}
			previous = c;
		}
		lines.push(start..text.len());
		lines
	}

	/// How wide the text is that begins at each byte and ends where the next one does that begins something; 0 in between.
	fn widths(&self, text: &str, style: Style) -> Vec<f32> {
		let mut widths = vec![0.0; text.len()];
		for (typeface, run) in self.fonts.runs(text, style.typeface) {
			let part = text.get(run.clone()).unwrap_or_default();
			for glyph in self.fonts.shape(part, typeface, None) {
				let place = run.start + glyph.text_range.start;
				if let Some(width) = widths.get_mut(place) {
					*width += glyph.x_advance * style.size;
				}
			}
		}
		widths
	}

	/// The pieces of a line, from left to right.
	fn set_line(&self, text: &str, line: Range<usize>, style: Style, left: f32) -> Vec<Piece> {
		let line = text.get(line).unwrap_or_default().trim_end();
		let mut pieces = Vec::new();
		let mut x = left;
		for (direction, part) in visual_order(line) {
			let mut runs = self.fonts.runs(part, style.typeface);
			if direction == Direction::RightToLeft {
				runs.reverse();
			}
			for (typeface, run) in runs {
				let text = part.get(run).unwrap_or_default().to_owned();
				let glyphs = self.fonts.shape(&text, typeface, Some(direction));
				let width = glyphs.iter().map(|glyph| glyph.x_advance * style.size).sum();
				pieces.push(Piece {
					x,
					typeface,
					text,
					glyphs,
					width,
				});
				x += width;
			}
		}
		pieces
	}

	/// The document, with a foot on every page: `foot` at the left, the number of the page at the right.
	pub(crate) fn finish(mut self, foot: &str, about: About) -> Result<Vec<u8>, Error> {
		let count = self.pages.len();
		let style = Style::new(Typeface::Text, 8.0).in_colour(Colour::Grey);
		let foot = self.fonts.showable(foot, style.typeface);
		for index in 0..count {
			let number = format!("page {} of {count}", index + 1);
			let y = PAGE.1 - BOTTOM + 32.0;
			let mut feet = self.set_line(&foot, 0..foot.len(), style, MARGIN);
			let mut numbers = self.set_line(&number, 0..number.len(), style, 0.0);
			let width: f32 = numbers.iter().map(|piece| piece.width).sum();
			for piece in &mut numbers {
				piece.x += PAGE.0 - MARGIN - width;
			}
			feet.append(&mut numbers);
			let items = feet.into_iter().map(|piece| Item::Text { y, style, piece });
			if let Some(page) = self.pages.get_mut(index) {
				page.extend(items);
			}
		}
		self.render(about)
	}

	fn render(self, about: About) -> Result<Vec<u8>, Error> {
		let broken = |what: &str| Error(what.to_owned());
		let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A3_B).finish();
		let mut document = Document::new_with(SerializeSettings {
			configuration: configuration.map_err(|error| Error(format!("{error:?}")))?,
			enable_tagging: false,
			..SerializeSettings::default()
		});
		let date = date(about.time);
		document.set_metadata(
			Metadata::new()
				// Readers show it above the page.
				.title(self.fonts.showable(&about.title, Typeface::Text))
				.language("en".into())
				.creator("chirograph".into())
				.creation_date(date),
		);
		for attachment in about.attachments {
			let embedded = document.embed_file(EmbeddedFile {
				path: file_name(&attachment.name),
				mime_type: MimeType::new(attachment.media_type),
				description: Some(attachment.description),
				association_kind: AssociationKind::Source,
				data: attachment.data.into(),
				modification_date: Some(date),
				compress: Some(true),
				location: None,
			});
			embedded.ok_or_else(|| broken("two attachments have one name"))?;
		}
		for items in &self.pages {
			let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| broken("the page has no size"))?;
			let mut page = document.start_page_with(settings);
			let mut surface = page.surface();
			for item in items {
				self.draw(&mut surface, item);
			}
			surface.finish();
			page.finish();
		}
		document.finish().map_err(|error| Error(format!("{error:?}")))
	}

	fn draw(&self, surface: &mut Surface, item: &Item) {
		match item {
			Item::Text { y, style, piece } => {
				surface.set_fill(Some(style.colour.fill()));
				let font = self.fonts.get(piece.typeface).font.clone();
				surface.draw_glyphs(
					Point::from_xy(piece.x, *y),
					&piece.glyphs,
					font,
					&piece.text,
					style.size,
					false,
				);
			},
			Item::Box {
				x,
				y,
				width,
				height,
				colour,
			} => {
				let mut path = PathBuilder::new();
				if let Some(rectangle) = Rect::from_xywh(*x, *y, *width, *height) {
					path.push_rect(rectangle);
				}
				if let Some(path) = path.finish() {
					surface.set_fill(Some(colour.fill()));
					surface.draw_path(&path);
				}
			},
		}
	}
}

/// The parts of a line in the order in which they stand, and in which direction each runs. The line as a whole runs from left to right.
fn visual_order(line: &str) -> Vec<(Direction, &str)> {
	let bidi = BidiInfo::new(line, Some(Level::ltr()));
	let Some(paragraph) = bidi.paragraphs.first() else {
		return Vec::new();
	};
	let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
	runs.into_iter()
		.map(|run| {
			let direction = match levels.get(run.start).is_some_and(Level::is_rtl) {
				true => Direction::RightToLeft,
				false => Direction::LeftToRight,
			};
			(direction, line.get(run).unwrap_or_default())
		})
		.collect()
}

/// What a document says of itself, and what is attached to it.
pub(crate) struct About {
	pub title: String,
	/// In milliseconds since 1970.
	pub time: u64,
	pub attachments: Vec<Attachment>,
}

/// A file in the document.
pub(crate) struct Attachment {
	pub name: String,
	pub media_type: &'static str,
	pub description: String,
	pub data: Vec<u8>,
}

fn date(time: u64) -> DateTime {
	use chrono::{Datelike, Timelike};
	let time = i64::try_from(time)
		.ok()
		.and_then(chrono::DateTime::from_timestamp_millis)
		.unwrap_or_default();
	let part = |value: u32| u8::try_from(value).unwrap_or_default();
	DateTime::new(u16::try_from(time.year()).unwrap_or(9999))
		.month(part(time.month()))
		.day(part(time.day()))
		.hour(part(time.hour()))
		.minute(part(time.minute()))
		.second(part(time.second()))
		.utc_offset_hour(0)
		.utc_offset_minute(0)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use proptest::prelude::*;

	const STYLE: Style = Style::new(Typeface::Text, 10.0);

	impl Item {
		/// Left, top, right and bottom.
		fn bounds(&self) -> (f32, f32, f32, f32) {
			match self {
				Self::Text { y, style, piece } => (piece.x, y - style.size, piece.x + piece.width, y + 0.35 * style.size),
				Self::Box { x, y, width, height, .. } => (*x, *y, x + width, y + height),
			}
		}
	}

	impl Writer {
		/// All that is written, in the order in which it was.
		pub(crate) fn written(&self) -> String {
			let texts = self.pages.iter().flatten().filter_map(|item| match item {
				Item::Text { piece, .. } => Some(&piece.text[..]),
				Item::Box { .. } => None,
			});
			texts.collect::<Vec<_>>().join("\n")
		}

		pub(crate) fn page_count(&self) -> usize {
			self.pages.len()
		}

		/// Fails if anything is outside of where text belongs.
		pub(crate) fn assert_nothing_is_outside(&self) {
			for (number, page) in self.pages.iter().enumerate() {
				for item in page {
					let (left, top, right, bottom) = item.bounds();
					let inside = left >= MARGIN - 0.5
						&& right <= PAGE.0 - MARGIN + 0.5
						&& top >= TOP - 0.5
						&& bottom <= PAGE.1 - BOTTOM + 2.0;
					let what = match item {
						Item::Text { piece, .. } => &piece.text,
						Item::Box { .. } => "a box",
					};
					assert!(inside, "page {}: {what:?} at {left} {top} {right} {bottom}", number + 1);
				}
			}
		}
	}

	fn about() -> About {
		About {
			title: "Title".into(),
			time: 1_769_860_800_000,
			attachments: Vec::new(),
		}
	}

	fn written(text: &str, width: f32) -> Writer {
		let mut writer = Writer::new().expect("the typefaces are there");
		writer.text(text, STYLE, Column { left: 40.0, width });
		writer.assert_nothing_is_outside();
		writer
	}

	#[test]
	fn lines_end_at_spaces_and_words_that_are_too_long_anywhere() {
		let short = written("one two three", 400.0);
		assert_eq!(short.written(), "one two three");
		let narrow = written("one two three well-known 2026-01-31", 45.0);
		assert_eq!(narrow.written(), "one two\nthree well-\nknown\n2026-01-31");
		let long = written(&"x".repeat(300), 100.0);
		let lines = long.written();
		assert!(lines.lines().count() > 5, "{lines}");
		assert_eq!(lines.replace('\n', ""), "x".repeat(300));
	}

	#[test]
	fn long_texts_go_on_on_the_next_page() {
		let many = written(&"word ".repeat(5_000), 300.0);
		assert!(many.page_count() > 3);
		assert_eq!(many.written().split_whitespace().count(), 5_000);
		let pdf = many.finish("foot", about()).expect("can be rendered");
		assert!(pdf.starts_with(b"%PDF-1.7"));
	}

	/// A page must not say something else than its text does.
	#[test]
	fn what_would_deceive_is_shown_by_its_number() {
		let shown = |text: &str| written(text, 450.0).written();
		assert_eq!(shown("Ada\u{202e}adA"), "Ada\\u{202e}adA");
		assert_eq!(
			shown("a\u{200b}b\u{ad}c\u{2028}d\ne\tf\u{feff}\u{a0}"),
			"a\\u{200b}b\\u{ad}c\\u{2028}d\\u{a}e\\u{9}f\\u{feff}\\u{a0}"
		);
		// No typeface here has them.
		assert_eq!(shown("\u{6771}\u{4eac}"), "\\u{6771}\\u{4eac}");
		assert_eq!(
			shown("Zo\u{eb} \u{141}ukasz \u{395}\u{3bb}\u{3ad}\u{3bd}\u{3b7}"),
			"Zo\u{eb} \u{141}ukasz \u{395}\u{3bb}\u{3ad}\u{3bd}\u{3b7}"
		);
	}

	#[test]
	fn marks_are_not_piled_up_over_other_lines() {
		let shown = |text: &str| written(text, 450.0).written();
		assert_eq!(shown("Z\u{300}\u{301}\u{302}\u{303}a"), "Z\u{300}\u{301}\\u{302}\\u{303}a");
		assert_eq!(shown("Z\u{300}\u{301}a\u{301}"), "Z\u{300}\u{301}\u{e1}", "the control");
		// What has marks of its own has room for fewer.
		assert_eq!(shown("\u{1ebf}\u{301}"), "\u{1ebf}\\u{301}");
		assert_eq!(shown("\u{e9}\u{301}\u{301}"), "\u{e9}\u{301}\\u{301}");
		// There is nothing to stand on.
		assert_eq!(shown("\u{301}a \u{301}\u{302}"), "\\u{301}a \\u{301}\\u{302}");
		assert_eq!(shown("\u{202e}\u{301}"), "\\u{202e}\\u{301}");
	}

	/// UAX #9: two words that run from right to left stand so, and the number between Latin words stays.
	#[test]
	fn text_from_right_to_left_is_set_so() {
		let (one, two) = ("\u{5d0}\u{5d1}", "\u{5d2}\u{5d3}");
		let line = format!("name: {one} {two}, so");
		let expected = [
			(Direction::LeftToRight, "name: ".to_owned()),
			(Direction::RightToLeft, format!("{one} {two}")),
			(Direction::LeftToRight, ", so".to_owned()),
		];
		let order = visual_order(&line);
		assert_eq!(
			order
				.iter()
				.map(|(direction, part)| (*direction, (*part).to_owned()))
				.collect::<Vec<_>>(),
			expected
		);
		let writer = written(&line, 450.0);
		let Some(Item::Text { piece, .. }) = writer.pages[0]
			.iter()
			.find(|item| matches!(item, Item::Text { piece, .. } if piece.text.contains(one)))
		else {
			panic!("the words are there")
		};
		// The first letter of the text is the last from the left.
		assert!(
			piece.glyphs.first().expect("has glyphs").text_range.start
				> piece.glyphs.last().expect("has glyphs").text_range.start
		);
	}

	#[test]
	fn every_page_has_its_number() {
		let mut writer = Writer::new().expect("the typefaces are there");
		for _ in 0..3 {
			writer.text("text", STYLE, Column::WHOLE);
			writer.keep_together(PAGE.1);
		}
		let pages = writer.page_count();
		assert_eq!(pages, 4);
		assert!(writer.finish("foot", about()).is_ok());
	}

	#[test]
	fn equal_content_makes_equal_bytes_and_other_content_others() {
		let make = |text: &str| written(text, 300.0).finish("foot", about()).expect("can be rendered");
		assert_eq!(make("one"), make("one"));
		assert_ne!(make("one"), make("two"));
	}

	#[test]
	fn a_file_in_a_document_has_a_name_that_neither_deceives_nor_leads_elsewhere() {
		assert_eq!(file_name("deed\u{202e}fdp.\u{200b}exe"), "deed_fdp._exe");
		assert_eq!(file_name("../..\\c:x\n"), ".._.._c_x_");
		let plain = "Zo\u{eb}\u{2019}s \u{6771}\u{4eac} 1.chirograph";
		assert_eq!(file_name(plain), plain);
	}

	/// In the metadata it is UTF-8, and in the clear.
	#[test]
	fn the_title_does_not_deceive_either() {
		let make = |title: &str| {
			let about = About {
				title: title.into(),
				..about()
			};
			written("text", 300.0).finish("foot", about).expect("can be rendered")
		};
		let contains = |pdf: &[u8], what: &str| pdf.windows(what.len()).any(|part| part == what.as_bytes());
		assert!(contains(&make("deed\u{eb}fdp"), "deed\u{eb}fdp"), "the control");
		let pdf = make("deed\u{202e}fdp");
		assert!(!contains(&pdf, "deed\u{202e}fdp") && contains(&pdf, "deed\\u{202e}fdp"));
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(64))]
		/// Accents above and below, as many as anybody likes.
		#[test]
		fn any_text_can_be_written_within_any_column(text in "\\PC{0,400}|(?s:.){0,200}", width in 30.0f32..400.0) {
			let writer = written(&text, width);
			prop_assert!(writer.finish(&text, about()).is_ok());
		}
	}
}
