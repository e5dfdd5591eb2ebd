-- What coordinators decided about notices that had ended: a notice that has ended goes on protecting
-- reserves until one of them retires it.

CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, ordered by time
    rulebook TEXT NOT NULL,                  -- name of the rulebook
    act TEXT NOT NULL CHECK (act IN ('retired', 'reinstated')),    -- what was decided
    ended_on DATE NOT NULL,                  -- the end that it is about: the last day of the notice, or the first of its successor; of another end nothing is decided
    reason TEXT NOT NULL,                    -- why, in the coordinator's words; it is about a document and about no patient
    done_by TEXT NOT NULL,                   -- id of the token that decided it
    done_at TIMESTAMP NOT NULL               -- UTC
);
CREATE INDEX notices_by_rulebook ON notices (rulebook, id);

CREATE TRIGGER notices_no_update BEFORE UPDATE ON notices
BEGIN
    SELECT RAISE(ABORT, 'what was decided about a notice is never changed or deleted');
END;
CREATE TRIGGER notices_no_delete BEFORE DELETE ON notices
BEGIN
    SELECT RAISE(ABORT, 'what was decided about a notice is never changed or deleted');
END;
