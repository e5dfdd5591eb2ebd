-- Why a request was withdrawn is somebody's own words, and may say something of the patient: it goes
-- where what is personal can be erased.

ALTER TABLE request_payload ADD COLUMN withdrawn_reason TEXT; -- why it was withdrawn, in somebody's words; filed-anew: it gave way to one that was filed
UPDATE request_payload SET withdrawn_reason = (SELECT reason FROM requests WHERE requests.id = request_payload.request_id);
ALTER TABLE requests DROP COLUMN reason;
