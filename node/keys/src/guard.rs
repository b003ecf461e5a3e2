// SPDX-License-Identifier: GPL-3.0-or-later WITH Classpath-exception-2.0

use crate::vote::{Kind, RoundNumber, SetId, Vote};
use codec::{Decode, DecodeAll, Encode};
use sp_core::H256;
use sp_crypto_hashing::blake2_64;
use std::{
	collections::BTreeMap,
	fs::{self, File, TryLockError},
	io::{self, Write},
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Mutex, PoisonError,
	},
};

/// Rounds whose votes are remembered one by one. GRANDPA may vote in a round after it voted in a later one, when it caught up with the others;
/// it gives up such a round within two rounds. What was forgotten is refused.
const ROUNDS: usize = 64;
/// Records before the file is written anew with those that still count: some 20 minutes of votes, and less than a mebibyte.
const RECORDS: usize = 4_096;
/// The first version of the file.
const VERSION: u8 = 1;
/// The file with what was signed, in the guard's directory.
const FILE: &str = "marks";
/// Written first, then given the name of the other.
const NEW_FILE: &str = "marks.new";
/// Who has the lock of this file has the guard.
const LOCK: &str = "lock";

/// What was signed, and what therefore is never signed again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
	/// The latest slot for which a block was made.
	pub slot: Option<u64>,
	/// Nothing is signed any more in this round of this set of authorities, nor in any before it.
	pub floor: Option<(SetId, RoundNumber)>,
	/// Up to this round the ledger was searched for votes of this validator's, and nothing speaks for one that the guard does not know.
	pub searched: Option<(SetId, RoundNumber)>,
	pub(crate) votes: BTreeMap<(SetId, RoundNumber, Kind), Vote>,
}

impl Marks {
	/// Votes above the floor, in the order of sets, rounds and kinds.
	pub fn votes(&self) -> impl Iterator<Item = &Vote> {
		self.votes.values()
	}

	/// The latest set and round that are known to have been voted in, or are closed.
	pub fn latest(&self) -> Option<(SetId, RoundNumber)> {
		let voted = self.votes.last_key_value().map(|((set, round, _), _)| (*set, *round));
		voted.max(self.floor)
	}

	/// The rules. `Ok(false)`: this very vote was signed before.
	fn judge(&self, vote: &Vote) -> Result<bool, Refusal> {
		if let Some(signed) = self.votes.get(&vote.place()) {
			return match signed.target == vote.target {
				true => Ok(false),
				false => Err(Refusal::OtherTarget {
					signed: Box::new(signed.clone()),
					asked: Box::new(vote.clone()),
				}),
			};
		}
		match self.floor {
			Some((set, round)) if (vote.set, vote.round) <= (set, round) => Err(Refusal::TooEarly {
				asked: vote.clone(),
				set,
				round,
			}),
			_ => Ok(true),
		}
	}

	fn apply(&mut self, record: &Record) {
		match record {
			Record::Header { .. } => {},
			Record::Slot(slot) => self.slot = self.slot.max(Some(*slot)),
			Record::Floor { set, round } => self.raise((*set, *round)),
			Record::Searched { set, round } => self.searched = self.searched.max(Some((*set, *round))),
			Record::Vote(vote) => {
				// Rounds of a set begin with 1: this closes all sets before.
				self.raise((vote.set, 0));
				self.votes.insert(vote.place(), vote.clone());
				let mut rounds: Vec<_> = self.votes.keys().map(|(set, round, _)| (*set, *round)).collect();
				rounds.dedup();
				if let Some(forgotten) = rounds.len().checked_sub(ROUNDS + 1).and_then(|index| rounds.get(index)) {
					self.raise(*forgotten);
				}
			},
		}
	}

	fn raise(&mut self, floor: (SetId, RoundNumber)) {
		self.floor = self.floor.max(Some(floor));
		let floor = self.floor;
		self.votes.retain(|(set, round, _), _| Some((*set, *round)) > floor);
	}

	/// As few records as say the same.
	fn records(&self) -> Vec<Record> {
		let slot = self.slot.map(Record::Slot);
		let floor = self.floor.map(|(set, round)| Record::Floor { set, round });
		let searched = self.searched.map(|(set, round)| Record::Searched { set, round });
		let votes = self.votes.values().cloned().map(Record::Vote);
		slot.into_iter().chain(floor).chain(searched).chain(votes).collect()
	}
}

