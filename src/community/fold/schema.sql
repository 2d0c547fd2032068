-- What the entries alone decide: members, keys, roles, units, revisions, acceptance (DESIGN.md 4).
-- Row numbers are given in log order, so a replay gives the same ones. Columns named idx are entry indexes.

CREATE TABLE state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  size INTEGER NOT NULL,          -- entries folded
  time INTEGER NOT NULL,          -- log time T, ms
  log BLOB NOT NULL,              -- digest of the genesis
  charter INTEGER NOT NULL,       -- unit number of the charter in force
  rules BLOB NOT NULL,            -- its rules, canonical CBOR
  newer_from INTEGER              -- first entry that needs a newer version; nothing after it is folded
) STRICT;

-- Log time T of each entry, ms: never less than that of the entry before.
CREATE TABLE entry_time (idx INTEGER PRIMARY KEY, time INTEGER NOT NULL) STRICT;

CREATE TABLE void (idx INTEGER PRIMARY KEY, rule TEXT NOT NULL) STRICT;

CREATE TABLE member (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  type TEXT NOT NULL,             -- person, bot, tool
  idx INTEGER NOT NULL,
  keyed INTEGER NOT NULL,         -- 0: named in history, nobody has claimed the name
  next BLOB,                      -- commits to a recovery key
  op BLOB NOT NULL,               -- id of the op that named it
  into_n INTEGER REFERENCES member -- the identity this one was merged into
) STRICT;

-- When which identity was one person with which; from and until are entries.
CREATE TABLE merged (
  member INTEGER NOT NULL REFERENCES member,
  into_n INTEGER NOT NULL REFERENCES member,
  from_idx INTEGER NOT NULL,
  until_idx INTEGER
) STRICT;
CREATE INDEX merged_by_member ON merged (member);

