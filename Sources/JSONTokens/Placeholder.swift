enum JSONTokensPlaceholder {}
