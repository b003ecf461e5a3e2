// SPDX-License-Identifier: Apache-2.0

//! Features of an original (X.1407 7.2.1 a, 9.2.1 c): its digests, and what finds files that are like it.
//!
//! A digest proves, because no second file has it. A similarity feature proves nothing: files that are alike have values that are
//! near to each other, and so [`near`](crate::near) can say "somebody registered nearly the same before". One pass over the original
//! yields all of them.
//!
//! | algorithm | bytes | of |
//! |---|---|---|
//! | `sha-256` | 32 | every original |
//! | `sha3-512` | 64 | every original |
//! | `phash-gradient-8x8` | 8 | pictures (JPEG, PNG, WebP, GIF) that show something |
//! | `tlsh-128-1` | 35 | contents of 50 bytes and more that are varied enough |
//!
//! **`phash-gradient-8x8`**: of the first frame, as stored (a note about its orientation is not followed), in shades of grey, scaled to 9
//! by 8 pixels with a Lanczos filter of radius 3. A bit for each pixel and its right neighbour, row by row: whether it is darker. The
//! first is the least significant of the first byte. Another size, another quality, a little more light change few of these bits.
//!
//! **`tlsh-128-1`**: TLSH with 128 buckets and one byte of checksum, as `T1` and 70 digits are the text of, without the `T1`.
//!
//! What has a similarity feature is bounded, so that no file takes long or exhausts the memory: [`MAX_TLSH_BYTES`],
//! [`MAX_IMAGE_BYTES`], [`MAX_IMAGE_SIDE`], [`MAX_IMAGE_MEMORY`]. What is left out is said, with its reason ([`Skipped`]). A registration never fails
//! for want of one.

use crate::{
	evidence::Feature,
	file::{self, Original},
};
use image::{DynamicImage, ImageError, ImageFormat, ImageReader, Limits};
use image_hasher::{BitOrder, FilterType, HashAlg, HasherConfig};
use std::{
	cell::Cell,
	fmt,
	io::Cursor,
	panic::{self, UnwindSafe},
	path::Path,
	sync::Once,
};
use tlsh2::TlshDefaultBuilder;

/// Name of the perceptual hash of a picture.
pub const PHASH: &str = "phash-gradient-8x8";
/// Name of the similarity digest of bytes.
pub const TLSH: &str = "tlsh-128-1";

/// TLSH is of files of at most this many bytes. Its counters have 32 bits; up to here, what is computed from them fits them too.
pub const MAX_TLSH_BYTES: u64 = 256 * 1024 * 1024;
/// A picture is decoded if its file has at most this many bytes. It is kept in memory while it is read.
pub const MAX_IMAGE_BYTES: usize = 64 * 1024 * 1024;
/// And if it has at most this many pixels in width and in height.
pub const MAX_IMAGE_SIDE: u32 = 32_768;
/// And if decoding it takes at most this much memory: 89 million pixels in colour. A few kilobytes of file can be a picture of gigabytes.
pub const MAX_IMAGE_MEMORY: u64 = 256 * 1024 * 1024;

/// Of 64 bits, a perceptual hash has at least this many of either kind. Below that, the picture is one even area or nearly so, as blank
/// pages are, and such pictures are all alike.
const LEAST_BITS: u32 = 6;

/// What finds files that are like an original.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Similarity {
	/// In the order in which evidence has them, behind the digests.
	pub features: Vec<Feature>,
	/// Those that it could have had.
	pub skipped: Vec<Skipped>,
}

/// A similarity feature that an original has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
	/// Which.
	pub algorithm: &'static str,
	/// Why not.
	pub reason: SkipReason,
}