/// Why something was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
	/// A second vote for another block, which would cost the validator its margin.
	#[error(
		"the guard refuses to vote for {} in the {}: this validator has signed a vote for {} there. Either its database lost what it had \
		 voted, or another copy of it runs: see \"Restore a validator\" in the RUNBOOK", .asked.target, .asked.place_name(), .signed.target
	)]
	OtherTarget {
		/// What was signed.
		signed: Box<Vote>,
		/// What was to be signed.
		asked: Box<Vote>,
	},
	/// What was signed there is not remembered any more.
	#[error("the guard refuses to vote in the {}: it signs only after round {round} of set {set}", .asked.place_name())]
	TooEarly {
		/// What was to be signed.
		asked: Vote,
		/// The set of the floor.
		set: SetId,
		/// The round of the floor.
		round: RoundNumber,
	},
	/// A second block for a slot, or one for a slot in the past.
	#[error("the guard refuses a block for slot {asked}: this validator has made one for slot {signed}. Is the clock of this machine set back?")]
	Slot {
		/// The latest one with a block.
		signed: u64,
		/// The one for which a block was to be made.
		asked: u64,
	},
	/// It is not known yet whether this validator signed more than the guard remembers.
	#[error("the guard is closed: the node still compares with the ledger what this validator has signed")]
	Closed,
	/// A GRANDPA key signs votes and the proof of ownership that `author_rotateKeysWithOwner` makes.
	#[error("the guard refuses to sign with a GRANDPA key what is neither a vote nor a proof of ownership")]
	NoVote,
	/// What is not on the disk must not be signed.
	#[error("the guard signs nothing more, since {path} cannot be written: {error}. Give the disk room, then restart the node")]
	Unwritable {
		/// The guard's file.
		path: PathBuf,
		/// What the operating system said.
		error: String,
	},
}

/// Why the guard cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// Two nodes with one guard would be two nodes with one key.
	#[error("another node uses the guard in {0}. A validator's keys belong to one node: end the other one, or give this one its own keys")]
	InUse(PathBuf),
	/// Somebody or something changed it.
	#[error(
		"{path}, line {line}: this is not what the guard wrote, so it is unknown what this validator has signed. Move the file away; the \
		 node then asks the ledger, and votes again when the network has gone on without it. Check the disk"
	)]
	Corrupt {
		/// The guard's file.
		path: PathBuf,
		/// From 1.
		line: usize,
	},
	/// It says nothing about this network.
	#[error("{path} belongs to the network with the genesis block {theirs}, this one's is {ours}: give --guard-path another directory")]
	OtherNetwork {
		/// The guard's file.
		path: PathBuf,
		/// The file's.
		theirs: H256,
		/// This node's.
		ours: H256,
	},
	/// There is none.
	#[error("no guard has been here yet: there is no {0}")]
	Missing(PathBuf),
	/// The operating system refused.
	#[error("{path}: {error}")]
	Io {
		/// What was to be read or written.
		path: PathBuf,
		/// Why not.
		error: io::Error,
	},
}

/// Where the file that the guard found comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
	/// There was none.
	Missing,
	/// It is where the guard wrote it.
	InPlace,
	/// It is a copy, and may be an old one: a backup for instance.
	Copied,
}

/// A line of the file. Indices are for ever.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum Record {
	#[codec(index = 0)]
	Header {
		version: u8,
		genesis: H256,
		/// Of the file that it was written to. In a copy it is another's; 0 is nobody's.
		inode: u64,
	},
	#[codec(index = 1)]
	Vote(Vote),
	#[codec(index = 2)]
	Slot(u64),
	#[codec(index = 3)]
	Floor { set: SetId, round: RoundNumber },
	#[codec(index = 4)]
	Searched { set: SetId, round: RoundNumber },
}

impl Record {
	/// Hexadecimal, the checksum last, so that an editor or a bad disk is noticed.
	fn line(&self) -> String {
		let bytes = self.encode();
		format!("{} {}\n", hex::encode(&bytes), hex::encode(blake2_64(&bytes)))
	}

	fn parse(line: &str) -> Option<Self> {
		let (bytes, checksum) = line.split_once(' ')?;
		let bytes = hex::decode(bytes).ok()?;
		if hex::decode(checksum).ok()? != blake2_64(&bytes) {
			return None;
		}
		Self::decode_all(&mut &bytes[..]).ok()
	}
}

/// Stands in front of every key that signs votes or blocks of a validator: what it admits is on the disk before it is signed.
///
/// It is closed when it is made, and admits nothing until [`Guard::open_up`].
pub struct Guard {
	state: Mutex<State>,
	path: PathBuf,
	genesis: H256,
	origin: Origin,
	open: AtomicBool,
	refused: AtomicU64,
	/// Held for as long as the guard lives.
	_lock: File,
}

struct State {
	marks: Marks,
	file: File,
	records: usize,
	/// Otherwise it is a copy, of which nobody knows yet whether it is an old one: the next start has to see that too.
	settled: bool,
	/// After an error, what is on the disk is unknown.
	broken: Option<Refusal>,
}

