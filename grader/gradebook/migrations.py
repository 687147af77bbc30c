"""The tables of `gradebook.sqlite`, version by version; docs/gradebook.md tells what they are for.

A gradebook of an earlier version is brought up to date by the scripts that it has not seen: ``MIGRATIONS[1]`` leads
from version 1 to version 2, and so on. A script that was released never changes.
"""

from __future__ import annotations

_FIRST = """
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
);
CREATE TABLE rubrics (
    sha256 TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,          -- running, finished, undone
    started TEXT NOT NULL,        -- UTC, ISO 8601
    finished TEXT,
    process TEXT NOT NULL,        -- who works, or worked, on it: "12345 on host"
    version TEXT NOT NULL,        -- of the package
    program TEXT NOT NULL,        -- hash of the files that judge
    rubric TEXT NOT NULL REFERENCES rubrics (sha256),
    problems TEXT NOT NULL DEFAULT '[]', -- JSON: what was wrong with the class folder, and no one student's
    released TEXT                 -- when its grades were given out
);
CREATE TABLE students (
    student TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,         -- the file or folder, relative to the class folder
    ocr INTEGER NOT NULL,         -- whether it is text from OCR of handwriting
    problems TEXT NOT NULL,       -- JSON: a list of what was wrong with what was handed in
    gone_since INTEGER            -- the run in which nothing of the student was handed in any more
);
CREATE TABLE answers (
    student TEXT NOT NULL REFERENCES students (student),
    attempt INTEGER NOT NULL,
    submitted_at TEXT NOT NULL,   -- empty where unknown
    part TEXT NOT NULL,
    position INTEGER NOT NULL,    -- among the answers of the student, in the order of the rubric
    text INTEGER NOT NULL REFERENCES texts (id),
    context TEXT NOT NULL,        -- what the text was read in; empty for an answer that stands alone
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    PRIMARY KEY (student, part)
) WITHOUT ROWID;
CREATE TABLE judgements (
    fingerprint TEXT PRIMARY KEY, -- of the part's key, the text, the context and the program
    part TEXT NOT NULL,
    text INTEGER REFERENCES texts (id),
    kind TEXT NOT NULL,           -- answer: one answer by itself; carried: given the student's other answers
    program TEXT NOT NULL,
    judgement TEXT NOT NULL,      -- JSON
    look TEXT NOT NULL,           -- hash of what the section was drawn with
    section TEXT NOT NULL,        -- of a page, with the places of answer and solution left open
    seal INTEGER NOT NULL         -- checksum by which a change from outside is known
) WITHOUT ROWID;
CREATE TABLE reports (
    student TEXT NOT NULL,
    since INTEGER NOT NULL REFERENCES runs (id),
    until INTEGER REFERENCES runs (id), -- the run that replaced it; null for what holds now
    fingerprint TEXT NOT NULL,    -- of all that the report depends on
    report TEXT NOT NULL,         -- JSON
    line TEXT NOT NULL,           -- of results.json; empty for what does not hold any more
    seal INTEGER NOT NULL,        -- of the report
    line_seal INTEGER NOT NULL,
    PRIMARY KEY (student, since)
) WITHOUT ROWID;
CREATE UNIQUE INDEX current_reports ON reports (student) WHERE until IS NULL;
CREATE VIEW results AS
    SELECT student, since, until,
        json_extract(one.value, '$[0]') AS part,
        json_extract(one.value, '$[1]') AS verdict,
        json_extract(one.value, '$[2]') AS score,
        json_extract(one.value, '$[3]') AS max_score,
        json_extract(one.value, '$[4]') AS note,
        json_extract(one.value, '$[5]') AS review,
        json_extract(one.value, '$[6]') AS judgement
    FROM reports, json_each(reports.report, '$.parts') AS one;
CREATE TABLE pages (
    student TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    fingerprint TEXT NOT NULL,    -- of the report that the page on disk shows
    bytes INTEGER NOT NULL,
    modified INTEGER NOT NULL     -- nanoseconds
) WITHOUT ROWID;
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    part TEXT NOT NULL,
    points REAL NOT NULL,
    comment TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at TEXT NOT NULL,             -- UTC, ISO 8601
    answer TEXT NOT NULL,         -- fingerprint of the answer that was decided on
    source TEXT NOT NULL,         -- override: the command; a file's name otherwise
    seal INTEGER NOT NULL
);
CREATE TABLE changes (
    run INTEGER NOT NULL REFERENCES runs (id),
    student TEXT NOT NULL,
    part TEXT NOT NULL,           -- empty: the total
    before REAL,                  -- points; null for a new student
    after REAL,                   -- null for a student taken out
    PRIMARY KEY (run, student, part)
) WITHOUT ROWID;
"""

