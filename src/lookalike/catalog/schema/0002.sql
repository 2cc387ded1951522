-- The files of each folder as one value, which is read far faster than their rows. It may be removed
-- at any time: it is made again from the rows. See listings.py.

CREATE TABLE listing(
  folder_id INTEGER PRIMARY KEY REFERENCES folder ON DELETE CASCADE,
  digest BLOB NOT NULL,               -- of what follows, and of how that is to be read
  inodes BLOB NOT NULL,
  records BLOB NOT NULL,
  names BLOB NOT NULL
) STRICT;

-- Whatever changes a file removes the listings it is in, in the same transaction. So a listing that
-- is there is right. Files with the flags 2 and 8 are in none. The others may change without notice.

CREATE TRIGGER listing_gains AFTER INSERT ON file WHEN NOT NEW.flags & 10
BEGIN
  DELETE FROM listing WHERE folder_id = NEW.folder_id;
END;

CREATE TRIGGER listing_loses AFTER DELETE ON file WHEN NOT OLD.flags & 10
BEGIN
  DELETE FROM listing WHERE folder_id = OLD.folder_id;
END;

CREATE TRIGGER listing_changes
AFTER UPDATE OF folder_id, name, member, size, mtime_ns, inode, content_id, flags ON file
WHEN (OLD.folder_id, OLD.name, OLD.member, OLD.size, OLD.mtime_ns, OLD.inode, OLD.content_id,
      OLD.flags & 14)
  IS NOT (NEW.folder_id, NEW.name, NEW.member, NEW.size, NEW.mtime_ns, NEW.inode, NEW.content_id,
          NEW.flags & 14)
BEGIN
  DELETE FROM listing WHERE folder_id IN (OLD.folder_id, NEW.folder_id);
END;
