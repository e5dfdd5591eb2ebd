DROP TABLE set_apart;
DROP TABLE excursion_lots;
DROP TABLE excursions;
