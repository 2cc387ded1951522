-- What is known about files that were read. Paths and names are bytes, as the system has them.
-- Times are nanoseconds since 1970 where the name ends in _ns, otherwise seconds.

PRAGMA application_id = 0x4C4F4F4B;

CREATE TABLE meta(key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID, STRICT;

CREATE TABLE root(
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL,                 -- real, absolute, where it was last seen
  volume BLOB,                        -- the identity of its file system, NULL if unknown
  within BLOB,                        -- its path inside that file system
  inode INTEGER,                      -- of the folder itself
  fs TEXT NOT NULL DEFAULT '',        -- the type of the file system
  offline TEXT NOT NULL DEFAULT '',   -- why it was left alone by the last scan, '' if it was not
  last_scan INTEGER                   -- when it was last scanned as a whole
) STRICT;
CREATE INDEX root_path ON root(path);

CREATE TABLE folder(
  id INTEGER PRIMARY KEY,
  root_id INTEGER NOT NULL REFERENCES root ON DELETE CASCADE,
  path BLOB NOT NULL,                 -- relative to the root, '' is the root
  inode INTEGER,                      -- NULL where the file system does not keep them
  born_ns INTEGER,
  volume BLOB,                        -- only where another file system is mounted: its identity
  UNIQUE(root_id, path)
) STRICT;
CREATE INDEX folder_inode ON folder(inode) WHERE inode IS NOT NULL;
CREATE INDEX folder_volume ON folder(root_id, path) WHERE volume IS NOT NULL;

-- One reading of the bytes of a file. Ids ascend and are never used again: they are the places in
-- the blocks. A row never changes, except that a missing digest is filled in.
CREATE TABLE content(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  quick BLOB,                         -- of the size, the first and the last 64 KiB
  digest BLOB,                        -- of all bytes, NULL until all were read
  verified INTEGER                    -- when all bytes were last compared with the digest
) STRICT;

CREATE TABLE file(
  id INTEGER PRIMARY KEY,
  folder_id INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
  name BLOB NOT NULL,
  member BLOB NOT NULL DEFAULT x'',   -- the name in an archive, which has a row of its own
  size INTEGER NOT NULL,              -- of the file or the archive, as are the times
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  inode INTEGER,                      -- NULL where the file system does not keep them
  born_ns INTEGER,
  flags INTEGER NOT NULL DEFAULT 0,   -- 1 racy, 2 missing, 4 assumed, 8 an archive
  gone_at INTEGER,                    -- when it was found to be missing
  content_id INTEGER REFERENCES content,
  rotten BLOB,                        -- the digest of other bytes that were found under this stat
  UNIQUE(folder_id, name, member)
) STRICT;
CREATE INDEX file_times ON file(mtime_ns, size, inode) WHERE member = x'';
CREATE INDEX file_content ON file(content_id);

CREATE TABLE recipe(                  -- how a hash was made: never changed, only added
  id INTEGER PRIMARY KEY,
  algorithm TEXT NOT NULL,
  definition TEXT NOT NULL UNIQUE,    -- JSON: everything that the outcome depends on
  width INTEGER NOT NULL              -- bytes of a hash
) STRICT;

CREATE TABLE block(                   -- what a recipe found out about 1,024 contents
  recipe_id INTEGER NOT NULL REFERENCES recipe ON DELETE CASCADE,
  number INTEGER NOT NULL,            -- the first content id, divided by 1,024
  present BLOB NOT NULL,              -- one byte per content
  facts BLOB NOT NULL,                -- one record per content, see facts.py
  PRIMARY KEY(recipe_id, number)
) STRICT;

CREATE TABLE extra(                   -- the same for the few contents that have more to it
  recipe_id INTEGER NOT NULL REFERENCES recipe ON DELETE CASCADE,
  content_id INTEGER NOT NULL,
  damage TEXT NOT NULL,
  flat_digest BLOB NOT NULL,
  sample_flats BLOB,
  sample_hashes BLOB,
  PRIMARY KEY(recipe_id, content_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE format(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE failure(                 -- a file that a recipe could not read
  file_id INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
  recipe_id INTEGER NOT NULL REFERENCES recipe ON DELETE CASCADE,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  tried_with TEXT NOT NULL,           -- the decoders and limits: with others, it is tried again
  PRIMARY KEY(file_id, recipe_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE apart(                   -- contents that are not duplicates of each other
  id INTEGER PRIMARY KEY,
  made_at INTEGER NOT NULL,
  who TEXT,
  note TEXT
) STRICT;

CREATE TABLE apart_member(            -- by digest, so that it outlives files and contents
  apart_id INTEGER NOT NULL REFERENCES apart ON DELETE CASCADE,
  digest BLOB NOT NULL,               -- BLAKE3-256 of all bytes
  pixel_digest BLOB,                  -- NULL if it is unknown, or another member has the same
  width INTEGER NOT NULL,             -- these two say which images may have the same pixels
  height INTEGER NOT NULL,
  phash BLOB NOT NULL,
  name TEXT NOT NULL,                 -- of the file, when it was told apart; only for people
  PRIMARY KEY(apart_id, digest)
) WITHOUT ROWID, STRICT;
CREATE INDEX apart_digest ON apart_member(digest);

CREATE TABLE inside(                  -- what a second reading of a content found out
  content_id INTEGER PRIMARY KEY REFERENCES content ON DELETE CASCADE,
  pixels BLOB,                        -- a digest of the pixels of all frames, x'' if it has none
  lost TEXT,                          -- what is missing at its end, '' if nothing is
  metadata TEXT                       -- what it says of its picture, as JSON, see metadata.py
) STRICT;

CREATE TABLE verdict(                 -- what a closer look at two contents said
  a INTEGER NOT NULL,                 -- laid on this one,
  b INTEGER NOT NULL,                 -- this one was turned
  rule INTEGER NOT NULL,              -- by this EXIF orientation
  verdict INTEGER NOT NULL,
  PRIMARY KEY(a, b, rule)
) WITHOUT ROWID, STRICT;

CREATE TABLE decision(                -- what a person decided about a file in a review
  path BLOB NOT NULL,
  digest BLOB NOT NULL,               -- of its bytes: another file at this path is not meant
  choice TEXT NOT NULL,               -- keep, remove, apart or later
  seen TEXT NOT NULL,                 -- the fingerprint of the group as it was shown
  made_at INTEGER NOT NULL,
  PRIMARY KEY(path, digest)
) WITHOUT ROWID, STRICT;
