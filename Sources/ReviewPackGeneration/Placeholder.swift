enum ReviewPackGenerationPlaceholder {}