_PART_KEYS = """
CREATE TABLE part_keys (          -- what results of parts depended on, by which a later run knows what holds still
    fingerprint TEXT PRIMARY KEY, -- the second of the three in a report's fingerprint
    keys TEXT NOT NULL            -- JSON: by part a hash
) WITHOUT ROWID;
"""

_DOCUMENTS = """
ALTER TABLE answers ADD COLUMN found TEXT NOT NULL DEFAULT '';    -- JSON: where in a document, and its derivation
ALTER TABLE students ADD COLUMN unused TEXT NOT NULL DEFAULT '[]'; -- JSON: formulas of a document that served no part
"""

_READ = """
CREATE TABLE documents (          -- what was read of the documents of the last run, so that none is read again
    fingerprint TEXT PRIMARY KEY, -- of the document, its file, the rubric and the program that reads
    student TEXT NOT NULL,
    answers TEXT NOT NULL,        -- JSON: what it answers, and what was wrong with it
    seal INTEGER NOT NULL
) WITHOUT ROWID;
"""

_HANDED = """
ALTER TABLE students ADD COLUMN by_eye TEXT NOT NULL DEFAULT '[]'; -- JSON: files that a person alone can read
ALTER TABLE students ADD COLUMN handed TEXT NOT NULL DEFAULT '[]'; -- JSON: ids, when, how late, as an export says it
"""

_COURSE = """
ALTER TABLE runs ADD COLUMN course TEXT NOT NULL DEFAULT '';  -- sha256 of course.yaml as it was read; empty: none
ALTER TABLE changes ADD COLUMN why TEXT NOT NULL DEFAULT '';  -- what brought the change about, in words
CREATE TABLE courses (
    sha256 TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE requests (           -- what students asked to be looked at again
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    part TEXT NOT NULL,           -- empty: the work as a whole
    text TEXT NOT NULL,
    at TEXT NOT NULL,             -- UTC, ISO 8601
    source TEXT NOT NULL,         -- the file that it came in
    seal INTEGER NOT NULL
);
CREATE TABLE replies (            -- the newest of a request holds
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES requests (id),
    text TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at TEXT NOT NULL,             -- UTC, ISO 8601
    seal INTEGER NOT NULL
);
"""

_TRUST = """
CREATE TABLE settings (           -- of this folder, which hold until they are changed
    name TEXT PRIMARY KEY,        -- private_names, blind; secret: the key of names of pages, aliases, forgotten ids
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE audited (            -- decisions of the program that were drawn for a person to check
    draw TEXT NOT NULL,           -- which draw: a hash of what it was drawn from
    student TEXT NOT NULL,
    part TEXT NOT NULL,
    points REAL NOT NULL,         -- the program's, whatever a person decided since
    decisions INTEGER NOT NULL,   -- how many there were to draw from
    PRIMARY KEY (draw, student, part)
) WITHOUT ROWID;
CREATE TABLE forgotten (          -- whose work is not graded any more
    id TEXT PRIMARY KEY,          -- keyed hash of an id, by which nobody can be found who is not known already
    who TEXT NOT NULL,            -- the same for all ids of one student, and by chance
    at TEXT NOT NULL              -- UTC, ISO 8601
) WITHOUT ROWID;
CREATE TABLE given_out (          -- files with grades that were written outside of the folder
    path TEXT PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
"""

MIGRATIONS = (_FIRST, _PART_KEYS, _DOCUMENTS, _READ, _HANDED, _COURSE, _TRUST)
VERSION = len(MIGRATIONS)
