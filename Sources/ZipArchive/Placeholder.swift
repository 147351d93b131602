enum ZipArchivePlaceholder {}
