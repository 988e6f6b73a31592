-- Sums follow the timeline from a place on: those that were made before are not of one place, so they are made once more.
UPDATE report_progress SET cursor = NULL;
