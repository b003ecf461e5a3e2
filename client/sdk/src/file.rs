// SPDX-License-Identifier: Apache-2.0

//! Files: originals of any size are read in a stream, our own files are written whole or not at all.

use crate::features::Similarity;
use sha2::{Digest, Sha256};
use sha3::Sha3_512;
use std::{
	fs::{self, File},
	io::{self, ErrorKind, Read, Write},
	path::{Path, PathBuf},
	sync::mpsc,
	thread,
};
use tempfile::{NamedTempFile, PersistError};

/// Bytes that are read at a time. As much as Linux reads ahead by default, so that the disk goes on while we hash. A thread of its
/// own for reading would gain little: copying out of the page cache runs at some 12 GB/s.
const BUFFER_BYTES: usize = 128 * 1024;

/// Files from this size on have a thread of their own for SHA3-512, which is the slowest of what happens to a byte: 0.27 GB/s, where
/// SHA-256 does 2 GB/s with the processor's SHA extensions and 0.5 GB/s without, and TLSH 0.3 GB/s. Smaller files are done before
/// a thread has paid for itself.
const THREAD_FROM_BYTES: u64 = 8 * BUFFER_BYTES as u64;

/// First bytes that the media type is judged by: as many as `infer` reads of a file itself. Not more, because it recurses over them
/// and a hostile file could exhaust the stack.
const HEAD_BYTES: usize = 8 * 1024;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Nothing is there.
	#[error("{path} does not exist; check the path")]
	NotFound {
		/// What was asked for.
		path: PathBuf,
	},
	/// Something is there that has no definite content.
	#[error("{path} is a directory, a device or a pipe; name a file")]
	NotAFile {
		/// What was asked for.
		path: PathBuf,
	},
	/// The operating system refuses to read it.
	#[error("{path} cannot be read ({reason}); check its permissions and its disk")]
	Unreadable {
		/// What was asked for.
		path: PathBuf,
		/// What the operating system says.
		reason: io::Error,
	},
	/// An original without content.
	#[error("{path} is empty, and there is nothing to prove about an empty file; check the path")]
	Empty {
		/// What was asked for.
		path: PathBuf,
	},
	/// Its digest would be that of a content which the file never had.
	#[error("{path} changed while it was read; try again when nothing writes to it")]
	Changed {
		/// What was asked for.
		path: PathBuf,
	},
	/// More than such a file ever has; it was not read.
	#[error("{path} is larger than {limit} bytes and so cannot be the file that is meant; check the path")]
	TooLarge {
		/// What was asked for.
		path: PathBuf,
		/// In bytes.
		limit: u64,
	},
	/// Something has that name already.
	#[error("{path} exists and is not overwritten; move it away or choose another name")]
	Exists {
		/// What was to be written.
		path: PathBuf,
	},
	/// The operating system refuses to write it. Nothing, or what was there before, is there now.
	#[error(
		"{path} cannot be written ({reason}); check that its directory exists and is yours to write in, and that there is room"
	)]
	Unwritable {
		/// What was to be written.
		path: PathBuf,
		/// What the operating system says.
		reason: io::Error,
	},
	/// It is there, whole. Whether its name outlives a crash of the machine is not certain.
	#[error("{path} is written, but whether it would outlive a crash of this machine is not certain ({reason}); check the disk and the permissions of the directory, and keep a copy elsewhere")]
	NotSynced {
		/// What was written.
		path: PathBuf,
		/// What the operating system says.
		reason: io::Error,
	},
}

impl Error {
	pub(crate) fn reading(path: &Path, reason: io::Error) -> Self {
		let path = path.to_owned();
		match reason.kind() {
			ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NotFound { path },
			_ => Self::Unreadable { path, reason },
		}
	}

	fn writing(path: &Path, reason: io::Error) -> Self {
		let path = path.to_owned();
		match reason.kind() {
			ErrorKind::AlreadyExists => Self::Exists { path },
			_ => Self::Unwritable { path, reason },
		}
	}
}

/// Writes a file that does not exist yet, whole or not at all. `private`: for the user alone (mode 0600).
pub fn write_new(path: &Path, bytes: &[u8], private: bool) -> Result<(), Error> {
	write(path, bytes, private, |file| file.persist_noclobber(path))
}

