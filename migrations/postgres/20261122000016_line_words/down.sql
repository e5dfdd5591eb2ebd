DROP INDEX plan_lines_one_reserve;
DROP TABLE plan_line_payload;