impl Guard {
	/// Takes over the guard in `directory`, which is made where there is none. `genesis`: the hash of the network's first block.
	///
	/// # Errors
	///
	/// Another process has it; the file is damaged, or of another network; the directory cannot be written.
	pub fn new(directory: &Path, genesis: H256) -> Result<Self, Error> {
		let at = |path: &Path| {
			let path = path.to_owned();
			move |error| Error::Io { path, error }
		};
		fs::create_dir_all(directory).map_err(at(directory))?;
		let lock_path = directory.join(LOCK);
		let lock = File::options()
			.create(true)
			.truncate(false)
			.write(true)
			.open(&lock_path)
			.map_err(at(&lock_path))?;
		lock.try_lock().map_err(|error| match error {
			TryLockError::WouldBlock => Error::InUse(directory.to_owned()),
			TryLockError::Error(error) => Error::Io { path: lock_path, error },
		})?;

		let path = directory.join(FILE);
		let (marks, origin) = match read(&path) {
			Ok((_, _, theirs)) if theirs != genesis => {
				let ours = genesis;
				return Err(Error::OtherNetwork { path, theirs, ours });
			},
			Ok((marks, in_place, _)) => (marks, if in_place { Origin::InPlace } else { Origin::Copied }),
			Err(Error::Missing(_)) => (Marks::default(), Origin::Missing),
			Err(error) => return Err(error),
		};
		// Anew, so that a line that was cut short by a crash, and whose vote was not signed therefore, is gone.
		let settled = origin != Origin::Copied;
		let (file, records) = write(directory, genesis, &marks, settled).map_err(at(&path))?;
		Ok(Self {
			state: Mutex::new(State {
				marks,
				file,
				records,
				settled,
				broken: None,
			}),
			path,
			genesis,
			origin,
			open: AtomicBool::new(false),
			refused: AtomicU64::new(0),
			_lock: lock,
		})
	}

	/// Takes over the guard that is in `directory`, of whatever network it is.
	///
	/// # Errors
	///
	/// There is none; or as [`Guard::new`].
	pub fn existing(directory: &Path) -> Result<Self, Error> {
		let (_, _, genesis) = read(&directory.join(FILE))?;
		Self::new(directory, genesis)
	}

	/// What the guard in `directory` remembers. The node may run meanwhile.
	///
	/// # Errors
	///
	/// There is none, or it is damaged.
	pub fn show(directory: &Path) -> Result<Marks, Error> {
		read(&directory.join(FILE)).map(|(marks, _, _)| marks)
	}

	/// What was signed.
	pub fn marks(&self) -> Marks {
		self.state().marks.clone()
	}

	/// Where the file came from, when the guard took over.
	pub fn origin(&self) -> Origin {
		self.origin
	}

	/// Whether it admits anything at all.
	pub fn is_open(&self) -> bool {
		self.open.load(Ordering::Acquire) && self.state().broken.is_none()
	}

	/// How often it refused.
	pub fn refused(&self) -> u64 {
		self.refused.load(Ordering::Relaxed)
	}

	/// From now on, what the rules allow is admitted.
	///
	/// # Errors
	///
	/// The disk cannot be written.
	pub fn open_up(&self) -> Result<(), Refusal> {
		let mut state = self.state();
		if !state.settled {
			state.settled = true;
			let rewritten = self.rewrite(&mut state);
			self.kept(&mut state, rewritten).map_err(|refusal| self.refuse(refusal))?;
		}
		self.open.store(true, Ordering::Release);
		Ok(())
	}

	/// Admits a vote. When this returns, the vote may be signed, for ever.
	///
	/// # Errors
	///
	/// Another vote was signed in this place; the place is at or below the floor; the guard is closed; the disk cannot be written.
	pub fn admit_vote(&self, vote: &Vote) -> Result<(), Refusal> {
		self.admit(|marks| Ok(marks.judge(vote)?.then(|| Record::Vote(vote.clone()))))
	}

	/// Admits a block. When this returns, a block for this slot may be published, one.
	///
	/// # Errors
	///
	/// There was one for this slot or a later one; the guard is closed; the disk cannot be written.
	pub fn admit_slot(&self, slot: u64) -> Result<(), Refusal> {
		self.admit(|marks| match marks.slot {
			Some(signed) if signed >= slot => Err(Refusal::Slot { signed, asked: slot }),
			_ => Ok(Some(Record::Slot(slot))),
		})
	}

	/// Something was asked of a key that no key of its kind signs.
	pub fn refuse(&self, refusal: Refusal) -> Refusal {
		self.refused.fetch_add(1, Ordering::Relaxed);
		log::error!("{refusal}");
		refusal
	}

