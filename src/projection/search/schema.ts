/**
 * Tables of the search projection. All names begin with `search_`.
 * - `search_passage`: each distinct passage a unit ever held at a head, once. Its id is
 *   (row number of the first head revision that holds it) * PASSAGE_SLOTS + its place there; place 0 is the
 *   title, with path and tags for body. So ids are a function of the log, not of how work was batched.
 * - `search_revision`: every revision that became a head, with its passages and the digests of the parts they
 *   are from; null once erased.
 * - `search_unit`: the head whose passages stand in `search_current`.
 * - `search_current`, `search_history`: full-text indexes over passages of heads and over all passages. They
 *   hold no text, only positions; `detail` must stay full, or bm25() is constant.
 *   Deleting marks a row dead and merging drops it, so an erasure ends with 'optimize'. Page size and lazier
 *   merging were measured on an import of 7,000 revisions: a deletion costs an eighth of what it does by default.
 * - the vocabulary tables hold nothing: they read the document counts of the indexes.
 */
import { PASSAGES_MAX } from "./packer.ts";

export const PASSAGE_SLOTS = PASSAGES_MAX + 1;

const FULL_TEXT = `heading, body, content='', contentless_delete=1, detail=full, tokenize="ascii tokenchars '_'"`;

function fullText(name: string): string {
  return `
CREATE VIRTUAL TABLE ${name} USING fts5(${FULL_TEXT});
INSERT INTO ${name}(${name}, rank) VALUES ('rank', 'bm25(2.0, 1.0)');
INSERT INTO ${name}(${name}, rank) VALUES ('pgsz', 1000);
INSERT INTO ${name}(${name}, rank) VALUES ('automerge', 8);
INSERT INTO ${name}(${name}, rank) VALUES ('deletemerge', 40);
CREATE VIRTUAL TABLE ${name}_term USING fts5vocab(${name}, row);`;
}

export const SCHEMA = `
CREATE TABLE search_passage (
  id INTEGER PRIMARY KEY,
  unit INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  heading TEXT,
  path TEXT,
  terms BLOB NOT NULL
) STRICT;
CREATE INDEX search_passage_unit ON search_passage(unit);
CREATE TABLE search_revision (
  n INTEGER PRIMARY KEY,
  unit INTEGER NOT NULL,
  format INTEGER NOT NULL,
  language TEXT NOT NULL,
  meta BLOB,
  body BLOB,
  passages BLOB NOT NULL
) STRICT;
CREATE INDEX search_revision_unit ON search_revision(unit);
CREATE TABLE search_unit (
  unit INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  head INTEGER NOT NULL,
  language TEXT NOT NULL
) STRICT;
CREATE TABLE search_language (language TEXT PRIMARY KEY, units INTEGER NOT NULL) STRICT;
CREATE TABLE search_size (
  scope TEXT PRIMARY KEY,
  passages INTEGER NOT NULL,
  bodies INTEGER NOT NULL,
  tokens INTEGER NOT NULL
) STRICT;
INSERT INTO search_size VALUES ('current', 0, 0, 0), ('history', 0, 0, 0);
${fullText("search_current")}
${fullText("search_history")}
`;
