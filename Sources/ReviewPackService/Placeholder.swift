enum ReviewPackServicePlaceholder {}
