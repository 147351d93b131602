enum ReviewPackClientPlaceholder {}
