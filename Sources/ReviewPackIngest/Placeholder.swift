enum ReviewPackIngestPlaceholder {}