CREATE TABLE member_key (
  n INTEGER PRIMARY KEY,
  key BLOB NOT NULL,
  member INTEGER NOT NULL REFERENCES member,
  from_idx INTEGER NOT NULL,
  until_idx INTEGER,              -- from this entry on it signs no longer
  kinds TEXT,                     -- an agent's key: kinds it may propose, spaces between; NULL for the member's own
  until_time INTEGER,             -- an agent's key: T after which it is over
  direct INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX member_key_by_key ON member_key (key);

-- The last entry of each key: what the next one must name as prev.
CREATE TABLE key_tip (key BLOB PRIMARY KEY, digest BLOB NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE role (
  n INTEGER PRIMARY KEY,
  member INTEGER NOT NULL REFERENCES member,
  role TEXT NOT NULL,
  from_idx INTEGER NOT NULL,
  until_idx INTEGER
) STRICT;
CREATE INDEX role_by_member ON role (member);

CREATE TABLE unit (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  idx INTEGER NOT NULL,
  head INTEGER,                   -- current revision; NULL until one is accepted
  disputed INTEGER NOT NULL DEFAULT 0, -- disputes that stand
  superseded_by INTEGER,          -- unit number; 0 when replaced by nothing in particular
  retired INTEGER NOT NULL DEFAULT 0,
  redacted INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX unit_by_kind ON unit (kind);

CREATE TABLE revision (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  unit INTEGER NOT NULL REFERENCES unit,
  idx INTEGER NOT NULL,
  place INTEGER NOT NULL,         -- of the op in its entry
  author INTEGER NOT NULL REFERENCES member,
  key INTEGER NOT NULL,           -- member_key number
  state TEXT NOT NULL,            -- proposed, accepted, rejected, withdrawn
  accepted INTEGER,               -- seq of the head it was accepted with
  time INTEGER NOT NULL,          -- source time where the op names one, else T; ms
  sourced INTEGER NOT NULL,       -- whether time is the source's
  licence TEXT,                   -- SPDX expression
  rules BLOB                      -- of a charter, policy or right: canonical CBOR
) STRICT;
CREATE INDEX revision_by_unit ON revision (unit);
CREATE INDEX revision_proposed ON revision (unit) WHERE state = 'proposed';

-- Each time a suggested revision was declined or withdrawn, for as-of; when it was accepted is in head.
CREATE TABLE closed (
  revision INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  state TEXT NOT NULL,            -- rejected, withdrawn
  PRIMARY KEY (revision, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE parent (
  revision INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  PRIMARY KEY (revision, parent)
) STRICT, WITHOUT ROWID;

CREATE TABLE contributor (
  revision INTEGER NOT NULL,
  member INTEGER NOT NULL,
  share INTEGER,
  PRIMARY KEY (revision, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX contributor_by_member ON contributor (member);

-- A commitment fills one slot per log.
CREATE TABLE commitment (commit_id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Parts of ops other than revisions.
CREATE TABLE op_part (
  op BLOB NOT NULL,
  name TEXT NOT NULL,
  media TEXT NOT NULL,
  size INTEGER NOT NULL,
  author INTEGER NOT NULL,        -- who wrote the op; for a newcomer's own, the newcomer
  idx INTEGER NOT NULL,
  place INTEGER NOT NULL,
  digest BLOB,                    -- SHA-256; NULL once erased
  PRIMARY KEY (op, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE part (
  revision INTEGER NOT NULL,
  name TEXT NOT NULL,
  media TEXT NOT NULL,
  size INTEGER NOT NULL,
  digest BLOB,                    -- SHA-256; NULL once erased
  PRIMARY KEY (revision, name)
) STRICT, WITHOUT ROWID;

-- Links signed with a revision. to_text is a unit of another community.
CREATE TABLE link (
  revision INTEGER NOT NULL,
  rel TEXT NOT NULL,
  to_id BLOB,
  to_text TEXT,
  at BLOB
) STRICT;
CREATE INDEX link_by_revision ON link (revision);
CREATE INDEX link_by_target ON link (to_id);

-- Each change of a unit's head, in order; shown is the running maximum of time over the unit's heads.
CREATE TABLE head (
  unit INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  shown INTEGER NOT NULL,
  PRIMARY KEY (unit, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX head_by_entry ON head (idx);

-- Each change of a unit's flags, for as-of.
CREATE TABLE flag (
  unit INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  flag TEXT NOT NULL,
  raised INTEGER NOT NULL,
  time INTEGER NOT NULL,
  PRIMARY KEY (unit, seq)
) STRICT, WITHOUT ROWID;

-- Ops other than revisions that wait for consent, or waited.
CREATE TABLE proposal (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  idx INTEGER NOT NULL,
  place INTEGER NOT NULL,
  author INTEGER NOT NULL,
  op TEXT NOT NULL,               -- its name
  body BLOB NOT NULL,             -- the op itself, canonical CBOR
  state TEXT NOT NULL             -- proposed, accepted, rejected, withdrawn
) STRICT;

CREATE TABLE review (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  idx INTEGER NOT NULL,
  place INTEGER NOT NULL,
  member INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  subject BLOB,                   -- op or revision id
  unit INTEGER,                   -- or a target
  at BLOB,
  part TEXT,
  range_start INTEGER,
  range_end INTEGER
) STRICT;
CREATE INDEX review_by_subject ON review (subject);
CREATE INDEX review_by_unit ON review (unit) WHERE unit IS NOT NULL;

CREATE TABLE mark (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  idx INTEGER NOT NULL,
  place INTEGER NOT NULL,
  member INTEGER NOT NULL,
  mark TEXT NOT NULL,
  verdict TEXT,
  unit INTEGER NOT NULL,
  at BLOB,
  part TEXT,
  range_start INTEGER,
  range_end INTEGER,
  until_idx INTEGER               -- the entry that withdrew it
) STRICT;
CREATE INDEX mark_by_unit ON mark (unit);

-- Redacted slots: hidden since idx, to be erased once T has passed due.
CREATE TABLE slot (
  op BLOB NOT NULL,
  part TEXT NOT NULL,
  revision INTEGER,
  idx INTEGER NOT NULL,
  due INTEGER NOT NULL,
  by BLOB NOT NULL,               -- id of the op that asked for it
  PRIMARY KEY (op, part)
) STRICT, WITHOUT ROWID;

-- Evidence on record; digest is that of its part "state", NULL once erased or without one.
CREATE TABLE attestation (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  idx INTEGER NOT NULL,
  about TEXT NOT NULL,
  member INTEGER NOT NULL,
  digest BLOB
) STRICT;

-- Usage tables and postings that took effect, in that order. body: the op, canonical CBOR; its part is in op_part.
CREATE TABLE credit (
  n INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  idx INTEGER NOT NULL,           -- the entry with which it took effect
  said INTEGER NOT NULL,          -- the entry that says it
  op TEXT NOT NULL,               -- usage, post
  body BLOB NOT NULL
) STRICT;
