// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours is built in Swift 6 mode with warnings as errors; the release build optimises across modules,
/// because the tokeniser, the CSV writer and the frame decoder are called per byte or per cell from other modules.
let ours: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

let package = Package(
    name: "reviewpack",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "reviewpackd", targets: ["reviewpackd"]),
        .executable(name: "reviewpackctl", targets: ["reviewpackctl"]),
        .library(name: "ReviewPackClient", targets: ["ReviewPackClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2", traits: []),
    ],
    targets: [
        // C: system libraries, generated messages, and the few system calls that Swift cannot reach.
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CReviewPackProto", dependencies: ["CProtobufC"], publicHeadersPath: "."),
        .target(name: "CLinuxShims"),

        // Pure: values in, values out. No I/O and no C.
        .target(name: "ReviewPackModel", swiftSettings: ours),
        .target(name: "TTRPC", swiftSettings: ours),
        .target(name: "JSONTokens", swiftSettings: ours),
        .target(
            name: "ReviewPackIngest",
            dependencies: [
                "ReviewPackModel", "JSONTokens", .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: ours),

        // Bridges: one C library or one kernel interface each.
        .target(
            name: "ReviewPackWire", dependencies: ["CProtobufC", "CReviewPackProto", "ReviewPackModel"],
            swiftSettings: ours),
        .target(
            name: "ZipArchive", dependencies: ["CZlib", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: ours),
        .target(
            name: "ReviewPackStore",
            dependencies: [
                "ReviewPackModel", "ReviewPackIngest", "CLinuxShims", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),
        .target(
            name: "TTRPCTransport",
            dependencies: [
                "TTRPC", "ReviewPackWire", "CLinuxShims", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),

        // Domain.
        .target(
            name: "ReviewPackGeneration",
            dependencies: [
                "ReviewPackModel", "ZipArchive", "JSONTokens", .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: ours),
        .target(
            name: "ReviewPackService",
            dependencies: [
                "ReviewPackModel", "ReviewPackWire", "ReviewPackStore", "ReviewPackIngest", "ReviewPackGeneration",
                "TTRPCTransport", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),

        // Edge.
        .target(
            name: "ReviewPackClient",
            dependencies: [
                "ReviewPackModel", "ReviewPackWire", "TTRPC", "TTRPCTransport",
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: ours),
        .target(
            name: "ReviewPackDaemon",
            dependencies: [
                "ReviewPackModel", "ReviewPackWire", "ReviewPackStore", "ReviewPackService", "TTRPCTransport",
                "CLinuxShims", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),
        .executableTarget(
            name: "reviewpackd",
            dependencies: [
                "ReviewPackModel", "ReviewPackDaemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: ours),
        .target(
            name: "ReviewPackCommands",
            dependencies: [
                "ReviewPackModel", "ReviewPackWire", "ReviewPackClient", "ZipArchive", "JSONTokens", "CLinuxShims",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: ours),
        .executableTarget(name: "reviewpackctl", dependencies: ["ReviewPackCommands"], swiftSettings: ours),

        // What scripts/bench loads the daemon with.
        .executableTarget(
            name: "CallLoad", dependencies: ["ReviewPackWire", "TTRPC"], path: "Benchmarks/CallLoad",
            swiftSettings: ours),

        // Tests: one target a module, and one that drives the real daemon and client as processes.
        .target(name: "FuzzCorpus", path: "Tests/FuzzCorpus", swiftSettings: ours),
        .testTarget(name: "TTRPCTests", dependencies: ["TTRPC", "FuzzCorpus"], swiftSettings: ours),
        .testTarget(name: "JSONTokensTests", dependencies: ["JSONTokens", "FuzzCorpus"], swiftSettings: ours),
        .testTarget(name: "ReviewPackModelTests", dependencies: ["ReviewPackModel"], swiftSettings: ours),
        .testTarget(
            name: "ReviewPackIngestTests", dependencies: ["ReviewPackIngest", "FuzzCorpus"], swiftSettings: ours),
        .target(
            name: "CWireTestMessages", dependencies: ["CProtobufC", "CReviewPackProto"],
            path: "Tests/CWireTestMessages", exclude: ["wiretest.proto"], publicHeadersPath: "."),
        .testTarget(
            name: "ReviewPackWireTests",
            dependencies: ["ReviewPackWire", "ReviewPackModel", "CWireTestMessages", "FuzzCorpus"], swiftSettings: ours),
        .testTarget(name: "ZipArchiveTests", dependencies: ["ZipArchive", "FuzzCorpus"], swiftSettings: ours),
        .testTarget(name: "ReviewPackStoreTests", dependencies: ["ReviewPackStore"], swiftSettings: ours),
        .testTarget(
            name: "TTRPCTransportTests",
            dependencies: [
                "TTRPC", "TTRPCTransport", "ReviewPackWire", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),
        .testTarget(
            name: "ReviewPackGenerationTests", dependencies: ["ReviewPackGeneration", "FuzzCorpus"], swiftSettings: ours
        ),
        .testTarget(
            name: "ReviewPackServiceTests", dependencies: ["ReviewPackService", "ZipArchive", "FuzzCorpus"],
            swiftSettings: ours),
        .executableTarget(
            name: "CallProbe", dependencies: ["ReviewPackWire", "TTRPC", "TTRPCTransport"], path: "Tests/CallProbe",
            swiftSettings: ours),
        // What breaks the daemon in every way that a machine can, and what then compares it with what was acknowledged.
        .target(
            name: "CrashTesting",
            dependencies: [
                "ReviewPackClient", "ReviewPackModel", "ReviewPackWire", "CLinuxShims",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/CrashTesting", exclude: ["Interposer"], swiftSettings: ours),
        .executableTarget(
            name: "FaultDaemon", dependencies: ["ReviewPackDaemon", "ReviewPackModel", "ReviewPackStore"],
            path: "Tests/FaultDaemon", swiftSettings: ours),
        .executableTarget(
            name: "CrashLoop",
            dependencies: ["CrashTesting", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/CrashLoop", swiftSettings: ours),
        .testTarget(
            name: "ReviewPackClientTests",
            dependencies: [
                "ReviewPackClient", "ReviewPackModel", "ReviewPackWire", "TTRPC", "TTRPCTransport",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),
        .testTarget(
            name: "reviewpackctlTests",
            dependencies: [
                "reviewpackctl", "ReviewPackCommands", "ReviewPackClient", "ReviewPackWire", "ReviewPackModel",
                "FuzzCorpus", "ZipArchive", "TTRPC", "TTRPCTransport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["Golden"], swiftSettings: ours),
        .testTarget(
            name: "ReviewPackDaemonTests",
            dependencies: [
                "ReviewPackDaemon", "ReviewPackModel", "ReviewPackStore", "ReviewPackService", "TTRPCTransport",
                "reviewpackd", .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: ours),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "ReviewPackClient", "ReviewPackService", "ReviewPackModel", "ReviewPackWire", "reviewpackd",
                "reviewpackctl", "CallProbe", "CrashTesting", "CrashLoop", "FaultDaemon", "ReviewPackStore",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            exclude: ["System/boot-systemd"], swiftSettings: ours),
    ],
    swiftLanguageModes: [.v6]
)
