DROP TABLE inventory_differences;
DROP TABLE inventory_counts;
DROP TABLE inventories;
