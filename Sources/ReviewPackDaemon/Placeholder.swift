enum ReviewPackDaemonPlaceholder {}
