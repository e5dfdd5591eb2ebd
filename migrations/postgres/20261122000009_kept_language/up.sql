-- A refusal that is kept for a repeated request is repeated with the language it was said in.

ALTER TABLE idempotency ADD COLUMN content_language TEXT; -- of the answer, fr or en; none when it has no sentence