/// Why an original has no such feature.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
	/// It would take too long.
	#[error("the file is larger than {limit} bytes")]
	FileTooLarge {
		/// In bytes.
		limit: u64,
	},
	/// It would take too much memory, which may be what the file was made for.
	#[error("the picture has more pixels than are decoded (at most {MAX_IMAGE_SIDE} a side, and {} MiB in all)", MAX_IMAGE_MEMORY >> 20)]
	TooManyPixels,
	/// Its first bytes say that it is a picture, and the others do not.
	#[error("the picture cannot be decoded ({0})")]
	Undecodable(String),
	/// There is nothing to compare.
	#[error("the picture shows next to nothing")]
	Blank,
	/// There is nothing to compare.
	#[error("the content is too short or too uniform")]
	Uniform,
}

impl fmt::Display for Skipped {
	fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
		write!(f, "{}: {}", self.algorithm, self.reason)
	}
}

/// Reads an original as [`file::read_original`] does, and extracts what finds similar ones in the same pass. For whoever makes evidence;
/// who compares a file with evidence has no use for it, and need not decode what somebody else made.
pub fn extract(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Original, file::Error> {
	let mut extractor = Extractor::default();
	let original = file::read_original_through(path, &mut |bytes| extractor.see(bytes), progress)?;
	Ok(Original {
		similarity: extractor.finish(),
		..original
	})
}

/// Sees all bytes of a content once, in order.
struct Extractor {
	size: u64,
	tlsh: TlshDefaultBuilder,
	/// The content itself, as long as it may be a picture that is decoded.
	kept: Vec<u8>,
	picture: Picture,
}

/// What is known so far of whether a content is a picture.
enum Picture {
	Undecided,
	Is(ImageFormat),
	IsTooLarge,
	IsNot,
}

impl Default for Extractor {
	fn default() -> Self {
		Self {
			size: 0,
			tlsh: TlshDefaultBuilder::new(),
			kept: Vec::new(),
			picture: Picture::Undecided,
		}
	}
}

impl Extractor {
	fn see(&mut self, bytes: &[u8]) {
		// Cannot saturate: no file has 2^64 bytes.
		self.size = self.size.saturating_add(bytes.len() as u64);
		if self.size <= MAX_TLSH_BYTES {
			self.tlsh.update(bytes);
		}
		self.picture = match std::mem::replace(&mut self.picture, Picture::IsNot) {
			Picture::Undecided => {
				self.kept.extend(bytes);
				// The signature of a WebP file ends with its twelfth byte, the others are shorter.
				if self.kept.len() < 12 {
					Picture::Undecided
				} else {
					format_of(&self.kept).map_or(Picture::IsNot, Picture::Is)
				}
			},
			Picture::Is(format) if self.kept.len().saturating_add(bytes.len()) <= MAX_IMAGE_BYTES => {
				self.kept.extend(bytes);
				Picture::Is(format)
			},
			Picture::Is(_) | Picture::IsTooLarge => Picture::IsTooLarge,
			Picture::IsNot => Picture::IsNot,
		};
		if matches!(self.picture, Picture::IsTooLarge | Picture::IsNot) {
			self.kept = Vec::new();
		}
	}

	fn finish(self) -> Similarity {
		let tlsh = match self.size <= MAX_TLSH_BYTES {
			true => tlsh_value(&self.tlsh).ok_or(SkipReason::Uniform),
			false => Err(SkipReason::FileTooLarge { limit: MAX_TLSH_BYTES }),
		};
		let phash = match self.picture {
			Picture::Is(format) => Some(guarded(|| perceptual_hash(format, &self.kept))),
			Picture::IsTooLarge => Some(Err(SkipReason::FileTooLarge {
				limit: MAX_IMAGE_BYTES as u64,
			})),
			Picture::Undecided | Picture::IsNot => None,
		};
		let mut similarity = Similarity::default();
		for (algorithm, outcome) in phash.map(|outcome| (PHASH, outcome)).into_iter().chain([(TLSH, tlsh)]) {
			match outcome {
				Ok(value) => similarity.features.push(Feature {
					algorithm: algorithm.to_owned(),
					value,
				}),
				Err(reason) => similarity.skipped.push(Skipped { algorithm, reason }),
			}
		}
		similarity
	}
}

/// The formats that are decoded.
fn format_of(head: &[u8]) -> Option<ImageFormat> {
	image::guess_format(head).ok().filter(|format| {
		matches!(
			format,
			ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif
		)
	})
}

/// The 35 bytes that TLSH writes as text.
fn tlsh_value(builder: &TlshDefaultBuilder) -> Option<Vec<u8>> {
	let text = builder.build()?.hash();
	let digits = text.strip_prefix(b"T1").expect("TLSH writes its version first; qed");
	Some(hex::decode(digits).expect("TLSH writes digits only; qed"))
}

thread_local! {
	/// Whether nobody is to hear of a panic.
	static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The original must be provable whatever others' code makes of a picture, which has many paths and reads what anybody may have sent. That it
/// panicked is a reason, and nothing for the user to read: the process's hook hears of all panics but these.
fn guarded(work: impl FnOnce() -> Result<Vec<u8>, SkipReason> + UnwindSafe) -> Result<Vec<u8>, SkipReason> {
	static HOOK: Once = Once::new();
	HOOK.call_once(|| {
		let hook = panic::take_hook();
		panic::set_hook(Box::new(move |panic| {
			if !IS_GUARDED.get() {
				hook(panic);
			}
		}));
	});
	IS_GUARDED.set(true);
	let outcome = panic::catch_unwind(work);
	IS_GUARDED.set(false);
	outcome.unwrap_or_else(|_| Err(SkipReason::Undecodable("its decoder failed".to_owned())))
}

fn perceptual_hash(format: ImageFormat, bytes: &[u8]) -> Result<Vec<u8>, SkipReason> {
	let image = decode(format, bytes)?;
	let hasher = HasherConfig::with_bytes_type::<[u8; 8]>()
		.hash_size(8, 8)
		.hash_alg(HashAlg::Gradient)
		.resize_filter(FilterType::Lanczos3)
		.bit_order(BitOrder::LsbFirst)
		.to_hasher();
	let hash = hasher.hash_image(&image).as_bytes().to_vec();
	let ones: u32 = hash.iter().map(|byte| byte.count_ones()).sum();
	match (LEAST_BITS..=64 - LEAST_BITS).contains(&ones) {
		true => Ok(hash),
		false => Err(SkipReason::Blank),
	}
}

fn decode(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, SkipReason> {
	let mut limits = Limits::no_limits();
	limits.max_image_width = Some(MAX_IMAGE_SIDE);
	limits.max_image_height = Some(MAX_IMAGE_SIDE);
	limits.max_alloc = Some(MAX_IMAGE_MEMORY);
	let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
	reader.limits(limits);
	reader.decode().map_err(|error| match error {
		ImageError::Limits(_) => SkipReason::TooManyPixels,
		// A decoder may quote the file.
		other => SkipReason::Undecodable(other.to_string().chars().filter(|c| !c.is_control()).take(200).collect()),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use image::{
		codecs::{jpeg::JpegEncoder, webp::WebPEncoder},
		imageops, GrayImage, ImageEncoder, Rgb, RgbImage,
	};
	use proptest::prelude::*;
	use std::{env, fs, process::Command};

	const TEXT: &[u8] = b"Lorem ipsum dolor sit amet, consectetur adipiscing elit";
	const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Jpeg, ImageFormat::WebP];

	/// A picture of a few shapes. Each seed has others.
	pub(crate) fn picture(seed: u32) -> RgbImage {
		let mut state = seed.wrapping_mul(2_654_435_761) | 1;
		let mut random = move |below: u32| {
			state ^= state << 13;
			state ^= state >> 17;
			state ^= state << 5;
			state % below
		};
		let mut picture = RgbImage::from_fn(320, 240, |x, y| Rgb([(x / 2) as u8, (y / 2) as u8, 90]));
		for _ in 0..12 {
			let (left, top, width, height) = (random(280), random(200), 20 + random(120), 20 + random(90));
			let colour = Rgb([random(256) as u8, random(256) as u8, random(256) as u8]);
			for y in top..(top + height).min(240) {
				for x in left..(left + width).min(320) {
					picture.put_pixel(x, y, colour);
				}
			}
		}
		picture
	}

	fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
		let mut bytes = Cursor::new(Vec::new());
		picture.write_to(&mut bytes, format).expect("memory can be written");
		bytes.into_inner()
	}

	fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
		let mut bytes = Vec::new();
		JpegEncoder::new_with_quality(&mut bytes, quality)
			.encode_image(picture)
			.expect("memory can be written");
		bytes
	}

	fn similarity(bytes: &[u8]) -> Similarity {
		similarity_in_pieces(bytes, usize::MAX)
	}

	fn similarity_in_pieces(bytes: &[u8], piece: usize) -> Similarity {
		let mut extractor = Extractor::default();
		bytes
			.chunks(piece.min(bytes.len().max(1)))
			.for_each(|piece| extractor.see(piece));
		extractor.finish()
	}

	fn value(similarity: &Similarity, algorithm: &str) -> Option<Vec<u8>> {
		let feature = similarity.features.iter().find(|feature| feature.algorithm == algorithm);
		feature.map(|feature| feature.value.clone())
	}

	fn phash(bytes: &[u8]) -> u64 {
		let value = value(&similarity(bytes), PHASH).expect("the picture shows something");
		u64::from_le_bytes(value.try_into().expect("has 8 bytes"))
	}

	fn skipped(bytes: &[u8], algorithm: &str) -> SkipReason {
		let skipped = similarity(bytes)
			.skipped
			.into_iter()
			.find(|skipped| skipped.algorithm == algorithm);
		skipped.expect("the feature is skipped").reason
	}

	/// The example of the library that was tested against TLSH's own program.
	#[test]
	fn a_published_tlsh_is_met() {
		let expected = "2d900249414e0bd59a46503f3ada802ae50825242b2590561cf690599112214c051556";
		assert_eq!(value(&similarity(TEXT), TLSH).map(hex::encode).as_deref(), Some(expected));
	}

	/// In a picture of 9 by 8 pixels nothing is scaled, and the bits can be seen.
	#[test]
	fn a_perceptual_hash_is_the_documented_one() {
		let rows: [[u8; 9]; 8] = [
			[0, 1, 2, 3, 4, 5, 6, 7, 8],
			[8, 7, 6, 5, 4, 3, 2, 1, 0],
			[0, 9, 0, 0, 0, 0, 0, 0, 0],
			[0, 0, 0, 0, 0, 0, 0, 0, 9],
			[9, 9, 9, 9, 9, 9, 9, 9, 9],
			[0, 9, 0, 9, 0, 9, 0, 9, 0],
			[9, 0, 9, 0, 9, 0, 9, 0, 9],
			[0, 0, 0, 0, 9, 9, 9, 9, 9],
		];
		let picture = GrayImage::from_raw(9, 8, rows.concat()).expect("9 by 8");
		let mut bytes = Cursor::new(Vec::new());
		picture.write_to(&mut bytes, ImageFormat::Png).expect("memory can be written");
		let expected = [0xff, 0x00, 0x01, 0x80, 0x00, 0x55, 0xaa, 0x08];
		assert_eq!(phash(bytes.get_ref()), u64::from_le_bytes(expected));
	}

	#[test]
	fn pictures_that_were_processed_have_nearly_the_same_hash_and_others_have_not() {
		use crate::near::PICTURES_ALIKE;
		let distance = |one: u64, other: u64| (one ^ other).count_ones();
		let mut hashes = Vec::new();
		for seed in 1..=24 {
			let picture = picture(seed);
			let hash = phash(&encoded(&picture, ImageFormat::Png));
			let half = imageops::resize(&picture, 160, 120, FilterType::Triangle);
			let larger = imageops::resize(&picture, 1000, 750, FilterType::CatmullRom);
			let brighter = imageops::colorops::brighten(&picture, 15);
			let processed = [
				encoded(&picture, ImageFormat::WebP),
				encoded(&picture, ImageFormat::Gif),
				jpeg(&picture, 40),
				jpeg(&half, 75),
				jpeg(&larger, 75),
				encoded(&brighter, ImageFormat::Png),
			];
			for (i, bytes) in processed.iter().enumerate() {
				let distance = distance(phash(bytes), hash);
				assert!(distance <= PICTURES_ALIKE, "picture {seed}, processing {i}: {distance}");
			}
			hashes.push(hash);
		}
		for (i, one) in hashes.iter().enumerate() {
			for other in &hashes[..i] {
				assert!(distance(*one, *other) > PICTURES_ALIKE, "{one:016x} {other:016x}");
			}
		}
	}

	#[test]
	fn features_do_not_depend_on_how_the_disk_hands_out_the_content() {
		let bytes = encoded(&picture(3), ImageFormat::Png);
		let whole = similarity(&bytes);
		assert_eq!(whole.features.len(), 2);
		for piece in [1, 7, 11, 12, 13, 1000] {
			assert_eq!(similarity_in_pieces(&bytes, piece), whole, "{piece}");
		}
	}

	#[test]
	fn every_original_has_digests_and_an_image_has_all_features() {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let path = directory.path().join("plan.png");
		fs::write(&path, encoded(&picture(5), ImageFormat::Png)).expect("can be written");
		let mut seen = 0;
		let original = extract(&path, &mut |bytes| seen = bytes).expect("can be read");
		assert_eq!(seen, original.size);
		let names: Vec<_> = original
			.similarity
			.features
			.iter()
			.map(|feature| &feature.algorithm[..])
			.collect();
		assert_eq!(names, [PHASH, TLSH]);
		assert!(original.similarity.skipped.is_empty());
		let digests = file::read_original(&path, &mut |_| ()).expect("can be read");
		assert_eq!(
			digests,
			Original {
				similarity: Similarity::default(),
				..original
			}
		);
	}

	#[test]
	fn what_is_left_out_is_said() {
		assert_eq!(skipped(b"short", TLSH), SkipReason::Uniform);
		assert_eq!(skipped(&[7; 5000], TLSH), SkipReason::Uniform);
		assert_eq!(similarity(TEXT).skipped, [], "the control; and a text is no picture");

		let blank = RgbImage::from_pixel(200, 200, Rgb([255; 3]));
		assert_eq!(skipped(&encoded(&blank, ImageFormat::Png), PHASH), SkipReason::Blank);

		let png = encoded(&picture(1), ImageFormat::Png);
		assert!(matches!(skipped(&png[..png.len() / 2], PHASH), SkipReason::Undecodable(_)));

		let mut large = Extractor::default();
		large.see(&png);
		large.size = MAX_TLSH_BYTES;
		large.kept.resize(MAX_IMAGE_BYTES, 0);
		large.see(b"!");
		let Similarity { features, skipped } = large.finish();
		assert!(features.is_empty());
		let skipped: Vec<_> = skipped.iter().map(ToString::to_string).collect();
		assert_eq!(
			skipped,
			[
				"phash-gradient-8x8: the file is larger than 67108864 bytes",
				"tlsh-128-1: the file is larger than 268435456 bytes"
			]
		);
	}

	/// In a process of its own, whose standard error can be read.
	#[test]
	fn a_decoder_that_panics_is_a_reason_and_says_nothing_to_the_user() {
		const NAME: &str = "features::tests::a_decoder_that_panics_is_a_reason_and_says_nothing_to_the_user";
		const CHILD: &str = "CHIROGRAPH_TEST_OF_PANICS";
		if env::var_os(CHILD).is_some() {
			let failed = SkipReason::Undecodable("its decoder failed".to_owned());
			assert_eq!(guarded(|| panic!("the decoder gave up")), Err(failed));
			assert!(panic::catch_unwind(|| panic!("somebody else did")).is_err());
			return;
		}
		let run = Command::new(env::current_exe().expect("tests are a program"))
			.args([NAME, "--exact", "--nocapture"])
			.env(CHILD, "")
			.output()
			.expect("it can be run again");
		let said = String::from_utf8_lossy(&run.stderr);
		assert!(run.status.success(), "{said}");
		assert!(said.contains("somebody else did"), "the control: {said}");
		assert!(!said.contains("the decoder gave up"), "{said}");
	}

	/// Few bytes that say they are a picture of gigabytes.
	#[test]
	fn a_decompression_bomb_is_not_decoded() {
		fn crc32(bytes: &[u8]) -> u32 {
			!bytes.iter().fold(!0, |crc, byte| {
				(0..8).fold(crc ^ u32::from(*byte), |crc, _| {
					(crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
				})
			})
		}
		let small = picture(1);

		let png = |width: u32, height: u32| {
			let mut bytes = encoded(&small, ImageFormat::Png);
			bytes[16..20].copy_from_slice(&width.to_be_bytes());
			bytes[20..24].copy_from_slice(&height.to_be_bytes());
			let crc = crc32(&bytes[12..29]);
			bytes[29..33].copy_from_slice(&crc.to_be_bytes());
			bytes
		};
		assert_eq!(png(320, 240), encoded(&small, ImageFormat::Png), "the control");
		assert_eq!(skipped(&png(20_000, 20_000), PHASH), SkipReason::TooManyPixels);
		assert_eq!(skipped(&png(2_000_000_000, 1), PHASH), SkipReason::TooManyPixels);

		let mut gif = encoded(&small, ImageFormat::Gif);
		gif[6..10].fill(0xff);
		assert_eq!(skipped(&gif, PHASH), SkipReason::TooManyPixels);

		let mut jpeg = jpeg(&small, 75);
		let sof = jpeg
			.windows(2)
			.position(|marker| marker == [0xff, 0xc0])
			.expect("a frame begins");
		jpeg[sof + 5..sof + 9].copy_from_slice(&[0x7f, 0xff, 0x7f, 0xff]);
		assert_eq!(skipped(&jpeg, PHASH), SkipReason::TooManyPixels);

		let mut webp = Vec::new();
		WebPEncoder::new_lossless(&mut webp)
			.write_image(&small, 320, 240, image::ExtendedColorType::Rgb8)
			.expect("memory can be written");
		// Behind the signature, 14 bits of width and of height: 12,015 by 15,292.
		let vp8l = webp.windows(4).position(|chunk| chunk == b"VP8L").expect("is lossless");
		webp[vp8l + 9..vp8l + 12].fill(0xee);
		webp[vp8l + 12] |= 0x0e;
		assert_eq!(skipped(&webp, PHASH), SkipReason::TooManyPixels);
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(400))]
		/// Whatever the bytes behind the first ones are: a value or a reason, and never a registration that fails.
		#[test]
		fn any_damaged_picture_has_a_value_or_a_reason(
			format in prop::sample::select(&FORMATS[..]),
			places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
			end: prop::sample::Index,
		) {
			let small = imageops::resize(&picture(7), 40, 30, FilterType::Triangle);
			let mut bytes = encoded(&small, format);
			for (place, byte) in places {
				let place = 12 + place.index(bytes.len() - 12);
				bytes[place] = byte;
			}
			bytes.truncate(bytes.len() - end.index(bytes.len() / 4));
			let similarity = similarity(&bytes);
			prop_assert_eq!(similarity.features.len() + similarity.skipped.len(), 2);
		}
	}
}
