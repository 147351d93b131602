import Testing

@testable import ReviewPackDaemon
