enum ReviewPackStorePlaceholder {}