/// Writes a file for the user alone, whole or not at all, in the place of what is there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
	write(path, bytes, true, |file| file.persist(path))
}

fn write(
	path: &Path,
	bytes: &[u8],
	private: bool,
	name: impl FnOnce(NamedTempFile) -> Result<File, PersistError>,
) -> Result<(), Error> {
	let failed = |reason| Error::writing(path, reason);
	let directory = path
		.parent()
		.filter(|parent| !parent.as_os_str().is_empty())
		.unwrap_or(Path::new("."));
	let mut file = temporary_in(directory, private).map_err(failed)?;
	file.write_all(bytes).map_err(failed)?;
	// The content must be on disk before the name is: a crash in between would leave a name without content.
	file.as_file().sync_all().map_err(failed)?;
	name(file).map_err(|refused| failed(refused.error))?;
	// From here on it is there.
	sync_directory(directory).map_err(|reason| Error::NotSynced {
		path: path.to_owned(),
		reason,
	})
}

/// In the directory of the file to be, because only within a file system can a name be given in one step.
pub(crate) fn temporary_in(directory: &Path, private: bool) -> io::Result<NamedTempFile> {
	let mut builder = tempfile::Builder::new();
	builder.prefix(".chirograph-");
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		// What the user's umask takes away is still taken away.
		builder.permissions(fs::Permissions::from_mode(if private { 0o600 } else { 0o666 }));
	}
	#[cfg(not(unix))]
	let _ = private;
	builder.tempfile_in(directory)
}

/// Makes sure that the new name outlives a crash.
#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
	match File::open(directory)?.sync_all() {
		// Some network file systems have no such operation. The file is written all the same.
		Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
		result => result,
	}
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
	Ok(())
}

/// Reads a whole file of at most `limit` bytes; of a larger one, nothing.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
	let (file, size) = open_original(path)?;
	let mut bytes = Vec::new();
	if size <= limit {
		// One byte more than allowed, because the file may have grown since.
		let mut file = file.take(limit.saturating_add(1));
		file.read_to_end(&mut bytes).map_err(|reason| Error::reading(path, reason))?;
		if bytes.len() as u64 <= limit {
			return Ok(bytes);
		}
	}
	Err(Error::TooLarge {
		path: path.to_owned(),
		limit,
	})
}

/// What is taken from an original for its evidence (X.1407 7.2.1 a: features of the original, never the original).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
	/// SHA-256 of the content.
	pub sha256: [u8; 32],
	/// SHA3-512 of the content: another construction, so that a weakness of one of the two leaves the other.
	pub sha3_512: [u8; 64],
	/// In bytes.
	pub size: u64,
	/// Judged by the first bytes of the content, never by the name. A hint, nothing that is proven.
	pub media_type: String,
	/// What finds similar files, for whoever makes evidence: [`features::extract`](crate::features::extract). Empty otherwise.
	pub similarity: Similarity,
}

/// Opens a file for reading and says how many bytes it has.
pub fn open_original(path: &Path) -> Result<(File, u64), Error> {
	let unreadable = |reason| Error::reading(path, reason);
	// Asked before it is opened: opening a pipe waits for somebody to write into it.
	if !fs::metadata(path).map_err(unreadable)?.is_file() {
		return Err(Error::NotAFile { path: path.to_owned() });
	}
	let file = File::open(path).map_err(unreadable)?;
	let size = file.metadata().map_err(unreadable)?.len();
	Ok((file, size))
}

