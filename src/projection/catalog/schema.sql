-- What units are called and how they point at each other, read from their parts.

-- Facts of every revision whose meta part is held.
CREATE TABLE catalog_fact (
  revision INTEGER PRIMARY KEY,
  unit INTEGER NOT NULL,
  title TEXT NOT NULL,
  path TEXT,                      -- NULL for a unit without one
  path_hex TEXT,                  -- a path that is not UTF-8, in hex
  lang TEXT,
  tags TEXT,                      -- JSON list
  note TEXT,                      -- the words that came with the change
  mode TEXT,                      -- file mode where it was imported from
  source TEXT                     -- commit where it was imported from
) STRICT;
CREATE INDEX catalog_fact_by_path ON catalog_fact (path);
CREATE INDEX catalog_fact_by_source ON catalog_fact (source);

-- The facts in force: of each unit's head. name is the last step of the path without its suffix, lower case.
CREATE TABLE catalog_current (
  unit INTEGER PRIMARY KEY,
  revision INTEGER NOT NULL,
  title TEXT NOT NULL,
  path TEXT,
  name TEXT
) STRICT;
CREATE INDEX catalog_current_by_path ON catalog_current (path);
CREATE INDEX catalog_current_by_name ON catalog_current (name);

CREATE TABLE catalog_member (member INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

CREATE TABLE catalog_heading (
  unit INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  level INTEGER NOT NULL,
  text TEXT NOT NULL,
  anchor TEXT NOT NULL,
  PRIMARY KEY (unit, seq)
) STRICT, WITHOUT ROWID;

-- Hyperlinks in the text of each unit's head. path: where it points in this community; found at query time. name: of a
-- link by name the last step, lower case.
CREATE TABLE catalog_href (
  unit INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  href TEXT NOT NULL,
  form TEXT NOT NULL,
  path TEXT,
  name TEXT,
  PRIMARY KEY (unit, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalog_href_by_path ON catalog_href (path);
CREATE INDEX catalog_href_by_name ON catalog_href (name) WHERE name IS NOT NULL;

-- What the charter's facts say of the community; one row. start: JSON list of paths.
CREATE TABLE catalog_community (
  unit INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  about TEXT,
  start TEXT,
  lang TEXT,
  licence TEXT
) STRICT;
