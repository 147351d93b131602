enum ReviewPackWirePlaceholder {}
