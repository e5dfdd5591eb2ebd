-- A burst of thousands of letters is taken from the outbox some at a time, and taking some must not cost a
-- look at all of them: which are in hand, and which were tried before, is found without the others.
CREATE INDEX outbox_in_hand ON outbox (state, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX outbox_tried ON outbox (alert_id, to_email, id) WHERE state = 'queued' AND attempts > 0;
