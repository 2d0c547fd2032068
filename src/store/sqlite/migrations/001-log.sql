-- log.db: the truth of one community. Entries stand apart from what may change beside them, and tiles apart
-- from entries, so that opening a large log reads neither.

CREATE TABLE entries (
  idx INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
) STRICT;

-- Salts and digests of an entry's parts; replaced when a part is erased.
CREATE TABLE sidecars (
  idx INTEGER PRIMARY KEY REFERENCES entries (idx),
  bytes BLOB NOT NULL
) STRICT;

-- key = level * 2^40 + number; up to 256 hashes of 32 bytes.
CREATE TABLE tiles (
  key INTEGER PRIMARY KEY,
  hashes BLOB NOT NULL
) STRICT;

-- The latest signed checkpoint: one row.
CREATE TABLE checkpoint (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  size INTEGER NOT NULL,
  note BLOB NOT NULL
) STRICT;

-- codec 0: bytes as they are; 1: zstd, with the decoded `base` as dictionary; 2: a file, `bytes` is null.
-- cost: bytes of work to decode, the chain of bases included; an upper bound once a base was erased.
-- A base is always older than what stands on it, so chains end.
CREATE TABLE parts (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
  size INTEGER NOT NULL,
  codec INTEGER NOT NULL CHECK (codec IN (0, 1, 2)),
  cost INTEGER NOT NULL,
  base INTEGER REFERENCES parts (id) CHECK (base < id),
  bytes BLOB CHECK ((bytes IS NULL) = (codec = 2))
) STRICT;

CREATE INDEX parts_by_base ON parts (base) WHERE base IS NOT NULL;

-- One row while something was deleted or replaced whose bytes may still be in the raw files.
CREATE TABLE scrub_due (
  only INTEGER PRIMARY KEY CHECK (only = 1)
) STRICT;