/// Reads an original of any size, in constant memory. `progress` is told the bytes read so far, some thousand times a gigabyte.
pub fn read_original(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Original, Error> {
	read_original_through(path, &mut |_| (), progress)
}

/// The same, and shows every byte to `see` in the same pass, in order.
pub(crate) fn read_original_through(
	path: &Path,
	see: &mut dyn FnMut(&[u8]),
	progress: &mut dyn FnMut(u64),
) -> Result<Original, Error> {
	let unreadable = |reason| Error::reading(path, reason);
	let (file, _) = open_original(path)?;
	let before = file.metadata().map_err(unreadable)?;
	let content = Content::read(&file, before.len() >= THREAD_FROM_BYTES, see, progress).map_err(unreadable)?;
	let after = file.metadata().map_err(unreadable)?;
	// A file system without modification times says `None` both times.
	let state = |file: &fs::Metadata| (file.modified().ok(), file.len());
	if state(&before) != state(&after) || content.size != after.len() {
		return Err(Error::Changed { path: path.to_owned() });
	}
	if content.size == 0 {
		return Err(Error::Empty { path: path.to_owned() });
	}
	let whole = content.head.len() as u64 == content.size;
	Ok(Original {
		sha256: content.sha256,
		sha3_512: content.sha3_512,
		size: content.size,
		media_type: media_type(&content.head, whole).to_owned(),
		similarity: Similarity::default(),
	})
}

/// What one pass over a stream yields.
struct Content {
	sha256: [u8; 32],
	sha3_512: [u8; 64],
	size: u64,
	/// The first bytes, at most [`HEAD_BYTES`].
	head: Vec<u8>,
}

impl Content {
	/// `threaded`: SHA3-512 gets a thread of its own.
	fn read(stream: impl Read, threaded: bool, see: &mut dyn FnMut(&[u8]), progress: &mut dyn FnMut(u64)) -> io::Result<Self> {
		let mut pass = Pass {
			sha256: Sha256::new(),
			size: 0,
			head: Vec::new(),
			see,
			progress,
		};
		let mut sha3 = Sha3_512::new();
		if threaded {
			// Full buffers go to the thread, empty ones come back: as many as there are, so neither side runs far ahead.
			let (full, work) = mpsc::channel::<Vec<u8>>();
			let (done, empty) = mpsc::channel();
			for _ in 0..4 {
				done.send(Vec::with_capacity(BUFFER_BYTES))
					.expect("the receiver is in scope; qed");
			}
			sha3 = thread::scope(|scope| {
				let hasher = scope.spawn(move || {
					for buffer in work {
						sha3.update(&buffer);
						// Nobody waits for a buffer after the last byte.
						let _ = done.send(buffer);
					}
					sha3
				});
				let next = || {
					empty
						.recv()
						.expect("the thread gives back what it gets, while it gets something; qed")
				};
				let outcome = pass.run(stream, next, |buffer| {
					full.send(buffer)
						.expect("the thread listens until there is nothing more to come; qed");
				});
				drop(full);
				let sha3 = hasher.join().expect("hashing bytes in memory does not panic; qed");
				outcome.map(|()| sha3)
			})?;
		} else {
			let spare = std::cell::Cell::new(Vec::with_capacity(BUFFER_BYTES));
			pass.run(
				stream,
				|| spare.take(),
				|buffer| {
					sha3.update(&buffer);
					spare.set(buffer);
				},
			)?;
		}
		Ok(Self {
			sha256: pass.sha256.finalize().into(),
			sha3_512: sha3.finalize().into(),
			size: pass.size,
			head: pass.head,
		})
	}
}

/// What happens to each byte in the thread that reads.
struct Pass<'a> {
	sha256: Sha256,
	size: u64,
	head: Vec<u8>,
	see: &'a mut dyn FnMut(&[u8]),
	progress: &'a mut dyn FnMut(u64),
}

impl Pass<'_> {
	/// `next` has an empty buffer, and `pass_on` takes it with what was read.
	fn run(&mut self, mut stream: impl Read, next: impl Fn() -> Vec<u8>, mut pass_on: impl FnMut(Vec<u8>)) -> io::Result<()> {
		loop {
			let mut buffer = next();
			buffer.resize(BUFFER_BYTES, 0);
			let length = loop {
				match stream.read(&mut buffer) {
					Err(error) if error.kind() == ErrorKind::Interrupted => continue,
					result => break result?,
				}
			};
			if length == 0 {
				return Ok(());
			}
			buffer.truncate(length);
			self.sha256.update(&buffer);
			self.head
				.extend(buffer.iter().take(HEAD_BYTES.saturating_sub(self.head.len())));
			(self.see)(&buffer);
			// Cannot saturate: no file has 2^64 bytes.
			self.size = self.size.saturating_add(length as u64);
			(self.progress)(self.size);
			pass_on(buffer);
		}
	}
}

