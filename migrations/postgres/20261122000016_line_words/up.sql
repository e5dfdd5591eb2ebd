-- What coordinators write about a line in words of their own can be erased, as all that may be personal.

CREATE TABLE plan_line_payload (
    line_id TEXT NOT NULL PRIMARY KEY REFERENCES plan_lines (id),  -- of which line; the row is deleted when it is erased
    words TEXT NOT NULL                      -- why it was left out, in the coordinator's words
);

-- What is sent for a reserve is sent once.
CREATE UNIQUE INDEX plan_lines_one_reserve ON plan_lines (site, name) WHERE state = 'approved' AND request_id IS NULL;
