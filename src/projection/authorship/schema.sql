-- Whose words the accepted texts are. Row numbers of revisions and units are those of the rows.

-- Every accepted revision, in the order in which they were taken in. origins: runs.ts; null where there is no text
-- (none, not UTF-8, too long, erased).
CREATE TABLE authorship_text (
  seq INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL UNIQUE,
  unit INTEGER NOT NULL,
  parents TEXT NOT NULL,          -- row numbers, a JSON array
  digest BLOB,                    -- SHA-256 of the text
  origins BLOB
) STRICT;
CREATE INDEX authorship_text_by_digest ON authorship_text (unit, digest);

-- What is known of a revision though a text was erased (residue.ts).
CREATE TABLE authorship_given (
  revision INTEGER PRIMARY KEY,
  origins BLOB NOT NULL,          -- as above
  words TEXT                      -- of an erased text: pairs of origin and words, a JSON array
) STRICT;

-- Lines and sentences by the first 16 bytes of the SHA-256 of their words: whose they were when they first stood in the unit.
CREATE TABLE authorship_piece (
  key BLOB NOT NULL,
  unit INTEGER NOT NULL,
  origins BLOB NOT NULL,
  PRIMARY KEY (key, unit)
) STRICT, WITHOUT ROWID;

-- Phrases by a number of 53 bits (phrases.ts): which revision brought each in first. Only of texts that are not erased.
CREATE TABLE authorship_phrase (
  key INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  line INTEGER NOT NULL           -- of its text, in which it begins
) STRICT;

-- Words that stand in the head of a unit, by the revision they came from, which may be one of another unit.
CREATE TABLE authorship_standing (
  unit INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  words INTEGER NOT NULL,
  PRIMARY KEY (unit, origin)
) STRICT, WITHOUT ROWID;
CREATE INDEX authorship_standing_by_origin ON authorship_standing (origin);

-- Heads whose words are still to be counted; none once all entries were taken in.
CREATE TABLE authorship_due (
  unit INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT;
