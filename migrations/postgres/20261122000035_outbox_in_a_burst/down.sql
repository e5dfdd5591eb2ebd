DROP INDEX outbox_tried;
DROP INDEX outbox_in_hand;
