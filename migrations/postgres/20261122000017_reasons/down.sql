ALTER TABLE requests ADD COLUMN reason TEXT; -- why it was withdrawn
UPDATE requests SET reason = (SELECT withdrawn_reason FROM request_payload WHERE request_payload.request_id = requests.id);
ALTER TABLE request_payload DROP COLUMN withdrawn_reason;