	/// Closes all that is not after this round.
	///
	/// # Errors
	///
	/// The disk cannot be written.
	pub fn raise(&self, set: SetId, round: RoundNumber) -> Result<(), Refusal> {
		self.note(Record::Floor { set, round })
	}

	/// Closes this slot and all before.
	///
	/// # Errors
	///
	/// The disk cannot be written.
	pub fn raise_slot(&self, slot: u64) -> Result<(), Refusal> {
		self.note(Record::Slot(slot))
	}

	/// Remembers that the ledger up to this round was searched, and nothing found that the guard does not know.
	///
	/// # Errors
	///
	/// The disk cannot be written.
	pub fn searched(&self, set: SetId, round: RoundNumber) -> Result<(), Refusal> {
		self.note(Record::Searched { set, round })
	}

	fn admit(&self, rule: impl FnOnce(&Marks) -> Result<Option<Record>, Refusal>) -> Result<(), Refusal> {
		let mut state = self.state();
		let admitted = match self.open.load(Ordering::Acquire) {
			false => Err(Refusal::Closed),
			true => rule(&state.marks),
		};
		let written = admitted.and_then(|record| record.map_or(Ok(()), |record| self.write_down(&mut state, record)));
		written.map_err(|refusal| self.refuse(refusal))
	}

	fn note(&self, record: Record) -> Result<(), Refusal> {
		let mut state = self.state();
		self.write_down(&mut state, record).map_err(|refusal| self.refuse(refusal))
	}

	fn write_down(&self, state: &mut State, record: Record) -> Result<(), Refusal> {
		if let Some(broken) = &state.broken {
			return Err(broken.clone());
		}
		let appended = state
			.file
			.write_all(record.line().as_bytes())
			.and_then(|()| state.file.sync_data());
		let kept = appended.and_then(|()| {
			state.marks.apply(&record);
			state.records = state.records.saturating_add(1);
			match state.records > RECORDS {
				true => self.rewrite(state),
				false => Ok(()),
			}
		});
		self.kept(state, kept)
	}

	fn rewrite(&self, state: &mut State) -> io::Result<()> {
		let directory = self.path.parent().unwrap_or(Path::new("/"));
		(state.file, state.records) = write(directory, self.genesis, &state.marks, state.settled)?;
		Ok(())
	}

	fn kept(&self, state: &mut State, written: io::Result<()>) -> Result<(), Refusal> {
		written.map_err(|error| {
			let refusal = Refusal::Unwritable {
				path: self.path.clone(),
				error: error.to_string(),
			};
			state.broken = Some(refusal.clone());
			refusal
		})
	}

	/// A panic in the midst of a change leaves the marks as they were, or with what is on the disk.
	fn state(&self) -> std::sync::MutexGuard<'_, State> {
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// The marks, whether the file is where it was written, and its network's genesis.
fn read(path: &Path) -> Result<(Marks, bool, H256), Error> {
	let io = |error| Error::Io {
		path: path.to_owned(),
		error,
	};
	let bytes = match fs::read(path) {
		Ok(bytes) => bytes,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::Missing(path.to_owned())),
		Err(error) => return Err(io(error)),
	};
	// What follows the last end of a line was cut short by a crash: it was not admitted.
	let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
	let corrupt = |line| Error::Corrupt {
		path: path.to_owned(),
		line,
	};
	let text = std::str::from_utf8(&bytes[..whole]).map_err(|_| corrupt(1))?;
	let mut lines = text.lines().zip(1..);
	let Some(Record::Header {
		version: VERSION,
		genesis,
		inode,
	}) = lines.next().and_then(|(line, _)| Record::parse(line))
	else {
		return Err(corrupt(1));
	};
	let mut marks = Marks::default();
	for (line, number) in lines {
		marks.apply(&Record::parse(line).ok_or_else(|| corrupt(number))?);
	}
	let in_place = fs::metadata(path).map_err(io)?.ino() == inode;
	Ok((marks, in_place, genesis))
}

/// Replaces the file by one with these marks, at one stroke. Returns it, to be written on, and how many records it has.
fn write(directory: &Path, genesis: H256, marks: &Marks, settled: bool) -> io::Result<(File, usize)> {
	let new = directory.join(NEW_FILE);
	let mut file = File::create(&new)?;
	let header = Record::Header {
		version: VERSION,
		genesis,
		inode: if settled { file.metadata()?.ino() } else { 0 },
	};
	let records = marks.records();
	let lines: String = [header].iter().chain(&records).map(Record::line).collect();
	file.write_all(lines.as_bytes())?;
	file.sync_all()?;
	fs::rename(&new, directory.join(FILE))?;
	// The name is the directory's.
	File::open(directory)?.sync_all()?;
	Ok((file, records.len()))
}

#[cfg(test)]
#[path = "tests/guard.rs"]
mod tests;
