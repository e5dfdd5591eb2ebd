DROP TABLE bdpm_packs;
DROP TABLE bdpm_products;
DROP TABLE presentations;
