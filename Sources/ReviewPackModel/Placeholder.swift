enum ReviewPackModelPlaceholder {}