/// The media types of `infer` that a text can have. The others it tells by two or three bytes, which a text may well begin with.
const TEXTUAL: [&str; 6] = [
	"application/pdf",
	"application/postscript",
	"application/rtf",
	"text/html",
	"text/x-shellscript",
	"text/xml",
];

/// The media type of a content that begins with `head`; `whole` if there is no more of it.
fn media_type(head: &[u8], whole: bool) -> &'static str {
	let text = is_text(head, whole);
	match infer::get(head).map(|kind| kind.mime_type()) {
		Some(known) if !text || TEXTUAL.contains(&known) => known,
		_ if text => "text/plain",
		_ => "application/octet-stream",
	}
}

/// Whether it is UTF-8 without control characters other than white space.
fn is_text(head: &[u8], whole: bool) -> bool {
	let text = match std::str::from_utf8(head) {
		Ok(text) => text,
		// The head may end in the middle of a character.
		Err(error) if !whole && error.error_len().is_none() => {
			let valid = head.get(..error.valid_up_to()).unwrap_or_default();
			std::str::from_utf8(valid).unwrap_or_default()
		},
		Err(_) => return false,
	};
	!text
		.chars()
		.any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}'))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn directory() -> tempfile::TempDir {
		tempfile::tempdir().expect("a temporary directory can be made")
	}

	/// The names in a directory.
	fn names(directory: &Path) -> Vec<String> {
		let entries = fs::read_dir(directory).expect("can be listed");
		entries
			.map(|entry| entry.expect("can be read").file_name().to_string_lossy().into_owned())
			.collect()
	}

	fn content(stream: impl Read, threaded: bool) -> Content {
		Content::read(stream, threaded, &mut |_| (), &mut |_| ()).expect("reading from memory works")
	}

	fn sha256(stream: impl Read) -> String {
		hex::encode(content(stream, false).sha256)
	}

	fn sha3_512(stream: impl Read) -> String {
		hex::encode(content(stream, false).sha3_512)
	}

	/// Hands out its content in pieces, as a slow disk does.
	struct Pieces<'a>(&'a [u8], usize);

	impl Read for Pieces<'_> {
		fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
			let piece = self.1.min(buffer.len());
			self.0.read(&mut buffer[..piece])
		}
	}

	/// The examples of FIPS 180-2, appendix B, and of the empty message.
	#[test]
	fn published_sha_256_vectors_are_met() {
		let long = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
		assert_eq!(
			sha256(&b"abc"[..]),
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
		);
		assert_eq!(
			sha256(&long[..]),
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
		);
		assert_eq!(
			sha256(io::empty()),
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		);
		let million = io::repeat(b'a').take(1_000_000);
		assert_eq!(
			sha256(million),
			"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
		);
	}

	/// The examples of FIPS 202 for a message of no bits and for "abc", as NIST publishes them.
	#[test]
	fn published_sha3_512_vectors_are_met() {
		assert_eq!(
			sha3_512(io::empty()),
			"a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26"
		);
		assert_eq!(
			sha3_512(&b"abc"[..]),
			"b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0"
		);
	}

	proptest! {
		#[test]
		fn the_digest_does_not_depend_on_how_the_disk_hands_out_the_content(content: Vec<u8>, piece in 1usize..300) {
			for threaded in [false, true] {
				let mut seen = Vec::<u8>::new();
				let read = Content::read(Pieces(&content, piece), threaded, &mut |bytes| seen.extend(bytes), &mut |_| ());
				let read = read.expect("reading from memory works");
				prop_assert_eq!(&read.sha256[..], &Sha256::digest(&content)[..]);
				prop_assert_eq!(&read.sha3_512[..], &Sha3_512::digest(&content)[..]);
				prop_assert_eq!(read.size, content.len() as u64);
				prop_assert_eq!(&seen, &content);
			}
		}

		#[test]
		fn any_content_has_a_media_type(content: Vec<u8>, whole: bool) {
			prop_assert!(media_type(&content, whole).contains('/'));
		}
	}

	#[test]
	fn a_large_original_is_read_to_its_end_with_progress() {
		let directory = directory();
		let path = directory.path().join("large");
		let content: Vec<u8> = (0..9 * BUFFER_BYTES + 1).map(|i| (i % 251) as u8).collect();
		write_new(&path, &content, false).expect("can be written");
		let mut seen = Vec::new();
		let original = read_original(&path, &mut |bytes| seen.push(bytes)).expect("can be read");
		assert_eq!(original.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
		assert_eq!(original.sha3_512, <[u8; 64]>::from(Sha3_512::digest(&content)));
		assert_eq!(original.size, content.len() as u64);
		assert!(seen.is_sorted() && seen.len() > 1, "{seen:?}");
		assert_eq!(seen.last(), Some(&original.size));
	}

	#[test]
	fn a_single_changed_byte_changes_the_digest() {
		let directory = directory();
		let path = directory.path().join("document");
		let mut content = vec![b'x'; 2 * BUFFER_BYTES];
		write_new(&path, &content, false).expect("can be written");
		let original = read_original(&path, &mut |_| ()).expect("can be read");
		for place in [0, BUFFER_BYTES - 1, BUFFER_BYTES, 2 * BUFFER_BYTES - 1] {
			content[place] ^= 1;
			fs::write(&path, &content).expect("can be written");
			let changed = read_original(&path, &mut |_| ()).expect("can be read");
			assert_ne!(changed.sha256, original.sha256, "byte {place}");
			assert_ne!(changed.sha3_512, original.sha3_512, "byte {place}");
			content[place] ^= 1;
		}
	}

	#[test]
	fn what_is_no_original_is_refused_with_its_reason() {
		let directory = directory();
		let read = |path: &Path| read_original(path, &mut |_| ());

		let path = directory.path().join("nothing");
		assert!(matches!(read(&path), Err(Error::NotFound { .. })));
		assert!(matches!(read(directory.path()), Err(Error::NotAFile { .. })));
		write_new(&path, b"", false).expect("can be written");
		assert!(matches!(read(&path), Err(Error::Empty { .. })));
		assert!(matches!(read(&path.join("below a file")), Err(Error::NotFound { .. })));
		#[cfg(unix)]
		{
			// With an end that nobody reads, opening a pipe would wait for ever.
			let pipe = directory.path().join("pipe");
			let status = std::process::Command::new("mkfifo")
				.arg(&pipe)
				.status()
				.expect("mkfifo is on every Unix");
			assert!(status.success());
			assert!(matches!(read(&pipe), Err(Error::NotAFile { .. })));
			assert!(matches!(read(Path::new("/dev/null")), Err(Error::NotAFile { .. })));
		}
	}

	#[test]
	fn an_original_that_grows_while_it_is_read_is_refused() {
		let directory = directory();
		let path = directory.path().join("log");
		write_new(&path, &[b'x'; 2 * BUFFER_BYTES], false).expect("can be written");
		let mut log = File::options().append(true).open(&path).expect("can be opened");
		let mut lines = 3;
		let result = read_original(&path, &mut |_| {
			if lines > 0 {
				lines -= 1;
				log.write_all(b"one more line").expect("can be written");
			}
		});
		assert!(matches!(result, Err(Error::Changed { .. })), "{result:?}");
	}

	#[cfg(unix)]
	#[test]
	fn a_file_that_may_not_be_read_is_unreadable() {
		use std::os::unix::fs::PermissionsExt;
		let directory = directory();
		let path = directory.path().join("secret");
		write_new(&path, b"content", true).expect("can be written");
		fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("is ours");
		// The administrator may read everything, and there is no refusal to see then.
		if File::open(&path).is_err() {
			assert!(matches!(read_original(&path, &mut |_| ()), Err(Error::Unreadable { .. })));
		}
	}

	#[test]
	fn more_than_the_limit_is_not_read() {
		let directory = directory();
		let path = directory.path().join("ten");
		write_new(&path, b"0123456789", false).expect("can be written");
		assert_eq!(read_bounded(&path, 10).expect("just fits"), b"0123456789");
		assert!(matches!(read_bounded(&path, 9), Err(Error::TooLarge { limit: 9, .. })));
		assert_eq!(read_bounded(&path, u64::MAX).expect("fits"), b"0123456789");
	}

	#[test]
	fn a_new_file_never_overwrites() {
		let directory = directory();
		let path = directory.path().join("evidence");
		write_new(&path, b"first", false).expect("can be written");
		assert!(matches!(write_new(&path, b"second", false), Err(Error::Exists { .. })));
		assert_eq!(fs::read(&path).expect("is there"), b"first");
		assert_eq!(names(directory.path()), ["evidence"], "no temporary file is left");
	}

	#[test]
	fn a_failed_write_leaves_nothing() {
		let directory = directory();
		let path = directory.path().join("missing").join("evidence");
		assert!(matches!(write_new(&path, b"content", false), Err(Error::Unwritable { .. })));
		assert!(names(directory.path()).is_empty());
	}

	#[test]
	fn what_is_replaced_is_there_whole_and_nothing_else_is() {
		let directory = directory();
		let path = directory.path().join("networks");
		for content in [&b"first"[..], b"second", b""] {
			replace(&path, content).expect("can be written");
			assert_eq!(fs::read(&path).expect("is there"), content);
			assert_eq!(names(directory.path()), ["networks"]);
		}
	}

	#[cfg(unix)]
	#[test]
	fn a_file_that_is_there_is_not_said_to_be_missing() {
		use std::os::unix::fs::PermissionsExt;
		let parent = directory();
		let directory = parent.path().join("write only");
		fs::create_dir(&directory).expect("can be made");
		fs::set_permissions(&directory, fs::Permissions::from_mode(0o300)).expect("is ours");
		// The administrator may list everything, and nothing fails then.
		if fs::read_dir(&directory).is_err() {
			let path = directory.join("evidence");
			let outcome = write_new(&path, b"content", false);
			assert!(matches!(outcome, Err(Error::NotSynced { .. })), "{outcome:?}");
			assert_eq!(fs::read(&path).expect("is there"), b"content");
		}
		fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("is ours");
	}

	#[cfg(unix)]
	#[test]
	fn a_private_file_is_for_its_user_alone() {
		use std::os::unix::fs::PermissionsExt;
		let directory = directory();
		let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
		let path = directory.path().join("key");
		write_new(&path, b"secret", true).expect("can be written");
		assert_eq!(mode(&path), 0o600);
	}

	/// A disk that fails in the middle must end the thread, too.
	#[test]
	fn a_disk_that_fails_in_the_middle_is_an_error() {
		struct Failing(usize);
		impl Read for Failing {
			fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
				self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("no such sector"))?;
				Ok(buffer.len())
			}
		}
		for threaded in [false, true] {
			let result = Content::read(Failing(9), threaded, &mut |_| (), &mut |_| ());
			assert!(result.is_err_and(|error| error.to_string() == "no such sector"));
			let read = Content::read(Failing(9).take(7 * BUFFER_BYTES as u64), threaded, &mut |_| (), &mut |_| ());
			assert_eq!(read.expect("the control").size, 7 * BUFFER_BYTES as u64);
		}
	}

	/// Skippable frames of Zstandard, of which `infer` follows one to the next by recursion.
	#[test]
	fn a_hostile_content_does_not_exhaust_the_stack() {
		let frames = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(BUFFER_BYTES);
		let content = content(&frames[..], false);
		assert_eq!(content.head.len(), HEAD_BYTES);
		assert_eq!(media_type(&content.head, false), "application/octet-stream");
	}

	#[test]
	fn media_types_follow_the_content() {
		let of = |head: &[u8]| media_type(head, true);
		assert_eq!(of(b"%PDF-1.7\n"), "application/pdf");
		assert_eq!(of(b"\x89PNG\r\n\x1a\n"), "image/png");
		assert_eq!(of(b"<?xml version=\"1.0\"?><Invoice/>"), "text/xml");
		assert_eq!(of("Übergabeprotokoll\r\n".as_bytes()), "text/plain");
		assert_eq!(of(b"MZ is how this letter begins"), "text/plain");
		assert_eq!(of(b"\x00\x01\x02"), "application/octet-stream");
		assert_eq!(of(b"\xff\xfe is no UTF-8"), "application/octet-stream");
		// A head may end within a character, a whole content may not.
		assert_eq!(media_type(b"caf\xc3", false), "text/plain");
		assert_eq!(media_type(b"caf\xc3", true), "application/octet-stream");
	}
}
